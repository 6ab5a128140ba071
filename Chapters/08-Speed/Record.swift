import MinimalMatrix

extension Measurements {
  /// What ``now(_:seed:report:)`` said, for the page to show: times are not the same twice. `swift run chapter08 --record`
  /// prints these lines; of several runs, the least times and the highest speeds.
  public static let record = Measurements(
    made: "21 November 2026, a busy shared x86-64 server with AVX2",
    peak: 103.2, bandwidths: [127.8, 105.4, 19.47],
    products: [
      [1.657, 1.614, 0.532],
      [3.009, 3.116, 3.094],
      [24.13, 22, 16.77],
      [45.37, 78.05, 33.73],
      [91.84, 87.66, 89.39],
    ],
    functions: [3.431, 16.06, 0.9878, 0.6998],
    steps: [
      Steps(
        size: Size(T: 50, B: 100, D: 200, H: 200),
        versions: [
          5.871, 3.452, 0.4896, 0.319, 0.1749, 0.1352,
          0.1422, 0.1504, 0.1576, 0.1479, 0.1452, 0.1545,
        ],
        chapter3: [0.1396, 0.1672]),
      Steps(
        size: Size(T: 50, B: 4, D: 200, H: 200),
        versions: [
          0.2366, 0.1425, 0.02441, 0.02271, 0.01479, 0.01286,
          0.01453, 0.01246, 0.00936, 0.008756, 0.008568, 0.007672,
        ],
        chapter3: [0.008022, 0.008355]),
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
