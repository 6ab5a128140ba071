import MinimalMatrix

/// Do the two have one shape, and differ by no more than `bound` times the largest entry of the second?
public func agree(_ a: Matrix<Double>, _ b: Matrix<Double>, to bound: Double) -> Bool {
  let largest = abs(b).scalars.max() ?? 0
  return a.shape == b.shape && abs(a - b).scalars.allSatisfy { $0 <= bound * largest }
}
