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
/// back there is not heard. `swift run exercises 7.5` checks you.
public struct Around<L: SequenceLayer>: SequenceLayer {
  /// Chapter 7's: at every step both, side by side, each having read the step
  /// itself.
  public var both: Bidirectional<L, L>

  public init(_ forward: L, _ backward: L) {
    both = Bidirectional(forward, backward)
  }

  /// What both leave behind, and what they have read.
  public struct Tape {
    public let both: Bidirectional<L, L>.Tape
    public let sequences: Sequences<L.Scalar>
  }

  public var inputs: Int { both.inputs }
  public var outputs: Int { both.outputs }

  public static func listArrays() -> [NamedArray<Self, L.Scalar>] {
    arrays(of: \.both, named: "both")
  }
}

// MARK: - Yours

extension Around {
  /// - Returns: `[T·B × 2H]`, and the tape
  public func read(_ sequences: Sequences<L.Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<L.Scalar>, tape: Tape)
  {
    let (h, tape) = both.read(sequences, dropout: dropout)
    return (Matrix(zerosLike: h), Tape(both: tape, sequences: sequences))
  }

  public func backward(_ dOutputs: Matrix<L.Scalar>, through tape: Tape)
    -> (gradient: Around, dInputs: Matrix<L.Scalar>)
  {
    (zeros(), Matrix(zerosLike: tape.sequences.x))
  }
}
