import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan
import TestSupport
import Testing

/// What an unrolling gives, forward and backward, under one name each.
struct Results {
  var arrays: [Named]

  init<C: Cell>(
    outputs: Matrix<C.Scalar>, last: C.State, _ back: (gradient: C, dInputs: Matrix<C.Scalar>, dInitial: C.State)
  ) {
    arrays = [("outputs", Matrix(outputs)), ("dInputs", Matrix(back.dInputs))]
    arrays += last.named("last") + back.gradient.named("gradient") + back.dInitial.named("dInitial")
  }

  /// The names of the arrays that are not the same bits.
  func differences(from other: Results) -> [String] {
    zip(arrays, other.arrays).filter { $0.name != $1.name || !sameBits($0.array, $1.array) }.map(\.0.name)
  }
}

/// Stricter than `==`: 0 and −0 differ, and NaN is itself.
func sameBits(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
  a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { $0.bitPattern == $1.bitPattern }
}

/// A cell, what it reads, the state it begins from, and a loss in which every output and every part of the last state has
/// a say: `⟨dOutputs, outputs⟩ + ⟨dLast, last⟩`.
struct Example<C: Cell> {
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

  /// By chapter 3's loop.
  var byLoop: Results {
    let run = cell.run(x, from: initial)
    return Results(outputs: run.outputs, last: run.last, cell.backward(dOutputs, last: dLast, through: run))
  }

  func byScan(reversed: Bool = false) -> Results {
    let run = cell.scanned(x, from: initial, reversed: reversed)
    return Results(outputs: run.outputs, last: run.last, cell.backward(dOutputs, last: dLast, through: run))
  }

  func byCheckpoints(every length: Int? = nil) -> Results {
    let run = cell.checkpointed(x, from: initial, every: length, keepsOutputs: true)
    return Results(outputs: run.outputs!, last: run.last, cell.backward(dOutputs, last: dLast, through: run))
  }

  /// The loss of what a run gave.
  func loss(_ outputs: Matrix<C.Scalar>, _ last: C.State) -> C.Scalar {
    C.State.arrays.reduce(dOutputs.dot(outputs)) { $0 + dLast[keyPath: $1.path].dot(last[keyPath: $1.path]) }
  }
}
