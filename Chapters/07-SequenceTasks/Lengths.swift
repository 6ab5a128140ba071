import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import WhileLoop

// MARK: - Which steps count

extension Sequences {
  /// The steps that are data, as rows of `x`, in the order of time.
  public var places: [Int] {
    guard let lengths else { return Array(0..<x.rows) }
    return (0..<x.rows).filter { $0 / batch < lengths[$0 % batch] }
  }

  /// Each row's last step that is data, as a row of `x`. Every row must have
  /// a step: of a sequence of none there is no last output.
  public var lastPlaces: [Int] {
    (0..<batch).map { row in
      let length = lengths?[row] ?? steps
      require(length > 0, "lastPlaces: row \(row) has the length 0")
      return (length - 1) * batch + row
    }
  }
}

// MARK: - What the loss of a batch is the mean of

/// What counts the same: every step, so that a long sequence counts more, or
/// every sequence, so that its steps count the less the more they are.
public enum Averaging: Sendable { case perStep, perSequence }

extension Sequences {
  /// How much each step in ``places`` counts; together 1.
  public func weights(_ averaging: Averaging) -> [Double] {
    let places = places
    guard averaging == .perSequence, let lengths else {
      return Array(repeating: 1 / Double(places.count), count: places.count)
    }
    let sequences = lengths.count { $0 > 0 }
    return places.map { 1 / Double(lengths[$0 % batch] * sequences) }
  }
}

/// The cross-entropy of some rows, each with a weight, and its derivative with
/// respect to the logits.
public func weightedCrossEntropy<Scalar>(
  _ logits: Matrix<Scalar>, _ targets: [Int], weights: [Double]
) -> (loss: Double, dAnswers: Matrix<Scalar>) {
  let losses = crossEntropy(logits, targets)
  var loss = 0.0
  for (row, weight) in weights.enumerated() {
    loss += weight * Double(losses[row, 0])
  }
  let column = Matrix(weights.map { [Scalar($0)] })
  let spread = matmul(column, Matrix(1, logits.columns, repeating: 1))
  return (loss, crossEntropyGradient(logits, targets, batch: 1) * spread)
}
