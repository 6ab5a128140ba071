// The functions need the C library's fused multiply-add where the processor is not known to have one (WORKBOOK_CPU=any).
#if canImport(Glibc)
  internal import Glibc
#endif

/// What the functions need of a vector, so that each is written once, whatever the width and the scalar.
@usableFromInline
protocol Lanes: Format {
  init(_ c: Scalar)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self

  /// self + a·b with one rounding.
  func adding(_ a: Self, times b: Self) -> Self

  /// `a` in the lanes where `b < c`, `self` in the others; a NaN is not less than anything.
  func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self

  // The following take the bits of a lane as an integer of the same size.
  static func & (a: Self, b: Self) -> Self
  static func | (a: Self, b: Self) -> Self
  static func &+ (a: Self, b: Self) -> Self
  static func &- (a: Self, b: Self) -> Self

  /// The integer times 2^23 (2^52 in `Double`): moved to where the exponent is stored.
  var shiftedToExponent: Self { get }

  /// The integer over 2^23 (2^52 in `Double`), rounded down: what is stored as exponent, with the sign.
  var shiftedFromExponent: Self { get }
}

extension Lanes {
  /// self·x + c with one rounding: a step of Horner's rule.
  @inlinable @inline(__always)
  func times(_ x: Self, plus c: Scalar) -> Self { Self(c).adding(self, times: x) }

  @inlinable @inline(__always)
  static func * (a: Self, b: Scalar) -> Self { a * Self(b) }

  @inlinable @inline(__always)
  static func + (a: Scalar, b: Self) -> Self { Self(a) + b }

  @inlinable @inline(__always)
  static func - (a: Scalar, b: Self) -> Self { Self(a) - b }

  /// The larger of two; NaN stays NaN.
  @inlinable @inline(__always)
  func atLeast(_ c: Scalar) -> Self { replacing(with: Self(c), where: self, isLessThan: Self(c)) }

  /// −|self|.
  @inlinable @inline(__always)
  var negativeMagnitude: Self { self | Self(-0.0) }

  /// The sign bit alone.
  @inlinable @inline(__always)
  var sign: Self { self & Self(-0.0) }
}

/// A function of each lane.
@usableFromInline
protocol ElementWise {
  static func of<L: Lanes>(_ x: L) -> L
}

/// Applies `F` to a vector of any type: a table that the optimiser folds to the line that holds.
@inlinable @inline(__always)
func apply<F: ElementWise, V: SIMD>(_: F.Type, _ x: V) -> V where V.Scalar: VectorScalar {
  if V.self == SIMD2<Float>.self { return same(F.of(Float2(v: same(x)))) }
  if V.self == SIMD4<Float>.self { return same(F.of(Float4(v: same(x)))) }
  if V.self == SIMD8<Float>.self { return same(F.of(Float8(v: same(x)))) }
  if V.self == SIMD16<Float>.self { return same(F.of(Float16(v: same(x)))) }
  if V.self == SIMD32<Float>.self {
    let (low, high): (SIMD16<Float>, SIMD16<Float>) = same(x)
    return same((apply(F.self, low), apply(F.self, high)))
  }
  if V.self == SIMD2<Double>.self { return same(F.of(Double2(v: same(x)))) }
  if V.self == SIMD4<Double>.self { return same(F.of(Double4(v: same(x)))) }
  if V.self == SIMD8<Double>.self { return same(F.of(Double8(v: same(x)))) }
  if V.self == SIMD16<Double>.self {
    let (low, high): (SIMD8<Double>, SIMD8<Double>) = same(x)
    return same((apply(F.self, low), apply(F.self, high)))
  }
  return oneByOne(F.self, x)
}

/// For vector types that the table lacks, such as `SIMD3`.
@inlinable
func oneByOne<F: ElementWise, V: SIMD>(_: F.Type, _ x: V) -> V where V.Scalar: VectorScalar {
  var result = V()
  for i in x.indices { result[i] = apply(F.self, SIMD2(repeating: x[i]))[0] }
  return result
}

/// The same bits as another type of the same size.
@inlinable @inline(__always)
func same<A, B>(_ a: A) -> B { unsafeBitCast(a, to: B.self) }
