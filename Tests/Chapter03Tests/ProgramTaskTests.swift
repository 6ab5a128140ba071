import Foundation
import Running
import Testing

/// What the chapter's program does, right or wrong used.
@Suite struct Chapter03ProgramTests {
  static let quick = ["--steps", "12", "--hidden", "6"]

  @Test func theSameSeedPrintsTheSameAndAnotherDoesNot() throws {
    let seven = try run("chapter03", Self.quick + ["--seed", "7"])
    #expect(seven.status == 0)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(!seven.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
    #expect(try run("chapter03", Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run("chapter03", Self.quick + ["--seed", "8"]).output != seven.output)
  }

  @Test func figures() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try run("chapter03", Self.quick + ["--figures", folder.path]).status == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["03-adding-problem.svg", "03-addition.svg", "03-carry.svg"])
  }

  @Test(arguments: [
    (["--stpes", "3"], "did you mean --steps?"), (["--steps", "9"], "--steps wants a whole number"),
    (["--hidden", "0"], "--hidden wants a whole number"), (["--seed", "-1"], "--seed wants a whole number"),
    (["words"], "\"words\""),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter03", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter03: ") && run.errors.contains(message))
  }
}
