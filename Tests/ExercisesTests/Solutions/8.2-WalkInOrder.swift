import Speed

/// Exercise 8.2, walk in order: the product that makes a weight's gradient,
/// with its loops in the order in which the entries lie in memory.

// MARK: - Solution 8.2

func addTransposed(
  _ a: Ribbon, _ b: Ribbon, to c: Ribbon, k: Int, m: Int, n: Int
) {
  for p in 0..<k {
    for i in 0..<m {
      let entry = a[p * m + i]
      for j in 0..<n { c[i * n + j].addProduct(entry, b[p * n + j]) }
    }
  }
}
