import MinimalMatrix

/// Exercise 2.1, clip by norm: shorten a gradient of several arrays to `limit`,
/// if it is longer, and keep its direction.
///
///     g ← g · limit / ‖g‖        if ‖g‖ > limit
///
/// What stands below looks like that, and there is a mistake in it.
/// `swift run exercises 2.1` checks you.

// MARK: - Yours

/// - Parameter gradient: all its arrays, of any shapes
public func clipped(_ gradient: [Matrix<Double>], to limit: Double)
  -> [Matrix<Double>]
{
  gradient.map { array in
    let norm = array.squaredNorm().squareRoot()
    return norm > limit ? array * (limit / norm) : array
  }
}
