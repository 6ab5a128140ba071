import Dispatch
import Testing

@testable import MinimalMatrix

/// From the third product on, a matrix on the right keeps its panels, until it changes. Nobody may notice.
extension ProductTests {
  /// Shapes on either side of the tiles, the panels, the blocks, and what is shared between threads, `[m, n, k]`.
  private static let keptShapes = [
    [1, 100, 100], [1, 131, 300], [1, 1, 40], [5, 70, 90], [13, 7, 600], [16, 20, 20], [32, 100, 100], [7, 3000, 257],
    [200, 157, 270],
  ]

  @Test(arguments: [false, true])
  func panelsAreThoseOfTheMatrixAsItIsNow(areWide: Bool) {
    let before = Vectors.areWide.load(ordering: .relaxed)
    Vectors.areWide.store(areWide, ordering: .relaxed)
    defer { Vectors.areWide.store(before, ordering: .relaxed) }
    var random = SplitMix64(seed: 10)
    for shape in Self.keptShapes {
      compareChanging(Float.self, shape, &random)
      compareChanging(Double.self, shape, &random)
    }
  }

  /// Seven products with `b` and with `bᵀ`, then a change of one entry, and again; a copy made before keeps its own.
  private func compareChanging<Scalar>(_: Scalar.Type, _ shape: [Int], _ random: inout SplitMix64)
  where Scalar: MatrixScalar {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    let a = Matrix<Scalar>.uniform(m, k, scale: 1, using: &random)
    var b = Matrix<Scalar>.uniform(k, n, scale: 1, using: &random)
    var bT = plainTranspose(b)
    let (copy, first) = (b, plainProduct(a, b, from: Matrix(m, n)))
    for change in 0..<3 {
      let expected = plainProduct(a, b, from: Matrix(m, n))
      let twice = plainProduct(a, b, from: expected)
      for use in 0..<7 {
        let message: Comment = "[\(m) × \(k)]·[\(k) × \(n)], \(Scalar.self), change \(change), use \(use)"
        var sum = expected
        if use % 2 == 0 { sum.addProduct(a, b) } else { sum.addProduct(a, bT.T) }
        #expect(difference(sum, twice) == nil, message)
        #expect(difference(matmul(a, b), expected) == nil, message)
        #expect(difference(matmul(a, bT.T), expected) == nil, message)
        // The same memory in another shape: what is kept for one must not serve the other.
        let row = Matrix<Scalar>(1, 1, repeating: 1)
        #expect(Array(matmul(row, Matrix(1, k * n, scalars: b.scalars)).scalars) == Array(b.scalars), message)
      }
      #expect(difference(matmul(a, copy), first) == nil, "the copy, after change \(change)")
      let (i, j) = (random.below(k), random.below(n))
      b[i, j] += 1
      bT[j, i] += 1
    }
  }

  @Test func twoThreadsMayAskAtTheSameTime() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<20 {
      let a = Matrix<Float>.uniform(6, 90, scale: 1, using: &random)
      let b = Matrix<Float>.uniform(90, 110, scale: 1, using: &random)
      let expected = plainProduct(a, b, from: Matrix(6, 110))
      let wrong = Locked(0)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        for _ in 0..<3 where difference(matmul(a, b), expected) != nil { wrong.withLock { $0 += 1 } }
      }
      #expect(wrong.withLock { $0 } == 0)
    }
  }
}
