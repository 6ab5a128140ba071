import Foundation
import Testing

@testable import MinimalMatrix

/// Products against three plain loops, bit for bit.
///
/// One after the other, because they set the number of threads and the width of the vectors for the whole process.
/// (Other tests may run meanwhile: no result depends on either.)
@Suite(.serialized) struct ProductTests {
  /// Around the sizes at which the kernels change course: vectors, tiles of 6, panels, blocks of 96 and 256, rows of 512.
  static let sizes = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 95, 96, 97,
    98, 101, 127, 128, 129, 191, 192, 193, 194, 255, 256, 257, 258, 287, 289, 383, 511, 512, 513, 514, 600, 777, 1025,
  ]

  /// Some shapes that must not be left to chance, `[m, n, k]`: shared by rows and by columns, unevenly, and long.
  static let shapes = [
    [192, 192, 120], [193, 150, 260], [150, 193, 260], [1, 5000, 900], [5000, 1, 900], [385, 100, 513], [97, 33, 1300],
    [7, 3000, 257], [3000, 7, 257], [256, 100, 260], [24, 20, 17_000],
  ]

  @Test func everyEntryAddsItsTermsInOrder() {
    let threads = Threads.count
    let areWide = Vectors.areWide.load(ordering: .relaxed)
    defer {
      Threads.count = threads
      Vectors.areWide.store(areWide, ordering: .relaxed)
    }
    var random = SplitMix64(seed: 7)
    let chosen = (0..<(isThorough ? 10_000 : 300)).map { round in
      Self.shape(of: round % 21 == 0 ? 9_000_000 : 300_000, &random)
    }
    for (round, shape) in (Self.shapes + chosen).enumerated() {
      if round % 2 == 0 {
        compareProducts(Float.self, shape, &random)
      } else {
        compareProducts(Double.self, shape, &random)
      }
    }
  }

  /// Any of the sizes for `m`, `n` and `k`, whose product takes at most so many multiply-adds.
  private static func shape(of most: Int, _ random: inout SplitMix64) -> [Int] {
    while true {
      let shape = (0..<3).map { _ in random.pick(sizes) }
      if shape.reduce(1, *) <= most { return shape }
    }
  }

  /// All four transpositions, new and accumulated, with 1, 2 and 4 threads and with either width.
  private func compareProducts<Scalar>(_: Scalar.Type, _ shape: [Int], _ random: inout SplitMix64)
  where Scalar: MatrixScalar {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    let a = Matrix<Scalar>.uniform(m, k, scale: 1, using: &random)
    let b = Matrix<Scalar>.uniform(k, n, scale: 1, using: &random)
    let (before, after) = (random.below(3), random.below(3))
    let start = Matrix<Scalar>.uniform(before + m + after, n, scale: 1, using: &random)
    let range = before..<before + m

    let product = plainProduct(a, b, from: Matrix(m, n))
    var sum = start
    sum.setRows(from: before, to: plainProduct(a, b, from: start.rows(range)))
    let (aT, bT) = (plainTranspose(a), plainTranspose(b))

    for (threads, areWide) in [(1, false), (1, true), (2, false), (2, true), (4, true)] {
      Threads.count = threads
      Vectors.areWide.store(areWide, ordering: .relaxed)
      func compare(_ a: some Factor<Scalar>, _ b: some Factor<Scalar>, _ form: String) {
        let message: Comment =
          "\(form) of [\(m) × \(k)]·[\(k) × \(n)], \(Scalar.self), threads: \(threads), wide: \(areWide)"
        #expect(difference(matmul(a, b), product) == nil, message)
        var result = start
        result.addProduct(a, b, toRows: range)
        #expect(difference(result, sum) == nil, "accumulated to rows \(range): \(message)")
      }
      compare(a, b, "a·b")
      compare(aT.T, b, "aᵀ·b")
      compare(a, bT.T, "a·bᵀ")
      compare(aT.T, bT.T, "aᵀ·bᵀ")
    }
  }

  @Test func theSumOfThePiecesIsTheWhole() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<60 {
      let (m, n, k) = (1 + random.below(60), 1 + random.below(60), 1 + random.below(700))
      let a = Matrix<Float>.uniform(m, k, scale: 1, using: &random)
      let b = Matrix<Float>.uniform(k, n, scale: 1, using: &random)
      let aT = plainTranspose(a)
      var pieces = Matrix<Float>(m, n)
      var k0 = 0
      while k0 < k {
        let k1 = min(k, k0 + 1 + random.below(300))
        pieces.addProduct(aT.rows(k0..<k1).T, b.rows(k0..<k1))
        k0 = k1
      }
      #expect(difference(pieces, matmul(a, b)) == nil, "[\(m) × \(k)]·[\(k) × \(n)] in pieces of k")
    }
  }

  @Test func aFactorMayBeTheResult() {
    var random = SplitMix64(seed: 9)
    var x = Matrix<Double>.uniform(20, 20, scale: 1, using: &random)
    let expected = plainProduct(x, plainTranspose(x), from: x)
    x.addProduct(x, x.T)
    #expect(difference(x, expected) == nil)
  }

  @Test func transposedInMemory() {
    var random = SplitMix64(seed: 10)
    for rows in Self.sizes where rows < 70 {
      for columns in Self.sizes where columns < 40 {
        let x = Matrix<Float>.uniform(rows, columns, scale: 1, using: &random)
        #expect(difference(x.transposed(), plainTranspose(x)) == nil, "Float \(x.shape)")
        let y = Matrix<Double>(x)
        #expect(difference(y.transposed(), plainTranspose(y)) == nil, "Double \(x.shape)")
      }
    }
  }
}

/// `c + a·b`, the terms of each entry in order, each by one fused multiply-add.
private func plainProduct<Scalar>(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>, from c: Matrix<Scalar>) -> Matrix<Scalar> {
  let (n, k) = (b.columns, a.columns)
  var result = c.scalars
  let (a, b) = (a.scalars, b.scalars)
  for i in 0..<c.rows {
    for p in 0..<k {
      for j in 0..<n { result[i * n + j].addProduct(a[i * k + p], b[p * n + j]) }
    }
  }
  return Matrix(c.rows, n, scalars: result)
}

private func plainTranspose<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
  let entries = (0..<x.columns).flatMap { j in (0..<x.rows).map { i in x.scalars[i * x.columns + j] } }
  return Matrix(x.columns, x.rows, scalars: entries)
}
