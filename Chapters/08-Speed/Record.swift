import MinimalMatrix

extension Measurements {
  /// What ``now(_:seed:report:)`` said once, for the page to show: times are not the same twice. It was printed by
  /// `swift run chapter08 --record`.
  public static let record = Measurements(
    made: "21 November 2026, a busy shared x86-64 server with AVX2",
    peak: 103.2, bandwidths: [128.3, 103, 20.12],
    products: [
      [1.65, 1.584, 0.5122],
      [3.018, 3.094, 2.937],
      [24.13, 21.82, 15.86],
      [44.56, 77.2, 31.5],
      [91.3, 85.3, 84.32],
    ],
    functions: [3.432, 16.31, 1.02, 0.7589],
    steps: [
      Steps(
        size: Size(T: 50, B: 100, D: 200, H: 200),
        versions: [
          5.82, 3.451, 0.5246, 0.3665, 0.1782, 0.137,
          0.1532, 0.157, 0.1591, 0.1537, 0.1492, 0.3145,
        ],
        chapter3: [0.1436, 0.3015]),
      Steps(
        size: Size(T: 50, B: 4, D: 200, H: 200),
        versions: [
          0.2398, 0.1407, 0.02511, 0.0232, 0.01558, 0.01447,
          0.01661, 0.01335, 0.01057, 0.009678, 0.009679, 0.02162,
        ],
        chapter3: [0.009011, 0.02138]),
    ])

  /// The lines above, but for the first, for these measurements.
  public var source: [String] {
    func list(_ values: [Double]) -> String { values.map { $0.rounded(toDigits: 4) }.description }
    var lines = ["    peak: \(peak.rounded(toDigits: 4)), bandwidths: \(list(bandwidths)),", "    products: ["]
    for speeds in products { lines.append("      \(list(speeds)),") }
    lines += ["    ],", "    functions: \(list(functions)),", "    steps: ["]
    for step in steps {
      let size = step.size
      lines.append("      Steps(")
      lines.append("        size: Size(T: \(size.T), B: \(size.B), D: \(size.D), H: \(size.H)),")
      lines.append("        versions: \(list(step.versions)),")
      lines.append("        chapter3: \(list(step.chapter3))),")
    }
    return lines + ["    ])"]
  }
}

extension Double {
  /// The nearest number with so many digits.
  fileprivate func rounded(toDigits digits: Int) -> Double {
    Double("\(scientific(places: digits - 1))") ?? self
  }
}
