import Console
import Foundation

@testable import Safetensors

/// The bytes of a file with the given header and data.
func file(_ header: String, data: Int = 0) -> [UInt8] {
  let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
  return length + Array(header.utf8) + Array(repeating: 0, count: data)
}

/// What a file is refused with; nil if it is taken.
func refusal(_ bytes: [UInt8]) -> Failure? {
  do throws(Failure) {
    _ = try Safetensors(bytes: bytes, file: "a.safetensors")
    return nil
  } catch {
    return error
  }
}

/// The file that Python's package wrote.
let referencePath = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("reference.safetensors").path

/// A folder that is gone after `body`.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("safetensors-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

func listing(_ folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}
