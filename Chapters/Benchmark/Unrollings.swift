import ExplicitGates
import Foundation
import MinimalMatrix
import WhileLoop

/// What an unrolling costs beside chapter 3's `for`.
private struct Overhead: Encodable {
  var workload: String
  var variant: String
  var threads: Int
  /// Seconds of the processor, forward and backward: the median over the rounds.
  var median_s: Double
  /// The median over the rounds of the time over that of `for` in the same round.
  var over_for: Double
}

/// Measures an LSTM forward and backward in every unrolling, at the sizes of W2 and W3. In each round every unrolling has
/// its turn, so all meet the same machine; the first turn goes round.
func measureUnrollings(threads: Int) throws {
  try measureUnrollings(
    "W2-unrolled", threads: threads, steps: 10, batch: 16, inputs: 2, hidden: 20, runs: 20, rounds: 201)
  try measureUnrollings(
    "W3-unrolled", threads: threads, steps: 50, batch: 100, inputs: 200, hidden: 200, runs: 1, rounds: 31)
}

private func measureUnrollings(
  _ workload: String, threads: Int, steps T: Int, batch B: Int, inputs D: Int, hidden H: Int, runs: Int, rounds: Int
) throws {
  var random = SplitMix64(seed: 1)
  let cell = LSTM<Float>(inputs: D, hidden: H, using: &random)
  let question = Question(to: cell, steps: T, batch: B, using: &random)
  let unrollings: [(name: String, answer: (Question<LSTM<Float>>) -> Answer<LSTM<Float>>)] = [
    ("for", cell.byFor), ("scan", cell.byScan), ("while loop", cell.byWhile), ("checkpointed", cell.byCheckpoints),
  ]
  var times = Array(repeating: [Double](), count: unrollings.count)
  for round in 0..<rounds {
    for turn in unrollings.indices {
      let k = (turn + round) % unrollings.count
      let start = clock()
      for _ in 0..<runs { _ = unrollings[k].answer(question) }
      times[k].append(Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(runs))
    }
  }
  func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  for (k, unrolling) in unrollings.enumerated() {
    let overhead = Overhead(
      workload: workload, variant: unrolling.name, threads: threads, median_s: median(times[k]),
      over_for: median(zip(times[k], times[0]).map { $0 / $1 }))
    print(String(decoding: try encoder.encode(overhead), as: UTF8.self))
  }
}
