import VectorMath

/// What a matrix can hold: `Float` or `Double`.
///
/// The underscored requirements are the module's inner loops, in Kernels.swift. They are requirements so that generic
/// code, which the compiler leaves unspecialised, calls a loop that was specialised for its scalar.
public protocol MatrixScalar: BinaryFloatingPoint, Codable, Sendable {
  static func _filled(_ count: Int, with value: Self) -> Scalars<Self>
  static func _copy(_ x: [Self]) -> Scalars<Self>
  static func _array(_ x: Scalars<Self>) -> [Self]
  static func _count(_ x: Scalars<Self>) -> Int
  static func _get(_ x: Scalars<Self>, _ i: Int) -> Self
  static func _set(_ x: inout Scalars<Self>, _ i: Int, _ value: Self)
  static func _areEqual(_ x: Scalars<Self>, _ y: Scalars<Self>) -> Bool
  static func _slice(_ x: Scalars<Self>, _ range: Range<Int>) -> Scalars<Self>
  static func _gather(_ x: Scalars<Self>, rows: [Int], columns: Int) -> Scalars<Self>
  static func _stack(_ parts: [Matrix<Self>], columns: Int) -> Matrix<Self>
  static func _replace(_ x: inout Scalars<Self>, at i: Int, with y: Scalars<Self>)
  static func _product(_ a: _Operand<Self>, _ b: _Operand<Self>, addedTo addend: Scalars<Self>?) -> Scalars<Self>
  static func _product(_ a: _Operand<Self>, _ b: _Operand<Self>, into c: inout Scalars<Self>, at offset: Int)
  static func _columnsBetterJoined(rows m: Int, columns n: Int, depth k: Int) -> Int
  static func _products(
    _ a: _Operand<Self>, _ b: Quadruple<Matrix<Self>>, addedTo c: Quadruple<Matrix<Self>>?, joining left: Int
  ) -> Quadruple<Matrix<Self>>
  static func _transpose(_ x: Scalars<Self>, rows: Int, columns: Int, into result: inout Scalars<Self>)
  static func _update(
    _ operation: _Binary, _ a: inout Scalars<Self>, at i: Int, with b: Scalars<Self>, at j: Int, count: Int)
  static func _update(_ operation: _Binary, _ a: inout Scalars<Self>, rows: Int, with row: Scalars<Self>)
  static func _update(_ operation: _Binary, _ a: inout Scalars<Self>, with scalar: Self)
  static func _combine(_ operation: _Binary, _ a: Scalars<Self>, _ b: Scalars<Self>) -> Scalars<Self>
  static func _combine(_ operation: _Binary, _ a: Scalars<Self>, _ scalar: Self) -> Scalars<Self>
  static func _addProducts(_ a: inout Scalars<Self>, _ scalar: Self, _ b: Scalars<Self>)
  static func _addProducts(_ a: inout Scalars<Self>, _ b: Scalars<Self>, _ c: Scalars<Self>)
  static func _addQuotients(
    _ a: inout Scalars<Self>, _ scalar: Self, _ b: Scalars<Self>, overRootOf c: Scalars<Self>, plus inside: Self,
    plus outside: Self)
  static func _clamp(_ a: inout Scalars<Self>, _ low: Self, _ high: Self)
  static func _map(_ function: _Unary, _ x: Scalars<Self>) -> Scalars<Self>
  static func _sum(_ x: Scalars<Self>, at i: Int, count: Int) -> Self
  static func _addColumnSums(_ sums: inout Scalars<Self>, of x: Scalars<Self>, rows: Int)
  static func _dot(_ x: Scalars<Self>, _ y: Scalars<Self>) -> Self
  static func _maximum(_ x: Scalars<Self>, at i: Int, count: Int) -> Self
  static func _indexOfMaximum(_ x: Scalars<Self>, at i: Int, count: Int) -> Int
  static func _mask(_ seeds: [UInt64], columns: Int, below bound: UInt64, _ value: Self) -> Scalars<Self>
  static func _softmax(_ x: Scalars<Self>, rows: Int, columns: Int) -> Scalars<Self>
  static func _logSumExp(_ x: Scalars<Self>, rows: Int, columns: Int) -> Scalars<Self>
}

/// A scalar with its vectors, for the inner loops alone. A protocol of its own for the compiler's sake: what
/// `MatrixScalar` says of vectors it would have to work out anew for every `<C: Cell<Double>>`, half a second each.
public protocol _KernelScalar: MatrixScalar, VectorScalar {
  /// 32 bytes of scalars.
  associatedtype _Narrow: SIMD where _Narrow.Scalar == Self
  /// 64 bytes of scalars.
  associatedtype _Wide: SIMD where _Wide.Scalar == Self
}
