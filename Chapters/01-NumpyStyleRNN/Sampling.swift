import MinimalMatrix

// MARK: - Choosing the next character

/// Draws one class of a row of logits.
///
/// - Parameters:
///   - logits: `[1 × V]`; there must be a class
///   - temperature: the logits are divided by it; it must be above 0. Below 1
///     the likely becomes likelier, above 1 all come closer together.
///   - random: where the chance comes from
/// - Returns: class `k` with probability `softmax(logits / temperature)[k]`.
public func sample<Scalar>(
  _ logits: Matrix<Scalar>, temperature: Double, using random: inout SplitMix64
) -> Int {
  require(
    logits.rows == 1 && logits.columns > 0 && temperature > 0,
    "sample: logits \(logits.shape) at temperature \(temperature)")
  let probabilities = softmax(logits / Scalar(temperature))
  var left = random.uniform()
  for k in 0..<logits.columns {
    left -= Double(probabilities[0, k])
    if left < 0 { return k }
  }
  // Rounding can leave a crumb: it goes to the last class that is possible.
  return probabilities.scalars.lastIndex { $0 > 0 } ?? logits.columns - 1
}

// MARK: - Writing

extension RNN {
  /// Reads `prompt`, then writes: each character is drawn from the prediction
  /// and read in turn.
  ///
  /// - Parameters:
  ///   - prompt: it must have at least one character
  ///   - count: how many characters to write
  ///   - temperature: see ``sample(_:temperature:using:)``
  /// - Returns: the characters written, without the prompt.
  public func write(
    _ count: Int, after prompt: [Int], temperature: Double = 1,
    using random: inout SplitMix64
  ) -> [Int] {
    require(!prompt.isEmpty, "write: the prompt is empty")
    var h = zeroState(batch: 1)
    var logits = Matrix<Scalar>(1, vocabulary)
    for id in prompt { (h, logits) = read([id], from: h) }
    var written: [Int] = []
    while written.count < count {
      let id = sample(logits, temperature: temperature, using: &random)
      written.append(id)
      (h, logits) = read([id], from: h)
    }
    return written
  }
}
