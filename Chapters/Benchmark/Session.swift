import Console
import Foundation
import MinimalMatrix
import Speed
import Texts

/// What is measured, on which texts, and how it is proved that the work is that of others.
struct Session {
  /// Some of ``Workload/names``.
  let workloads: [String]
  /// The file with the text of W1 and W4; `nil` for texts of the workbook.
  let text: String?
  /// The file with the workloads' losses and gradients; `nil` if nothing is compared.
  let references: String?

  /// Measures the machine's peak, of which all shares are shares, and then every workload on each number of threads.
  func measure(threads counts: [Int], into results: Results) throws {
    var peak = Measurement("W6-peak", "fused multiply-add", threads: 1)
    peak.gflops = (0..<50).map { _ in Machine.peakNow() }.max()
    try results.add(peak)
    for count in counts {
      Threads.count = count
      try measure(threads: count, into: results)
    }
  }

  private func measure(threads: Int, into results: Results) throws {
    func verified(_ workload: String, _ verify: ([String: Double]) throws -> Void) throws {
      if let file = references { try verify(readReferences(file, of: workload)) }
    }
    if workloads.contains("W1") {
      let work = try CharacterRNN(text: try text.map(readText) ?? Texts.names)
      try verified("W1", work.verify)
      try work.measureStep(threads: threads, into: results)
    }
    if workloads.contains("W2") {
      let work = AdditionStep()
      try verified("W2", work.verify)
      try work.measureStep(threads: threads, into: results)
    }
    if workloads.contains("W3") {
      let work = LSTMLayer()
      try verified("W3-fwdbwd", work.verify)
      try work.measureBoth(threads: threads, into: results)
    }
    if workloads.contains("W4") {
      let work = try CharacterLSTM(text: try text.map(readText) ?? Texts.workbook)
      try verified("W4", work.verify)
      try work.measureStep(threads: threads, into: results)
      try work.measureWriting(threads: threads, into: results)
    }
    for name in sequenceClassifiers where workloads.contains("W5") || workloads.contains(name) {
      let reading = try references.map {
        (first: try readReferences($0, of: name), later: try readLater($0, of: name))
      }
      try measureSequenceClassifier(name, threads: threads, references: reading, into: results)
    }
    if workloads.contains("W6") { try measureProducts(threads: threads, into: results) }
    if workloads.contains("W7") { try measureStart(threads: threads, into: results) }
    if workloads.contains("memory") { try measureMemory(text: text, threads: threads, into: results) }
    if workloads.contains("unrollings") { try measureUnrollings(threads: threads, into: results) }
    if workloads.contains("cost") { try measureCost(threads: threads, into: results) }
  }
}

/// The loss and the length of the gradient that everybody agrees on for one workload.
func readReferences(_ file: String, of workload: String) throws -> [String: Double] {
  guard let numbers = try reference(file, workload)?.compactMapValues({ $0 as? Double }) else {
    throw Failure.usage("\(file) has no {\"workloads\": {\"\(workload)\": {\"loss0\": …, \"gradient_norm0\": …}}}.")
  }
  return numbers
}

/// The loss after some updates, in which those agree whose optimiser is PyTorch's.
func readLater(_ file: String, of workload: String) throws -> [String: Double] {
  let later = try reference(file, workload)?["later"] as? [String: [String: Double]]
  guard let numbers = later?.first(where: { $0.key.hasPrefix("torch") })?.value else {
    throw Failure.usage("\(file) has no {\"workloads\": {\"\(workload)\": {\"later\": {\"torch\": {\"loss1\": …}}}}}.")
  }
  return numbers
}

private func reference(_ file: String, _ workload: String) throws -> [String: Any]? {
  let json = try? JSONSerialization.jsonObject(with: Data(readText(file).utf8)) as? [String: Any]
  return (json?["workloads"] as? [String: [String: Any]])?[workload]
}
