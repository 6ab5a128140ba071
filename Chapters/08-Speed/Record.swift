import MinimalMatrix

extension Measurements {
  /// What ``now(_:seed:report:)`` said, for the page to show: times are not the same twice. `swift run chapter08 --record`
  /// prints these lines; of several runs, the least times and the highest speeds.
  public static let record = Measurements(
    made: "21 November 2026, a shared x86-64 server with AVX2",
    peak: 103.2, bandwidths: [128.9, 103.0, 21.29],
    products: [
      [1.648, 1.615, 0.5514],
      [2.97, 3.053, 3.015],
      [23.28, 22.34, 19.54],
      [43.0, 69.65, 38.71],
      [90.2, 87.17, 89.28],
    ],
    functions: [3.219, 16.21, 0.9798, 0.7033],
    steps: [
      Steps(
        size: Size(T: 50, B: 100, D: 200, H: 200),
        versions: [
          5.781, 3.365, 0.4953, 0.282, 0.1687, 0.1286,
          0.1392, 0.1459, 0.1477, 0.1389, 0.1361, 0.08945,
        ],
        chapter3: [0.1362, 0.112]),
      Steps(
        size: Size(T: 50, B: 4, D: 200, H: 200),
        versions: [
          0.2374, 0.1762, 0.02392, 0.02288, 0.01411, 0.01242,
          0.01412, 0.01211, 0.008648, 0.008176, 0.008194, 0.007266,
        ],
        chapter3: [0.007764, 0.008935]),
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
