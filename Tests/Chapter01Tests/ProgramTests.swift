import Foundation
import Running
import Testing

/// What every chapter's program must do, right or wrong use. A new chapter adds its name.
@Suite struct ProgramTests {
  static let programs = ["chapter01", "chapter02"]

  /// So few steps that a run is quick.
  static let quick = ["--steps", "12", "--hidden", "8"]

  /// A file of the given bytes, while `body` runs.
  static func with<Result>(file bytes: some Sequence<UInt8>, _ body: (String) throws -> Result) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("text-\(UUID().uuidString)")
    try Data(Array(bytes)).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }

  /// The program must end with `status`, one line that begins with its name and contains `message`, and no output.
  static func expectFailure(
    of program: String, _ arguments: [String], status: Int32, _ message: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try run(program, arguments)
    #expect(run.status == status, sourceLocation: location)
    #expect(run.errors.hasPrefix("\(program): "), sourceLocation: location)
    #expect(run.errors.contains(message), sourceLocation: location)
    #expect(run.errors.hasSuffix("\n") && run.errors.split(separator: "\n").count == 1, sourceLocation: location)
    #expect(run.output.isEmpty, "it began before it had looked at what it was asked", sourceLocation: location)
  }

  @Test(arguments: programs)
  func helpNamesEveryOption(program: String) throws {
    let run = try run(program, ["--help"])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    for option in ["--seed N", "--steps N", "--text FILE", "--hidden N", "--prompt TEXT", "--temperature X"] {
      #expect(run.output.contains(option))
    }
  }

  @Test(arguments: programs)
  func theSameSeedPrintsTheSameAndAnotherDoesNot(program: String) throws {
    let seven = try run(program, Self.quick + ["--seed", "7"])
    #expect(seven.status == 0)
    #expect(seven.output.contains("swift run"), "it says where to go next")
    #expect(try run(program, Self.quick + ["--seed", "7"]).output == seven.output)
    #expect(try run(program, Self.quick + ["--seed", "8"]).output != seven.output)
  }

  @Test(arguments: programs)
  func anyTextWillDo(program: String) throws {
    let text = String(repeating: "Grüße, 名前, 👩‍👩‍👧!\n", count: 40)
    let result = try Self.with(file: text.utf8) { file in
      try run(program, Self.quick + ["--text", file, "--prompt", "👩‍👩‍👧"])
    }
    #expect(result.status == 0)
    #expect(result.output.contains("名"))
  }

  @Test(arguments: programs)
  func wrongUse(program: String) throws {
    func expect(_ arguments: [String], _ message: String) throws {
      try Self.expectFailure(of: program, arguments, status: 2, message)
    }
    try expect(["--stpes", "3"], "there is no option --stpes; did you mean --steps?")
    try expect(["--steps", "ten"], "--steps wants a whole number")
    try expect(["--steps", "-1"], "--steps wants a whole number")
    try expect(["--hidden", "0"], "--hidden wants a whole number")
    try expect(["--temperature", "0"], "--temperature wants a number")
    try expect(["--temperature", "nan"], "--temperature wants a number")
    try expect(["--text"], "--text wants the path of a file")
    try expect(["words"], "\"words\"")
  }

  @Test(arguments: programs)
  func aPromptThatCannotBeRead(program: String) throws {
    try Self.expectFailure(
      of: program, Self.quick + ["--prompt", "a☃"], status: 2,
      "has no ☃, which is character 2 of \"a☃\"")
    try Self.expectFailure(of: program, Self.quick + ["--prompt", ""], status: 2, "--prompt is empty")
  }

  @Test(arguments: programs)
  func aTextThatCannotBeRead(program: String) throws {
    func expect(_ path: String, _ message: String) throws {
      try Self.expectFailure(of: program, ["--text", path], status: 1, message)
    }
    try expect("/no/such/file", "/no/such/file: there is no such file")
    try expect("/tmp", "/tmp is a directory")
    try Self.with(file: []) { try expect($0, "is empty") }
    try Self.with(file: Array("one\ntwo".utf8) + [0xFF] + Array("three".utf8)) {
      try expect($0, "is not UTF-8: byte 0xFF at offset 7, line 2")
    }
  }

  @Test(arguments: programs)
  func aTextShorterThanASequence(program: String) throws {
    for (text, says) in [("abcd", "the text has 4 characters, and"), ("a", "the text has 1 character, and")] {
      try Self.with(file: text.utf8) {
        try Self.expectFailure(of: program, ["--text", $0, "--prompt", "a"], status: 2, says)
      }
    }
  }

  @Test func theSeedReachesTheTrainedWeights() throws {
    let fingerprints = try ["1", "2"].map { seed in
      try run("chapter02", Self.quick + ["--seed", seed]).output.split(separator: "\n")
        .filter { $0.hasPrefix("fingerprint of the weights: ") }
    }
    #expect(fingerprints.allSatisfy { $0.count == 1 })
    #expect(fingerprints[0] != fingerprints[1])
  }

  @Test("A run that leaves the numbers stops with one line, and what was printed before it stays.")
  func trainingThatDiverges() throws {
    let run = try run("chapter02", Self.quick + ["--rate", "1e38"])
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("chapter02: the loss is ") && run.errors.contains("try a smaller --rate"))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.output.contains("Training"))
  }

  @Test func figuresAreWrittenWhereAsked() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    #expect(try run("chapter02", Self.quick + ["--figures", folder.path]).status == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["02-loss.svg", "02-reach.svg", "02-truncation.svg"])
    for file in files {
      let figure = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      #expect(figure.hasPrefix("<svg") && figure.hasSuffix("</svg>\n"), "\(file)")
    }
  }

  @Test("A pipe that nobody reads any more ends the program by SIGPIPE, without a word.", arguments: programs)
  func closedPipe(program: String) throws {
    let line = "{ sleep 0.3; \(program) \(Self.quick.joined(separator: " ")); } | true; echo ${PIPESTATUS[0]}"
    let run = try shell(line)
    #expect(run.output == "141\n")
    #expect(run.errors.isEmpty)
  }
}
