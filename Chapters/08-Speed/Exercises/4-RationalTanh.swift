/// Exercise 8.4, a rational tanh: a fast one, and how wrong it is.
///
///     tanh x ≈ x·(27 + x²) / (27 + 9x²)       from −3 to 3
///
/// Beyond, it goes on as 1 and −1, which it reaches at 3 and −3. Write it, and a
/// function that finds how far two functions are apart at most, on points that
/// lie evenly between two ends, both included. What is the largest error of this
/// tanh, and where? `swift run exercises 8.4` checks you, and says how far
/// VectorMath's is out.

// MARK: - Yours

/// Of any number, the infinite ones too. (0 for all: not written yet.)
public func rationalTanh(_ x: Float) -> Float {
  0
}

/// - Parameter points: how many, from 2 up
/// - Returns: the largest `|f(x) − g(x)|`, and the first `x` of which it is
///   true. (−1: not written yet.)
public func largestError(
  of f: (Double) -> Double, against g: (Double) -> Double,
  from low: Double, to high: Double, points: Int
) -> (error: Double, x: Double) {
  (-1, 0)
}
