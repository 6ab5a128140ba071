import Console
import Foundation
import MinimalMatrix

let threads = Option.string(
  "threads", default: "1,2", "how many threads a large product may use, one number or several")
let workloads = Option.string(
  "workloads", default: "W1,W2,W3,W4,W5,W6,W7",
  "which of W1 to W7, memory, cost, unrollings to run, with commas between; of W5 also W5-gru-b10 and so on")
let compared = Option.file(
  "compare", otherwise: "with none",
  "lines of the same work, timed in other frameworks or here earlier; several files may follow; book/08-speed.md says "
    + "how to make one")
let asTable = Option.flag("table", "a table instead of lines of JSON")
let figure = Option.file(
  "figure", otherwise: "none is drawn", "an SVG file for the ratios to the fastest of those compared with")
let earlier = Option.file(
  "from", otherwise: "all is measured", "lines that this program has printed; then nothing is measured")
let text = Option.file(
  "text", otherwise: "texts of the workbook",
  "the text of W1 and W4; a comparison needs the one that the other framework read")
let references = Option.file(
  "references", otherwise: "not compared",
  "losses and gradients of the workloads, as JSON: proves of each workload, before it is measured, that it is the same")
let alone = Option.string(
  "alone", otherwise: "not alone",
  "run one training step of W2, or three of W3 or W4; say when they were done, and the memory")

/// `--compare a b c`, as a shell writes out `*.jsonl`, is `--compare a,b,c`.
var commandLine = Array(CommandLine.arguments.dropFirst())
if let start = commandLine.firstIndex(of: "--compare").map({ $0 + 1 }) {
  let files = commandLine[start...].prefix { !$0.hasPrefix("--") }
  if files.count > 1 { commandLine.replaceSubrange(files.indices, with: [files.joined(separator: ",")]) }
}

program(
  "benchmark", "Measures the chapters' own code: a line of JSON for each measurement, or a table.",
  options: [threads, workloads, compared, asTable, figure, earlier, text, references, alone], commandLine: commandLine
) { options in
  let counts = options[threads].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  guard counts.allSatisfy({ (1...1024).contains($0) }) else {
    throw Failure.usage("--threads wants numbers from 1 to 1024 with commas between, not \"\(options[threads])\".")
  }
  if let workload = options[alone] {
    Threads.count = counts[0]
    let result = try Alone(workload, text: options[text])
    return print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }
  let chosen = try Workload.chosen(options[workloads])
  let peers = try Peers(files: options[compared]?.split(separator: ",").map(String.init) ?? [])
  if options[figure] != nil && options[compared] == nil {
    throw Failure.usage("--figure draws ratios: --compare says to whom.")
  }
  if let file = options[figure] { try requirePlace(for: file) }
  let results = Results(beside: peers, asTable: options[asTable])
  if let file = options[earlier] {
    try readMeasurements(file).forEach(results.add)
  } else {
    let session = Session(workloads: chosen, text: options[text], references: options[references])
    try session.measure(threads: counts, into: results)
  }
  if options[asTable] { results.table.forEach { print($0) } }
  if let file = options[figure] {
    let url = URL(filePath: file)
    try write(results.figure.svg(), to: url.lastPathComponent, in: url.deletingLastPathComponent().path)
  }
}
