import Testing

@testable import MinimalMatrix

/// Making matrices, and taking and giving their rows.
@Suite struct MatrixTests {
  let x = Matrix<Float>([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]])

  @Test func making() {
    #expect(Matrix<Float>(2, 3).scalars == [0, 0, 0, 0, 0, 0])
    #expect(Matrix<Float>(2, 1, repeating: 7).scalars == [7, 7])
    #expect(Matrix<Double>(2, 3, scalars: [1, 2, 3, 4, 5, 6]) == Matrix([[1, 2, 3], [4, 5, 6]]))
    #expect(Matrix<Float>(zerosLike: x) == Matrix(4, 3))
    #expect(Matrix<Float>([]).shape == "[0 × 0]")
    #expect(Matrix<Float>([[], []]).shape == "[2 × 0]")
    #expect(x.shape == "[4 × 3]" && x.count == 12)
    #expect(Matrix<Float>(2, 3) != Matrix(3, 2))
  }

  @Test func entries() {
    var y = x
    y[2, 1] = -1
    #expect(y[2, 1] == -1 && y[1, 2] == 6)
    #expect(y.scalars == [1, 2, 3, 4, 5, 6, 7, -1, 9, 10, 11, 12])
  }

  @Test func theOtherPrecision() {
    let fine = Matrix<Double>([[0.1, 1e300, 1e-60], [1 + 0x1p-24, 1 + 0x1.8p-23, -.infinity]])
    #expect(Matrix<Float>(fine) == Matrix([[0.1, .infinity, 0], [1, 1 + 0x1p-22, -.infinity]]))
    #expect(Matrix<Double>(Matrix<Float>([[0.1]]))[0, 0] == 0.100000001490116119384765625)
  }

  @Test func evenlySpaced() {
    #expect(Matrix<Double>.linspace(0, 1, 2, 3) == Matrix([[0, 0.2, 0.4], [0.6000000000000001, 0.8, 1]]))
    #expect(Matrix<Double>.linspace(5, 9, 1, 1) == Matrix([[5]]))
    #expect(Matrix<Double>.linspace(5, 9, 0, 3) == Matrix(0, 3))
    for count in 2...200 {
      #expect(Matrix<Float>.linspace(-0.1, 0.3, count, 1)[count - 1, 0] == 0.3, "the last of \(count)")
      #expect(Matrix<Float>.linspace(-0.1, 0.3, count, 1)[0, 0] == -0.1)
    }
  }

  @Test func oneHot() {
    #expect(Matrix<Float>.oneHot([2, 0, 2], size: 3) == Matrix([[0, 0, 1], [1, 0, 0], [0, 0, 1]]))
    #expect(Matrix<Float>.oneHot([], size: 3) == Matrix(0, 3))
  }

  @Test func rows() {
    #expect(x.rows(1..<3) == Matrix([[4, 5, 6], [7, 8, 9]]))
    #expect(x.rows(0..<4) == x)
    #expect(x.rows(4..<4) == Matrix(0, 3))
    #expect(x.row(3) == Matrix([[10, 11, 12]]))
    #expect(x.rows(at: [3, 0, 3]) == Matrix([[10, 11, 12], [1, 2, 3], [10, 11, 12]]))
    #expect(x.rows(at: [3, 0, 3]) == matmul(Matrix<Float>.oneHot([3, 0, 3], size: 4), x))
    #expect(x.rows(at: []) == Matrix(0, 3))
    #expect(x.entries(at: [2, 0, 0, 1]) == Matrix([[3], [4], [7], [11]]))
    #expect(Matrix<Float>(0, 3).entries(at: []) == Matrix(0, 1))
  }

  @Test func addingRows() {
    var y = x
    y.addRows(at: [3, 0, 3], Matrix([[1, 1, 1], [20, 20, 20], [300, 300, 300]]))
    #expect(y == Matrix([[21, 22, 23], [4, 5, 6], [7, 8, 9], [311, 312, 313]]))
    y.addRows(at: [], Matrix(0, 3))
    #expect(y[0, 0] == 21)
    // In order: 1 and the small ones, one after the other, are lost in 2²⁴; added up first they are not.
    var order = Matrix<Float>([[0x1p24]])
    order.addRows(at: [0, 0, 0], Matrix([[1], [1], [4]]))
    #expect(order[0, 0] == 0x1p24 + 4)
  }

  @Test func settingRows() {
    var y = x
    let steps = Matrix([[1, 2], [3, 4], [5, 6], [7, 8]])
    #expect(steps.reversed(inBlocksOf: 2) == Matrix([[5, 6], [7, 8], [1, 2], [3, 4]]))
    #expect(Matrix<Float>(0, 2).reversed(inBlocksOf: 3).shape == "[0 × 2]")
    #expect(steps.rows(1..<2, inBlocks: 0..<2, of: 2) == Matrix([[3, 4], [7, 8]]))
    #expect(steps.rows(1..<2, inBlocks: 1..<2, of: 2) == Matrix([[7, 8]]))
    #expect(steps.rows(0..<2, inBlocks: 1..<2, of: 2) == Matrix([[5, 6], [7, 8]]))
    #expect(steps.rows(0..<2, inBlocks: 0..<2, of: 2) == steps)
    #expect(steps.rows(0..<1, inBlocks: 2..<4, of: 1) == Matrix([[5, 6], [7, 8]]))
    #expect(Matrix.stack([steps, 10 * steps]).rows(1..<2, inBlocks: 1..<3, of: 2) == Matrix([[7, 8], [30, 40]]))
    #expect(steps.rows(1..<2, inBlocks: 1..<1, of: 2).shape == "[0 × 2]")
    #expect(Matrix<Float>(0, 2).rows(0..<0, inBlocks: 0..<0, of: 0).shape == "[0 × 2]")
    #expect(Matrix<Float>(0, 2).rows(1..<2, inBlocks: 0..<0, of: 3).shape == "[0 × 2]")
    y.setRows(from: 2, to: Matrix([[0, 0, 1], [0, 0, 2]]))
    #expect(y == Matrix([[1, 2, 3], [4, 5, 6], [0, 0, 1], [0, 0, 2]]))
    y.setRows(from: 4, to: Matrix(0, 3))
    #expect(y.rows(0..<2) == x.rows(0..<2))
  }

  @Test func stacking() {
    #expect(Matrix.stack([x.rows(0..<1), x.rows(1..<3), Matrix(0, 3), x.rows(3..<4)]) == x)
    #expect(Matrix<Float>.stack([]) == Matrix(0, 0))
  }

  @Test func transposed() {
    #expect(x.transposed() == Matrix([[1, 4, 7, 10], [2, 5, 8, 11], [3, 6, 9, 12]]))
    #expect(Matrix<Float>(0, 3).transposed() == Matrix(3, 0))
    #expect(x.transposed().transposed() == x)
  }

  @Test func theProductByHand() {
    #expect(matmul(Matrix<Float>([[1, 2], [3, 4]]), Matrix([[5, 6], [7, 8]])) == Matrix([[19, 22], [43, 50]]))
    #expect(matmul(x.T, Matrix([[1], [0], [0], [1]])) == Matrix([[11], [13], [15]]))
    #expect(matmul(Matrix<Float>(2, 0), Matrix(0, 3)) == Matrix(2, 3))
  }
}
