import Console
import Foundation
import Running
import Speed
import Testing

/// What the chapter's program does, right or wrong used, and its record.
@Suite struct ProgramTests {
  static let quick = ["--verify", "--steps", "3", "--batch", "7", "--hidden", "9"]

  @Test func theSameSeedPrintsTheSameAndAnotherDoesNot() throws {
    let seven = try run("chapter08", Self.quick + ["--seed", "7"])
    #expect(seven.status == 0 && seven.errors.isEmpty)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(!seven.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
    #expect(try run("chapter08", Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run("chapter08", Self.quick + ["--seed", "8"]).output != seven.output)
  }

  @Test("Versions 1 to 5 have the bits of version 1, the others those of chapter 3.")
  func table() throws {
    let lines = try run("chapter08", Self.quick).output.split(separator: "\n")
    for (index, version) in Recipe.history.enumerated() {
      let number = "\(index + 1)".aligned(to: 2) + "  "
      let line = try #require(lines.first { $0.hasPrefix(number) })
      #expect(line.contains(version.idea) && line.contains("same bits"))
      #expect(line.hasSuffix("same bits") == version.recipe.hasVectorFunctions)
    }
  }

  @Test func figures() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try run("chapter08", Self.quick + ["--figures", folder.path])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["08-roofline.svg", "08-shares.svg", "08-times.svg"])
  }

  @Test(
    "A folder for the figures that cannot be made, or is a file, is refused before anything is done.", arguments: 1...8)
  func noFolder(chapter: Int) throws {
    for folder in ["/dev/null/there", #filePath] {
      let refused = try run("chapter0\(chapter)", ["--figures", folder])
      #expect(refused.status == 2 && refused.output.isEmpty, "\(refused)")
      #expect(refused.errors.contains("the folder \(folder) of --figures cannot be made"))
      #expect(refused.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("What is measured: every speed above 0, none above the peak of its cores; the record holds as many.")
  func measurements() {
    var ticks: [Int] = []
    let now = Measurements.now(Size(T: 2, B: 5, D: 6, H: 7), seed: 1) { done, of in ticks.append(of - done) }
    #expect(ticks.last == 0 && ticks == ticks.sorted(by: >))
    for (found, slack) in [(now, 1.5), (Measurements.record, 1)] {
      #expect(found.products.count == Product.allCases.count)
      #expect(found.products.allSatisfy { $0.count == Measurements.shapes.count })
      #expect(found.products.joined().allSatisfy { $0 > 0 && $0 < found.peak * slack })
      #expect(found.bandwidths.count == 3 && found.bandwidths.allSatisfy { $0 > 0 })
      #expect(found.asides.count == Aside.allCases.count)
      #expect(found.asides.allSatisfy { $0 > 0 && $0 < found.peak * slack })
      #expect(found.functions.count == 4 && found.functions.allSatisfy { $0 > 0 })
      for step in found.steps {
        #expect(step.versions.count == Recipe.history.count && step.chapter3.count == 2)
        for (version, seconds) in zip(Recipe.history, step.versions) {
          let speed = step.size.flop / seconds / 1e9
          #expect(speed > 0 && speed < found.peak * Double(version.recipe.threads) * slack)
        }
      }
      #expect(!found.table.contains { $0.count > 80 })
    }
    // What the page says of the record.
    #expect(Measurements.record.steps.map(\.size.B) == [100, 4, 1])
    let times = Measurements.record.steps[0].versions
    #expect(times[10] * 20 < times[0], "the last version on one core against the first")
    let record = Measurements.record
    func aside(_ aside: Aside) -> Double { record.asides[Aside.allCases.firstIndex(of: aside)!] }
    #expect(aside(.tileInArray) * 2 < record.products[3][1] && aside(.smallTile) < record.peak / 2)
    #expect(aside(.gradientOfAll) < aside(.gradientOfStep) * 0.95, "what has left the cache")
    let alone = record.steps[2].versions
    let gains = zip(alone, alone.dropFirst()).map { $0 / $1 }
    #expect(gains[2...9].sorted().suffix(2) == [gains[3], gains[7]].sorted(), "with one row ideas 5 and 9 bring most")
    #expect(gains[2] < 1, "and the tile costs more than it brings")
  }

  @Test("The record of growing costs has every size and no cliff; a fall by more than a third is found.")
  func growth() {
    #expect(Growth.record.map { $0.map(\.value) } == Growth.all.map(\.values))
    #expect(Growth.record.joined().allSatisfy { $0.seconds > 0 && $0.share > 0 && $0.share < 1 })
    for (costs, first) in zip(Growth.record, [0, 0, 64]) { #expect(Growth.cliffs(costs, from: first).isEmpty) }
    let costs = [(32, 0.6), (33, 0.3), (64, 0.5), (65, 0.34), (66, 0.22)].map { Growth.Cost($0, 1, $1) }
    #expect(Growth.cliffs(costs, from: 64).map { [$0, $1] } == [[65, 66]])
    #expect(Growth.cliffs(costs, from: 0).count == 2)
    #expect(Growth.table(Growth.record).allSatisfy { $0.count <= 80 })
    // What is measured is what was asked for.
    let cost = Growth.all[1].measure(2)
    #expect(cost.value == 2 && cost.seconds > 0 && cost.share > 0 && cost.share < 1.5)
  }

  @Test(arguments: [
    (["--stpes", "3"], "did you mean --steps?"), (["--steps", "0"], "--steps wants a whole number"),
    (["--batch", "0"], "--batch wants a whole number"), (["--hidden", "-1"], "--hidden wants a whole number"),
    (["words"], "\"words\""),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter08", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter08: ") && run.errors.contains(message))
  }
}
