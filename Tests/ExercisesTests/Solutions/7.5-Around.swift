import ManualBPTT
import MinimalMatrix
import SequenceTasks

/// Exercise 7.5, labels from the neighbours: what can be said of a step by all
/// others alone, those before it and those behind it? So gaps are filled.
///
///     yₜ = (what forward shows at t − 1, what backward shows at t + 1)
///
/// side by side; at a row's first step there is no t − 1 and at its last one no
/// t + 1: zeros. Behind a row's end the answers are zero too, and what comes
/// back there is not heard.
public struct Around<L: SequenceLayer>: SequenceLayer {
  /// Chapter 7's: at every step both, side by side, each having read the step
  /// itself.
  public var both: SequenceTasks.Bidirectional<L, L>

  public init(_ forward: L, _ backward: L) {
    both = SequenceTasks.Bidirectional(forward, backward)
  }

  /// What both leave behind, and what they have read.
  public struct Tape {
    public let both: SequenceTasks.Bidirectional<L, L>.Tape
    public let sequences: Sequences<L.Scalar>
  }

  public var inputs: Int { both.inputs }
  public var outputs: Int { both.outputs }

  public static func listArrays() -> [NamedArray<Self, L.Scalar>] {
    arrays(of: \.both, named: "both")
  }
}

// MARK: - Solution 7.5

extension Around {
  public func read(_ sequences: Sequences<L.Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<L.Scalar>, tape: Tape)
  {
    let (h, tape) = both.read(sequences, dropout: dropout)
    let (past, future) = halves(h)
    let B = sequences.batch
    let moved = later(past, B).beside(earlier(future, B))
    return (
      data(moved, sequences), Tape(both: tape, sequences: sequences)
    )
  }

  public func backward(_ dOutputs: Matrix<L.Scalar>, through tape: Tape)
    -> (gradient: Around, dInputs: Matrix<L.Scalar>)
  {
    let (past, future) = halves(data(dOutputs, tape.sequences))
    let B = tape.sequences.batch
    // What was moved one way comes back the other way.
    let moved = earlier(past, B).beside(later(future, B))
    let back = both.backward(moved, through: tape.both)
    return (Around(back.gradient.forward, back.gradient.backward), back.dInputs)
  }

  private func halves(_ h: Matrix<L.Scalar>)
    -> (past: Matrix<L.Scalar>, future: Matrix<L.Scalar>)
  {
    let middle = both.forward.outputs
    return (h.columns(0..<middle), h.columns(middle..<outputs))
  }

  /// Every row of `h` a step later, or earlier; zeros where there was none.
  private func later(_ h: Matrix<L.Scalar>, _ B: Int) -> Matrix<L.Scalar> {
    .stack([Matrix(B, h.columns), h.rows(0..<h.rows - B)])
  }

  private func earlier(_ h: Matrix<L.Scalar>, _ B: Int) -> Matrix<L.Scalar> {
    .stack([h.rows(B..<h.rows), Matrix(B, h.columns)])
  }

  /// `h`, and zeros behind the rows' ends.
  private func data(_ h: Matrix<L.Scalar>, _ sequences: Sequences<L.Scalar>)
    -> Matrix<L.Scalar>
  {
    var result = Matrix(zerosLike: h)
    result.addRows(at: sequences.places, h.rows(at: sequences.places))
    return result
  }
}
