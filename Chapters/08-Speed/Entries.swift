import MinimalMatrix

extension Matrix {
  /// Lends the entries, row after row, to be changed in place: nothing is copied, unless someone else holds them.
  mutating func withEntries(_ body: (inout [Scalar]) -> Void) {
    let (m, n) = (rows, columns)
    var entries = scalars
    // An array that two hold is copied when it is changed.
    self = Matrix(0, 0)
    body(&entries)
    self = Matrix(m, n, scalars: entries)
  }

  /// The columns in `range`.
  func columns(_ range: Range<Int>) -> Matrix {
    var entries: [Scalar] = []
    entries.reserveCapacity(rows * range.count)
    for i in 0..<rows { entries += scalars[i * columns + range.lowerBound..<i * columns + range.upperBound] }
    return Matrix(rows, range.count, scalars: entries)
  }

  /// The parts, all of as many rows, side by side.
  static func sideBySide(_ parts: [Matrix]) -> Matrix {
    let (m, n) = (parts[0].rows, parts.reduce(0) { $0 + $1.columns })
    var entries: [Scalar] = []
    entries.reserveCapacity(m * n)
    for i in 0..<m {
      for part in parts { entries += part.scalars[i * part.columns..<(i + 1) * part.columns] }
    }
    return Matrix(m, n, scalars: entries)
  }
}
