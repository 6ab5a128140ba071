import VectorMath

/// What a matrix can hold: `Float` or `Double`.
///
/// The underscored requirements are the module's inner loops, in Kernels.swift. They are requirements so that generic
/// code, which the compiler leaves unspecialised, calls a loop that was specialised for its scalar.
public protocol MatrixScalar: VectorScalar, Codable, Sendable {
  /// 32 bytes of scalars.
  associatedtype _Narrow: SIMD where _Narrow.Scalar == Self
  /// 64 bytes of scalars.
  associatedtype _Wide: SIMD where _Wide.Scalar == Self

  static func _filled(_ count: Int, with value: Self) -> [Self]
  static func _slice(_ x: [Self], _ range: Range<Int>) -> [Self]
  static func _gather(_ x: [Self], rows: [Int], columns: Int) -> [Self]
  static func _replace(_ x: inout [Self], at i: Int, with y: [Self])
  static func _product(_ a: _Operand<Self>, _ b: _Operand<Self>) -> [Self]
  static func _product(_ a: _Operand<Self>, _ b: _Operand<Self>, into c: inout [Self], at offset: Int)
  static func _transpose(_ x: [Self], rows: Int, columns: Int, into result: inout [Self])
  static func _update(_ operation: _Binary, _ a: inout [Self], at i: Int, with b: [Self], at j: Int, count: Int)
  static func _update(_ operation: _Binary, _ a: inout [Self], with scalar: Self)
  static func _combine(_ operation: _Binary, _ a: [Self], _ b: [Self]) -> [Self]
  static func _combine(_ operation: _Binary, _ a: [Self], _ scalar: Self) -> [Self]
  static func _addProducts(_ a: inout [Self], _ scalar: Self, _ b: [Self])
  static func _addProducts(_ a: inout [Self], _ b: [Self], _ c: [Self])
  static func _clamp(_ a: inout [Self], _ low: Self, _ high: Self)
  static func _map(_ function: _Unary, _ x: [Self]) -> [Self]
  static func _sum(_ x: [Self], at i: Int, count: Int) -> Self
  static func _dot(_ x: [Self], _ y: [Self]) -> Self
  static func _maximum(_ x: [Self], at i: Int, count: Int) -> Self
  static func _softmax(_ x: inout [Self], rows: Int, columns: Int) -> [Self]
}
