import Console
import Drawing
import ExplicitGates
import MinimalMatrix

/// How the cost of chapter 3's training step grows with its size: one of `T`, `B` and `H` grows, the others stay.
public struct Growth: Sendable {
  /// Which letter grows.
  public let letter: String
  /// Its values, ascending, powers of two and odd ones among them.
  public let values: [Int]
  /// The step's size at one of the values.
  public let size: @Sendable (Int) -> Size

  /// The three of them.
  public static let all = [
    Growth(letter: "T", values: [10, 32, 100, 320, 1000, 3200, 10_000, 32_000, 100_000]) {
      Size(T: $0, B: 1, D: 64, H: 64)
    },
    Growth(
      letter: "B",
      values: [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 32, 48, 64, 100, 128, 200, 256, 511, 512, 513, 1024]
    ) { Size(T: 10, B: $0, D: 128, H: 128) },
    Growth(
      letter: "H",
      values: [
        16, 17, 24, 32, 33, 48, 64, 65, 96, 100, 127, 128, 129, 192, 200, 255, 256, 257, 320, 384, 511, 512, 513, 768,
        1024, 1025, 1536, 2047, 2048,
      ]
    ) { Size(T: 10, B: 32, D: $0, H: $0) },
  ]

  /// A training step at one value.
  public struct Cost: Sendable {
    /// That of `T`, `B` or `H`.
    public let value: Int
    /// The least time of a step, in seconds.
    public let seconds: Double
    /// Of the machine's peak just then, times the threads: the median over the runs.
    public let share: Double

    /// A cost of the given numbers.
    public init(_ value: Int, _ seconds: Double, _ share: Double) {
      (self.value, self.seconds, self.share) = (value, seconds, share)
    }
  }

  /// Measures a step at one value, for about a third of a second and at least three times.
  public func measure(_ value: Int, threads: Int = 1) -> Cost {
    let size = size(value)
    let (cell, x) = size.example(seed: 1)
    let clock = threads > 1 ? wallTime : processorTime
    return with(threads: threads) {
      func seconds(_ runs: Int) -> Double {
        let start = clock()
        for _ in 0..<runs { _ = cell.answer(x, batch: size.B) }
        return clock() - start
      }
      // A block lasts some milliseconds, as the look at the peak beside it does.
      let once = min(seconds(1), seconds(1))
      let runs = max(1, Int(0.004 / once))
      let blocks = max(3, min(41, Int(0.3 / (once * Double(runs)))))
      var (least, shares) = (Double.infinity, [Double]())
      for _ in 0..<blocks {
        let before = Machine.peakNow(clock)
        let time = seconds(runs) / Double(runs)
        let peak = (before + Machine.peakNow(clock)) / 2
        least = min(least, time)
        shares.append(size.flop / time / 1e9 / peak / Double(threads))
      }
      return Cost(value, least, shares.sorted()[blocks / 2])
    }
  }

  /// The pairs of neighbours, the lower one at least `first`, between which the share of the peak falls by more than a
  /// third.
  public static func cliffs(_ costs: [Cost], from first: Int) -> [(Int, Int)] {
    zip(costs, costs.dropFirst()).filter { $0.value >= first && $1.share < $0.share * 2 / 3 }
      .map { ($0.value, $1.value) }
  }
}
