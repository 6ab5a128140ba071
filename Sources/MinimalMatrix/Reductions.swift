// MARK: - Sums

extension Matrix {
  /// The sum over all entries, in one fixed order. 0 for an empty matrix.
  public func sum() -> Scalar { Scalar._sum(scalars, at: 0, count: count) }

  /// The mean of all entries. NaN for an empty matrix.
  public func mean() -> Scalar { sum() / Scalar(count) }

  /// The sum of the squares of all entries.
  public func squaredNorm() -> Scalar { Scalar._dot(scalars, scalars) }

  /// The sum of the products of the entries, `⟨self, other⟩`. The shapes must be equal.
  public func dot(_ other: Matrix) -> Scalar {
    require(rows == other.rows && columns == other.columns, "dot: \(shape) and \(other.shape)")
    return Scalar._dot(scalars, other.scalars)
  }

  /// The sum of each column, over the rows in order: `[1 × columns]`. The gradient of a row that was added to all.
  public func columnSums() -> Matrix {
    var result = Matrix(1, columns)
    result.addColumnSums(of: self)
    return result
  }

  /// `self += other.columnSums()`, for one row: it goes on adding from what is there, so that the sums of pieces have the
  /// bits of the sums of the whole, if the pieces come in the same order.
  public mutating func addColumnSums(of other: Matrix) {
    require(rows == 1 && columns == other.columns, "addColumnSums: of \(other.shape) to \(shape)")
    Scalar._addColumnSums(&scalars, of: other.scalars, rows: other.rows)
  }

  /// The sum of each row: `[rows × 1]`.
  public func rowSums() -> Matrix {
    var result = Matrix(rows, 1)
    for i in 0..<rows { result.scalars[i] = Scalar._sum(scalars, at: i * columns, count: columns) }
    return result
  }

  /// The largest entry of each row: `[rows × 1]`. There must be a column.
  public func rowMaxima() -> Matrix {
    require(columns > 0, "rowMaxima: \(shape) has no columns")
    var result = Matrix(rows, 1)
    for i in 0..<rows { result.scalars[i] = Scalar._maximum(scalars, at: i * columns, count: columns) }
    return result
  }

  /// The column of the largest entry of each row; the first one where several are equal. There must be a column.
  ///
  /// A NaN counts as larger than any number, as in NumPy.
  public func rowArgMaxima() -> [Int] {
    require(columns > 0, "rowArgMaxima: \(shape) has no columns")
    return (0..<rows).map { Scalar._indexOfMaximum(scalars, at: $0 * columns, count: columns) }
  }

  /// Is every entry a number, neither infinite nor NaN?
  public var isFinite: Bool { scalars.allSatisfy(\.isFinite) }
}

// MARK: - Softmax

/// Each row as probabilities: `softmax(x)ⱼ = exp(xⱼ) / Σₖ exp(xₖ)`, row by row.
///
/// The row's largest entry is subtracted first, which changes nothing but keeps `exp` from overflowing. A row with
/// a NaN, or whose largest entry is infinite, becomes NaN.
public func softmax<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
  Matrix(x.rows, x.columns, scalars: Scalar._softmax(x.scalars, rows: x.rows, columns: x.columns))
}

/// `ln Σₖ exp(xₖ)` of each row: `[rows × 1]`. Safe for entries of any size, infinite ones too; −∞ for a row of no entries.
public func logSumExp<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
  Matrix(x.rows, 1, scalars: Scalar._logSumExp(x.scalars, rows: x.rows, columns: x.columns))
}
