import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import WhileLoop

extension NamedArrays {
  /// The sum of the products of all entries.
  func dot(_ other: Self) -> Scalar {
    Self.arrays.reduce(0) { $0 + self[keyPath: $1.path].dot(other[keyPath: $1.path]) }
  }
}

/// A cell, a batch of sequences of different lengths, and a loss in which every output and every part of every row's last
/// state has a say.
struct Padded<C: Cell> {
  /// Three rows of five steps, none of which has them all; one has none.
  var lengths = [2, 0, 4]
  let T = 5
  var cell: C
  var x: Matrix<C.Scalar>
  var initial: C.State
  var dOutputs: Matrix<C.Scalar>
  var dLast: C.State

  init(_ cell: C, lengths: [Int] = [2, 0, 4]) {
    var random = SplitMix64(seed: 2)
    let B = lengths.count
    (self.cell, self.lengths) = (cell, lengths)
    x = .normal(T * B, cell.inputs, deviation: 0.7, using: &random)
    initial = cell.zeroState(batch: B).drawn(using: &random)
    dOutputs = .normal(T * B, cell.hidden, deviation: 0.7, using: &random)
    dLast = cell.zeroState(batch: B).drawn(using: &random)
  }

  var batch: Int { lengths.count }

  func run(cell: C? = nil, x: Matrix<C.Scalar>? = nil, initial: C.State? = nil) -> LoopRun<C> {
    (cell ?? self.cell).loop(x ?? self.x, from: initial ?? self.initial, lengths: lengths)
  }

  func loss(cell: C? = nil, x: Matrix<C.Scalar>? = nil, initial: C.State? = nil) -> C.Scalar {
    let run = run(cell: cell, x: x, initial: initial)
    return dOutputs.dot(run.outputs) + dLast.dot(run.last)
  }

  func backward() -> (gradient: C, dInputs: Matrix<C.Scalar>, dInitial: C.State) {
    cell.backward(dOutputs, last: dLast, through: run())
  }

  /// The rows of one sequence in an array of all steps.
  func steps<S>(_ array: Matrix<S>, ofRow row: Int) -> Matrix<S> {
    array.rows(at: (0..<lengths[row]).map { $0 * batch + row })
  }

  /// The rows of all steps behind a sequence's end.
  var padding: [Int] {
    (0..<batch).flatMap { row in (lengths[row]..<T).map { $0 * batch + row } }
  }
}

/// The program must stop, and say this.
func expectStop(
  _ result: ExitTest.Result?, _ message: String, at location: SourceLocation = #_sourceLocation
) {
  let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(said.contains(message + "\n"), "it said: \(said)", sourceLocation: location)
}
