import Testing

@testable import MinimalMatrix

// With the products, because these tests set the number of threads too.
extension ProductTests {
  /// What is done row by row, to `a` with `b` of the same shape and with one row.
  private static let operations:
    [(name: String, apply: @Sendable (_ a: Matrix<Float>, _ b: Matrix<Float>, _ row: Matrix<Float>) -> Matrix<Float>)] =
      [
        ("a * b", { a, b, _ in a * b }), ("a - row", { a, _, row in a - row }), ("2 / a", { a, _, _ in 2 / a }),
        ("+=", { a, b, _ in changed(a) { $0 += b } }), ("*= row", { a, _, row in changed(a) { $0 *= row } }),
        ("+= s", { a, _, _ in changed(a) { $0 += 0.3 } }),
        ("add s·b", { a, b, _ in changed(a) { $0.add(0.3, times: b) } }),
        ("add a·b", { a, b, _ in changed(a) { $0.add(a, times: b) } }),
        ("add quotients", { a, b, _ in changed(a) { $0.add(0.3, times: b, overRootOf: abs(a), plus: 0.1) } }),
        ("column sums", { a, _, row in changed(row) { $0.addColumnSums(of: a) } }),
        ("tanh", { a, _, _ in tanh(a) }), ("sqrt", { a, _, _ in sqrt(abs(a)) }),
        ("softmax", { a, _, _ in softmax(a) }), ("logSumExp", { a, _, _ in logSumExp(a) }),
      ]

  // Enough for four pieces, none of which ends where a row does.
  private static let (rows, columns) = (701, 601)

  @Test("What goes on entry by entry in pieces has the bits of one piece.", arguments: [2, 3])
  func pieces(threads: Int) {
    #expect(Self.rows * Self.columns > 4 * Block.cyclesWorthAThread)
    var random = SplitMix64(seed: 8)
    let a = Matrix<Float>.uniform(Self.rows, Self.columns, scale: 2, using: &random)
    let b = Matrix<Float>.uniform(Self.rows, Self.columns, scale: 2, using: &random)
    let row = Matrix<Float>.uniform(1, Self.columns, scale: 2, using: &random)
    for (name, apply) in Self.operations {
      compare(name, threads) { apply(a, b, row) }
    }
  }

  @Test("Rows that are moved, joined or drawn in pieces are the rows of one piece.", arguments: [2, 3])
  func piecesOfRows(threads: Int) {
    var random = SplitMix64(seed: 9)
    let a = Matrix<Float>.uniform(Self.rows, Self.columns, scale: 2, using: &random)
    let places = (0..<Self.rows).map { _ in random.below(Self.rows) }
    let parts = (0..<Self.rows).map { a.row($0) } + [Matrix(0, Self.columns), a]
    let seeds = (0..<Self.rows).map { UInt64($0) }
    compare("moved", threads) { a.rows(at: places) }
    compare("joined", threads) { .stack(parts) }
    compare("mask", threads) { .mask(keep: 0.5, as: 2, columns: Self.columns, seeds: seeds) }
  }

  private func compare(_ name: String, _ threads: Int, _ apply: () -> Matrix<Float>) {
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = 1
    let whole = apply()
    Threads.count = threads
    #expect(difference(apply(), whole) == nil, "\(name), \(threads) threads")
  }
}

private func changed(_ a: Matrix<Float>, _ change: (inout Matrix<Float>) -> Void) -> Matrix<Float> {
  var a = a
  change(&a)
  return a
}
