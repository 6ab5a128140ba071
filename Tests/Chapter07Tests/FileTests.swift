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
    let bytes: [[Float]] = [[18, 21], [24, 27], [30, 33]]
    #expect((images.image(1) * 255).scalars.map { $0.rounded() } == bytes.flatMap { $0 })
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
    add(Array(idxImages.prefix(9)), idxLabels, "/i: 9 bytes are too few")
    add([], idxLabels, "/i: 0 bytes")
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

  @Test("Mutated files give images of the announced size or a failure, and never crash.")
  func mutated() throws {
    var random = SplitMix64(seed: 1)
    var (read, refused) = (0, 0)
    for _ in 0..<300 {
      var files = [idxImages, idxLabels]
      let which = random.below(2)
      for _ in 0...random.below(3) {
        switch random.below(4) {
        case 0: files[which].removeLast(random.below(files[which].count))
        case 1: files[which].append(UInt8(random.below(256)))
        default:
          guard !files[which].isEmpty else { continue }
          let place = random.below(files[which].count)
          files[which][place] = UInt8(random.below(256))
        }
        if files[which].isEmpty { break }
      }
      switch try self.read(files[0], files[1]) {
      case .success(let images):
        read += 1
        #expect(images.rows.count == 72 && images.labels.allSatisfy { $0 < 10 })
      case .failure: refused += 1
      }
    }
    #expect(read > 10 && refused > 100)
  }

  @Test("The digits that come along: as many of each as their source says, the first one as it is there.")
  func digits() {
    let digits = LabelledImages.digits
    #expect(digits.count == 1797)
    let counts = (0...9).map { digit in digits.labels.count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect((digits.image(0).row(0) * 16).scalars == [0, 0, 5, 13, 9, 1, 0, 0])
    #expect((digits.rows * 16).scalars.reduce(0.0) { $0 + Double($1) } == 561718)
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
      ("x,y\n1,2\n3\n", "f.csv, line 3: 1 values, the header names 2 columns"),
      ("x,y\n1,2\n3,abc\n", "f.csv, line 3, column 2 (y): \"abc\" is no number"),
      ("x,y\n1,2\n,4\n", "f.csv, line 3, column 1 (x): the value is missing"),
      ("x,y\n1,nan\n", "f.csv, line 2, column 2 (y): \"nan\" is no number"),
      ("1,2\n3,4\n", "f.csv, line 1: a number stands where the columns' names should"),
      ("x,y\n1,2\n", "f.csv: its 1 lines of numbers make 0 sequences"), ("x,y\n", "its 0 lines"),
      ("x,z\n1,2\n", "f.csv, line 1: no column \"y\" for the target; there are x, z."),
      ("x,x,y\n1,2,3\n", "more than one column \"x\""), ("x,,y\n1,2,3\n", "line 1, column 2: it has no name"),
      ("x,y\n1,2\n\n3,4\n", "line 3: 1 values"), (right, "no failure"), (right + "\n\n", "no failure"),
    ]
    for (text, expected) in cases { #expect(message(text).contains(expected), "\(text): \(message(text))") }
    #expect(message(right, sequence: "id").contains("no column \"id\" for the sequences"))
    #expect(message(right, without: ["w"]).contains("no column \"w\" to leave out"))
    #expect(message("id,y\na,1\n", sequence: "id").contains("no column beside \"y\""))
  }

  @Test("Windows foretell the next line; sequences with names their last line, whatever their length.")
  func examples() throws {
    let table = try Table(right, path: "f", sequence: nil, without: [])
    let windows = try table.examples(target: "y", window: 2)
    #expect(windows.count == 10)
    #expect(windows[3].rows == [[3, 6], [4, 8]] && windows[3].value == 10 && windows[3].latest == 8)
    #expect(windows[3].name == "line 7")
    let lines = (0..<10).flatMap { id in (0...id % 3).map { "\"s,\(id)\", \($0) ,\(id),junk\n" } }
    let named = try Table("id,x,y,w\n" + lines.joined(), path: "f", sequence: "id", without: ["w"])
      .examples(target: "y", window: 2)
    #expect(named.count == 10 && named.map(\.rows.count) == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1])
    #expect(named[5].name == "s,5" && named[5].rows == [[0], [1], [2]] && named[5].value == 5)
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
}
