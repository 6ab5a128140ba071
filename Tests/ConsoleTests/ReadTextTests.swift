import Foundation
import Testing

@testable import Console

@Suite final class ReadTextTests {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent("text-\(UUID().uuidString)").path
  deinit { try? FileManager.default.removeItem(atPath: path) }

  private func read(_ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try readText(path)
  }

  @Test func aTextIsReadAsItIs() throws {
    let text = "Füße, naïve — 日本 🙂\n\n\tand a tab"
    #expect(try read(Array(text.utf8)) == text)
    let long = String(repeating: "ä\n", count: 100_000)
    #expect(try read(Array(long.utf8)) == long)
  }

  @Test func windowsFilesReadLikeOthers() throws {
    #expect(try Array(read([0xEF, 0xBB, 0xBF] + Array("a\r\nb\rc\r\n\r".utf8)).utf8) == Array("a\nb\rc\n\r".utf8))
  }

  @Test(
    "The first wrong byte is named: its value, its offset in the file and its line",
    arguments: [
      (Array("na\nive ".utf8) + [0xE9, 0x20], "byte 0xE9 at offset 7, line 2"),  // Latin-1
      ([0xFF, 0xFE, 0x61, 0x00], "byte 0xFF at offset 0, line 1"),  // UTF-16
      (Array("日本\r\n".utf8) + [0xE6, 0x97], "byte 0xE6 at offset 8, line 2"),  // cut off in the middle
      ([0xEF, 0xBB, 0xBF, 0x61, 0xC0, 0x80], "byte 0xC0 at offset 4, line 1"),  // overlong, behind a mark
      ([0x61, 0xED, 0xA0, 0x80], "byte 0xED at offset 1, line 1"),  // half of a surrogate pair
    ])
  func notUTF8(bytes: [UInt8], place: String) {
    #expect(throws: Failure.failed("\(path) is not UTF-8: \(place); save it as UTF-8.")) { try read(bytes) }
  }

  @Test func nothingToRead() {
    #expect(throws: Failure.failed("\(path): there is no such file; check the path.")) { try readText(path) }
    #expect(throws: Failure.failed("\(path) is empty; give a file with a text in it.")) { try read([]) }
    #expect(throws: Failure.failed("\(path) is empty; give a file with a text in it.")) {
      try read([0xEF, 0xBB, 0xBF])
    }
    #expect(throws: Failure.failed("/tmp is a directory; give the path of a file.")) { try readText("/tmp") }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func noPermission() throws {
    _ = try read([0x61])
    chmod(path, 0)
    #expect(throws: Failure.failed("\(path): no permission to read it; try chmod u+r.")) { try readText(path) }
  }
}
