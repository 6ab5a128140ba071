// MARK: - Transposed

/// A matrix read with rows and columns exchanged; nothing is moved. Made by
/// ``Matrix/T``, for ``matmul(_:_:)``.
public struct Transposed<Scalar: MatrixScalar> {
  let base: Matrix<Scalar>
}

extension Matrix {
  /// The transpose, for a product: `matmul(h.T, dz)` is `hᵀ·dz`. Free of cost.
  public var T: Transposed<Scalar> { Transposed(base: self) }

  /// The transpose as a matrix of its own, `[columns × rows]`.
  public func transposed() -> Matrix {
    var result = Matrix(columns, rows)
    Scalar._transpose(
      scalars, rows: rows, columns: columns, into: &result.scalars)
    return result
  }
}

// MARK: - Either side of a product

/// Either side of a product: a matrix, or a transposed one.
public protocol Factor<Scalar> {
  /// What it holds.
  associatedtype Scalar: MatrixScalar
  /// Where the entries are and how to walk over them.
  var _operand: _Operand<Scalar> { get }
}

extension Matrix: Factor {
  public var _operand: _Operand<Scalar> {
    _Operand(
      scalars: scalars, rows: rows, columns: columns, isTransposed: false)
  }
}

extension Transposed: Factor {
  public var _operand: _Operand<Scalar> {
    _Operand(
      scalars: base.scalars, rows: base.columns, columns: base.rows,
      isTransposed: true)
  }
}

/// A matrix in memory, as a product reads it: entry `[i, j]` is
/// `scalars[i * rowStride + j * columnStride]`.
///
/// Kept so small that it travels in registers: small products are many.
public struct _Operand<Scalar: MatrixScalar> {
  let scalars: Scalars<Scalar>
  let rows, columns: Int
  let isTransposed: Bool
  var rowStride: Int { isTransposed ? 1 : columns }
  var columnStride: Int { isTransposed ? rows : 1 }
  var shape: String { "[\(rows) × \(columns)]" }
}

// MARK: - The product

/// The matrix product `a·b`: `[m × k]·[k × n]` is `[m × n]`; `a` must have as
/// many columns as `b` has rows. Either side may be transposed:
/// `matmul(h.T, dz)`.
///
/// Every entry adds its `k` terms in order, each by one fused multiply-add, so
/// the result is the same, bit for bit, whatever the width of the vectors, the
/// number of threads and the processor.
@inlinable @inline(__always)
public func matmul<Scalar>(
  _ a: some Factor<Scalar>, _ b: some Factor<Scalar>
) -> Matrix<Scalar> {
  _product(of: a._operand, b._operand)
}

// A function, for an initialiser wants to be told the matrix's type, as does a
// method that changes it, and generic code has to look that up at each call.
@usableFromInline
func _product<Scalar>(
  of a: _Operand<Scalar>, _ b: _Operand<Scalar>,
  addedTo addend: Matrix<Scalar>? = nil
) -> Matrix<Scalar> {
  checkFactors(a, b)
  if let addend { checkAddend(a, b, addend) }
  return Matrix(
    a.rows, b.columns,
    scalars: Scalar._product(a, b, addedTo: addend?.scalars))
}

// MARK: - A product added to what is there

extension Matrix {
  /// `self += a·b`, for a matrix of the product's shape.
  ///
  /// Every entry goes on adding from the value that is there. So a sum of
  /// products in pieces has the bits of the one product over all of it, if the
  /// pieces come in the same order.
  @inlinable @inline(__always)
  public mutating func addProduct(
    _ a: some Factor<Scalar>, _ b: some Factor<Scalar>
  ) {
    _addProduct(of: a._operand, b._operand, to: &self, rows: 0..<rows)
  }

  /// `self + a·b`, for a matrix of the product's shape: the bits of
  /// ``addProduct(_:_:)``, in a new matrix.
  @inlinable @inline(__always)
  public func addingProduct(
    _ a: some Factor<Scalar>, _ b: some Factor<Scalar>
  ) -> Matrix {
    _product(of: a._operand, b._operand, addedTo: self)
  }

