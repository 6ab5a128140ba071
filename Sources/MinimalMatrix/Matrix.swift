// MARK: - A matrix

/// A matrix of `Float` or `Double`: a value, contiguous, row-major.
///
/// Rows are the batch, columns are the features: a hidden state is `[B × H]`. A row vector such as a bias is `[1 × H]`.
/// Either side may be 0. Like an array, a matrix is copied when it is changed while someone else holds it, not before.
/// Shapes that do not fit, and rows and columns that are not there, stop the program, with a message that names them.
public struct Matrix<Scalar: MatrixScalar>: Equatable, Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The `rows * columns` scalars, row after row.
  public internal(set) var scalars: Scalars<Scalar>

  /// A matrix whose every entry is `value`.
  public init(_ rows: Int, _ columns: Int, repeating value: Scalar = 0) {
    let (count, overflows) = rows.multipliedReportingOverflow(by: columns)
    require(rows >= 0 && columns >= 0, "Matrix: a shape of [\(rows) × \(columns)] has a negative side")
    require(!overflows, "Matrix: a shape of [\(rows) × \(columns)] has too many entries to count")
    self.init(rows, columns, scalars: Scalar._filled(count, with: value))
  }

  /// A matrix of the given scalars, row after row.
  ///
  /// There must be exactly `rows * columns` of them.
  public init(_ rows: Int, _ columns: Int, scalars: [Scalar]) {
    require(
      rows >= 0 && columns >= 0 && rows.multipliedReportingOverflow(by: columns) == (scalars.count, false),
      "Matrix: \(scalars.count) scalars do not fill [\(rows) × \(columns)]")
    self.init(rows, columns, scalars: Scalar._copy(scalars))
  }

  /// A matrix of scalars whose number was counted.
  init(_ rows: Int, _ columns: Int, scalars: Scalars<Scalar>) {
    (self.rows, self.columns, self.scalars) = (rows, columns, scalars)
  }

  /// A matrix of the given rows, which must all have one length: `Matrix([[1, 2], [3, 4]])`.
  public init(_ rows: [[Scalar]]) {
    let columns = rows.first?.count ?? 0
    for (i, row) in rows.enumerated() {
      require(row.count == columns, "Matrix: row \(i) has \(row.count) scalars, row 0 has \(columns)")
    }
    self.init(rows.count, columns, scalars: rows.flatMap { $0 })
  }

  /// The same values in the other precision: a `Double` is rounded to the nearest `Float`.
  public init<Other: MatrixScalar>(_ other: Matrix<Other>) {
    self.init(other.rows, other.columns, scalars: other.scalars.map { Scalar($0) })
  }

  /// Zeros in the shape of `other`.
  public init(zerosLike other: Matrix) {
    self.init(other.rows, other.columns)
  }

  /// The number of entries, `rows * columns`.
  public var count: Int { rows * columns }

  /// The shape as people write it: `[3 × 4]`.
  public var shape: String { "[\(rows) × \(columns)]" }

  /// The entry in row `i` and column `j`, both counted from 0.
  public subscript(i: Int, j: Int) -> Scalar {
    get {
      checkIndex(i, j)
      return Scalar._get(scalars, i * columns + j)
    }
    set {
      checkIndex(i, j)
      Scalar._set(&scalars, i * columns + j, newValue)
    }
  }

  private func checkIndex(_ i: Int, _ j: Int) {
    require(
      0 <= i && i < rows && 0 <= j && j < columns, "Matrix: there is no entry [\(i), \(j)] in \(shape)")
  }
}

// MARK: - Evenly spaced numbers

extension Matrix {
  /// `rows * columns` evenly spaced numbers from `first` to `last`, both included, row after row, as NumPy's `linspace`.
  ///
  /// A fixture without a random generator. One entry alone is `first`.
  public static func linspace(_ first: Scalar, _ last: Scalar, _ rows: Int, _ columns: Int) -> Matrix {
    var result = Matrix(rows, columns)
    let step = (last - first) / Scalar(max(result.count - 1, 1))
    for i in 0..<result.count { result.scalars[i] = first + Scalar(i) * step }
    // The steps may miss it by a rounding.
    if result.count > 1 { result.scalars[result.count - 1] = last }
    return result
  }

  /// One row `[1 × size]` for every index: 1 in the column of the index, 0 elsewhere.
  ///
  /// An index outside `0..<size` stops the program.
  public static func oneHot(_ indices: [Int], size: Int) -> Matrix {
    var result = Matrix(indices.count, size)
    for (row, index) in indices.enumerated() {
      require(0 <= index && index < size, "oneHot: there is no column \(index) in \(result.shape)")
      Scalar._set(&result.scalars, row * size + index, 1)
    }
    return result
  }
}

// MARK: - Rows

