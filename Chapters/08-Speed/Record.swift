import MinimalMatrix

extension Measurements {
  /// What ``now(_:seed:report:)`` said once, for the page to show: times are not the same twice. It was printed by
  /// `swift run chapter08 --record`.
  public static let record = Measurements(
    made: "21 November 2026, a shared x86-64 server with AVX2, others at work on it",
    peak: 103.2, bandwidths: [128, 103, 23],
    products: [[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4], [5, 5, 5]],
    functions: [3.4, 16.3, 1, 0.7],
    steps: [
      Steps(
        size: Size(T: 50, B: 100, D: 200, H: 200),
        versions: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        chapter3: [1, 1]),
      Steps(
        size: Size(T: 50, B: 4, D: 200, H: 200),
        versions: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        chapter3: [1, 1]),
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
