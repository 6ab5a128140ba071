// MARK: - Arithmetic, entry by entry

/// What is done to two entries.
public enum _Binary: Sendable { case add, subtract, multiply, divide, subtractFrom, divideInto }

extension Matrix {
  /// `a + b`, entry by entry. `b` may be one row `[1 × columns]`, which is added to every row, as a bias is.
  public static func + (a: Matrix, b: Matrix) -> Matrix { a.combined(.add, b, "+") }
  /// `a − b`, entry by entry. `b` may be one row, which is subtracted from every row.
  public static func - (a: Matrix, b: Matrix) -> Matrix { a.combined(.subtract, b, "-") }
  /// `a ⊙ b`, entry by entry (not the matrix product). `b` may be one row, which multiplies every row.
  public static func * (a: Matrix, b: Matrix) -> Matrix { a.combined(.multiply, b, "*") }
  /// `a / b`, entry by entry. `b` may be one row, which divides every row.
  public static func / (a: Matrix, b: Matrix) -> Matrix { a.combined(.divide, b, "/") }

  /// Adds to every entry of `a` that of `b`, in place. `b` may be one row.
  public static func += (a: inout Matrix, b: Matrix) { a.combine(.add, b, "+=") }
  /// Subtracts from every entry of `a` that of `b`, in place. `b` may be one row.
  public static func -= (a: inout Matrix, b: Matrix) { a.combine(.subtract, b, "-=") }
  /// Multiplies every entry of `a` by that of `b`, in place. `b` may be one row.
  public static func *= (a: inout Matrix, b: Matrix) { a.combine(.multiply, b, "*=") }
  /// Divides every entry of `a` by that of `b`, in place. `b` may be one row.
  public static func /= (a: inout Matrix, b: Matrix) { a.combine(.divide, b, "/=") }

  /// `a + s` for every entry.
  public static func + (a: Matrix, s: Scalar) -> Matrix { a.combined(.add, s) }
  /// `s + a` for every entry.
  public static func + (s: Scalar, a: Matrix) -> Matrix { a.combined(.add, s) }
  /// `a − s` for every entry.
  public static func - (a: Matrix, s: Scalar) -> Matrix { a.combined(.subtract, s) }
  /// `s − a` for every entry: `1 - h * h` is the derivative of tanh where it is `h`.
  public static func - (s: Scalar, a: Matrix) -> Matrix { a.combined(.subtractFrom, s) }
  /// `a s` for every entry.
  public static func * (a: Matrix, s: Scalar) -> Matrix { a.combined(.multiply, s) }
  /// `s a` for every entry.
  public static func * (s: Scalar, a: Matrix) -> Matrix { a.combined(.multiply, s) }
  /// `a / s` for every entry.
  public static func / (a: Matrix, s: Scalar) -> Matrix { a.combined(.divide, s) }
  /// `s / a` for every entry.
  public static func / (s: Scalar, a: Matrix) -> Matrix { a.combined(.divideInto, s) }
  /// `−a`.
  public static prefix func - (a: Matrix) -> Matrix { a.combined(.multiply, -1) }

  /// Adds `s` to every entry, in place.
  public static func += (a: inout Matrix, s: Scalar) { Scalar._update(.add, &a.scalars, with: s) }
  /// Multiplies every entry by `s`, in place.
  public static func *= (a: inout Matrix, s: Scalar) { Scalar._update(.multiply, &a.scalars, with: s) }

  /// `self += s·other` for every entry, by one fused multiply-add each. `other` must have the same shape.
  public mutating func add(_ s: Scalar, times other: Matrix) {
    require(rows == other.rows && columns == other.columns, "add: \(other.shape) to \(shape)")
    Scalar._addProducts(&scalars, s, other.scalars)
  }

  /// `self += a ⊙ b` for every entry, by one fused multiply-add each. All three must have the same shape.
  public mutating func add(_ a: Matrix, times b: Matrix) {
    require(
      a.rows == rows && a.columns == columns && b.rows == rows && b.columns == columns,
      "add: \(a.shape) times \(b.shape) to \(shape)")
    Scalar._addProducts(&scalars, a.scalars, b.scalars)
  }

  /// `self += s·a / (√b + ε)` for every entry, in one pass: so an optimiser moves weights. All three must have the same shape.
  public mutating func add(_ s: Scalar, times a: Matrix, overRootOf b: Matrix, plus ε: Scalar) {
    addQuotients(s, a, overRootOf: b, plus: 0, plus: ε)
  }

  /// `self += s·a / √(b + ε)` for every entry, in one pass. All three must have the same shape.
  public mutating func add(_ s: Scalar, times a: Matrix, overRootOfSum b: Matrix, _ ε: Scalar) {
    addQuotients(s, a, overRootOf: b, plus: ε, plus: 0)
  }

  private mutating func addQuotients(
    _ s: Scalar, _ a: Matrix, overRootOf b: Matrix, plus inside: Scalar, plus outside: Scalar
  ) {
    require(
      isSameShape(as: a) && isSameShape(as: b), "add: \(a.shape) over the root of \(b.shape) to \(shape)")
    Scalar._addQuotients(&scalars, s, a.scalars, overRootOf: b.scalars, plus: inside, plus: outside)
  }

  /// Moves every entry into the range: what is below it becomes its lower bound, what is above its upper one.
  ///
  /// A NaN stays NaN.
  public mutating func clamp(to range: ClosedRange<Scalar>) {
    Scalar._clamp(&scalars, range.lowerBound, range.upperBound)
  }

  private func combined(_ operation: _Binary, _ other: Matrix, _ sign: String) -> Matrix {
    if isSameShape(as: other) {
      return Matrix(rows, columns, scalars: Scalar._combine(operation, scalars, other.scalars))
    }
    var result = self
    result.combine(operation, other, sign)
    return result
  }

  private func combined(_ operation: _Binary, _ scalar: Scalar) -> Matrix {
    Matrix(rows, columns, scalars: Scalar._combine(operation, scalars, scalar))
  }

  private mutating func combine(_ operation: _Binary, _ other: Matrix, _ sign: String) {
    if isSameShape(as: other) {
      Scalar._update(operation, &scalars, at: 0, with: other.scalars, at: 0, count: count)
      return
    }
    require(
      other.rows == 1 && other.columns == columns,
      "\(sign): \(shape) and \(other.shape): the shapes differ, and the second is not one row of \(columns)")
    Scalar._update(operation, &scalars, rows: rows, with: other.scalars)
  }

  private func isSameShape(as other: Matrix) -> Bool { rows == other.rows && columns == other.columns }
}

// MARK: - Functions, entry by entry

/// What is done to one entry.
public enum _Unary: Sendable { case exp, log, tanh, sigmoid, squareRoot, magnitude }

/// `eˣ` for every entry. The error is that of VectorMath's `exp`.
public func exp<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.exp) }
/// The natural logarithm of every entry: −∞ at 0, NaN below.
public func log<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.log) }
/// The hyperbolic tangent of every entry, from −1 to 1.
public func tanh<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.tanh) }
/// `σ(x) = 1 / (1 + e⁻ˣ)` for every entry, from 0 to 1.
public func sigmoid<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.sigmoid) }
/// The square root of every entry: NaN below 0.
public func sqrt<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.squareRoot) }
/// The magnitude of every entry.
public func abs<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> { x.mapped(.magnitude) }

extension Matrix {
  fileprivate func mapped(_ function: _Unary) -> Matrix {
    Matrix(rows, columns, scalars: Scalar._map(function, scalars))
  }
}
