import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - A cell with checkpoints, forward

/// What a checkpointed run of a cell keeps.
public struct CheckpointedRun<C: Cell> {
  /// The inputs of all steps, `[T·B × D]`.
  public let inputs: Matrix<C.Scalar>
  /// The states between the pieces.
  public let checkpoints: Checkpoints<C.State>
  /// The last piece with its traces: the way back begins there, so it need not
  /// run again. None where there is no step.
  public let lastPiece: Unrolled<C>?
  /// The outputs of all steps, `[T·B × H]`, if they were asked for.
  public let outputs: Matrix<C.Scalar>?

  /// The state after the last step.
  public var last: C.State { checkpoints.last }
}

extension Cell {
  /// Runs the cell over a sequence and keeps only the states between pieces of
  /// it, and all of the last piece. The inputs of a piece are projected
  /// together, those of the next one when it is reached.
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  ///   - length: the steps of a piece, `⌈√T⌉` if none is given
  ///   - keepsOutputs: whether somebody will read the outputs; a loss on the
  ///     last state needs none
  public func checkpointed(
    _ x: Matrix<Scalar>, from initial: State, every length: Int? = nil,
    keepsOutputs: Bool = false
  ) -> CheckpointedRun<Self> {
    let B = initial.h.rows
    let T = checkSteps(x, from: initial, in: "checkpointed")
    var outputs = keepsOutputs ? Matrix<Scalar>(x.rows, hidden) : nil
    var lastPiece: Unrolled<Self>?
    let checkpoints = Checkpoints(steps: T, every: length, from: initial) {
      state, piece in
      let x = x.rows(piece.lowerBound * B..<piece.upperBound * B)
      if piece.upperBound == T {
        let run = scanned(x, from: state)
        lastPiece = run
        outputs?.setRows(from: piece.lowerBound * B, to: run.outputs)
        return run.last
      }
      let z = project(x)
      // `fold`, written out: called from another file it is not compiled for
      // this range, and that took 7 % of a small step.
      var state = state
      for t in 0..<piece.count {
        state = step(z.rows(t * B..<(t + 1) * B), from: state).state
        outputs?.setRows(from: (piece.lowerBound + t) * B, to: state.h)
      }
      return state
    }
    return CheckpointedRun(
      inputs: x, checkpoints: checkpoints, lastPiece: lastPiece,
      outputs: outputs)
  }
}

// MARK: - A cell with checkpoints, backward

extension Cell {
  /// The way back through a checkpointed run: every piece but the last is
  /// scanned once more from the state before it, and gone back through as in
  /// `backward(_:last:through:addingTo:)`. Its projected inputs, its traces
  /// and its `dz` are there while the piece is, and no longer.
  /// - Parameters:
  ///   - dLast: the derivative with respect to the last state; none if nobody
  ///     reads it
  ///   - dOutputs: for the steps of a piece and their outputs `[N·B × H]`, the
  ///     derivative of the loss with respect to these outputs
  /// - Returns: bit for bit what the plain scan gives.
  public func backward(
    last dLast: State? = nil, through run: CheckpointedRun<Self>,
    outputs dOutputs: ((Range<Int>, Matrix<Scalar>) -> Matrix<Scalar>)? = nil
  ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
    let B = run.last.h.rows
    var gradient = zeros()
    var dInputs = Matrix(zerosLike: run.inputs)
    let dInitial = run.checkpoints.backward(
      from: dLast ?? zeroState(batch: B)
    ) { dState, start in
      let first = start.piece.lowerBound * B
      let end = start.piece.upperBound * B
      let isLast = end == run.inputs.rows
      let again =
        isLast
        ? run.lastPiece!
        : scanned(run.inputs.rows(first..<end), from: start.carry)
      let (dx, dBefore) = backward(
        dOutputs?(start.piece, again.outputs), last: dState, through: again,
        addingTo: &gradient)
      dInputs.setRows(from: first, to: dx)
      return (dBefore, ())
    }.dInitial
    return (gradient, dInputs, dInitial)
  }

  /// The same, where the derivatives with respect to all outputs are known
  /// beforehand.
  /// - Parameter dOutputs: `[T·B × H]`
  public func backward(
    _ dOutputs: Matrix<Scalar>, last dLast: State? = nil,
    through run: CheckpointedRun<Self>
  ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
    require(
      dOutputs.rows == run.inputs.rows && dOutputs.columns == hidden,
      "backward: derivatives \(dOutputs.shape) of outputs "
        + "[\(run.inputs.rows) × \(hidden)]")
    let B = run.last.h.rows
    return backward(last: dLast, through: run) { steps, _ in
      dOutputs.rows(steps.lowerBound * B..<steps.upperBound * B)
    }
  }
}
