/// Exercise 8.1, count the work: the multiply-adds of one training step.

// MARK: - Solution 8.1

func multiplyAdds(
  steps T: Int, batch B: Int, inputs D: Int, hidden H: Int, logits V: Int,
  dInputs: Bool
) -> Int {
  let (fromInputs, others) = (D * 4 * H, H * 4 * H + H * V)
  return T * B * (3 * others + (dInputs ? 3 : 2) * fromInputs)
}
