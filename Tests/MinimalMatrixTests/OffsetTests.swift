import Testing

@testable import MinimalMatrix

/// From every offset in memory to every other, over every length: the right entries are read and written, and no others.
@Suite struct OffsetTests {
  /// All places that the widest vector can begin at, and one more.
  static let offsets = 0...Float._Wide.scalarCount
  /// Four of the widest vectors, and what may be left.
  static let lengths = 0...67

  @Test func everyMatrixBeginsAtACacheLine() throws {
    try compareBeginnings(Float.self)
    try compareBeginnings(Double.self)
  }

  /// Several at a time, so that the heap gives them different places.
  private func compareBeginnings<Scalar: MatrixScalar>(_: Scalar.Type) throws {
    let matrices = Self.lengths.dropFirst().map { Matrix<Scalar>(1, $0, repeating: Scalar($0)) }
    for matrix in matrices {
      let address = matrix.scalars.withUnsafeBytes { UInt(bitPattern: $0.baseAddress!) }
      try #require(address % 64 == 0, "\(matrix.shape), \(Scalar.self)")
      try #require(matrix.scalars.allSatisfy { $0 == Scalar(matrix.columns) }, "\(matrix.shape), \(Scalar.self)")
    }
  }

  @Test func updates() throws {
    try compareUpdates(Float.self)
    try compareUpdates(Double.self)
  }

  private func compareUpdates<Scalar: MatrixScalar>(_: Scalar.Type) throws {
    let x = numbers(Scalar.self, from: 1), y = numbers(Scalar.self, from: 101)
    for i in Self.offsets {
      for j in Self.offsets {
        for count in Self.lengths {
          var found = Scalar._copy(x)
          Scalar._update(.subtract, &found, at: i, with: Scalar._copy(y), at: j, count: count)
          var expected = x
          for k in 0..<count { expected[i + k] -= y[j + k] }
          try #require(Array(found) == expected, "\(count) from \(j) to \(i), \(Scalar.self)")
        }
      }
    }
  }

  @Test func copies() throws {
    try compareCopies(Float.self)
    try compareCopies(Double.self)
  }

  private func compareCopies<Scalar: MatrixScalar>(_: Scalar.Type) throws {
    let x = numbers(Scalar.self, from: 1), y = numbers(Scalar.self, from: 101)
    for i in Self.offsets {
      for count in Self.lengths {
        let slice = Scalar._slice(Scalar._copy(x), i..<i + count)
        try #require(Array(slice) == Array(x[i..<i + count]), "\(count) from \(i), \(Scalar.self)")
        var found = Scalar._copy(y)
        Scalar._replace(&found, at: i, with: slice)
        var expected = y
        expected.replaceSubrange(i..<i + count, with: x[i..<i + count])
        try #require(Array(found) == expected, "\(count) at \(i), \(Scalar.self)")
      }
    }
  }

  @Test func sumsAndMaxima() throws {
    try compareSums(Float.self)
    try compareSums(Double.self)
  }

  /// Whole numbers, whose sums are exact in any order.
  private func compareSums<Scalar: MatrixScalar>(_: Scalar.Type) throws {
    let x = numbers(Scalar.self, from: 1)
    for i in Self.offsets {
      for count in Self.lengths {
        let row = Array(x[i..<i + count])
        try #require(Scalar._sum(Scalar._copy(x), at: i, count: count) == row.reduce(0, +), "\(count) from \(i)")
        guard let top = row.max() else { continue }
        try #require(Scalar._maximum(Scalar._copy(x), at: i, count: count) == top, "\(count) from \(i)")
        let first = row.firstIndex(of: top)!
        try #require(Scalar._indexOfMaximum(Scalar._copy(x), at: i, count: count) == first, "\(count) from \(i)")
      }
    }
  }

  /// Rows of every width, so that a row's end and the next one's beginning fall everywhere: products added to some of
  /// them, softmax of them, and their sums.
  @Test func rowsOfEveryWidth() throws {
    try compareRows(Float.self)
    try compareRows(Double.self)
  }

  private func compareRows<Scalar: MatrixScalar>(_: Scalar.Type) throws {
    var random = SplitMix64(seed: 12)
    for columns in Self.lengths.dropFirst() {
      let start = Matrix<Scalar>.uniform(9, columns, scale: 1, using: &random)
      let b = Matrix<Scalar>.uniform(5, columns, scale: 1, using: &random)
      for first in 0...9 {
        let rows = first..<min(9, first + 1 + columns % 5)
        let a = Matrix<Scalar>.uniform(rows.count, 5, scale: 1, using: &random)
        // The same rows alone, from a beginning of their own.
        var alone = start.rows(rows)
        alone.addProduct(a, b)
        var expected = start
        expected.setRows(from: rows.lowerBound, to: alone)
        var found = start
        found.addProduct(a, b, toRows: rows)
        try #require(difference(found, expected) == nil, "rows \(rows) of \(start.shape), \(Scalar.self)")
      }
      let (p, sums) = (softmax(start), logSumExp(start))
      for i in 0..<9 {
        try #require(difference(p.row(i), softmax(start.row(i))) == nil, "softmax of row \(i) of \(start.shape)")
        try #require(sums[i, 0] == logSumExp(start.row(i))[0, 0], "logSumExp of row \(i) of \(start.shape)")
      }
    }
  }

  /// Enough whole numbers for the longest length from the last offset, no two neighbours alike, some of them equal.
  private func numbers<Scalar: MatrixScalar>(_: Scalar.Type, from first: Int) -> [Scalar] {
    (0..<Self.offsets.upperBound + Self.lengths.upperBound + 1).map { Scalar((first + 37 * $0) % 61) }
  }
}
