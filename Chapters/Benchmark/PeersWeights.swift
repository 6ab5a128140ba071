import MinimalMatrix

/// Weights as the peers draw and store them, `[outputs × inputs]`: uniform from −`scale` to `scale`, each array from a seed of
/// its own. The chapters have inputs first: there they are transposed.
func peersWeights<Scalar>(seed: UInt64, _ rows: Int, _ columns: Int, scale: Double) -> Matrix<Scalar> {
  var random = SplitMix64(seed: seed)
  return .uniform(rows, columns, scale: scale, using: &random)
}
