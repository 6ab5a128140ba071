import Scan

/// Exercise 4.1, the running maximum: the largest element so far, or from here
/// on.
///
///     yₜ = max(x₀, …, xₜ)              forward
///     yₜ = max(xₜ, …, x_T₋₁)           reversed
///
/// Write it as one scan. `swift run exercises 4.1` checks you.

// MARK: - Yours

public func runningMaximum(_ x: [Int], reversed: Bool) -> [Int] {
  []
}
