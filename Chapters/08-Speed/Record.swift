import MinimalMatrix

extension Measurements {
  /// What ``now(_:seed:report:)`` said, for the page to show: times are not the same twice. `swift run chapter08 --record`
  /// prints these lines; of several runs, the least times and the highest speeds.
  public static let record = Measurements(
    made: "21 November 2026, a shared x86-64 server with AVX2",
    peak: 103.2, bandwidths: [156.4, 103, 19.88],
    products: [
      [1.534, 1.352, 0.5031],
      [2.682, 3, 2.944],
      [23.3, 22.31, 21.84],
      [43.77, 78.38, 43.58],
      [95.89, 94.5, 82.66],
    ],
    functions: [3.523, 16.22, 0.9868, 0.7023],
    asides: [1.61, 3.136, 2.107, 26.82, 45.68, 90.76, 78.46],
    steps: [
      Steps(
        size: Size(T: 50, B: 100, D: 200, H: 200),
        versions: [
          6.013, 3.733, 0.5806, 0.3288, 0.1734, 0.1286,
          0.1387, 0.1524, 0.153, 0.1437, 0.1412, 0.1156,
        ],
        chapter3: [0.142, 0.07719]),
      Steps(
        size: Size(T: 50, B: 4, D: 200, H: 200),
        versions: [
          0.3205, 0.1522, 0.02536, 0.02523, 0.01127, 0.01,
          0.01157, 0.01103, 0.007342, 0.006651, 0.006652, 0.006832,
        ],
        chapter3: [0.005704, 0.007293]),
      Steps(
        size: Size(T: 50, B: 1, D: 200, H: 200),
        versions: [
          0.09389, 0.04443, 0.01108, 0.01323, 0.00716, 0.006392,
          0.008266, 0.006873, 0.003768, 0.003667, 0.003572, 0.003824,
        ],
        chapter3: [0.002245, 0.002387]),
    ])

  /// The lines above, but for the first, for these measurements.
  public var source: [String] {
    func list(_ values: [Double]) -> String { values.map { $0.rounded(toDigits: 4) }.description }
    var lines = ["    peak: \(peak.rounded(toDigits: 4)), bandwidths: \(list(bandwidths)),", "    products: ["]
    for speeds in products { lines.append("      \(list(speeds)),") }
    lines += ["    ],", "    functions: \(list(functions)),", "    asides: \(list(asides)),", "    steps: ["]
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
  func rounded(toDigits digits: Int) -> Double {
    Double("\(scientific(places: digits - 1))") ?? self
  }
}
