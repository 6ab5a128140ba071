import Console
import Drawing

/// What ``measure(_:steps:hidden:runs:)`` said in nine processes for each line, all lines in turn: that of the least time, for
/// the page to show. Times and peaks are not the same twice.
public enum Record {
  /// When, and on what.
  public static let made = "22 November 2026, one core of a shared x86-64 server with AVX2"

  /// From 100 to 100 000 steps.
  public static let runs: [Strategy: [Cost]] = [
    .plain: [
      Cost(steps: 100, seconds: 0.000862, peak: 22_941_696, fingerprint: 10_537_692_030_874_451_237),
      Cost(steps: 1000, seconds: 0.010981, peak: 31_408_128, fingerprint: 16_197_395_737_913_097_509),
      Cost(steps: 10_000, seconds: 0.143027, peak: 115_961_856, fingerprint: 1_451_439_743_374_753_061),
      Cost(steps: 100_000, seconds: 3.241424, peak: 961_159_168, fingerprint: 13_260_364_010_609_212_709),
    ],
    .checkpointed: [
      Cost(steps: 100, seconds: 0.001255, peak: 22_130_688, fingerprint: 10_537_692_030_874_451_237),
      Cost(steps: 1000, seconds: 0.012364, peak: 22_659_072, fingerprint: 16_197_395_737_913_097_509),
      Cost(steps: 10_000, seconds: 0.154490, peak: 26_136_576, fingerprint: 1_451_439_743_374_753_061),
      Cost(steps: 100_000, seconds: 1.434635, peak: 51_638_272, fingerprint: 13_260_364_010_609_212_709),
    ],
  ]

  /// Time and memory side by side, a line for each length.
  public static func table(_ runs: [Strategy: [Cost]]) -> [String] {
    func column(_ value: Double, _ places: Int, _ width: Int) -> String {
      value.decimal(places: places).aligned(to: width)
    }
    let rows = zip(runs[.plain] ?? [], runs[.checkpointed] ?? []).map { plain, few in
      let (all, some) = (Double(plain.peak), Double(few.peak))
      let times = column(plain.seconds, 3, 10) + column(few.seconds, 3, 15) + column(few.seconds / plain.seconds, 2, 7)
      return "\(plain.steps)".aligned(to: 8) + times + column(all / 1e6, 1, 11) + column(some / 1e6, 1, 15)
        + column(all / some, 1, 7)
    }
    return ["       T  plain, s   checkpointed  ratio  plain, MB   checkpointed  ratio"] + rows
  }

  /// A figure of the record.
  public static func chart(_ what: String, _ unit: String, _ value: (Cost) -> Double) -> LineChart {
    let series = Strategy.allCases.map { strategy in
      LineChart.Series(strategy.rawValue, points: (runs[strategy] ?? []).map { (Double($0.steps), value($0)) })
    }
    return LineChart(
      title: "\(what) of a run forward and backward", x: "T, time steps", y: unit, xScale: .logarithmic,
      yScale: .logarithmic, series: series)
  }
}
