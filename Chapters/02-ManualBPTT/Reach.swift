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

// MARK: - Three cells drawn at random, and a trained one

extension TanhCell {
  /// The reach of a cell whose `Wh` is drawn from the normal distribution with
  /// deviation `gain / √H`, so that `Whᵀ` makes a vector about `gain` times as
  /// long. The cell runs for `T` steps on faint noise; the derivative with
  /// respect to the last state is a random one of length 1.
  public static func reach(
    gain: Double, hidden H: Int, steps T: Int, using random: inout SplitMix64
  ) -> [Double] {
    let deviation = gain / Double(H).squareRoot()
    let cell = TanhCell(
      Wx: Matrix(1, H), Wh: .normal(H, H, deviation: deviation, using: &random),
      b: Matrix(1, H))
    let noise = Matrix<Scalar>.normal(T, H, deviation: 0.01, using: &random)
    let after = cell.unroll(noise, from: Matrix(1, H)).rows(1..<T + 1)
    let dLast = Matrix<Scalar>.normal(1, H, deviation: 1, using: &random)
    let length = dLast.squaredNorm().squareRoot()
    return cell.reach(of: dLast / length, through: after)
  }
}

extension RNN {
  /// The reach of this network on a text: how long `∂L/∂hₜ` is at every lag for
  /// the loss of the last prediction alone, in parts of its length at lag 0;
  /// the mean over all windows of `T` steps.
  public func reach(on ids: [Int], steps T: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: T)
    let count = max(1, (ids.count - 1) / T)
    var windows = Windows(ids, steps: T)
    for _ in 0..<count {
      let window = windows.next()
      let trace = forward(window.inputs, from: zeroState(batch: 1))
      let dy = crossEntropyGradient(
        trace.logits.row(T - 1), [window.targets[T - 1]], batch: 1)
      let dLast = matmul(dy, projection.W.T)
      let lengths = cell.reach(of: dLast, through: trace.after)
      for k in 0..<T { sums[k] += lengths[k] / lengths[0] }
    }
    return sums.map { $0 / Double(count) }
  }
}
