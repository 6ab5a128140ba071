import MinimalMatrix

/// Exercise 2.1, clip by norm: shorten a gradient of several arrays.

// MARK: - Solution 2.1

func clipped(_ gradient: [Matrix<Double>], to limit: Double)
  -> [Matrix<Double>]
{
  let squares = gradient.map { $0.squaredNorm() }.reduce(0, +)
  let norm = squares.squareRoot()
  return norm > limit ? gradient.map { $0 * (limit / norm) } : gradient
}
