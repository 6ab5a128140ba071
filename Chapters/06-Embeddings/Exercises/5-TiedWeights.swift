import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 6.5, tie the two ends: the table is the projection too. (Press &
/// Wolf, "Using the output embedding to improve language models", 2017.)
///
///     x = table[ids]               [T·B × H]
///     h = what the cell makes of x
///     y = h·tableᵀ + b             [T·B × V]
///
/// So `E = H`. Write the logits, and the way back.
/// `swift run exercises 6.5` checks you.
public struct TiedModel: NamedArrays {
  public var embedding: Embedding<Double>
  public var cell: LSTM<Double>
  public var b: Matrix<Double>

  public init(
    embedding: Embedding<Double>, cell: LSTM<Double>, b: Matrix<Double>
  ) {
    (self.embedding, self.cell, self.b) = (embedding, cell, b)
  }

  public static func listArrays() -> [NamedArray<Self, Double>] {
    arrays(of: \.embedding, named: "embedding")
      + arrays(of: \.cell, named: "cell") + [("b", \.b)]
  }

  public func read(_ ids: [Int], from state: LSTM<Double>.State)
    -> (run: Run<LSTM<Double>>, logits: Matrix<Double>)
  {
    let run = cell.run(embedding(ids), from: state)
    return (run, logits(run.outputs))
  }
}

// MARK: - Yours

extension TiedModel {
  /// - Parameter h: the cell's outputs, `[T·B × H]`
  /// - Returns: `[T·B × V]`
  public func logits(_ h: Matrix<Double>) -> Matrix<Double> {
    Matrix(h.rows, b.columns)
  }

  /// - Parameters:
  ///   - dLogits: the derivatives with respect to the logits, `[T·B × V]`
  ///   - run: how the cell ran over `ids`
  /// - Returns: the derivatives with respect to all arrays
  public func backward(
    _ dLogits: Matrix<Double>, through run: Run<LSTM<Double>>, ids: [Int]
  ) -> TiedModel {
    zeros()
  }
}
