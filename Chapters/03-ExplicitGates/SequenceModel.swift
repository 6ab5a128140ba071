import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - A cell, and what is read from it

/// A cell that reads a sequence, and a projection that makes an answer of its
/// output after every step.
///
/// The cell has `H` hidden units, an answer `O` numbers; the projection goes
/// from one to the other. It is the same at every step: what a state means does
/// not depend on when it is reached, and so a sequence may have any length.
public struct SequenceModel<C: Cell>: NamedArrays {
  /// What reads.
  public var cell: C
  /// What answers, `[H × O]`.
  public var projection: Projection<C.Scalar>

  /// A model of the given parts, which must have the same `H`.
  public init(cell: C, projection: Projection<C.Scalar>) {
    require(
      cell.hidden == projection.W.rows,
      "SequenceModel: a cell with outputs [B × \(cell.hidden)] "
        + "and a projection \(projection.W.shape)")
    (self.cell, self.projection) = (cell, projection)
  }

  /// A model around `cell`; the projection knows nothing yet. Its weights are
  /// drawn as those of a ``Gate``, its bias is 0.
  /// - Parameter O: the numbers in one answer
  public init(
    _ cell: C, answers O: Int = 1, using random: inout SplitMix64
  ) {
    let (H, scale) = (cell.hidden, 1 / Double(cell.hidden).squareRoot())
    self.cell = cell
    projection = Projection(
      W: .uniform(H, O, scale: scale, using: &random), b: Matrix(1, O))
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.cell, named: "cell")
      + arrays(of: \.projection, named: "projection")
  }
}

// MARK: - The model forward and backward

extension SequenceModel {
  /// Reads `B` sequences side by side, from a state of zeros.
  /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major
  /// - Returns: the run of the cell, and the answers, `[T·B × O]`.
  public func read(_ x: Matrix<C.Scalar>, batch B: Int)
    -> (run: Run<C>, answers: Matrix<C.Scalar>)
  {
    let run = cell.run(x, from: cell.zeroState(batch: B))
    return (run, projection(run.outputs))
  }

  /// The answers alone, `[T·B × O]`, from a state of zeros, for whoever does
  /// not go back.
  /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major
  public func answers(to x: Matrix<C.Scalar>, batch B: Int)
    -> Matrix<C.Scalar>
  {
    projection(cell.outputs(of: x, from: cell.zeroState(batch: B)).outputs)
  }

  /// The derivatives of the loss with respect to every array.
  /// - Parameter dAnswers: those with respect to the answers, `[T·B × O]`
  public func backward(_ dAnswers: Matrix<C.Scalar>, through run: Run<C>)
    -> SequenceModel
  {
    let (dProjection, dOutputs) =
      projection.backward(dAnswers, through: run.outputs)
    return SequenceModel(
      cell: cell.gradient(dOutputs, through: run), projection: dProjection)
  }
}

// MARK: - A tanh cell on equal terms

extension TanhCell {
  /// A cell that knows nothing yet, its weights drawn as those of a `Gate`:
  /// so it can be compared with the cells that have several.
  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    let gate = Gate<Scalar>(inputs: D, hidden: H, using: &random)
    self.init(Wx: gate.W, Wh: gate.U, b: gate.b)
  }
}

// MARK: - How far back a derivative reaches

extension SequenceModel {
  /// The length of the derivative of the outputs after the last step, added
  /// up, with respect to the whole state before the first one, for inputs
  /// `[T·B × D]`.
  public func reach(through x: Matrix<C.Scalar>, batch B: Int) -> Double {
    let run = cell.run(x, from: cell.zeroState(batch: B))
    var dLast = cell.zeroState(batch: B)
    dLast.h += 1
    let none = Matrix<C.Scalar>(x.rows, cell.hidden)
    return cell.backward(none, last: dLast, through: run).dInitial.norm
  }
}

extension SequenceModel: Sendable where C: Sendable {}
extension SequenceModel: Equatable where C: Equatable {}
