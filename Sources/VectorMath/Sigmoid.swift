/// The logistic function σ(x) = 1 / (1 + e^−x) in each lane, at most 1.6 ulp from the exact value.
///
/// With z = e^(−|x|), which cannot overflow, and t = z / (1 + z), which is σ(−|x|),
///
///     σ(x) = 1 − t            for x ≥ 0
///     σ(x) = t = z − z·t      for x < 0
///
/// The second line says t = z·(1 − t), which is a better t than the quotient: the errors of 1 + z and of the division now only
/// change a correction of z.
///
/// - Returns: 0 from x = −104 down (`Double`: −745.2), 1 from 17.4 up (36.8); NaN for NaN. Subnormal results are kept.
/// - Note: Measured at every 13th of all `Float`s, and at 60,000 `Double`s against 60 digits.
@inlinable @inline(__always)
public func sigmoid<V: SIMD>(_ x: V) -> V where V.Scalar: VectorScalar { apply(Sigmoid.self, x) }

@usableFromInline
enum Sigmoid: ElementWise {
  @inlinable @inline(__always)
  static func of<L: Lanes>(_ x: L) -> L {
    let z = Exp.ofBounded(x.negativeMagnitude.atLeast(-L.expLimit))
    let t = z / (1 + z)
    return (1 - t).replacing(with: z.adding(L(0) - z, times: t), where: x, isLessThan: L(0))
  }
}
