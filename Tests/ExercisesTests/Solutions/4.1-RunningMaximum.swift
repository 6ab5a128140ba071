import Scan

/// Exercise 4.1, the running maximum: the largest element so far, or from here
/// on.
///
///     yₜ = max(x₀, …, xₜ)              forward
///     yₜ = max(xₜ, …, x_T₋₁)           reversed

// MARK: - Solution 4.1

func runningMaximum(_ x: [Int], reversed: Bool) -> [Int] {
  scan(over: x, from: Int.min, reversed: reversed) { most, x in
    let most = max(most, x)
    return (most, most)
  }.outputs
}
