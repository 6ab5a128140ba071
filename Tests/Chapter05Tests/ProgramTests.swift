import Foundation
import Running
import Testing

/// What the chapter's program does, right or wrong used.
@Suite struct Chapter05ProgramTests {
  static let quick = ["--steps", "12", "--hidden", "6"]

  @Test func theSameSeedPrintsTheSameAndAnotherDoesNot() throws {
    let seven = try run("chapter05", Self.quick + ["--seed", "7"])
    #expect(seven.status == 0 && seven.errors.isEmpty)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(!seven.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
    #expect(seven.output.components(separatedBy: "the same bits").count == 1 + 4 + 4, "four rows, four cells")
    #expect(!seven.output.lowercased().contains("not the same"))
    #expect(try run("chapter05", Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run("chapter05", Self.quick + ["--seed", "8"]).output != seven.output)
  }

  @Test func figures() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try run("chapter05", Self.quick + ["--figures", folder.path]).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["05-while-loop.svg"])
  }

  @Test(arguments: [
    (["--stpes", "3"], "did you mean --steps?"), (["--steps", "0"], "--steps wants a whole number"),
    (["--hidden", "0"], "--hidden wants a whole number"), (["--seed", "-1"], "--seed wants a whole number"),
    (["words"], "\"words\""),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter05", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter05: ") && run.errors.contains(message))
    #expect(run.errors.split(separator: "\n").count == 1)
  }
}
