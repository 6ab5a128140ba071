import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// Exercise 2.4, a cell that lets go slowly: half of the old state stays.

// MARK: - Solution 2.4

func slowStates(
  _ cell: TanhCell<Double>, _ x: Matrix<Double>, from h0: Matrix<Double>
) -> Matrix<Double> {
  let B = h0.rows
  var states = [h0]
  for t in 0..<x.rows / B {
    let h = states[t]
    let g = cell.step(x.rows(t * B..<(t + 1) * B), from: h)
    states.append(0.5 * h + 0.5 * g)
  }
  return Matrix.stack(states)
}

func slowBackward(
  _ cell: TanhCell<Double>, _ dOutput: Matrix<Double>,
  inputs x: Matrix<Double>, states: Matrix<Double>, batch B: Int
) -> (gradient: TanhCell<Double>, dh0: Matrix<Double>) {
  let before = states.rows(0..<dOutput.rows)
  let after = states.rows(B..<states.rows)
  let g = 2 * after - before
  var dz = Matrix(zerosLike: after)
  var carried = Matrix<Double>(B, after.columns)
  for t in (0..<dOutput.rows / B).reversed() {
    let rows = t * B..<(t + 1) * B
    let gt = g.rows(rows)
    let dh = dOutput.rows(rows) + carried
    let dzt = 0.5 * dh * (1 - gt * gt)
    carried = 0.5 * dh + matmul(dzt, cell.Wh.T)
    dz.setRows(from: rows.lowerBound, to: dzt)
  }
  let gradient = TanhCell(
    Wx: matmul(x.T, dz), Wh: matmul(before.T, dz), b: dz.columnSums())
  return (gradient, carried)
}
