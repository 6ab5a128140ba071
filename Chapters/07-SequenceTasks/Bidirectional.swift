import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - Each row from its end

extension Sequences {
  /// Where each step of each row stands when every row is read from its own
  /// end. What lies behind a row's end stays where it is. Twice is as before.
  var reversal: [Int] {
    let T = steps
    return (0..<T * batch).map { place in
      let (t, row) = (place / batch, place % batch)
      let length = lengths?[row] ?? T
      return (t < length ? length - 1 - t : t) * batch + row
    }
  }
}

extension Matrix {
  /// The columns of both, side by side: `[N × (P + Q)]`.
  public func beside(_ other: Matrix) -> Matrix {
    Matrix.stack([transposed(), other.transposed()]).transposed()
  }

  /// The columns in `range`.
  public func columns(_ range: Range<Int>) -> Matrix {
    transposed().rows(range).transposed()
  }
}

// MARK: - Both directions

/// Two layers that read the same sequences, one from the beginning and one from
/// the end (Schuster & Paliwal, 1997). At every step the answers of both stand
/// side by side: what came before, and what will come.
public struct Bidirectional<
  Forward: SequenceLayer, Backward: SequenceLayer<Forward.Scalar>
>: SequenceLayer {
  /// What reads from the beginning.
  public var forward: Forward
  /// What reads from the end.
  public var backward: Backward

  /// Both must read as many numbers.
  public init(_ forward: Forward, _ backward: Backward) {
    require(
      forward.inputs == backward.inputs,
      "Bidirectional: one layer reads \(forward.inputs) numbers, "
        + "the other \(backward.inputs)")
    (self.forward, self.backward) = (forward, backward)
  }

  public static func listArrays() -> [NamedArray<Self, Forward.Scalar>] {
    arrays(of: \.forward, named: "forward")
      + arrays(of: \.backward, named: "backward")
  }

  public var inputs: Int { forward.inputs }
  public var outputs: Int { forward.outputs + backward.outputs }

  /// What both leave behind, and the order in which the second one read.
  public struct Tape {
    let forward: Forward.Tape
    let backward: Backward.Tape
    let reversal: [Int]
  }

  public func read(_ sequences: Sequences<Forward.Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<Forward.Scalar>, tape: Tape)
  {
    let (one, other) = dropout.map { $0.split() } ?? (nil, nil)
    let reversal = sequences.reversal
    let ahead = forward.read(sequences, dropout: one)
    let back = backward.read(
      sequences.with(sequences.x.rows(at: reversal)), dropout: other)
    let outputs = ahead.outputs.beside(back.outputs.rows(at: reversal))
    return (
      outputs,
      Tape(forward: ahead.tape, backward: back.tape, reversal: reversal)
    )
  }

  public func backward(
    _ dOutputs: Matrix<Forward.Scalar>, through tape: Tape
  ) -> (gradient: Self, dInputs: Matrix<Forward.Scalar>) {
    let (middle, end) = (forward.outputs, outputs)
    let ahead = forward.backward(
      dOutputs.columns(0..<middle), through: tape.forward)
    let back = backward.backward(
      dOutputs.columns(middle..<end).rows(at: tape.reversal),
      through: tape.backward)
    // Both read every input.
    let dInputs = ahead.dInputs + back.dInputs.rows(at: tape.reversal)
    return (Bidirectional(ahead.gradient, back.gradient), dInputs)
  }

  public func gradient(
    _ dOutputs: Matrix<Forward.Scalar>, through tape: Tape
  ) -> Self {
    let (middle, end) = (forward.outputs, outputs)
    return Bidirectional(
      forward.gradient(dOutputs.columns(0..<middle), through: tape.forward),
      backward.gradient(
        dOutputs.columns(middle..<end).rows(at: tape.reversal),
        through: tape.backward))
  }
}
