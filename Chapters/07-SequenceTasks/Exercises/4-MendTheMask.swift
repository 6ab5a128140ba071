import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import SequenceTasks

/// Exercise 7.4, mend the mask: the loss of labels, one for each step, of a
/// batch whose rows have different lengths. It is the mean over all steps that
/// are data.
///
///     loss = Σ mask ⊙ crossEntropy / Σ mask
///
/// Somebody has written it. The loss falls and the network learns, and yet it
/// has two mistakes. `swift run exercises 7.4` checks you.

// MARK: - Yours

/// - Parameters:
///   - logits: of every step, padding too, `[T·B × V]`
///   - targets: the true label of every step; behind a row's end: any
///   - sequences: what the network has read
/// - Returns: the loss, and its derivative with respect to the logits.
public func maskedLoss(
  _ logits: Matrix<Double>, _ targets: [Int], of sequences: Sequences<Double>
) -> (loss: Double, dLogits: Matrix<Double>) {
  // 1 where there is data, 0 where there is padding.
  let mask = Matrix(
    (0..<logits.rows).map { place in
      let isData = sequences.x.row(place).squaredNorm() > 0
      return [isData ? 1.0 : 0]
    })
  let losses = mask * crossEntropy(logits, targets)
  let spread = matmul(mask, Matrix(1, logits.columns, repeating: 1))
  let dLogits = spread * crossEntropyGradient(logits, targets, batch: 1)
  return (losses.mean(), dLogits / Double(losses.count))
}
