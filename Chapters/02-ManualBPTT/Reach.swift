import MinimalMatrix
import NumpyStyleRNN

// MARK: - How far a derivative reaches

extension TanhCell {
  /// The length of `∂L/∂hₜ` at every lag, when only the last state is read:
  /// entry `k` belongs to the state `k` steps before the last.
  ///
  /// Each step back multiplies by `(1 − h²)` and by `Whᵀ`: lengths shrink or
  /// grow by about the same factor every time (Bengio, Simard & Frasconi 1994;
  /// Pascanu, Mikolov & Bengio 2013, section 2.1).
  ///
  /// - Parameters:
  ///   - dLast: the derivative with respect to the last state, `[B × H]`
  ///   - after: the states, `[T·B × H]`
  public func reach(of dLast: Matrix<Scalar>, through after: Matrix<Scalar>)
    -> [Double]
  {
    let B = dLast.rows
    var dh = dLast
    var lengths = [Double(dh.squaredNorm()).squareRoot()]
    for t in (1..<after.rows / B).reversed() {
      let h = after.rows(t * B..<(t + 1) * B)
      dh = matmul(dh * (1 - h * h), Wh.T)
      lengths.append(Double(dh.squaredNorm()).squareRoot())
    }
    return lengths
  }
}
