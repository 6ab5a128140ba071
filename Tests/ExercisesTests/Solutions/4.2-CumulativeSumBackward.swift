import Scan

/// Exercise 4.2, the way back through a cumulative sum.
///
///     yₜ = x₀ + … + xₜ
///
/// Given `dy`, the derivative of a loss with respect to every output, write
/// `dx`, that with respect to every element, as one scan.

// MARK: - Solution 4.2

func cumulativeSumBackward(_ dy: [Double]) -> [Double] {
  scan(over: dy, from: 0, reversed: true) { sum, dy in
    (sum + dy, sum + dy)
  }.outputs
}
