import Foundation
import Running
import Scan
import Testing

/// What the chapter's program does, right or wrong used.
@Suite struct ProgramTests {
  static let quick = ["--steps", "12", "--hidden", "6"]

  @Test func theSameSeedPrintsTheSameAndAnotherDoesNot() throws {
    let seven = try run("chapter04", Self.quick + ["--seed", "7"])
    #expect(seven.status == 0 && seven.errors.isEmpty)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(!seven.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
    #expect(try run("chapter04", Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run("chapter04", Self.quick + ["--seed", "8"]).output != seven.output)
  }

  @Test("Every line of the table of bits names one fingerprint three times, and no other bit.")
  func table() throws {
    let lines = try run("chapter04", Self.quick).output.split(separator: "\n")
    for cell in ["TanhCell", "LSTM", "GRU", "ResetAfterGRU"] {
      let words = try #require(lines.first { $0.hasPrefix(cell + " ") && !$0.contains(",") }).split(separator: " ")
      #expect(words.count == 5 && words[1] == words[2] && words[2] == words[3] && words[4] == "0", "\(cell)")
    }
  }

  @Test func figures() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try run("chapter04", Self.quick + ["--figures", folder.path]).status == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let names = ["backward", "checkpoints", "memory", "peak", "scan", "time"]
    #expect(files == names.map { "04-\($0).svg" })
  }

  @Test("Both strategies, each in a process of its own, end with the same gradient; one has less memory.")
  func probes() throws {
    let costs = try Strategy.allCases.map { strategy in
      let run = try run("chapter04", ["--probe", strategy.rawValue, "--steps", "10000"])
      return try JSONDecoder().decode(Cost.self, from: Data(run.output.utf8))
    }
    #expect(costs[0].fingerprint == costs[1].fingerprint && costs[0].steps == 10_000)
    #expect(costs[1].peak > 0 && costs[1].peak * 2 < costs[0].peak, "\(costs)")
    #expect(costs.allSatisfy { $0.seconds > 0 })
  }

  @Test("The record is of the lengths that the page speaks of, and a tenth of the memory at the longest.")
  func record() throws {
    let (plain, few) = (try #require(Record.runs[.plain]), try #require(Record.runs[.checkpointed]))
    #expect(plain.map(\.steps) == [100, 1000, 10_000, 100_000] && few.map(\.steps) == plain.map(\.steps))
    #expect(plain.map(\.fingerprint) == few.map(\.fingerprint))
    #expect(few[3].peak * 10 < plain[3].peak && few[3].seconds < 1.5 * plain[3].seconds)
    // What was recorded is what the code still computes.
    #expect(measure(.checkpointed, steps: 1000).fingerprint == few[1].fingerprint)
  }

  @Test(arguments: [
    (["--stpes", "3"], "did you mean --steps?"), (["--steps", "0"], "--steps wants a whole number"),
    (["--hidden", "0"], "--hidden wants a whole number"), (["--seed", "-1"], "--seed wants a whole number"),
    (["--probe", "all"], "--probe wants one of none, plain, checkpointed"), (["words"], "\"words\""),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter04", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter04: ") && run.errors.contains(message))
  }
}
