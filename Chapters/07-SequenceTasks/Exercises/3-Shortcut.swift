import ManualBPTT
import MinimalMatrix
import SequenceTasks

/// Exercise 7.3, a residual stack (He et al., 2016): a layer that answers with
/// what it has read, plus what it makes of it.
///
///     yₜ = layer(x)ₜ + xₜ
///
/// As of every layer, its answers are zero behind a row's end, and what comes
/// back there is not heard. The layer's dropout drops the layer's outputs, not
/// x. `swift run exercises 7.3` checks you.
public struct Shortcut<L: SequenceLayer>: SequenceLayer {
  public var layer: L

  /// The layer must answer with as many numbers as it reads.
  public init(_ layer: L) {
    require(
      layer.inputs == layer.outputs,
      "Shortcut: the layer reads \(layer.inputs) numbers and answers with "
        + "\(layer.outputs)")
    self.layer = layer
  }

  /// What the layer leaves behind, and which steps are data.
  public struct Tape {
    public let layer: L.Tape
    public let places: [Int]
  }

  public var inputs: Int { layer.inputs }
  public var outputs: Int { layer.outputs }

  public static func listArrays() -> [NamedArray<Self, L.Scalar>] {
    arrays(of: \.layer, named: "layer")
  }
}

// MARK: - Yours

extension Shortcut {
  public func read(_ sequences: Sequences<L.Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<L.Scalar>, tape: Tape)
  {
    let (h, tape) = layer.read(sequences, dropout: dropout)
    return (Matrix(zerosLike: h), Tape(layer: tape, places: sequences.places))
  }

  public func backward(_ dOutputs: Matrix<L.Scalar>, through tape: Tape)
    -> (gradient: Shortcut, dInputs: Matrix<L.Scalar>)
  {
    (zeros(), Matrix(zerosLike: dOutputs))
  }
}
