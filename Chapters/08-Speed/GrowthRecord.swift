import Console
import Drawing

extension Growth {
  /// What ``measure(_:threads:)`` said on one thread, in the order of ``all``, for the page to show. `swift run chapter08
  /// --record` prints these lines.
  public static let record: [[Cost]] = [
    [
      Cost(10, 0.000124, 0.13),
      Cost(32, 0.000314, 0.176),
      Cost(100, 0.0009321, 0.192),
      Cost(320, 0.002918, 0.191),
      Cost(1000, 0.009482, 0.192),
      Cost(3200, 0.04813, 0.157),
      Cost(10_000, 0.1179, 0.144),
      Cost(32_000, 0.4601, 0.134),
      Cost(100_000, 1.257, 0.149),
    ],
    [
      Cost(1, 0.0002555, 0.287),
      Cost(2, 0.0003838, 0.383),
      Cost(3, 0.0004559, 0.488),
      Cost(4, 0.0005499, 0.541),
      Cost(5, 0.0006432, 0.571),
      Cost(7, 0.0008751, 0.573),
      Cost(8, 0.00096, 0.595),
      Cost(12, 0.001317, 0.67),
      Cost(16, 0.001743, 0.674),
      Cost(24, 0.002525, 0.703),
      Cost(32, 0.00352, 0.666),
      Cost(48, 0.005248, 0.667),
      Cost(64, 0.007227, 0.601),
      Cost(100, 0.01094, 0.677),
      Cost(128, 0.01438, 0.653),
      Cost(200, 0.0231, 0.651),
      Cost(256, 0.03017, 0.628),
      Cost(511, 0.06365, 0.604),
      Cost(512, 0.06213, 0.63),
      Cost(513, 0.06253, 0.61),
      Cost(1024, 0.1331, 0.609),
    ],
    [
      Cost(16, 0.0002236, 0.159),
      Cost(17, 0.0003266, 0.124),
      Cost(24, 0.0003351, 0.243),
      Cost(32, 0.0004298, 0.336),
      Cost(33, 0.0005682, 0.271),
      Cost(48, 0.0007289, 0.405),
      Cost(64, 0.00108, 0.538),
      Cost(65, 0.001262, 0.48),
      Cost(96, 0.002094, 0.633),
      Cost(100, 0.002337, 0.595),
      Cost(127, 0.003969, 0.589),
      Cost(128, 0.003572, 0.642),
      Cost(129, 0.003829, 0.611),
      Cost(192, 0.007341, 0.701),
      Cost(200, 0.008199, 0.695),
      Cost(255, 0.01386, 0.655),
      Cost(256, 0.01315, 0.727),
      Cost(257, 0.01421, 0.673),
      Cost(320, 0.02038, 0.687),
      Cost(384, 0.02871, 0.744),
      Cost(511, 0.05604, 0.707),
      Cost(512, 0.05192, 0.754),
      Cost(513, 0.0565, 0.68),
      Cost(768, 0.1232, 0.713),
      Cost(1024, 0.2227, 0.702),
      Cost(1025, 0.2365, 0.622),
      Cost(1536, 0.5141, 0.675),
      Cost(2047, 0.9224, 0.677),
      Cost(2048, 0.9607, 0.67),
    ],
  ]

  /// The lines above, but for the first, for these measurements.
  public static func source(_ records: [[Cost]]) -> [String] {
    records.flatMap { costs in
      let lines = costs.map { cost in
        "      Cost(\(cost.value), \(cost.seconds.rounded(toDigits: 4)), \(cost.share.rounded(toDigits: 3))),"
      }
      return ["    ["] + lines + ["    ],"]
    } + ["  ]"]
  }

  /// Time of a training step and share of the peak over `T`, `B` and `H`, side by side.
  public static func table(_ records: [[Cost]]) -> [String] {
    func cells(_ cost: Cost) -> String {
      let milliseconds = 1000 * cost.seconds
      let places = milliseconds < 10 ? 3 : milliseconds < 1000 ? 1 : 0
      return "\(cost.value)".aligned(to: 7) + milliseconds.decimal(places: places).aligned(to: 9)
        + (100 * cost.share).decimal(places: 0).aligned(to: 5) + " %"
    }
    let sizes = all.map { growth -> String in
      let size = growth.size(0)
      let others = [("T", size.T), ("B", size.B), ("H", size.H)].filter { $0.0 != growth.letter }
      return others.map { "\($0.0) = \($0.1)" }.joined(separator: ", ")
    }
    let heads = all.map { $0.letter.aligned(to: 7) + "ms".aligned(to: 9) + "peak".aligned(to: 7) }
    let rows: [[String]] = (0..<(records.map(\.count).max() ?? 0)).map { row in
      records.map { row < $0.count ? cells($0[row]) : String(repeating: " ", count: 23) }
    }
    return ([sizes.map { $0.aligned(to: 23) }, heads] + rows).map { line in
      var text = line.joined(separator: "   ")
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  private static func chart(_ records: [[Cost]], _ title: String, _ unit: String, _ value: (Cost) -> Double)
    -> LineChart
  {
    let series = zip(all, records).map { growth, costs in
      LineChart.Series("over \(growth.letter)", points: costs.map { (Double($0.value), value($0)) })
    }
    let isTime = unit == "ms"
    return LineChart(
      title: title, x: "T, B or H, the others as in the table", y: unit, xScale: .logarithmic,
      yScale: isTime ? .logarithmic : .linear, series: series, references: isTime ? [] : [.init("the peak", at: 100)])
  }

  /// The milliseconds of a training step.
  public static func times(_ records: [[Cost]]) -> LineChart {
    chart(records, "The time of a training step", "ms") { 1000 * $0.seconds }
  }

  /// The share of the machine's peak.
  public static func shares(_ records: [[Cost]]) -> LineChart {
    chart(records, "The share of the peak that a training step reaches", "percent of the peak") { 100 * $0.share }
  }
}
