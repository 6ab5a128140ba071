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
        ("tanh", { a, _, _ in tanh(a) }), ("sqrt", { a, _, _ in sqrt(abs(a)) }),
        ("softmax", { a, _, _ in softmax(a) }), ("logSumExp", { a, _, _ in logSumExp(a) }),
      ]

  @Test("What goes on entry by entry is cut in pieces, and has the bits of row after row.", arguments: [1, 2, 3])
  func pieces(threads: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = threads
    var random = SplitMix64(seed: 8)
    // Enough for four pieces, and no piece of them ends where a row does.
    let (rows, columns) = (701, 601)
    #expect(rows * columns > 4 * Block.cyclesWorthAThread)
    let a = Matrix<Float>.uniform(rows, columns, scale: 2, using: &random)
    let b = Matrix<Float>.uniform(rows, columns, scale: 2, using: &random)
    let row = Matrix<Float>.uniform(1, columns, scale: 2, using: &random)
    for (name, apply) in Self.operations {
      let found = apply(a, b, row)
      #expect(found.rows == rows)
      for i in 0..<rows {
        if let wrong = difference(found.row(i), apply(a.row(i), b.row(i), row)) {
          return _ = Issue.record("\(name), row \(i), \(threads) threads: \(wrong)")
        }
      }
    }
  }

  @Test("Rows that are moved, joined or drawn in pieces are the same rows.", arguments: [1, 2, 3])
  func piecesOfRows(threads: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = threads
    var random = SplitMix64(seed: 9)
    let (rows, columns) = (701, 601)
    let a = Matrix<Float>.uniform(rows, columns, scale: 2, using: &random)
    let places = (0..<rows).map { _ in random.below(rows) }
    let seeds = (0..<UInt64(rows)).map { $0 }
    let parts = (0..<rows).map { a.row($0) } + [Matrix(0, columns), a]
    let (moved, joined) = (a.rows(at: places), Matrix.stack(parts))
    let mask = Matrix<Float>.mask(keep: 0.5, as: 2, columns: columns, seeds: seeds)
    #expect(difference(joined.rows(rows..<2 * rows), a) == nil)
    for i in 0..<rows {
      #expect(difference(moved.row(i), a.row(places[i])) == nil, "moved, row \(i)")
      #expect(difference(joined.row(i), a.row(i)) == nil, "joined, row \(i)")
      let alone = Matrix<Float>.mask(keep: 0.5, as: 2, columns: columns, seeds: [seeds[i]])
      #expect(difference(mask.row(i), alone) == nil, "mask, row \(i)")
    }
  }
}

private func changed(_ a: Matrix<Float>, _ change: (inout Matrix<Float>) -> Void) -> Matrix<Float> {
  var a = a
  change(&a)
  return a
}
