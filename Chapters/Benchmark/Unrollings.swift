import ExplicitGates
import MinimalMatrix
import func Speed.processorTime
import func Speed.wallTime
import WhileLoop

/// Measures an LSTM forward and backward in every unrolling, at the sizes of W2 and W3. In each round every unrolling has
/// its turn, so all meet the same machine; the first turn goes round.
func measureUnrollings(threads: Int, into results: Results) throws {
  try measureUnrollings(
    "W2-unrolled", threads: threads, steps: 10, batch: 16, inputs: 2, hidden: 20, runs: 20, rounds: 201,
    into: results)
  try measureUnrollings(
    "W3-unrolled", threads: threads, steps: 50, batch: 100, inputs: 200, hidden: 200, runs: 1, rounds: 31,
    into: results)
}

private func measureUnrollings(
  _ workload: String, threads: Int, steps T: Int, batch B: Int, inputs D: Int, hidden H: Int, runs: Int, rounds: Int,
  into results: Results
) throws {
  var random = SplitMix64(seed: 1)
  let cell = LSTM<Float>(inputs: D, hidden: H, using: &random)
  let question = Question(to: cell, steps: T, batch: B, using: &random)
  let unrollings: [(name: String, answer: (Question<LSTM<Float>>) -> Answer<LSTM<Float>>)] = [
    ("for", cell.byFor), ("scan", cell.byScan), ("while loop", cell.byWhile), ("checkpointed", cell.byCheckpoints),
  ]
  let clock = threads > 1 ? wallTime : processorTime
  var times = Array(repeating: [Double](), count: unrollings.count)
  for round in 0..<rounds {
    for turn in unrollings.indices {
      let k = (turn + round) % unrollings.count
      let start = clock()
      for _ in 0..<runs { _ = unrollings[k].answer(question) }
      times[k].append((clock() - start) / Double(runs))
    }
  }
  func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  for (k, unrolling) in unrollings.enumerated() {
    var overhead = Measurement(workload, unrolling.name, threads: threads)
    overhead.median_s = median(times[k])
    overhead.over_for = median(zip(times[k], times[0]).map { $0 / $1 })
    try results.add(overhead)
  }
}
