import VectorMath

/// Exercise 6.2, temperature by hand: from logits `y` to probabilities at the
/// temperature `τ`, and from probabilities at 1 to those at `τ`.
///
///     pₖ = e^(yₖ/τ)  / Σⱼ e^(yⱼ/τ)
///     qₖ = pₖ^(1/τ) / Σⱼ pⱼ^(1/τ)
///
/// It shall do for logits of 1000 and of −∞, for probabilities of 0, and for
/// temperatures from 0.005 to 100. `swift run exercises 6.2` checks you.

// MARK: - Yours

/// - Returns: `p`, a probability for each logit
public func probabilities(_ logits: [Double], temperature: Double)
  -> [Double]
{
  []
}

/// - Parameter p: the probabilities at the temperature 1
/// - Returns: `q`, those at another one
public func tempered(_ p: [Double], temperature: Double) -> [Double] {
  []
}
