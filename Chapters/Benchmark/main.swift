import Console
import Foundation
import MinimalMatrix
import Texts

let threads = Option.int("threads", default: 1, in: 1...1024, "how many threads a large product may use")
let workloads = Option.string(
  "workloads", default: "W1,W2,W3,W6", "which of W1, W2, W3, W6, unrollings to run, with commas between")
let text = Option.file("text", otherwise: "5,163 first names", "the text of W1; for comparisons, the peers' text")
let references = Option.file("references", otherwise: "not compared", "workload_references.json of the peers")

program(
  "benchmark", "Measures the chapters' own code: one line of JSON for each measurement.",
  options: [threads, workloads, text, references]
) { options in
  Threads.count = options[threads]
  let chosen = options[workloads].split(separator: ",").map(String.init)
  if let unknown = chosen.first(where: { !["W1", "W2", "W3", "W6", "unrollings"].contains($0) }) {
    throw Failure.usage("there is no workload \(unknown): take some of W1, W2, W3, W6, unrollings.")
  }
  let fastest = (0..<50).map { _ in peak() }.max()!
  try Measurement(
    workload: "W6-peak", variant: "fused multiply-add", threads: 1, median_s: 0, min_s: 0, gflops: fastest
  ).report()
  if chosen.contains("W1") {
    let work = try CharacterRNN(text: try options[text].map(readText) ?? Texts.names)
    if let file = options[references] { try work.verify(against: readReferences(file, of: "W1")) }
    try work.measureStep(threads: options[threads])
  }
  if chosen.contains("W2") {
    let work = AdditionStep()
    if let file = options[references] { try work.verify(against: readReferences(file, of: "W2")) }
    try work.measureStep(threads: options[threads])
  }
  if chosen.contains("W3") {
    let work = LSTMLayer()
    if let file = options[references] { try work.verify(against: readReferences(file, of: "W3-fwdbwd")) }
    try work.measureBoth(threads: options[threads])
  }
  if chosen.contains("unrollings") { try measureUnrollings(threads: options[threads]) }
  if chosen.contains("W6") { try measureProducts(threads: options[threads]) }
}

/// The numbers that all peers agree on for one workload.
func readReferences(_ file: String, of workload: String) throws -> [String: Double] {
  let json = try JSONSerialization.jsonObject(with: Data(readText(file).utf8)) as? [String: Any]
  let workloads = json?["workloads"] as? [String: [String: Any]]
  guard let numbers = workloads?[workload]?.compactMapValues({ $0 as? Double }) else {
    throw Failure.failed("\(file) has no \"workloads\" with \(workload): is it the peers' workload_references.json?")
  }
  return numbers
}
