import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import WhileLoop

// MARK: - Layers, and what is read from them

/// Layers that read, and one projection that answers: after the last step of
/// every sequence, or after every step. It is shared over time.
public struct SequenceNetwork<L: SequenceLayer>: NamedArrays, Sendable {
  /// What reads.
  public var layers: L
  /// `[outputs of the layers × O]`.
  public var projection: Projection<L.Scalar>

  /// - Parameter O: the numbers in one answer
  public init(_ layers: L, answers O: Int, using random: inout SplitMix64) {
    let H = layers.outputs
    self.layers = layers
    projection = Projection(
      W: .uniform(H, O, scale: 1 / Double(H).squareRoot(), using: &random),
      b: Matrix(1, O))
  }

  /// A network of the given parts.
  public init(layers: L, projection: Projection<L.Scalar>) {
    (self.layers, self.projection) = (layers, projection)
  }

  public static func listArrays() -> [NamedArray<Self, L.Scalar>] {
    arrays(of: \.layers, named: "layers")
      + arrays(of: \.projection, named: "projection")
  }
}

/// Which outputs are answered.
public enum Readout: Sendable {
  /// The last one that is data, of every row: `B` answers.
  case last
  /// All that are data, in the order of time.
  case every
}

// MARK: - The network forward and backward

extension SequenceNetwork {
  /// The answers, a row for each place that the readout names.
  public func answers(to sequences: Sequences<L.Scalar>, _ readout: Readout)
    -> Matrix<L.Scalar>
  {
    let h = layers.read(sequences, dropout: nil).outputs
    return projection(h.rows(at: readout.places(in: sequences)))
  }

  /// The loss of the answers, and the derivatives with respect to all arrays.
  /// - Parameters:
  ///   - dropout: on while the network is trained
  ///   - loss: how wrong the answers are, a row each, and its derivative in
  ///     their shape
  public func lossAndGradient(
    of sequences: Sequences<L.Scalar>, _ readout: Readout, dropout: Dropout?,
    loss: (Matrix<L.Scalar>) -> (loss: Double, dAnswers: Matrix<L.Scalar>)
  ) -> (loss: Double, gradient: SequenceNetwork) {
    let (outputs, tape) = layers.read(sequences, dropout: dropout)
    let places = readout.places(in: sequences)
    let h = outputs.rows(at: places)
    let (value, dAnswers) = loss(projection(h))
    let (dProjection, dh) = projection.backward(dAnswers, through: h)
    var dOutputs = Matrix(zerosLike: outputs)
    dOutputs.addRows(at: places, dh)
    let dLayers = layers.gradient(dOutputs, through: tape)
    return (
      value, SequenceNetwork(layers: dLayers, projection: dProjection)
    )
  }
}

extension Readout {
  func places<Scalar>(in sequences: Sequences<Scalar>) -> [Int] {
    self == .last ? sequences.lastPlaces : sequences.places
  }
}
