import Console
import Foundation
import MinimalMatrix
import Testing

@testable import SequenceTasks

/// A folder that goes with the test.
func inFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chapter07-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// Puts other bytes into a file that is there.
///
/// To make thousands of files takes longer than to read them, and to empty one before it is written may wait for the disk.
func overwrite(_ file: URL, with bytes: [UInt8]) throws {
  let handle = try FileHandle(forWritingTo: file)
  defer { try? handle.close() }
  try handle.write(contentsOf: bytes)
  try handle.truncate(atOffset: UInt64(bytes.count))
}

/// IDX files of 12 images of 3 × 2 pixels.
let idxImages: [UInt8] =
  [0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 3, 0, 0, 0, 2] + (0..<72).map { UInt8($0 * 3) } as [UInt8]
let idxLabels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 12] + (0..<12).map { UInt8($0 % 10) } as [UInt8]

@Suite struct IDXTests {
  private func read(_ images: [UInt8], _ labels: [UInt8]) throws -> Swift.Result<LabelledImages, Failure> {
    try inFolder { folder in
      let paths = [folder.appendingPathComponent("i"), folder.appendingPathComponent("l")]
      try Data(images).write(to: paths[0])
      try Data(labels).write(to: paths[1])
      return Swift.Result { () throws(Failure) in
        try LabelledImages(images: paths[0].path, labels: paths[1].path)
      }
    }
  }

  @Test func rightFiles() throws {
    let images = try read(idxImages, idxLabels).get()
    #expect(images.count == 12 && images.height == 3 && images.width == 2)
    #expect(images.labels == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    let bytes: [Float] = [18, 21, 24, 27, 30, 33]
    #expect(Array(images.image(1).scalars) == bytes.map { $0 / 255 })
  }

  @Test("What is wrong with a file is said in one line, with its name.")
  func wrongFiles() throws {
    var other = idxLabels
    other[7] = 11
    var letters = idxLabels
    letters[12] = 77
    var cases: [(images: [UInt8], labels: [UInt8], message: String)] = []
    func add(_ images: [UInt8], _ labels: [UInt8], _ message: String) { cases.append((images, labels, message)) }
    add(Array(idxImages.dropLast()), idxLabels, "/i: its head announces 12 × 3 × 2 bytes of images, 71 follow")
    add(idxImages + [0], idxLabels, "73 follow")
    add(Array(idxImages.prefix(9)), idxLabels, "/i: it has 9 bytes, too few")
    add([], idxLabels, "/i: it has 0 bytes")
    // 2²² × 2²² × 2²⁰ is 0 in 64 bits.
    add([0, 0, 8, 3, 0, 64, 0, 0, 0, 64, 0, 0, 0, 16, 0, 0], idxLabels, "4194304 × 4194304 × 1048576 bytes of images")
    add(idxLabels + idxLabels, idxImages, "are the two files exchanged?")
    add(idxImages, Array(other.dropLast()), "/i holds 12 images, ")
    add([0x1F, 0x8B] + idxImages, idxLabels, "gunzip")
    add(idxImages, letters, "/l: label 4 is 77")
    for (images, labels, message) in cases {
      guard case .failure(let failure) = try read(images, labels) else {
        Issue.record("no failure: \(message)")
        continue
      }
      #expect(failure.message.contains(message))
    }
    #expect(throws: Failure.self) { try LabelledImages(images: "/nowhere", labels: "/nowhere") }
  }

  @Test("3,000 mutated files give images of the announced size or one line that names the file, and never crash.")
  func mutated() throws {
    try inFolder { folder in
      var random = SplitMix64(seed: 1)
      var (read, refused) = (0, 0)
      for (path, whole) in [("i", idxImages), ("l", idxLabels), ("mutated", [])] {
        try Data(whole).write(to: folder.appendingPathComponent(path))
      }
      for turn in 0..<3000 {
        var file = turn % 2 == 0 ? idxImages : idxLabels
        for _ in 0...random.below(3) { mutate(&file, using: &random) }
        let paths = (turn % 2 == 0 ? ["mutated", "l"] : ["i", "mutated"]).map { folder.appendingPathComponent($0) }
        try overwrite(paths[turn % 2], with: file)
        do throws(Failure) {
          let images = try LabelledImages(images: paths[0].path, labels: paths[1].path)
          read += 1
          #expect(images.rows.count == 72 && images.labels.allSatisfy { $0 < 10 })
        } catch {
          refused += 1
          #expect(error.message.contains(paths[0].path) || error.message.contains(paths[1].path), "\(error)")
          #expect(!error.message.contains(where: { $0.isNewline }), "\(error)")
          #expect(error.message.contains(";"), "it says what to do: \(error)")
        }
      }
      #expect(read > 200 && refused > 1000, "\(read) read, \(refused) refused")
    }
  }

