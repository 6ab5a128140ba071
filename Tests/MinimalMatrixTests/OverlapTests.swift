import Testing

@testable import MinimalMatrix

/// What is read and what is written may be one matrix: the result is that of a copy, and whoever else holds the matrix
/// keeps what it had.
@Suite struct OverlapTests {
  /// One entry, less than a vector, a tile with an edge, several blocks, and one that threads share.
  static let sides = [1, 3, 7, 20, 33, 65, 160, 260]

  @Test(arguments: sides)
  func products(side: Int) {
    comparing(side) { $0.addProduct($1, $2) }
    comparing(side) { $0.addProduct($1.T, $2) }
    comparing(side) { $0.addProduct($1, $2.T) }
    comparing(side) { $0.addProduct($1.T, $2.T) }
    comparing(side) { x, y, _ in x = matmul(x, y.T) }
    comparing(side) { x, y, z in x = x.addingProduct(y, z) }
    comparing(side) { x, y, _ in x = y.addingProduct(x.T, x) }
    comparing(side) { x, _, _ in x = x.addingProduct(x, x) }
    comparing(side) { x, y, z in x.addProduct(y.rows(0..<side / 2), z, toRows: side - side / 2..<side) }
  }

  @Test(arguments: sides)
  func entryByEntry(side: Int) {
    comparing(side) { x, y, _ in x += y }
    comparing(side) { x, y, _ in x -= y }
    comparing(side) { x, y, _ in x *= y }
    comparing(side) { x, y, _ in x /= y }
    comparing(side) { x, y, _ in x.add(0.3, times: y) }
    comparing(side) { x, y, z in x.add(y, times: z) }
    comparing(side) { x, y, _ in x += y.row(side / 2) }
    comparing(side) { x, y, _ in x = tanh(y) * x }
    comparing(side) { x, y, _ in x = softmax(y) }
  }

  @Test(arguments: sides)
  func rows(side: Int) {
    comparing(side) { x, y, _ in x.setRows(from: 0, to: y) }
    comparing(side) { x, y, _ in x.setRows(from: side / 2, to: y.rows(0..<side - side / 2)) }
    comparing(side) { x, y, _ in x.addRows(at: (0..<side).map { $0 / 2 }, y) }
    comparing(side) { x, y, _ in x = .stack([y, x]) }
    comparing(side) { x, y, _ in
      var row = x.row(0)
      row.addColumnSums(of: row)
      row += row
      x.setRows(from: side - 1, to: row)
    }
  }

  /// `operation` on a matrix and itself, twice, against the same on three matrices of their own.
  private func comparing(
    _ side: Int, line: Int = #line,
    _ operation: (inout Matrix<Float>, Matrix<Float>, Matrix<Float>) -> Void
  ) {
    var random = SplitMix64(seed: UInt64(side))
    let original = Matrix<Float>.uniform(side, side, scale: 1, using: &random)
    func copy() -> Matrix<Float> { Matrix(side, side, scalars: Array(original.scalars)) }
    var expected = copy()
    operation(&expected, copy(), copy())

    var x = copy()
    let holder = x
    operation(&x, x, x)
    #expect(difference(x, expected) == nil, "line \(line), \(side) rows")
    #expect(difference(holder, original) == nil, "line \(line), \(side) rows: the other holder's has changed")
    operation(&expected, expected, copy())
    operation(&x, x, copy())
    #expect(difference(x, expected) == nil, "line \(line), \(side) rows, again")
  }
}
