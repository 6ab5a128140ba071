import Testing

@testable import MinimalMatrix

/// Wrong use stops the program with a message that says what was asked of which shapes.
@Suite struct RefusalTests {
  @Test(arguments: refusals.indices)
  func says(_ i: Int) async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [i = i as Int] in
      refusals[i].use()
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("Fatal error: \(refusals[i].message)\n"))
  }
}

private typealias M = Matrix<Float>

private func four(_ x: M) -> Quadruple<M> { (x, x, x, x) }

private let refusals: [(message: String, use: @Sendable () -> Void)] = [
  ("Matrix: a shape of [-1 × 3] has a negative side", { _ = M(-1, 3) }),
  ("Matrix: a shape of [3 × -1] has a negative side", { _ = M(3, -1, repeating: 1) }),
  ("Matrix: a shape of [\(1 << 40) × \(1 << 40)] has too many entries to count", { _ = M(1 << 40, 1 << 40) }),
  ("Matrix: 5 scalars do not fill [2 × 3]", { _ = M(2, 3, scalars: [1, 2, 3, 4, 5]) }),
  ("Matrix: 6 scalars do not fill [-2 × -3]", { _ = M(-2, -3, scalars: [1, 2, 3, 4, 5, 6]) }),
  ("Matrix: 0 scalars do not fill [\(1 << 32) × \(1 << 32)]", { _ = M(1 << 32, 1 << 32, scalars: []) }),
  ("Matrix: row 2 has 1 scalars, row 0 has 2", { _ = M([[1, 2], [3, 4], [5]]) }),
  ("Matrix: there is no entry [2, 0] in [2 × 3]", { _ = M(2, 3)[2, 0] }),
  ("Matrix: there is no entry [0, 3] in [2 × 3]", { _ = M(2, 3)[0, 3] }),
  ("Matrix: there is no entry [-1, 1] in [2 × 3]", { _ = M(2, 3)[-1, 1] }),
  ("Matrix: there is no entry [1, -1] in [2 × 3]", { changed(M(2, 3)) { $0[1, -1] = 0 } }),
  ("oneHot: there is no column 4 in [2 × 4]", { _ = M.oneHot([0, 4], size: 4) }),

  ("rows: 1..<4 of [3 × 2]", { _ = M(3, 2).rows(1..<4) }),
  ("rows: -1..<1 of [3 × 2]", { _ = M(3, 2).rows(-1..<1) }),
  ("row: there is no row 3 in [3 × 2]", { _ = M(3, 2).row(3) }),
  ("row: there is no row -1 in [3 × 2]", { _ = M(3, 2).row(-1) }),
  ("rows(at:): there is no row 3 in [3 × 2]", { _ = M(3, 2).rows(at: [0, 3]) }),
  ("rows(at:): there is no row -1 in [3 × 2]", { _ = M(3, 2).rows(at: [-1]) }),
  ("entries: 2 columns for the rows of [3 × 2]", { _ = M(3, 2).entries(at: [0, 1]) }),
  ("entries: there is no column 2 in [3 × 2]", { _ = M(3, 2).entries(at: [0, 1, 2]) }),
  ("entries: there is no column -1 in [3 × 2]", { _ = M(3, 2).entries(at: [-1, 0, 0]) }),
  ("addRows: [2 × 2] for 1 rows of [3 × 2]", { changed(M(3, 2)) { $0.addRows(at: [0], M(2, 2)) } }),
  ("addRows: [1 × 3] for 1 rows of [3 × 2]", { changed(M(3, 2)) { $0.addRows(at: [0], M(1, 3)) } }),
  ("addRows: there is no row 3 in [3 × 2]", { changed(M(3, 2)) { $0.addRows(at: [3], M(1, 2)) } }),
  ("addRows: there is no row -1 in [3 × 2]", { changed(M(3, 2)) { $0.addRows(at: [-1], M(1, 2)) } }),
  ("reversed: [3 × 2] is not whole blocks of 2 rows", { _ = M(3, 2).reversed(inBlocksOf: 2) }),
  ("reversed: [3 × 2] is not whole blocks of 0 rows", { _ = M(3, 2).reversed(inBlocksOf: 0) }),
  ("addColumnSums: of [3 × 2] to [1 × 3]", { changed(M(1, 3)) { $0.addColumnSums(of: M(3, 2)) } }),
  ("setRows: [2 × 2] from row 2 of [3 × 2]", { changed(M(3, 2)) { $0.setRows(from: 2, to: M(2, 2)) } }),
  ("setRows: [1 × 2] from row -1 of [3 × 2]", { changed(M(3, 2)) { $0.setRows(from: -1, to: M(1, 2)) } }),
  ("setRows: [1 × 3] from row 0 of [3 × 2]", { changed(M(3, 2)) { $0.setRows(from: 0, to: M(1, 3)) } }),
  ("setRows: [1 × 2] from row \(Int.max) of [3 × 2]", { changed(M(3, 2)) { $0.setRows(from: .max, to: M(1, 2)) } }),
  (
    "add: [2 × 2] over the root of [1 × 2] to [2 × 2]",
    {
      var m = M(2, 2)
      m.add(1, times: m, overRootOf: M(1, 2), plus: 0)
    }
  ),
  (
    "add: [2 × 2] over the root of [2 × 1] to [2 × 2]",
    {
      var m = M(2, 2)
      m.add(1, times: m, overRootOfSum: M(2, 1), 1)
    }
  ),
  ("rows: [3 × 2] is not whole blocks of 2 rows", { _ = M(3, 2).rows(0..<1, inBlocks: 0..<1, of: 2) }),
  ("rows: 1..<3 of blocks of 2 rows", { _ = M(4, 2).rows(1..<3, inBlocks: 0..<1, of: 2) }),
  ("rows: blocks 1..<3 of 2 rows in [4 × 2]", { _ = M(4, 2).rows(0..<1, inBlocks: 1..<3, of: 2) }),
  ("stack: part 1 is [1 × 3] and not of 2 columns", { _ = M.stack([M(1, 2), M(1, 3)]) }),

  ("matmul: [3 × 4]·[5 × 2]: 4 columns against 5 rows", { _ = matmul(M(3, 4), M(5, 2)) }),
  ("matmul: [3 × 4]·[5 × 2]: 4 columns against 5 rows", { _ = matmul(M(4, 3).T, M(2, 5).T) }),
  ("matmul: [3 × 4]·[5 × 2]: 4 columns against 5 rows", { changed(M(3, 2)) { $0.addProduct(M(3, 4), M(5, 2)) } }),
  ("matmul: [3 × 4]·[5 × 2]: 4 columns against 5 rows", { _ = M(3, 2).addingProduct(M(3, 4), M(5, 2)) }),
  ("addingProduct: [3 × 4]·[4 × 2] to [2 × 2]", { _ = M(2, 2).addingProduct(M(3, 4), M(4, 2)) }),
  ("addingProduct: [3 × 4]·[4 × 2] to [3 × 1]", { _ = M(3, 1).addingProduct(M(3, 4), M(4, 2)) }),
  (
    "matmul: [3 × 4]·[5 × 2]: 4 columns against 5 rows",
    { _ = products(of: M(3, 4), with: four(M(5, 2))) }
  ),
  (
    "products: of [3 × 4] with [4 × 2], [4 × 2], [4 × 3] and [4 × 2], which are not of one shape",
    { _ = products(of: M(3, 4), with: (M(4, 2), M(4, 2), M(4, 3), M(4, 2))) }
  ),
  (
    "products: of [3 × 4] with [4 × 2], [4 × 2], [4 × 2] and [5 × 2], which are not of one shape",
    { _ = addingProducts(of: M(3, 4), with: (M(4, 2), M(4, 2), M(4, 2), M(5, 2)), to: four(M(3, 2))) }
  ),
  (
    "addingProduct: [3 × 4]·[4 × 2] to [2 × 2]",
    { _ = addingProducts(of: M(3, 4), with: four(M(4, 2)), to: (M(3, 2), M(3, 2), M(3, 2), M(2, 2))) }
  ),
  (
    "addingProduct: [30 × 90]·[90 × 36] to [36 × 30]",
    { _ = addingProducts(of: M(30, 90), with: four(M(90, 36)), to: (M(30, 36), M(36, 30), M(30, 36), M(30, 36))) }
  ),
  ("addProduct: [3 × 4]·[4 × 2] to rows 0..<2 of [2 × 2]", { changed(M(2, 2)) { $0.addProduct(M(3, 4), M(4, 2)) } }),
  ("addProduct: [3 × 4]·[4 × 2] to rows 0..<3 of [3 × 1]", { changed(M(3, 1)) { $0.addProduct(M(3, 4), M(4, 2)) } }),
  (
    "addProduct: [3 × 4]·[4 × 2] to rows 1..<4 of [3 × 2]",
    { changed(M(3, 2)) { $0.addProduct(M(3, 4), M(4, 2), toRows: 1..<4) } }
  ),
  (
    "addProduct: [3 × 4]·[4 × 2] to rows -1..<2 of [3 × 2]",
    { changed(M(3, 2)) { $0.addProduct(M(3, 4), M(4, 2), toRows: -1..<2) } }
  ),

  ("+: [2 × 3] and [3 × 2]: \(differ(3))", { _ = M(2, 3) + M(3, 2) }),
  ("-: [2 × 3] and [2 × 1]: \(differ(3))", { _ = M(2, 3) - M(2, 1) }),
  ("*: [2 × 3] and [1 × 2]: \(differ(3))", { _ = M(2, 3) * M(1, 2) }),
  ("/: [1 × 3] and [2 × 3]: \(differ(3))", { _ = M(1, 3) / M(2, 3) }),
  ("+=: [2 × 3] and [3 × 3]: \(differ(3))", { changed(M(2, 3)) { $0 += M(3, 3) } }),
  ("-=: [2 × 3] and [2 × 4]: \(differ(3))", { changed(M(2, 3)) { $0 -= M(2, 4) } }),
  ("*=: [2 × 3] and [0 × 3]: \(differ(3))", { changed(M(2, 3)) { $0 *= M(0, 3) } }),
  ("/=: [2 × 3] and [1 × 1]: \(differ(3))", { changed(M(2, 3)) { $0 /= M(1, 1) } }),
  ("add: [1 × 3] to [2 × 3]", { changed(M(2, 3)) { $0.add(2, times: M(1, 3)) } }),
  ("dot: [2 × 3] and [3 × 2]", { _ = M(2, 3).dot(M(3, 2)) }),
  ("rowMaxima: [2 × 0] has no columns", { _ = M(2, 0).rowMaxima() }),
  ("rowArgMaxima: [2 × 0] has no columns", { _ = M(2, 0).rowArgMaxima() }),

  ("below: a bound of 0 leaves no number to choose", { changed(SplitMix64(seed: 1)) { _ = $0.below(0) } }),
  ("Threads: the number of threads cannot be 0", { Threads.count = 0 }),
  ("Threads: 3 pieces for 0 threads", { Threads.share(3, on: 0) { _ in } }),
  ("decimal: there are no -1 places, only 0 to 14", { _ = 1.5.decimal(places: -1) }),
  ("decimal: there are no 15 places, only 0 to 14", { _ = 1.5.decimal(places: 15) }),
  ("scientific: there are no 15 places, only 0 to 14", { _ = 9.5.scientific(places: 15) }),
]

private func differ(_ columns: Int) -> String {
  "the shapes differ, and the second is not one row of \(columns)"
}

private func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) {
  var value = value
  change(&value)
}
