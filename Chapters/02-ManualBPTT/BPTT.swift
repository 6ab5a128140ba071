import MinimalMatrix
import NumpyStyleRNN

// MARK: - Forward, through all the steps

extension TanhCell {
  /// Runs the cell over a sequence.
  ///
  ///     hₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
  ///
  /// - Parameters:
  ///   - projected: `x·Wx + b` of all steps, `[T·B × H]`, time-major: the `B`
  ///     rows of step 0, then those of step 1. It does not depend on the state,
  ///     so it is computed before, in one piece.
  ///   - h0: the state before, `[B × H]`
  /// - Returns: `h0` and the states after each step, `[(T+1)·B × H]`.
  public func unroll(_ projected: Matrix<Scalar>, from h0: Matrix<Scalar>)
    -> Matrix<Scalar>
  {
    let B = h0.rows
    var states = Matrix<Scalar>(B + projected.rows, h0.columns)
    states.setRows(from: 0, to: h0)
    var h = h0
    for t in 0..<projected.rows / max(B, 1) {
      var z = projected.rows(t * B..<(t + 1) * B)
      z.addProduct(h, Wh)
      h = tanh(z)
      states.setRows(from: (t + 1) * B, to: h)
    }
    return states
  }
}

// MARK: - What forward leaves for backward

/// What the forward pass leaves behind for the backward pass.
public struct Trace<Scalar: MatrixScalar> {
  /// The characters that were read, `T·B` of them, time-major.
  public let inputs: [Int]
  /// The states, the one before the first step included: `[(T+1)·B × H]`.
  public let states: Matrix<Scalar>
  /// The predictions after each step, `[T·B × V]`.
  public let logits: Matrix<Scalar>

  /// `B`, the rows of one step.
  public var batch: Int { states.rows - inputs.count }
  /// `h₀ … h_T₋₁`, the state that each step began from: `[T·B × H]`.
  public var before: Matrix<Scalar> { states.rows(0..<inputs.count) }
  /// `h₁ … h_T`, the state that each step led to: `[T·B × H]`.
  public var after: Matrix<Scalar> { states.rows(batch..<states.rows) }
  /// The state after the last step, `[B × H]`: where the next window goes on.
  public var last: Matrix<Scalar> { states.rows(inputs.count..<states.rows) }
}

// MARK: - Forward, the whole network

extension RNN {
  /// Reads `T` characters in each row of the batch.
  ///
  /// - Parameters:
  ///   - inputs: `T·B` ids, time-major
  ///   - h0: the state before, `[B × H]`
  public func forward(_ inputs: [Int], from h0: Matrix<Scalar>)
    -> Trace<Scalar>
  {
    // A one-hot row times Wx is a row of Wx.
    let projected = cell.Wx.rows(at: inputs) + cell.b
    let states = cell.unroll(projected, from: h0)
    let after = states.rows(h0.rows..<states.rows)
    return Trace(inputs: inputs, states: states, logits: projection(after))
  }

  /// The loss of a window in nats: the sum over its steps of the mean
  /// cross-entropy over the rows.
  ///
  /// - Parameters:
  ///   - trace: of the forward pass
  ///   - targets: the true next characters, `T·B` ids, time-major
  public func loss(_ trace: Trace<Scalar>, _ targets: [Int]) -> Scalar {
    crossEntropy(trace.logits, targets).sum() / Scalar(trace.batch)
  }
}

// MARK: - Backward, through the loss

/// The derivative of the mean over the rows of the cross-entropy with respect
/// to the logits: `(softmax(y) − onehot(target)) / B`, `[T·B × V]`. Each row
/// must have its target.
public func crossEntropyGradient<Scalar>(
  _ logits: Matrix<Scalar>, _ targets: [Int], batch B: Int
) -> Matrix<Scalar> {
  require(
    targets.count == logits.rows,
    "crossEntropyGradient: \(targets.count) targets for \(logits.shape)")
  let dy = softmax(logits) - .oneHot(targets, size: logits.columns)
  return B > 1 ? dy * (1 / Scalar(B)) : dy
}