  /// Cuts bytes off, appends one or more, or changes one.
  private func mutate(_ file: inout [UInt8], using random: inout SplitMix64) {
    func byte() -> UInt8 { UInt8(random.below(256)) }
    switch random.below(5) {
    case 0: file.removeLast(random.below(file.count + 1))
    case 1: file += (0...random.below(20)).map { _ in byte() }
    case 2: file.insert(byte(), at: random.below(file.count + 1))
    default: if !file.isEmpty { file[random.below(file.count)] = byte() }
    }
  }

  @Test("The digits that come along: as many of each as their source says, the first one as it is there.")
  func digits() {
    let digits = LabelledImages.digits
    #expect(digits.count == 1797)
    let counts = (0...9).map { digit in digits.labels.count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect((digits.image(0).row(0) * 16).scalars == [0, 0, 5, 13, 9, 1, 0, 0])
    let ink: Double = (digits.rows * 16).scalars.reduce(0) { $0 + Double($1) }
    #expect(ink == 561718)
    let (training, heldOut) = digits.splitByChance()
    #expect(training.count == 1438 && heldOut.count == 359)
  }
}

@Suite struct TableTests {
  private func message(_ text: String, sequence: String? = nil, target: String = "y", without: [String] = []) -> String
  {
    do throws(Failure) {
      _ = try Table(text, path: "f.csv", sequence: sequence, without: without).examples(target: target, window: 2)
      return "no failure"
    } catch {
      return error.message
    }
  }

  private let right = "x,y\n" + (0..<12).map { "\($0),\(2 * $0)\n" }.joined()

