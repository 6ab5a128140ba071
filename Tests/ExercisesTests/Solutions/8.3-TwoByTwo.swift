import Speed

/// Exercise 8.3, two by two: a product in tiles of two rows and two columns.

// MARK: - Solution 8.3

func addByTwoByTwo(
  _ a: Ribbon, _ b: Ribbon, to c: Ribbon, m: Int, k: Int, n: Int
) {
  for i in stride(from: 0, to: m - 1, by: 2) {
    for j in stride(from: 0, to: n - 1, by: 2) {
      var s00 = c[i * n + j], s01 = c[i * n + j + 1]
      var s10 = c[(i + 1) * n + j], s11 = c[(i + 1) * n + j + 1]
      for p in 0..<k {
        let (a0, a1) = (a[i * k + p], a[(i + 1) * k + p])
        let (b0, b1) = (b[p * n + j], b[p * n + j + 1])
        s00.addProduct(a0, b0)
        s01.addProduct(a0, b1)
        s10.addProduct(a1, b0)
        s11.addProduct(a1, b1)
      }
      (c[i * n + j], c[i * n + j + 1]) = (s00, s01)
      (c[(i + 1) * n + j], c[(i + 1) * n + j + 1]) = (s10, s11)
    }
  }
  func addEntry(_ i: Int, _ j: Int) {
    var sum = c[i * n + j]
    for p in 0..<k { sum.addProduct(a[i * k + p], b[p * n + j]) }
    c[i * n + j] = sum
  }
  // The last column, and the last row but for what is done.
  if n % 2 == 1 { for i in 0..<m { addEntry(i, n - 1) } }
  if m % 2 == 1 { for j in 0..<n / 2 * 2 { addEntry(m - 1, j) } }
}
