import MinimalMatrix

// MARK: - The triple loop

/// `c[m × n] += a[m × k]·b[k × n]`, entry by entry, as the definition says.
///
/// Every entry adds its `k` terms in order, each by one fused multiply-add. All
/// products of this chapter do, so all give the same bits.
func addByEntries(
  _ a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
) {
  let (m, k, n) = (a.rows, a.columns, b.columns)
  let (a, b) = (Array(a.scalars), Array(b.scalars))
  c.withEntries { c in
    for i in 0..<m {
      for j in 0..<n {
        var sum = c[i * n + j]
        for p in 0..<k { sum.addProduct(a[i * k + p], b[p * n + j]) }
        c[i * n + j] = sum
      }
    }
  }
}

// MARK: - The same loops in another order

/// The same product, a row of `b` at a time.
///
/// The innermost loop now walks over neighbours in memory, and its turns do not
/// wait for each other: each adds to an entry of its own.
func addByRows(
  _ a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
) {
  let (m, k, n) = (a.rows, a.columns, b.columns)
  let (a, b) = (Array(a.scalars), Array(b.scalars))
  c.withEntries { c in
    for i in 0..<m {
      for p in 0..<k {
        let entry = a[i * k + p]
        for j in 0..<n { c[i * n + j].addProduct(entry, b[p * n + j]) }
      }
    }
  }
}

// MARK: - Eight at a time

/// Eight neighbours: one register of AVX. What is wider or narrower elsewhere,
/// the compiler makes of it.
typealias Eight = SIMD8<Float>

/// The same loops, eight entries of a row at a time.
func addByVectors(
  _ a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
) {
  withPointers(a, b, &c) { a, b, c, m, k, n in
    addVectors(a, b, to: c, k: k, n: n, rows: 0..<m, columns: 0..<n)
  }
}

/// Some rows and columns of that product, whose other ones are left alone.
private func addVectors(
  _ a: Source, _ b: Source, to c: Target, k: Int, n: Int,
  rows: Range<Int>, columns: Range<Int>
) {
  let whole = columns.lowerBound + columns.count / 8 * 8
  for i in rows {
    for p in 0..<k {
      let entry = Eight(repeating: a[i * k + p])
      for j in stride(from: columns.lowerBound, to: whole, by: 8) {
        let place = c + (i * n + j)
        let sum = load(place).addingProduct(entry, load(b + (p * n + j)))
        store(sum, to: place)
      }
      for j in whole..<columns.upperBound {
        c[i * n + j].addProduct(a[i * k + p], b[p * n + j])
      }
    }
  }
}

// MARK: - A tile in registers

/// The same product in tiles of five rows and two vectors. A tile's ten sums
/// stay in registers while `p` runs over all `k` terms.
///
/// A multiply-add takes four cycles, and two begin in each: eight must be on
/// their way at any time. Ten sums, two vectors of `b` and one entry of `a` are
/// thirteen of the sixteen registers.
func addByTiles(
  _ a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
) {
  withPointers(a, b, &c) { a, b, c, m, k, n in
    let (rows, columns) = (m / 5 * 5, n / 16 * 16)
    for j in stride(from: 0, to: columns, by: 16) {
      for i in stride(from: 0, to: rows, by: 5) {
        addTile(a + i * k, b + j, to: c + (i * n + j), k: k, n: n)
      }
    }
    // What is left at the edges.
    addVectors(a, b, to: c, k: k, n: n, rows: 0..<rows, columns: columns..<n)
    addVectors(a, b, to: c, k: k, n: n, rows: rows..<m, columns: 0..<n)
  }
}

/// One tile. Its sums are local variables with names: those the compiler keeps
/// in registers, an array of them it does not.
private func addTile(_ a: Source, _ b: Source, to c: Target, k: Int, n: Int) {
  var s00 = load(c), s01 = load(c + 8)
  var s10 = load(c + n), s11 = load(c + (n + 8))
  var s20 = load(c + 2 * n), s21 = load(c + (2 * n + 8))
  var s30 = load(c + 3 * n), s31 = load(c + (3 * n + 8))
  var s40 = load(c + 4 * n), s41 = load(c + (4 * n + 8))
  for p in 0..<k {
    let (b0, b1) = (load(b + p * n), load(b + (p * n + 8)))
    func add(_ row: Int, _ x: inout Eight, _ y: inout Eight) {
      let entry = Eight(repeating: a[row * k + p])
      x = x.addingProduct(entry, b0)
      y = y.addingProduct(entry, b1)
    }
    add(0, &s00, &s01)
    add(1, &s10, &s11)
    add(2, &s20, &s21)
    add(3, &s30, &s31)
    add(4, &s40, &s41)
  }
  func finish(_ row: Int, _ x: Eight, _ y: Eight) {
    store(x, to: c + row * n)
    store(y, to: c + (row * n + 8))
  }
  finish(0, s00, s01)
  finish(1, s10, s11)
  finish(2, s20, s21)
  finish(3, s30, s31)
  finish(4, s40, s41)
}

// MARK: - Pointers

private typealias Source = UnsafePointer<Float>
private typealias Target = UnsafeMutablePointer<Float>

private func load(_ p: Source) -> Eight {
  UnsafeRawPointer(p).loadUnaligned(as: Eight.self)
}

private func load(_ p: Target) -> Eight { load(Source(p)) }

private func store(_ v: Eight, to p: Target) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Eight.self)
}

/// Lends the entries of a product's matrices, and its sizes `m`, `k`, `n`.
private func withPointers(
  _ a: Matrix<Float>, _ b: Matrix<Float>, _ c: inout Matrix<Float>,
  _ body: (Source, Source, Target, Int, Int, Int) -> Void
) {
  let (m, k, n) = (a.rows, a.columns, b.columns)
  guard m * k * n > 0 else { return }
  a.withAddress { a in
    b.withAddress { b in c.withPointer { c in body(a, b, c, m, k, n) } }
  }
}

// MARK: - Which product

/// The ways to multiply, from the definition to the one that all chapters use.
public enum Product: CaseIterable, Sendable {
  case entries, rows, vectors, tiles
  /// MinimalMatrix's own: tiles, and `b` packed so that what a tile reads of it
  /// lies in one piece, near, and in the order of reading.
  case packed

  /// `c += a·b`: `[m × k]·[k × n]`, added to `[m × n]`. The shapes must fit.
  public func add(
    _ a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
  ) {
    require(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
      "Product: \(a.shape)·\(b.shape) added to \(c.shape)")
    switch self {
    case .entries: addByEntries(a, b, to: &c)
    case .rows: addByRows(a, b, to: &c)
    case .vectors: addByVectors(a, b, to: &c)
    case .tiles: addByTiles(a, b, to: &c)
    case .packed: c.addProduct(a, b)
    }
  }

  /// `c += aᵀ·b`: the transpose of `[k × m]`, times `[k × n]`. The slow ones
  /// turn `a` first; MinimalMatrix reads it by its strides.
  public func add(
    transposed a: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>
  ) {
    if self == .packed {
      c.addProduct(a.T, b)
    } else {
      add(a.transposed(), b, to: &c)
    }
  }

  /// `c += a·bᵀ`: `[m × k]` times the transpose of `[n × k]`.
  public func add(
    _ a: Matrix<Float>, transposed b: Matrix<Float>, to c: inout Matrix<Float>
  ) {
    if self == .packed {
      c.addProduct(a, b.T)
    } else {
      add(a, b.transposed(), to: &c)
    }
  }
}
