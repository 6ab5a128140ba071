import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// Exercise 2.4, a cell that lets go slowly: half of the old state stays.
///
///     gₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
///     hₜ = ½ hₜ₋₁ + ½ gₜ
///
/// Write the way forward and the way back.
/// `swift run exercises 2.4` checks you.

// MARK: - Yours

/// - Parameters:
///   - x: the inputs, `[T·B × D]`, time-major
///   - h0: the state before, `[B × H]`
/// - Returns: `h0` and the states after each step, `[(T+1)·B × H]`
public func slowStates(
  _ cell: TanhCell<Double>, _ x: Matrix<Double>, from h0: Matrix<Double>
) -> Matrix<Double> {
  Matrix(h0.rows + x.rows, h0.columns)
}

/// - Parameters:
///   - dOutput: what the outside says of each state, `[T·B × H]`
///   - states: what the way forward returned
///   - B: the rows of one step
/// - Returns: the derivatives, in the shapes of the cell and of `h0`
public func slowBackward(
  _ cell: TanhCell<Double>, _ dOutput: Matrix<Double>,
  inputs x: Matrix<Double>, states: Matrix<Double>, batch B: Int
) -> (gradient: TanhCell<Double>, dh0: Matrix<Double>) {
  let zeros = TanhCell(
    Wx: Matrix(zerosLike: cell.Wx), Wh: Matrix(zerosLike: cell.Wh),
    b: Matrix(zerosLike: cell.b))
  return (zeros, Matrix(B, states.columns))
}
