import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

/// A cell, what it reads, the state it begins from, and a loss that every output and every part of the last state has a
/// say in: `⟨dOutputs, outputs⟩ + ⟨dLast, last⟩`.
struct Sequence<C: Cell> {
  var cell: C
  var x: Matrix<C.Scalar>
  var initial: C.State
  var dOutputs: Matrix<C.Scalar>
  var dLast: C.State

  /// `T` steps of `B` rows, drawn at random.
  init(_ cell: C, batch B: Int = 2, steps T: Int = 3) {
    var random = SplitMix64(seed: 2)
    self.cell = cell
    x = .normal(T * B, cell.inputs, deviation: 0.7, using: &random)
    initial = cell.zeroState(batch: B).drawn(using: &random)
    dOutputs = .normal(T * B, cell.hidden, deviation: 0.7, using: &random)
    dLast = cell.zeroState(batch: B).drawn(using: &random)
  }

  var batch: Int { initial.h.rows }

  func loss(cell: C? = nil, x: Matrix<C.Scalar>? = nil, initial: C.State? = nil) -> C.Scalar {
    let run = (cell ?? self.cell).run(x ?? self.x, from: initial ?? self.initial)
    return C.State.arrays.reduce(dOutputs.dot(run.outputs)) {
      $0 + dLast[keyPath: $1.path].dot(run.last[keyPath: $1.path])
    }
  }

  func backward() -> (gradient: C, dInputs: Matrix<C.Scalar>, dInitial: C.State) {
    cell.backward(dOutputs, last: dLast, through: cell.run(x, from: initial))
  }

  /// What comes of it for each row: all but the gradient of the weights, in which the rows are added up.
  var rowResults: [(name: String, array: Matrix<Double>)] {
    let run = cell.run(x, from: initial)
    let (_, dInputs, dInitial) = cell.backward(dOutputs, last: dLast, through: run)
    return [("outputs", Matrix(run.outputs)), ("dInputs", Matrix(dInputs))] + run.last.named("last")
      + dInitial.named("dInitial")
  }

  /// All that comes of it.
  var results: [(name: String, array: Matrix<Double>)] { rowResults + backward().gradient.named("gradient") }
}
