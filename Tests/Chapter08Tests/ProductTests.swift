import MinimalMatrix
import Testing

@testable import Speed

@Suite struct ProductTests {
  /// `[m × k]·[k × n]`: empty, single, around the edges of vectors (8), tiles (5 × 16) and blocks (256), and beyond.
  static let shapes = [
    (0, 3, 4), (3, 0, 4), (3, 4, 0), (1, 1, 1), (4, 7, 7), (5, 3, 16), (5, 1, 15), (6, 5, 17), (9, 2, 8), (10, 9, 33),
    (11, 257, 31), (2, 300, 40), (37, 19, 48),
  ]

  @Test(
    "Every product gives the bits of MinimalMatrix's, also added to what is there.", arguments: Product.allCases, shapes
  )
  func bits(product: Product, shape: (m: Int, k: Int, n: Int)) {
    let (m, k, n) = shape
    var random = SplitMix64(seed: UInt64(m + 100 * k + 10_000 * n))
    let a = Matrix<Float>.normal(m, k, deviation: 1, using: &random)
    let b = Matrix<Float>.normal(k, n, deviation: 1, using: &random)
    let start = Matrix<Float>.normal(m, n, deviation: 1, using: &random)
    var expected = start
    expected.addProduct(a, b)
    var (plain, left, right) = (start, start, start)
    product.add(a, b, to: &plain)
    product.add(transposed: a.transposed(), b, to: &left)
    product.add(a, transposed: b.transposed(), to: &right)
    #expect(plain == expected && left == expected && right == expected)
  }

  @Test("What was tried beside is right too, where its shapes are whole tiles: other bits only where it rounds twice.")
  func asides() {
    var random = SplitMix64(seed: 1)
    let a = Matrix<Float>.normal(10, 7, deviation: 1, using: &random)
    let b = Matrix<Float>.normal(7, 32, deviation: 1, using: &random)
    for aside in Aside.allCases {
      var (c, expected) = (Matrix<Float>(10, 32, repeating: 1), Matrix<Float>(10, 32, repeating: 1))
      aside.add(a, a.transposed(), b, to: &c)
      expected.addProduct(a, b)
      let isNear = c != expected && (c - expected).squaredNorm() < 1e-10
      #expect(aside == .roundedTwice ? isNear : c == expected, "\(aside)")
    }
  }

  @Test("Shapes that do not fit stop the program, with all three.")
  func wrongShapes() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var c = Matrix<Float>(2, 4)
      Product.rows.add(Matrix(2, 3), Matrix(2, 4), to: &c)
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains("Product: [2 × 3]·[2 × 4] added to [2 × 4]"))
  }
}
