/// Exercise 8.1, count the work: the multiply-adds of one training step.
///
/// A language model of one LSTM reads `T` steps of `B` rows, `D` numbers each,
/// and after every step a projection makes `V` logits of its `H` outputs. Count
/// the multiply-adds of its products, forward and backward. The derivative with
/// respect to the inputs is not always asked for: the lowest layer of a
/// classifier has no use for it. `swift run exercises 8.1` checks you.

// MARK: - Yours

/// - Parameters:
///   - V: the logits of a step; 0 where there is no projection
///   - dInputs: is the derivative with respect to the inputs computed?
/// - Returns: how many multiply-adds the products need. (0: not written yet.)
public func multiplyAdds(
  steps T: Int, batch B: Int, inputs D: Int, hidden H: Int, logits V: Int,
  dInputs: Bool
) -> Int {
  0
}
