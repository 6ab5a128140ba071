import Foundation
import Running
import Speed
import Testing

/// The benchmark's program: what it prints, reads and refuses. It is never asked to measure for long.
@Suite struct BenchmarkTests {
  /// A file of such lines, for as long as `body` runs.
  static func with<Result>(_ lines: [String]..., body: ([String]) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lines-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let paths = lines.indices.map { folder.appendingPathComponent("\($0).jsonl").path }
    for (path, lines) in zip(paths, lines) {
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    }
    return try body(paths)
  }

  static func line(
    _ workload: String, _ seconds: Double, by peer: String = "workbook", _ variant: String = "x", threads: Int = 1,
    more: String = ""
  ) -> String {
    #"{"dtype":"float32","peer":"\#(peer)","workload":"\#(workload)","variant":"\#(variant)","threads":\#(threads),"#
      + #""median_s":\#(seconds)\#(more)}"#
  }

  static let ours = [
    line("W1", 0.001), line("W1", 0.002, threads: 2), line("W4-write", 0.5), line("W6", 1e-5, "64x64x64"),
  ]

  @Test("Work, threads and a product's shape must fit; each peer's fastest line counts; a run may be many steps.")
  func ratios() throws {
    let one = [
      Self.line("W1", 0.004, by: "slow", "better"), Self.line("W1", 0.008, by: "slow"),
      Self.line("W1", 0.002, by: "slow", threads: 2),
      Self.line("W6", 1e-9, by: "slow", "64x64x65"), Self.line("W6", 3e-5, by: "slow", "64x64x64"),
    ]
    let two = [
      "", Self.line("W1", 0.3, by: "scan", more: #","steps_per_s":333.33"#),
      #"{"workload":"W1","peer":"scan","threads":1,"check":true}"#,
      #"{"workload":"W1","peer":"scan","threads":1,"error":"no such thing"}"#,
      #"{"workload":"W1","peer":"scan","threads":1,"median_s":1e-9,"dtype":"float64"}"#,
      #"{"workload":"W7-import","peer":"scan","threads":1,"seconds":2}"#,
    ]
    let result = try Self.with(Self.ours, one, two) { files in
      try run("benchmark", ["--from", files[0], "--compare", files[1], files[2]])
    }
    #expect(result.status == 0 && result.errors.isEmpty)
    struct Found: Decodable {
      let fastest_peer: String?, ratio: Double?, peers: [String: Double]?
    }
    let found = try result.output.split(separator: "\n").map { line in
      try JSONDecoder().decode(Found.self, from: Data(line.utf8))
    }
    #expect(found.map(\.fastest_peer) == ["scan", "slow", nil, "slow"])
    #expect(found.map { $0.ratio.map { ($0 * 1e6).rounded() / 1e6 } } == [3, 1, nil, 3])
    #expect(found.first?.peers == ["scan": 0.003, "slow": 0.004])
  }

  @Test("What the program prints, of every workload, can be compared with: every time is then its own.")
  func comparesWithItself() throws {
    let kinds = [
      "W2-unrolled", "W3-unrolled", "W3-memory", "W4-memory", "cost-T", "cost-B", "cost-H", "W6-peak", "W7-first-step",
    ]
    let lines = Self.ours + kinds.map { Self.line($0, 0.5) }
    let result = try Self.with(lines) { files in try run("benchmark", ["--from", files[0], "--compare", files[0]]) }
    #expect(result.status == 0 && result.errors.isEmpty)
    let compared = result.output.split(separator: "\n").filter { $0.contains(#""ratio":1"#) }
    #expect(compared.count == Self.ours.count + 1, "those of ours, and the first step")
  }

  @Test("The table has a row for each measurement, at most 80 columns, and the ratio at its end; the figure is a file.")
  func table() throws {
    let peers = ["a", "b", "c", "d", "tensorflow"].map { Self.line("W1", 0.0123, by: $0) }
    try Self.with(Self.ours, peers) { files in
      let figure = URL(fileURLWithPath: files[0]).deletingLastPathComponent().appendingPathComponent("ratios.svg").path
      let run = try run("benchmark", ["--from", files[0], "--compare", files[1], "--table", "--figure", figure])
      let lines = run.output.split(separator: "\n")
      #expect(run.status == 0 && lines.allSatisfy { $0.count <= 80 })
      #expect(lines.count { $0.hasPrefix("W1 ") && $0.hasSuffix("×12.30") } == 2, "four peers, then one")
      #expect(lines.contains { $0.hasPrefix("W6 64x64x64") && $0.contains("10.0 µs") })
      #expect(run.output.contains("tensorf"))
      let svg = try String(contentsOfFile: figure, encoding: .utf8)
      #expect(svg.contains("one thread") && svg.contains(">W1<") && !svg.contains("W4-write"))
    }
  }

  @Test(
    "A line that is wrong is named by its file and place, and nothing is measured.",
    arguments: [
      ("hello", "is no JSON"), ("[1]", "is of the wrong kind"), (#"{"peer":"x"}"#, #"has no "workload""#),
      (line("W9", 1), #"unknown workload "W9""#), (line("W1", 1, threads: 0), "threads from 1 up"),
      (line("W1", 0), "median_s above 0"), (#"{"workload":"W1","threads":1,"median_s":1}"#, "lacks a peer"),
      (#"{"workload":"W6","peer":"x","threads":1,"median_s":1}"#, "shape"),
      (#"{"workload":"W1","threads":"one"}"#, "threads is of the wrong kind"),
    ])
  func wrongLines(line: String, message: String) throws {
    let result = try Self.with([Self.line("W1", 1), line]) { files in
      try run("benchmark", ["--compare", files[0]])
    }
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errors.contains("0.jsonl, line 2") && result.errors.contains(message))
    #expect(result.errors.count { $0 == "\n" } == 1)
  }

  @Test(
    "Wrong use ends with 2 and one line.",
    arguments: [
      (["--threads", "1,x"], "--threads wants"), (["--threads", "0"], "--threads wants"),
      (["--workloads", "W1,W8"], "no workload W8"), (["--workloads", ","], "names none"),
      (["--compare", "/none.jsonl"], "/none.jsonl"), (["--from", "/none.jsonl"], "/none.jsonl"),
      (["--figure", "x.svg"], "--compare"), (["--alone", "W1"], "--alone wants"),
    ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("benchmark", arguments)
    #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(message))
    #expect(run.errors.count { $0 == "\n" } == 1)
  }

  @Test("The start and the memory are asked of processes of their own, whose answer is plausible.")
  func alone() throws {
    struct Line: Decodable {
      let workload: String, median_s: Double?, peak_bytes: Int?, paper_bytes: Int?
    }
    let run = try run("benchmark", ["--workloads", "W7,memory", "--threads", "1"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = try run.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(lines.map(\.workload) == ["W6-peak", "W7-first-step", "W3-memory", "W4-memory"])
    let seconds = try #require(lines[1].median_s)
    #expect(seconds > 1e-3 && seconds < 5)
    // [5000 × 200 inputs, 7 · 200 kept] and [6400 × 100 inputs, 7 · 100 kept, 64 logits], four bytes each.
    #expect(lines[2].paper_bytes == 32_000_000 && lines[3].paper_bytes == 22_118_400)
    for line in lines[2...] {
      let (peak, paper) = (try #require(line.peak_bytes), try #require(line.paper_bytes))
      #expect(peak > paper / 2 && peak < 20 * paper)
    }
  }
}