  @Test("What is wrong is said with file, line and column.")
  func wrong() {
    let cases: [(String, String)] = [
      ("x,y\n1,2\n3\n", "f.csv, line 3: 1 value, the header names 2 columns"),
      ("x,y\n1,2\n3,abc\n", "f.csv, line 3, column 2 (y): \"abc\" is no number"),
      ("x,y\n1,2\n,4\n", "f.csv, line 3, column 1 (x): the value is missing"),
      ("x,y\n1,nan\n", "f.csv, line 2, column 2 (y): \"nan\" is no number"),
      ("1,2\n3,4\n", "f.csv, line 1: a number stands where the columns' names should"),
      ("x,y\n1,2\n", "f.csv: its numbers, 1 line, make 0 sequences"), ("x,y\n", "its numbers, 0 lines"),
      ("x,z\n1,2\n", "f.csv, line 1: no column \"y\" for the target; there are x, z."),
      ("x,x,y\n1,2,3\n", "f.csv, line 1, column 2 (x): column 1 has this name too; rename one."),
      ("x,,y\n1,2,3\n", "f.csv, line 1, column 2: it has no name; give it one."),
      ("x;y\n1;2\n", "f.csv, line 1: no comma, but semicolons"), ("x\ty\n1\t2\n", "line 1: no comma, but tabs"),
      ("x,y\n1,-1e18\n", "f.csv, line 2, column 2 (y): -1e18 is too large"),
      ("x,y\n1,\"2\n", "f.csv, line 2: its quotation mark is not closed"),
      ("x,y\n1,2\n\n3,4\n", "line 3: 1 value,"), (right, "no failure"), (right + "\n\n", "no failure"),
    ]
    for (text, expected) in cases { #expect(message(text).contains(expected), "\(text): \(message(text))") }
    #expect(message(right, sequence: "id").contains("no column \"id\" for the sequences"))
    #expect(message(right, without: ["w"]).contains("no column \"w\" to leave out"))
    #expect(message("id,y\na,1\n", sequence: "id").contains("no column beside \"y\""))
  }

  @Test("2,000 tables with one wrong cell or line are refused with the very line and column, in one line.")
  func oneWrongPlace() {
    var random = SplitMix64(seed: 5)
    let names = ["day", "x", "y", "wind"]
    for _ in 0..<2000 {
      var cells = (0..<13).map { line in names.indices.map { "\(line * 4 + $0).5" } }
      let (line, column) = (random.below(13), random.below(4))
      let place = "f.csv, line \(line + 2)"
      let expected: String
      switch random.below(4) {
      case 0:
        cells[line].removeLast()
        expected = place + ": 3 values, the header names 4 columns."
      case 1:
        cells[line].insert("7", at: column)
        expected = place + ": 5 values, the header names 4 columns."
      case 2:
        cells[line][column] = ["", " ", "\t", "\"\""][random.below(4)]
        expected =
          place + ", column \(column + 1) (\(names[column])): the value is missing; fill it in, or drop the line."
      default:
        let word = ["abc", "nan", "inf", "-Infinity", "1e999", "--3", "1.2.3", "é", "NULL", "1 000"][random.below(10)]
        cells[line][column] = word
        expected =
          place + ", column \(column + 1) (\(names[column])): \"\(word)\" is no number; mend it, or leave the "
          + "column out with --without."
      }
      let text = ([names] + cells).map { $0.joined(separator: ",") }.joined(separator: "\n")
      #expect(message(text) == expected)
    }
  }

  @Test("4,000 mutated files give a table of finite numbers or one line with file and line, and never crash.")
  func mutated() throws {
    try inFolder { folder in
      var random = SplitMix64(seed: 6)
      let whole = "id,x,\"y\",z\n" + (0..<24).map { "s\($0 / 2),\($0),\(0.25 * Double($0)),-1e-3\n" }.joined()
      var (read, refused) = (0, 0)
      let file = folder.appendingPathComponent("mutated.csv")
      try Data().write(to: file)
      for turn in 0..<4000 {
        var bytes = Array(whole.utf8)
        for _ in 0...random.below(4) { mutate(&bytes, using: &random) }
        // A text is read faster without a file; what is no text needs one.
        let text = turn % 8 < 2 ? nil : String(validating: bytes, as: UTF8.self)
        if text == nil { try overwrite(file, with: bytes) }
        do throws(Failure) {
          let (id, unused) = turn % 2 == 0 ? ("id", []) : (nil, ["id"])
          let table =
            if let text {
              try Table(text, path: file.path, sequence: id, without: unused)
            } else {
              try Table(file.path, sequence: id, without: unused)
            }
          let examples = try table.examples(target: "y", window: 3)
          read += 1
          #expect(table.rows.allSatisfy { $0.count == table.names.count && $0.allSatisfy(\.isFinite) })
          #expect(examples.count >= 10 && examples.allSatisfy { !$0.rows.isEmpty })
        } catch {
          refused += 1
          #expect(!error.message.contains(where: { $0.isNewline }), "\(error)")
          #expect(error.message.hasPrefix(file.path), "\(error)")
          #expect(error.message.contains("line") || error.message.contains("is empty"), "\(error)")
        }
      }
      #expect(read > 200 && refused > 1000, "\(read) read, \(refused) refused")
    }
  }

  /// Changes, adds, takes away or repeats some bytes, of those kinds that a table is made of.
  private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
    let kinds: [UInt8] = Array("0123456789.-e,,,,\"\"\n\n\r \t;xé".utf8) + [0, 0xFF]
    let place = random.below(max(1, bytes.count))
    let other = kinds[random.below(kinds.count)]
    switch random.below(6) {
    case 0: bytes.removeLast(random.below(bytes.count + 1))
    case 1: bytes.insert(other, at: min(place, bytes.count))
    case 2: bytes += bytes[place...]
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.below(9)))
    default: if !bytes.isEmpty { bytes[place] = other }
    }
  }

  @Test("Windows foretell the next line; sequences with names their last line, whatever their length.")
  func examples() throws {
    let table = try Table(right, path: "f", sequence: nil, without: [])
    let windows = try table.examples(target: "y", window: 2)
    #expect(windows.count == 10)
    #expect(windows[3].rows == [[3, 6], [4, 8]] && windows[3].value == 10 && windows[3].latest == 8)
    #expect(windows[3].name == "line 7")
    let lines = (0..<10).flatMap { id in (0...id % 3).map { "\"s,\(id)\", \($0) ,\(10 * id + $0),junk\n" } }
    let named = try Table("id,x,y,w\n" + lines.joined(), path: "f", sequence: "id", without: ["w"])
      .examples(target: "y", window: 2)
    #expect(named.count == 10 && named.map(\.rows.count) == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1])
    #expect(named[5].name == "s,5" && named[5].rows == [[0], [1], [2]] && named[5].value == 52)
  }

  @Test("A value that follows from the sequence is foretold far better than by the mean, and the units are right.")
  func fit() throws {
    var random = SplitMix64(seed: 1)
    // The value is 100 plus the sum over the sequence; lengths differ.
    let examples = (0..<120).map { k in
      let rows = (0...random.below(4)).map { _ in [10 * random.uniform()] }
      return Example(name: "\(k)", rows: rows, value: 100 + rows.reduce(0) { $0 + $1[0] }, latest: nil)
    }
    var plan = ClassifierPlan()
    (plan.layers, plan.hidden, plan.keep, plan.steps, plan.rate) = (1, 16, 1, 300, 0.01)
    let fit = plan.fit(examples, seed: 1) { _, _ in }
    #expect(fit.trained == 96 && fit.heldOut.count == 24)
    #expect(fit.heldOut.map(\.example.name) == (96..<120).map { "\($0)" })
    #expect(fit.error < 0.2 * fit.error { _ in fit.mean }, "\(fit.error) against \(fit.error { _ in fit.mean })")
    #expect(fit.table.split(separator: "\n").count == 25)
  }

  @Test("What is foretold depends on nothing that is held out but the sequence itself.")
  func heldOut() {
    var random = SplitMix64(seed: 2)
    let examples = (0..<40).map { k in
      let rows = (0...random.below(4)).map { _ in [random.uniform(), 5 + random.uniform()] }
      return Example(name: "\(k)", rows: rows, value: rows[0][0], latest: nil)
    }
    // The values of the last fifth, and one of its sequences, are others.
    let others = examples.enumerated().map { k, example in
      guard k >= 32 else { return example }
      return Example(
        name: example.name, rows: k == 35 ? [[1000, -1000]] : example.rows, value: 1e6 + Double(k), latest: nil)
    }
    var plan = ClassifierPlan()
    (plan.layers, plan.hidden, plan.keep, plan.steps) = (1, 4, 0.8, 20)
    let (fit, other) = (plan.fit(examples, seed: 1) { _, _ in }, plan.fit(others, seed: 1) { _, _ in })
    #expect(fit.mean == other.mean && fit.mean == examples[..<32].reduce(0) { $0 + $1.value } / 32)
    for (k, (a, b)) in zip(fit.heldOut, other.heldOut).enumerated() where k != 3 {
      #expect(a.predicted == b.predicted && a.example.name == "\(32 + k)")
    }
    #expect(fit.heldOut[3].predicted != other.heldOut[3].predicted)
  }

  @Test("Errors are roots of mean squares; the table of predictions names what is and what was said.")
  func errors() {
    func example(_ name: String, _ value: Double) -> Example {
      Example(name: name, rows: [[0]], value: value, latest: 2 * value)
    }
    let fit = Fit(heldOut: [(example("a", 3), 5), (example("b,c", 1), 1)], trained: 8, mean: 2)
    #expect(fit.error == 2.0.squareRoot())
    #expect(fit.error { _ in fit.mean } == 1 && fit.error { $0.latest! } == 5.0.squareRoot())
    #expect(fit.table == "sequence,actual,predicted\na,3.0,5.0\n\"b,c\",1.0,1.0\n")
  }
}
