import Foundation
import Running
import Testing

@Suite struct Chapter07ProgramTests {
  static let quick = ["--steps", "8", "--hidden", "8", "--layers", "2"]

  @Test func theSameSeedPrintsTheSameAndAnotherDoesNot() throws {
    let seven = try run("chapter07", Self.quick + ["--seed", "7"])
    #expect(seven.status == 0)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(!seven.output.split(separator: "\n").contains { $0.count > 80 || $0.last == " " }, "80 columns")
    #expect(try run("chapter07", Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run("chapter07", Self.quick + ["--seed", "8", "--cell", "gru"]).output != seven.output)
  }

  @Test func ownImagesAndFigures() throws {
    try inFolder { folder in
      try Data(idxImages).write(to: folder.appendingPathComponent("i"))
      try Data(idxLabels).write(to: folder.appendingPathComponent("l"))
      let run = try run(
        "chapter07", Self.quick + ["--images", "i", "--labels", "l", "--figures", "f"], in: folder)
      #expect(run.status == 0 && run.output.contains("12 images of 3 × 2 pixels"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("f").path)
      #expect(files.sorted() == ["07-early.svg", "07-misread.svg"])
    }
  }

  @Test func ownNumbers() throws {
    try inFolder { folder in
      let text = "day,x,y\n" + (0..<40).map { "d\($0),\($0 % 4),\(($0 + 1) % 4)\n" }.joined()
      try text.write(to: folder.appendingPathComponent("n.csv"), atomically: true, encoding: .utf8)
      let asked = ["--csv", "n.csv", "--target", "y", "--predictions", "p.csv"]
      let wrong = try run("chapter07", Self.quick + asked, in: folder)
      #expect(wrong.status == 1 && wrong.errors.contains("n.csv, line 2, column 1 (day): \"d0\" is no number"))
      let right = try run("chapter07", Self.quick + asked + ["--without", "day"], in: folder)
      #expect(right.status == 0 && right.output.contains("always the mean"))
      let predictions = try String(contentsOf: folder.appendingPathComponent("p.csv"), encoding: .utf8)
      #expect(
        predictions.hasPrefix("sequence,actual,predicted\nline ") && predictions.split(separator: "\n").count == 7)
    }
  }

  @Test(arguments: [
    (["--keep", "0"], "--keep wants a number"), (["--keep", "1.5"], "--keep wants a number"),
    (["--layers", "0"], "--layers wants a whole number"), (["--cell", "lstn"], "--cell wants one of rnn, gru, lstm"),
    (["--images", "x"], "--images and --labels belong together"), (["--csv", "x"], "--csv wants --target"),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter07", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter07: ") && run.errors.contains(message), "\(run.errors)")
  }
}