extension Matrix {
  /// The rows in `range`: `[range.count × columns]`.
  public func rows(_ range: Range<Int>) -> Matrix {
    require(
      0 <= range.lowerBound && range.upperBound <= rows,
      "rows: \(range.lowerBound)..<\(range.upperBound) of \(shape)")
    if range.count == rows { return self }
    let slice = range.lowerBound * columns..<range.upperBound * columns
    return Matrix(range.count, columns, scalars: Scalar._slice(scalars, slice))
  }

  /// Row `i` alone: `[1 × columns]`.
  public func row(_ i: Int) -> Matrix {
    require(0 <= i && i < rows, "row: there is no row \(i) in \(shape)")
    return rows(i..<i + 1)
  }

  /// The rows at `indices`, in that order, repeated where an index is: `[indices.count × columns]`.
  ///
  /// The same as `matmul(Matrix.oneHot(indices, size: rows), self)`, without multiplying by all the zeros.
  public func rows(at indices: [Int]) -> Matrix {
    for i in indices { require(0 <= i && i < rows, "rows(at:): there is no row \(i) in \(shape)") }
    return Matrix(indices.count, columns, scalars: Scalar._gather(scalars, rows: indices, columns: columns))
  }

  /// Of each row, the entry in the column that `columns` names for it: `[rows × 1]`.
  public func entries(at columns: [Int]) -> Matrix {
    require(columns.count == rows, "entries: \(columns.count) columns for the rows of \(shape)")
    for j in columns { require(0 <= j && j < self.columns, "entries: there is no column \(j) in \(shape)") }
    let places = columns.indices.map { $0 * self.columns + columns[$0] }
    return Matrix(rows, 1, scalars: Scalar._gather(scalars, rows: places, columns: 1))
  }

  /// Adds row `k` of `other` to row `indices[k]`, for every `k` in order. An index that comes twice receives both.
  ///
  /// The gradient of ``rows(at:)``: what was read from a row several times is added up there.
  public mutating func addRows(at indices: [Int], _ other: Matrix) {
    require(
      other.columns == columns && other.rows == indices.count,
      "addRows: \(other.shape) for \(indices.count) rows of \(shape)")
    for (k, i) in indices.enumerated() {
      require(0 <= i && i < rows, "addRows: there is no row \(i) in \(shape)")
      Scalar._update(.add, &scalars, at: i * columns, with: other.scalars, at: k * columns, count: columns)
    }
  }

  /// Replaces the rows from `first` on by those of `other`.
  public mutating func setRows(from first: Int, to other: Matrix) {
    require(
      other.columns == columns && first >= 0 && first <= rows - other.rows,
      "setRows: \(other.shape) from row \(first) of \(shape)")
    Scalar._replace(&scalars, at: first * columns, with: other.scalars)
  }

  /// The rows in blocks of `B`, the last block first: a time-major sequence of `B` rows a step, read backward in time.
  public func reversed(inBlocksOf B: Int) -> Matrix {
    requireBlocks(of: B, "reversed")
    return self.rows(at: stride(from: rows - B, through: 0, by: -max(B, 1)).flatMap { $0..<$0 + B })
  }

  /// Rows `range` of some `blocks`, where a block is `B` rows: some sequences of a time-major batch at some steps,
  /// `[blocks.count · range.count × columns]`.
  public func rows(_ range: Range<Int>, inBlocks blocks: Range<Int>, of B: Int) -> Matrix {
    requireBlocks(of: B, "rows")
    require(
      0 <= range.lowerBound && range.upperBound <= B,
      "rows: \(range.lowerBound)..<\(range.upperBound) of blocks of \(B) rows")
    require(
      0 <= blocks.lowerBound && blocks.upperBound * B <= rows,
      "rows: blocks \(blocks.lowerBound)..<\(blocks.upperBound) of \(B) rows in \(shape)")
    let first = blocks.lowerBound * B
    // Those of a single block lie together, and so do whole blocks.
    if blocks.count == 1 { return self.rows(first + range.lowerBound..<first + range.upperBound) }
    if range.count == B { return self.rows(first..<blocks.upperBound * B) }
    return self.rows(at: blocks.flatMap { $0 * B + range.lowerBound..<$0 * B + range.upperBound })
  }

  private func requireBlocks(of B: Int, _ name: String) {
    require(B > 0 && rows % B == 0 || rows == 0, "\(name): \(shape) is not whole blocks of \(B) rows")
  }

  /// The matrices one below the other. They must all have the same number of columns.
  ///
  /// - Parameter columns: that number; where it is not given, it is the first part's, and 0 where there is no part
  public static func stack(_ parts: [Matrix], columns: Int? = nil) -> Matrix {
    Scalar._stack(parts, columns: columns ?? parts.first?.columns ?? 0)
  }
}

// MARK: - When a shape is wrong

/// Stops the program with `message` unless `condition` holds.
///
/// A wrong shape is the caller's error. `precondition` would stop as well, but says nothing in optimised code.
@inlinable @inline(__always)
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
