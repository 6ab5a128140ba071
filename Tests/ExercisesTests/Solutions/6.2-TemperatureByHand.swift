import VectorMath

/// Exercise 6.2, temperature by hand: from logits `y` to probabilities at the
/// temperature `τ`, and from probabilities at 1 to those at `τ`.

// MARK: - Solution 6.2

func probabilities(_ logits: [Double], temperature: Double) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp(($0 - largest) / temperature) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

func tempered(_ p: [Double], temperature: Double) -> [Double] {
  probabilities(p.map { log($0) }, temperature: temperature)
}