// MARK: - Backward, through the projection

extension Projection {
  /// From the derivative with respect to the logits to those with respect to
  /// the weights and the states.
  ///
  ///     y = h·W + b
  ///     dW = hᵀ·dy      db = Σ dy over the rows      dh = dy·Wᵀ
  ///
  /// - Parameters:
  ///   - dy: `[T·B × V]`
  ///   - h: the states that were projected, `[T·B × H]`
  public func backward(_ dy: Matrix<Scalar>, through h: Matrix<Scalar>)
    -> (gradient: Projection, dh: Matrix<Scalar>)
  {
    let gradient = Projection(W: matmul(h.T, dy), b: dy.columnSums())
    return (gradient, matmul(dy, W.T))
  }
}

// MARK: - Backward, through time

extension TanhCell {
  /// The way back through all the steps.
  ///
  ///     dhₜ   = what the projection says of hₜ + what step t+1 says of it
  ///     dzₜ   = dhₜ ⊙ (1 − hₜ²)          hₜ = tanh zₜ
  ///     dhₜ₋₁ = dzₜ·Whᵀ                  zₜ = … + hₜ₋₁·Wh + …
  ///
  /// - Parameters:
  ///   - dOutput: what the projection says of each state, `[T·B × H]`
  ///   - after: the states, `[T·B × H]`
  ///   - B: the rows of one step
  /// - Returns: `dz` of all steps, `[T·B × H]`, and the derivative with respect
  ///   to the state before the first one, `[B × H]`.
  public func backward(
    _ dOutput: Matrix<Scalar>, through after: Matrix<Scalar>, batch B: Int
  ) -> (dz: Matrix<Scalar>, dh0: Matrix<Scalar>) {
    let slope = 1 - after * after  // tanh′, of all steps
    var dz = Matrix(zerosLike: after)
    var carried = Matrix<Scalar>(B, after.columns)
    for t in (0..<after.rows / max(B, 1)).reversed() {
      let rows = t * B..<(t + 1) * B
      // hₜ has two readers, so two derivatives arrive, and they add.
      let dh = dOutput.rows(rows) + carried
      let dzt = dh * slope.rows(rows)
      carried = matmul(dzt, Wh.T)
      dz.setRows(from: rows.lowerBound, to: dzt)
    }
    return (dz, carried)
  }
}

// MARK: - Backward, the whole network

extension RNN {
  /// The derivatives of ``loss(_:_:)`` with respect to every weight, and to the
  /// state before the window.
  ///
  /// Every step uses the same weights, so every step's contribution is added:
  ///
  ///     dWh = Σₜ hₜ₋₁ᵀ·dzₜ     db = Σₜ dzₜ     dWx[idₜ] += dzₜ
  ///
  /// The sum over the steps of `hₜ₋₁ᵀ·dzₜ` is one product of two tall matrices.
  ///
  /// - Returns: the gradient, an array for each array of the network, and
  ///   `dh0`, `[B × H]`.
  public func backward(_ trace: Trace<Scalar>, _ targets: [Int])
    -> (gradient: RNN, dh0: Matrix<Scalar>)
  {
    let B = trace.batch
    let dy = crossEntropyGradient(trace.logits, targets, batch: B)
    let (dProjection, dOutput) =
      projection.backward(dy, through: trace.after)
    let (dz, dh0) = cell.backward(dOutput, through: trace.after, batch: B)
    var dWx = Matrix(zerosLike: cell.Wx)
    dWx.addRows(at: trace.inputs, dz)
    let dCell = TanhCell(
      Wx: dWx, Wh: matmul(trace.before.T, dz), b: dz.columnSums())
    return (RNN(cell: dCell, projection: dProjection), dh0)
  }
}
