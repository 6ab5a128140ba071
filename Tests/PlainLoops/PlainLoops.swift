import MinimalMatrix

// The loops that the tests of the matrix compare many millions of numbers by, as plain as they can be written. They stand
// in a module of their own, which is optimised, so that the tests need not be. Who calls them is not, and asks for any
// `Scalar`: so each is compiled for both beforehand.

/// `Matrix.uniform` between −1 and 1, `[rows × columns]`, with a loop that the compiler sees.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func plainUniform<Scalar: MatrixScalar>(
  _ rows: Int, _ columns: Int, _ random: inout SplitMix64
) -> Matrix<Scalar> {
  Matrix(rows, columns, scalars: (0..<rows * columns).map { _ in Scalar(2 * random.uniform() - 1) })
}

/// `c + a·b` for `[m × k]`, `[k × n]` and `[m × n]`, the terms of each entry in order, each by one fused multiply-add.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func plainProduct<Scalar: MatrixScalar>(
  _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, from c: Matrix<Scalar>
) -> Matrix<Scalar> {
  let (n, k) = (b.columns, a.columns)
  var result = Array(c.scalars)
  let (a, b) = (Array(a.scalars), Array(b.scalars))
  for i in 0..<c.rows {
    for p in 0..<k {
      for j in 0..<n { result[i * n + j].addProduct(a[i * k + p], b[p * n + j]) }
    }
  }
  return Matrix(c.rows, n, scalars: result)
}

/// `xᵀ`, entry by entry.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func plainTranspose<Scalar: MatrixScalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
  let scalars = Array(x.scalars)
  let entries = (0..<x.columns).flatMap { j in (0..<x.rows).map { i in scalars[i * x.columns + j] } }
  return Matrix(x.columns, x.rows, scalars: entries)
}

/// Where `product` is further from `a·b`, added up in `Double`, than the roundings of `k` terms can take it; nil where it is
/// nowhere.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func distance<Scalar: MatrixScalar>(
  _ product: Matrix<Scalar>, _ a: Matrix<Scalar>, _ b: Matrix<Scalar>
) -> String? {
  let (n, k) = (b.columns, a.columns)
  let (a, b) = (Array(a.scalars).map { Double($0) }, Array(b.scalars).map { Double($0) })
  for (i, found) in Array(product.scalars).enumerated() {
    var (sum, magnitudes) = (0.0, 0.0)
    for p in 0..<k {
      let term = a[i / n * k + p] * b[p * n + i % n]
      sum += term
      magnitudes += term.magnitude
    }
    let roundings = Double(k) * Double(Scalar.ulpOfOne) * magnitudes
    if (Double(found) - sum).magnitude > roundings { return "[\(i / n), \(i % n)] is \(found), not \(sum)" }
  }
  return nil
}
