import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 6.5, tie the two ends: the table is the projection too.
///
///     x = table[ids]               [T·B × H]
///     h = what the cell makes of x
///     y = h·tableᵀ + b             [T·B × V]
struct TiedModel: NamedArrays {
  var embedding: Embedding<Double>
  var cell: LSTM<Double>
  var b: Matrix<Double>

  static func listArrays() -> [NamedArray<Self, Double>] {
    arrays(of: \.embedding, named: "embedding")
      + arrays(of: \.cell, named: "cell") + [("b", \.b)]
  }

  func read(_ ids: [Int], from state: LSTM<Double>.State)
    -> (run: Run<LSTM<Double>>, logits: Matrix<Double>)
  {
    let run = cell.run(embedding(ids), from: state)
    return (run, logits(run.outputs))
  }
}

// MARK: - Solution 6.5

extension TiedModel {
  func logits(_ h: Matrix<Double>) -> Matrix<Double> {
    matmul(h, embedding.table.T) + b
  }

  func backward(
    _ dLogits: Matrix<Double>, through run: Run<LSTM<Double>>, ids: [Int]
  ) -> TiedModel {
    // y = h·tableᵀ + b
    let dh = matmul(dLogits, embedding.table)
    var gradient = zeros()
    gradient.b = dLogits.columnSums()
    gradient.embedding.table = matmul(dLogits.T, run.outputs)
    // h = what the cell makes of x
    let (dCell, dx, _) = cell.backward(dh, through: run)
    gradient.cell = dCell
    // x = table[ids]: the table's second reader
    gradient.embedding.table += embedding.gradient(dx, ids: ids).table
    return gradient
  }
}
