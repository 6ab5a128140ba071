import MinimalMatrix

extension Matrix {
  /// Lends the entries, row after row, as an array, and takes them back.
  mutating func withEntries(_ body: (inout [Scalar]) -> Void) {
    var entries = Array(scalars)
    body(&entries)
    self = Matrix(rows, columns, scalars: entries)
  }

  /// Lends the first entry's address, to be read.
  func withAddress<Result>(_ body: (UnsafePointer<Scalar>) -> Result) -> Result {
    scalars.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: Scalar.self)) }
  }

  /// Lends the first entry's address, to be written to. There must be an entry.
  mutating func withPointer(_ body: (UnsafeMutablePointer<Scalar>) -> Void) {
    // Writing an entry gives the matrix entries of its own, if someone else holds them too; so what is written through the
    // address is seen by nobody else.
    self[0, 0] = self[0, 0]
    withAddress { body(UnsafeMutablePointer(mutating: $0)) }
  }

  /// The columns in `range`.
  func columns(_ range: Range<Int>) -> Matrix {
    var entries: [Scalar] = []
    entries.reserveCapacity(rows * range.count)
    withAddress { start in
      for i in 0..<rows {
        entries += UnsafeBufferPointer(start: start + (i * columns + range.lowerBound), count: range.count)
      }
    }
    return Matrix(rows, range.count, scalars: entries)
  }

  /// The parts, all of as many rows, side by side.
  static func sideBySide(_ parts: [Matrix]) -> Matrix {
    let (m, n) = (parts[0].rows, parts.reduce(0) { $0 + $1.columns })
    var entries: [Scalar] = []
    entries.reserveCapacity(m * n)
    for i in 0..<m {
      for part in parts {
        part.withAddress { entries += UnsafeBufferPointer(start: $0 + i * part.columns, count: part.columns) }
      }
    }
    return Matrix(m, n, scalars: entries)
  }
}