  /// `self[range] += a·b`: adds the product to the rows in `range` and leaves
  /// the others.
  @inlinable @inline(__always)
  public mutating func addProduct(
    _ a: some Factor<Scalar>, _ b: some Factor<Scalar>,
    toRows range: Range<Int>
  ) {
    _addProduct(of: a._operand, b._operand, to: &self, rows: range)
  }
}

// A function for the same reason.
@usableFromInline
func _addProduct<Scalar>(
  of a: _Operand<Scalar>, _ b: _Operand<Scalar>, to c: inout Matrix<Scalar>,
  rows range: Range<Int>
) {
  checkFactors(a, b)
  require(
    a.rows == range.count && b.columns == c.columns
      && range.lowerBound >= 0 && range.upperBound <= c.rows,
    "addProduct: \(a.shape)·\(b.shape) to rows "
      + "\(range.lowerBound)..<\(range.upperBound) of \(c.shape)")
  Scalar._product(a, b, into: &c.scalars, at: range.lowerBound * c.columns)
}

// MARK: - Four products of one matrix

/// Four of a kind, as the gates of an LSTM are.
public typealias Quadruple<Element> = (Element, Element, Element, Element)

/// `a·b` for four matrices `b`, which must be of one shape: the bits of
/// ``matmul(_:_:)``.
///
/// Often faster than four calls: the last columns of each, too few for a whole
/// tile, are computed together.
public func products<Scalar>(
  of a: Matrix<Scalar>, with b: Quadruple<Matrix<Scalar>>
) -> Quadruple<Matrix<Scalar>> {
  let left = columnsBetterJoined(a, b)
  if left > 0 {
    return Scalar._products(a._operand, b, addedTo: nil, joining: left)
  }
  return (matmul(a, b.0), matmul(a, b.1), matmul(a, b.2), matmul(a, b.3))
}

/// `c + a·b` for four matrices `b`, which must be of one shape, and four `c`,
/// of the product's: the bits of ``Matrix/addingProduct(_:_:)``.
public func addingProducts<Scalar>(
  of a: Matrix<Scalar>, with b: Quadruple<Matrix<Scalar>>,
  to c: Quadruple<Matrix<Scalar>>
) -> Quadruple<Matrix<Scalar>> {
  let left = columnsBetterJoined(a, b)
  if left > 0 {
    checkAddend(a._operand, b.0._operand, c.0)
    checkAddend(a._operand, b.0._operand, c.1)
    checkAddend(a._operand, b.0._operand, c.2)
    checkAddend(a._operand, b.0._operand, c.3)
    return Scalar._products(a._operand, b, addedTo: c, joining: left)
  }
  return (
    c.0.addingProduct(a, b.0), c.1.addingProduct(a, b.1),
    c.2.addingProduct(a, b.2), c.3.addingProduct(a, b.3)
  )
}

/// How many of the last columns of each product are computed together; 0 where
/// it would not be faster. The shapes are checked first.
private func columnsBetterJoined<Scalar>(
  _ a: Matrix<Scalar>, _ b: Quadruple<Matrix<Scalar>>
) -> Int {
  checkFactors(a._operand, b.0._operand)
  require(
    b.1.rows == b.0.rows && b.1.columns == b.0.columns
      && b.2.rows == b.0.rows && b.2.columns == b.0.columns
      && b.3.rows == b.0.rows && b.3.columns == b.0.columns,
    "products: of \(a.shape) with "
      + "\(b.0.shape), \(b.1.shape), \(b.2.shape) and \(b.3.shape), "
      + "which are not of one shape")
  return Scalar._columnsBetterJoined(
    rows: a.rows, columns: b.0.columns, depth: a.columns)
}

// MARK: - When the shapes do not fit

private func checkFactors<Scalar>(
  _ a: _Operand<Scalar>, _ b: _Operand<Scalar>
) {
  require(
    a.columns == b.rows,
    "matmul: \(a.shape)·\(b.shape): "
      + "\(a.columns) columns against \(b.rows) rows")
}

private func checkAddend<Scalar>(
  _ a: _Operand<Scalar>, _ b: _Operand<Scalar>, _ addend: Matrix<Scalar>
) {
  require(
    a.rows == addend.rows && b.columns == addend.columns,
    "addingProduct: \(a.shape)·\(b.shape) to \(addend.shape)")
}
