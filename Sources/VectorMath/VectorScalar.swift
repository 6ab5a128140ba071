/// A scalar whose vectors have an `exp`, `log`, `tanh` and `sigmoid`: `Float` and `Double`, no other.
///
/// The functions take a vector of any width, `V: SIMD` with `V.Scalar: VectorScalar`, and give the same bits for a number
/// whatever the width, the lane and the processor: they are made of additions, multiplications, divisions and fused
/// multiply-adds, which IEEE 754 defines to the last bit, always in the same order.
public protocol VectorScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {}

extension Float: VectorScalar {}
extension Double: VectorScalar {}

/// What differs between the scalars: a few numbers of the format, and two polynomials.
@usableFromInline
protocol Format {
  associatedtype Scalar: VectorScalar

  /// 1.5·2^23, in `Double` 1.5·2^52. Numbers near it are spaced by 1, so adding it rounds to an integer, to nearest, and
  /// leaves that integer in the low bits of the sum. (`.rounded()` may be a call for each lane.)
  static var roundingShift: Scalar { get }

  /// 127, in `Double` 1023: what the stored exponent adds to the true one.
  static var bias: Scalar { get }

  /// ln 2 to so few digits that its product with any exponent is exact; `ln2Low` is the rest.
  static var ln2High: Scalar { get }
  static var ln2Low: Scalar { get }

  /// e^x is 0 below −expLimit and overflows above expLimit.
  static var expLimit: Scalar { get }

  /// tanh x rounds to 1 above.
  static var tanhLimit: Scalar { get }

  /// 2^subnormalExponent takes every subnormal number to a normal one.
  static var subnormalScale: Scalar { get }
  static var subnormalExponent: Scalar { get }

  /// (e^r − 1 − r) / r² of |r| ≤ ½ ln 2.
  var expTail: Self { get }

  /// (2 artanh(s) − 2s) / s³ of z = s², where |s| ≤ (√2 − 1) / (√2 + 1).
  var logTail: Self { get }
}

// MARK: - Float

extension Lanes where Scalar == Float {
  @inlinable static var roundingShift: Float { 0x1.8p23 }
  @inlinable static var bias: Float { 127 }
  @inlinable static var ln2High: Float { 0x1.62e3p-1 }
  @inlinable static var ln2Low: Float { 0x1.2fefa2p-17 }
  @inlinable static var expLimit: Float { 104 }
  @inlinable static var tanhLimit: Float { 10 }
  @inlinable static var subnormalScale: Float { 0x1p23 }
  @inlinable static var subnormalExponent: Float { 23 }

  /// The polynomial whose largest error relative to e^r is least: 2^−28.2 (minimax.py).
  @inlinable @inline(__always)
  var expTail: Self {
    Self(0.0013814544)
      .times(self, plus: 0.0083687453)
      .times(self, plus: 0.041668391)
      .times(self, plus: 0.1666652)
      .times(self, plus: 0.49999993)
  }

  /// The polynomial whose largest error relative to artanh is least: 2^−30.2 (minimax.py).
  @inlinable @inline(__always)
  var logTail: Self {
    Self(0.29872374)
      .times(self, plus: 0.3997752)
      .times(self, plus: 0.66666777)
  }
}

// MARK: - Double

extension Lanes where Scalar == Double {
  @inlinable static var roundingShift: Double { 0x1.8p52 }
  @inlinable static var bias: Double { 1023 }
  @inlinable static var ln2High: Double { 0x1.62e42feep-1 }
  @inlinable static var ln2Low: Double { 0x1.a39ef35793c76p-33 }
  @inlinable static var expLimit: Double { 746 }
  @inlinable static var tanhLimit: Double { 20 }
  @inlinable static var subnormalScale: Double { 0x1p52 }
  @inlinable static var subnormalExponent: Double { 52 }

  /// The polynomial whose largest error relative to e^r is least: 2^−57.9 (minimax.py).
  @inlinable @inline(__always)
  var expTail: Self {
    Self(2.5000012762612101608e-8)
      .times(self, plus: 2.7630305481134935678e-7)
      .times(self, plus: 2.7557586820834601278e-6)
      .times(self, plus: 2.4801492951968439622e-5)
      .times(self, plus: 1.9841269505760240688e-4)
      .times(self, plus: 1.3888888943757534877e-3)
      .times(self, plus: 8.3333333334949788636e-3)
      .times(self, plus: 4.1666666666529738142e-2)
      .times(self, plus: 0.16666666666666411517)
      .times(self, plus: 0.50000000000000106675)
  }

  /// The polynomial whose largest error relative to artanh is least: 2^−59.5 (minimax.py).
  @inlinable @inline(__always)
  var logTail: Self {
    Self(0.14796688605966119021)
      .times(self, plus: 0.15313981264550039864)
      .times(self, plus: 0.18183566844834605016)
      .times(self, plus: 0.2222219852864600397)
      .times(self, plus: 0.28571428742779645724)
      .times(self, plus: 0.39999999999413129653)
      .times(self, plus: 0.66666666666667346071)
  }
}
