import Console
import Foundation
import MinimalMatrix
import Texts

let threads = Option.int("threads", default: 1, in: 1...1024, "how many threads a large product may use")
let workloads = Option.string(
  "workloads", default: "W1,W2,W3,W4,W5,W6",
  "which of W1 to W6, unrollings to run, with commas between; of W5 also W5-gru-b10 and so on")
let text = Option.file(
  "text", otherwise: "texts of the workbook", "the text of W1 and W4; for comparisons, the peers' text")
let references = Option.file("references", otherwise: "not compared", "workload_references.json of the peers")

program(
  "benchmark", "Measures the chapters' own code: one line of JSON for each measurement.",
  options: [threads, workloads, text, references]
) { options in
  Threads.count = options[threads]
  let chosen = options[workloads].split(separator: ",").map(String.init)
  let known = ["W1", "W2", "W3", "W4", "W5", "W6", "unrollings"] + sequenceClassifiers
  if let unknown = chosen.first(where: { !known.contains($0) }) {
    throw Failure.usage("there is no workload \(unknown): take some of \(known.joined(separator: ", ")).")
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
  if chosen.contains("W4") {
    let work = try CharacterLSTM(text: try options[text].map(readText) ?? Texts.workbook)
    if let file = options[references] { try work.verify(against: readReferences(file, of: "W4")) }
    try work.measureStep(threads: options[threads])
    try work.measureWriting(threads: options[threads])
  }
  for name in sequenceClassifiers where chosen.contains("W5") || chosen.contains(name) {
    let reading = try options[references].map {
      (first: try readReferences($0, of: name), later: try readLater($0, of: name))
    }
    try measureSequenceClassifier(name, threads: options[threads], references: reading)
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

/// The loss after some updates, in which those peers agree whose optimiser is PyTorch's.
func readLater(_ file: String, of workload: String) throws -> [String: Double] {
  let json = try JSONSerialization.jsonObject(with: Data(readText(file).utf8)) as? [String: Any]
  let workloads = json?["workloads"] as? [String: [String: Any]]
  let later = workloads?[workload]?["later"] as? [String: [String: Double]]
  guard let numbers = later?.first(where: { $0.key.hasPrefix("torch") })?.value else {
    throw Failure.failed("\(file) says nothing of \(workload) later: is it the peers' workload_references.json?")
  }
  return numbers
}
