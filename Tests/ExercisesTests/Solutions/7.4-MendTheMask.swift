import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import SequenceTasks

/// Exercise 7.4, mend the mask: the loss of labels, one for each step, of a
/// batch whose rows have different lengths. It is the mean over all steps that
/// are data.
///
///     loss = Σ mask ⊙ crossEntropy / Σ mask

// MARK: - Solution 7.4

public func maskedLoss(
  _ logits: Matrix<Double>, _ targets: [Int], of sequences: Sequences<Double>
) -> (loss: Double, dLogits: Matrix<Double>) {
  // 1 where there is data, 0 where there is padding: the lengths know.
  var mask = Matrix<Double>(logits.rows, 1)
  for place in sequences.places { mask[place, 0] = 1 }
  let losses = mask * crossEntropy(logits, targets)
  let spread = matmul(mask, Matrix(1, logits.columns, repeating: 1))
  let dLogits = spread * crossEntropyGradient(logits, targets, batch: 1)
  return (losses.sum() / mask.sum(), dLogits / mask.sum())
}
