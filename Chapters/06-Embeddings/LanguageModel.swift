import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - The model

/// A network that reads ids and predicts, after each, the next one.
///
///     ids [T·B] → embedding [V × E] → cell [E → H] → projection [H × V]
///
/// Nothing in it depends on `B` or `T`: the same weights read one stream or a
/// hundred, a character at a time or a thousand.
public struct LanguageModel<C: Cell>: NamedArrays {
  /// From ids to vectors.
  public var embedding: Embedding<C.Scalar>
  /// What reads them, one step after the other.
  public var cell: C
  /// From the cell's output to a logit for each id: one projection for all
  /// steps.
  public var projection: Projection<C.Scalar>

  /// A model of the given parts, which must fit together.
  public init(
    embedding: Embedding<C.Scalar>, cell: C, projection: Projection<C.Scalar>
  ) {
    let (table, W) = (embedding.table, projection.W)
    require(
      table.columns == cell.inputs && W.rows == cell.hidden
        && W.columns == table.rows,
      "LanguageModel: a table \(table.shape), a cell [\(cell.inputs) × "
        + "\(cell.hidden)] and a projection \(W.shape) do not fit")
    (self.embedding, self.cell) = (embedding, cell)
    self.projection = projection
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.embedding, named: "embedding")
      + arrays(of: \.cell, named: "cell")
      + arrays(of: \.projection, named: "projection")
  }
}

extension LanguageModel {
  /// A model of an LSTM that knows nothing yet.
  /// - Parameters:
  ///   - V: how many ids there are
  ///   - E: the numbers in a row of the table
  ///   - H: the units of the LSTM
  public init<Scalar>(
    vocabulary V: Int, width E: Int, hidden H: Int,
    using random: inout SplitMix64
  ) where C == LSTM<Scalar> {
    let scale = 1 / Double(H).squareRoot()
    embedding = Embedding(vocabulary: V, width: E, using: &random)
    cell = LSTM(inputs: E, hidden: H, using: &random)
    projection = Projection(
      W: .uniform(H, V, scale: scale, using: &random), b: Matrix(1, V))
  }

  /// `V`, the number of ids.
  public var vocabulary: Int { embedding.table.rows }
}

extension LanguageModel: Sendable where C: Sendable {}
extension LanguageModel: Equatable where C: Equatable {}

// MARK: - Forward

/// What a model made of some ids.
public struct Reading<C: Cell> {
  /// What was read: `T·B` ids, time-major.
  public let ids: [Int]
  /// How the cell ran.
  public let run: Run<C>
  /// The predictions after each step, `[T·B × V]`.
  public let logits: Matrix<C.Scalar>
}

extension LanguageModel {
  /// Reads `B` streams side by side.
  /// - Parameters:
  ///   - ids: `T·B` of them, time-major: those of step 0, then those of step 1
  ///   - state: the state before, of `B` rows
  public func read(_ ids: [Int], from state: C.State) -> Reading<C> {
    let run = cell.run(embedding(ids), from: state)
    return Reading(ids: ids, run: run, logits: projection(run.outputs))
  }

  /// The mean cross-entropy of a reading, in nats an id.
  /// - Parameter targets: the true next ids, in the order of those read
  public func loss(_ reading: Reading<C>, _ targets: [Int]) -> C.Scalar {
    crossEntropy(reading.logits, targets).mean()
  }
}

// MARK: - Backward

extension LanguageModel {
  /// The derivatives of ``loss(_:_:)`` with respect to every array, and to the
  /// state before: forward's three lines, read upwards.
  public func backward(_ reading: Reading<C>, _ targets: [Int])
    -> (gradient: LanguageModel, dInitial: C.State)
  {
    // The loss is a mean over all T·B predictions.
    let dLogits = crossEntropyGradient(
      reading.logits, targets, batch: targets.count)
    let (dProjection, dOutputs) =
      projection.backward(dLogits, through: reading.run.outputs)
    let (dCell, dx, dInitial) = cell.backward(dOutputs, through: reading.run)
    let dEmbedding = embedding.gradient(dx, ids: reading.ids)
    let gradient = LanguageModel(
      embedding: dEmbedding, cell: dCell, projection: dProjection)
    return (gradient, dInitial)
  }
}
