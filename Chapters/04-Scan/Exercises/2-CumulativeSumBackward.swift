import Scan

/// Exercise 4.2, the way back through a cumulative sum.
///
///     yₜ = x₀ + … + xₜ
///
/// Given `dy`, the derivative of a loss with respect to every output, write
/// `dx`, that with respect to every element, as one scan.
/// `swift run exercises 4.2` checks you.

// MARK: - Yours

public func cumulativeSumBackward(_ dy: [Double]) -> [Double] {
  []
}
