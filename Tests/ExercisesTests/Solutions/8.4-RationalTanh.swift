/// Exercise 8.4, a rational tanh: a fast one, and how wrong it is.
///
///     tanh x ≈ x·(27 + x²) / (27 + 9x²)       from −3 to 3

// MARK: - Solution 8.4

func rationalTanh(_ x: Float) -> Float {
  let x = max(-3, min(3, x))
  return x * (27 + x * x) / (27 + 9 * x * x)
}

func largestError(
  of f: (Double) -> Double, against g: (Double) -> Double,
  from low: Double, to high: Double, points: Int
) -> (error: Double, x: Double) {
  var worst = (error: -1.0, x: low)
  for index in 0..<points {
    let x = low + (high - low) * Double(index) / Double(points - 1)
    let error = abs(f(x) - g(x))
    if error > worst.error { worst = (error, x) }
  }
  return worst
}
