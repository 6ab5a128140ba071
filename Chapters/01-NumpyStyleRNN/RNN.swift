import MinimalMatrix

// MARK: - The cell

/// The simple recurrent cell (Elman, "Finding structure in time", 1990): one
/// step from the state `h` of the step before to the new one.
///
///     h′ = tanh(x·Wx + h·Wh + b)
public struct TanhCell<Scalar: MatrixScalar>: Equatable, Sendable {
  /// From the input to the state, `[D × H]`.
  public var Wx: Matrix<Scalar>
  /// From the old state to the new one, `[H × H]`.
  public var Wh: Matrix<Scalar>
  /// `[1 × H]`, added to every row.
  public var b: Matrix<Scalar>

  /// A cell of the given arrays, whose shapes must fit together.
  public init(Wx: Matrix<Scalar>, Wh: Matrix<Scalar>, b: Matrix<Scalar>) {
    let H = Wh.rows
    require(
      Wh.columns == H && Wx.columns == H && b.rows == 1 && b.columns == H,
      "TanhCell: Wx \(Wx.shape), Wh \(Wh.shape) and b \(b.shape) do not fit")
    (self.Wx, self.Wh, self.b) = (Wx, Wh, b)
  }

  /// One time step.
  /// - Parameters:
  ///   - x: the inputs, `[B × D]`
  ///   - h: the state after the step before, `[B × H]`
  /// - Returns: the state after this step, `[B × H]`, from −1 to 1.
  public func step(_ x: Matrix<Scalar>, from h: Matrix<Scalar>)
    -> Matrix<Scalar>
  {
    tanh(matmul(x, Wx) + matmul(h, Wh) + b)
  }
}

// MARK: - From the state to the prediction

/// A linear map from the state to one number for each class: the logits.
///
///     y = h·W + b
public struct Projection<Scalar: MatrixScalar>: Equatable, Sendable {
  /// `[H × V]`.
  public var W: Matrix<Scalar>
  /// `[1 × V]`, added to every row.
  public var b: Matrix<Scalar>

  /// A projection of the given arrays, whose shapes must fit together.
  public init(W: Matrix<Scalar>, b: Matrix<Scalar>) {
    require(
      b.rows == 1 && b.columns == W.columns,
      "Projection: W \(W.shape) and b \(b.shape) do not fit")
    (self.W, self.b) = (W, b)
  }

  /// The logits `[B × V]` for the states `[B × H]`.
  public func callAsFunction(_ h: Matrix<Scalar>) -> Matrix<Scalar> {
    matmul(h, W) + b
  }
}

// MARK: - How wrong a prediction is

/// The cross-entropy of each row in nats: `−ln softmax(y)[target]`, `[B × 1]`.
///
/// Written as `ln Σ exp(y) − y[target]`, it cannot overflow, and no probability
/// can become 0 and lose its logarithm.
///
/// - Parameters:
///   - logits: `y`, `[B × V]`
///   - targets: the true class of each row; it must be `B` numbers below `V`
public func crossEntropy<Scalar>(_ logits: Matrix<Scalar>, _ targets: [Int])
  -> Matrix<Scalar>
{
  require(
    targets.count == logits.rows,
    "crossEntropy: \(targets.count) targets for logits \(logits.shape)")
  return logSumExp(logits) - logits.entries(at: targets)
}

// MARK: - The whole model

/// A network that reads characters and predicts, after each, the next one.
public struct RNN<Scalar: MatrixScalar>: Equatable, Sendable {
  /// Its input is a one-hot row: `D = V`.
  public var cell: TanhCell<Scalar>
  /// From the state to one logit for each character.
  public var projection: Projection<Scalar>

  /// A network of the given parts, whose state must have the same size `H`.
  public init(cell: TanhCell<Scalar>, projection: Projection<Scalar>) {
    require(
      cell.Wh.columns == projection.W.rows,
      "RNN: Wh \(cell.Wh.shape) and W \(projection.W.shape) do not fit")
    (self.cell, self.projection) = (cell, projection)
  }

  /// A network that knows nothing yet.
  ///
  /// The weights are drawn from the normal distribution, the biases are 0. With
  /// small weights it finds every character about equally likely.
  ///
  /// - Parameters:
  ///   - V: how many characters there are
  ///   - H: how many numbers the state has
  ///   - deviation: the standard deviation of the weights
  public init(
    vocabulary V: Int, hidden H: Int, deviation: Double = 0.01,
    using random: inout SplitMix64
  ) {
    func weights(_ rows: Int, _ columns: Int) -> Matrix<Scalar> {
      .normal(rows, columns, deviation: deviation, using: &random)
    }
    cell = TanhCell(Wx: weights(V, H), Wh: weights(H, H), b: Matrix(1, H))
    projection = Projection(W: weights(H, V), b: Matrix(1, V))
  }
}

// MARK: - Reading a character

extension RNN {
  /// `V`, the number of characters.
  public var vocabulary: Int { cell.Wx.rows }
  /// `H`, the size of the state.
  public var hidden: Int { cell.Wh.rows }

  /// The state before anything was read: zeros, `[B × H]`.
  public func zeroState(batch B: Int) -> Matrix<Scalar> { Matrix(B, hidden) }

  /// Reads one character in each row of the batch.
  /// - Parameters:
  ///   - ids: the `B` characters
  ///   - h: the state before, `[B × H]`
  /// - Returns: the state after, `[B × H]`, and the logits of the next
  ///   character, `[B × V]`.
  public func read(_ ids: [Int], from h: Matrix<Scalar>)
    -> (h: Matrix<Scalar>, logits: Matrix<Scalar>)
  {
    let x = Matrix<Scalar>.oneHot(ids, size: vocabulary)
    let h = cell.step(x, from: h)
    return (h, projection(h))
  }
}
