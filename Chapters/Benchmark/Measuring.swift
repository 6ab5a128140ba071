import Speed

/// What a measurement found.
struct Timing {
  /// Seconds a run: the median over the blocks, and the least of them.
  let median, least: Double
  /// The median over the blocks of the runs a second over the speed of the machine just then, in 10⁹ operations a second.
  let runsPerPeak: Double
}

/// Runs `body` again and again, in blocks of about `block` seconds, and the machine's peak for a moment before and after
/// each block: a machine that is shared runs now faster, now slower, and the two together.
func measure(blocks: Int = 41, of block: Double = 0.04, _ body: () -> Void) -> Timing {
  func seconds(_ runs: Int) -> Double {
    let start = wallTime()
    for _ in 0..<runs { body() }
    return wallTime() - start
  }
  var runs = 1
  while seconds(runs) < block / 4 { runs *= 2 }
  runs = max(1, Int(Double(runs) * block / seconds(runs)))
  var times: [Double] = []
  var ratios: [Double] = []
  for _ in 0..<blocks {
    let before = Machine.peakNow()
    times.append(seconds(runs) / Double(runs))
    ratios.append(1 / times.last! / ((before + Machine.peakNow()) / 2))
  }
  return Timing(median: times.sorted()[blocks / 2], least: times.min()!, runsPerPeak: ratios.sorted()[blocks / 2])
}
