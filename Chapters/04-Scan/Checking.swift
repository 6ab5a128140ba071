import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// How many entries of one matrix are not those of the other. The shapes must be equal.
public func differences(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Int {
  require(a.rows == b.rows && a.columns == b.columns, "differences: \(a.shape) and \(b.shape)")
  return zip(a.scalars, b.scalars).count { $0 != $1 }
}

/// The gradient check of an LSTM's scan forward, reversed, and checkpointed: seven steps, in pieces of three, three and one.
public func checkGradients(seed: UInt64) -> [(name: String, checks: [ArrayCheck])] {
  var random = SplitMix64(seed: seed)
  let cell = LSTM<Double>(inputs: 3, hidden: 4, using: &random)
  let x = Matrix<Double>.normal(14, 3, deviation: 1, using: &random)
  let dOutputs = Matrix<Double>.normal(14, 4, deviation: 1, using: &random)
  let zero = cell.zeroState(batch: 2)
  func check(
    _ outputs: (LSTM<Double>, Matrix<Double>) -> Matrix<Double>,
    _ back: (gradient: LSTM<Double>, dInputs: Matrix<Double>, dInitial: LSTM<Double>.State)
  ) -> [ArrayCheck] {
    cell.check(gradient: back.gradient) { outputs($0, x).dot(dOutputs) } + [
      ArrayCheck(
        name: "x", analytic: back.dInputs, numeric: centredDifferences(of: { outputs(cell, $0).dot(dOutputs) }, at: x))
    ]
  }
  let scans = [("forward", false), ("reversed", true)].map { name, reversed in
    (
      name: name,
      checks: check(
        { $0.scanned($1, from: zero, reversed: reversed).outputs },
        cell.backward(dOutputs, through: cell.scanned(x, from: zero, reversed: reversed)))
    )
  }
  let kept = check(
    { $0.checkpointed($1, from: zero, keepsOutputs: true).outputs! },
    cell.backward(dOutputs, through: cell.checkpointed(x, from: zero)))
  return scans + [("checkpointed", kept)]
}
