import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// Exercise 2.3, mend the way back: from the derivatives with respect to all
/// states to those with respect to the cell's arrays and the first state.
///
///     hₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
///
/// One thing is wrong below, and all shapes fit.
/// `swift run exercises 2.3` checks you.

// MARK: - Yours

/// - Parameters:
///   - dOutput: what the outside says of each state, `[T·B × H]`
///   - x: the inputs, `[T·B × D]`
///   - states: `h₀` and the states after each step, `[(T+1)·B × H]`
///   - B: the rows of one step
/// - Returns: the derivatives, in the shapes of the cell and of `h₀`
public func backwardThroughTime(
  _ cell: TanhCell<Double>, _ dOutput: Matrix<Double>,
  inputs x: Matrix<Double>, states: Matrix<Double>, batch B: Int
) -> (gradient: TanhCell<Double>, dh0: Matrix<Double>) {
  let after = states.rows(B..<states.rows)
  let before = states.rows(0..<dOutput.rows)
  var dz = Matrix(zerosLike: after)
  var carried = Matrix<Double>(B, after.columns)
  for t in (0..<dOutput.rows / B).reversed() {
    let rows = t * B..<(t + 1) * B
    let h = after.rows(rows)
    let dh = dOutput.rows(rows) + carried
    let dzt = dh * (1 - h * h)
    carried = matmul(dzt, cell.Wh)
    dz.setRows(from: rows.lowerBound, to: dzt)
  }
  let gradient = TanhCell(
    Wx: matmul(x.T, dz), Wh: matmul(before.T, dz), b: dz.columnSums())
  return (gradient, carried)
}
