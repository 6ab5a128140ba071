import Foundation
import Running
import SequenceTasks
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

  @Test("Images of 28 × 28 pixels, as those of MNIST, are read, learned, and drawn; a file cut short is refused.")
  func likeMNIST() throws {
    try inFolder { folder in
      let (images, labels) = (folder.appendingPathComponent("i"), folder.appendingPathComponent("l"))
      // The digits that come along, three times as large, with a margin.
      let digits = LabelledImages.digits
      var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 100, 0, 0, 0, 28, 0, 0, 0, 28]
      for index in 0..<100 {
        let image = digits.image(index)
        for (row, column) in (0..<784).map({ ($0 / 28 - 2, $0 % 28 - 2) }) {
          let isMargin = !(0..<24 ~= row && 0..<24 ~= column)
          bytes.append(isMargin ? 0 : UInt8(image[row / 3, column / 3] * 255))
        }
      }
      try Data(bytes).write(to: images)
      try Data([0, 0, 8, 1, 0, 0, 0, 100] + digits.labels[..<100].map(UInt8.init)).write(to: labels)
      let asked = Self.quick + ["--images", "i", "--labels", "l"]
      let right = try run("chapter07", asked + ["--figures", "f"], in: folder)
      #expect(right.status == 0)
      #expect(right.output.contains("100 images of 28 × 28 pixels: 28 steps of 28 numbers.\n80 to learn from, 20 held"))
      #expect(right.output.contains("20 held-out images"))
      let lines = right.output.split(separator: "\n")
      #expect(!lines.contains { $0.count > 80 || $0.last == " " }, "80 columns")
      // The third row of a 0, below two rows of margin: 2 + 2 · 3 blank pixels, then its ink, two characters a pixel.
      #expect(right.output.contains("\n" + String(repeating: " ", count: 16) + "░░░░░░▓▓▓▓▓▓▒▒▒▒▒▒\n"))
      let svg = try String(contentsOf: folder.appendingPathComponent("f/07-misread.svg"), encoding: .utf8)
      let captions = svg.matches(of: /text-anchor="middle">\d → \d</).count
      #expect(captions == 2, "each digit has its caption")

      try Data(bytes.dropLast(300)).write(to: images)
      let wrong = try run("chapter07", asked, in: folder)
      #expect(wrong.status == 1 && wrong.output.isEmpty)
      #expect(
        wrong.errors
          == "chapter07: i: its head announces 100 × 28 × 28 bytes of images, 78100 follow; is it whole?\n")
    }
  }

  @Test("Held out to choose by is a part of what is learned from; the images held out are not touched.")
  func validation() throws {
    let run = try run("chapter07", Self.quick + ["--validate", "--rate", "0.01"])
    #expect(run.status == 0)
    // 1,797 − 359 = 1,438, of which a fifth is held out.
    #expect(run.output.contains("1151 to learn from, 287 held out"))
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
    (["--keep", "-0.5"], "--keep wants a number"), (["--keep", "nan"], "--keep wants a number"),
    (["--rate", "0"], "--rate wants a number"), (["--csv", "x", "--images", "y"], "give one or the other"),
    (["--csv", "x", "--target", "y", "--predictions", "/nowhere/p"], "/nowhere/p cannot be written"),
    (["--images", "x"], "--images and --labels belong together"), (["--csv", "x"], "--csv wants --target"),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("chapter07", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("chapter07: ") && run.errors.contains(message), "\(run.errors)")
  }
}
