import Dispatch
import Synchronization
import VectorMath

#if canImport(Glibc)
  import Glibc
#endif

// The module's inner loops, and its only unsafe code. The entrances are the extension of `_KernelScalar` at the end:
// they take arrays, whose bounds the callers have checked, and hand pointers to what stands before them.
//
// All of it stands in one file because a debug build compiles file by file, and a loop is only as fast as what the
// compiler can see inside it.

private typealias Input<Scalar> = UnsafePointer<Scalar>
private typealias Output<Scalar> = UnsafeMutablePointer<Scalar>

@inline(__always)
private func load<V: SIMD>(_ p: Input<V.Scalar>, as: V.Type) -> V {
  UnsafeRawPointer(p).loadUnaligned(as: V.self)
}

@inline(__always)
private func store<V: SIMD>(_ v: V, to p: Output<V.Scalar>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: V.self)
}

/// In bytes, as most processors have it.
private let cacheLine = 64

/// Space for `count` scalars, aligned to a cache line, while `body` runs.
///
/// Asked for with the alignment, it would come from the heap by a slow way, however little it is. So a line more is asked
/// for: up to a kilobyte then lies on the stack.
@inline(__always)
private func withScratch<Scalar>(_ count: Int, _ body: (Output<Scalar>) -> Void) {
  withUnsafeTemporaryAllocation(byteCount: count * MemoryLayout<Scalar>.stride + cacheLine, alignment: 8) {
    body($0.baseAddress!.alignedUp(toMultipleOf: cacheLine).assumingMemoryBound(to: Scalar.self))
  }
}

// MARK: - Memory

/// The scalars of a matrix, row after row: a collection as an array is, and copied like one, when it is changed while
/// someone else holds it.
///
/// An array would do, but for its beginning: whenever one is made, the standard library looks its type up in a table, and
/// that takes longer than to add two small matrices.
public struct Scalars<Scalar: MatrixScalar>: @unchecked Sendable {
  fileprivate var memory: Memory

  @inline(__always)
  fileprivate func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Scalar>) throws -> R) rethrows -> R {
    try memory.withUnsafeMutablePointers { try body(UnsafeBufferPointer(start: scalars($1), count: $0.pointee.count)) }
  }

  @inline(__always)
  fileprivate mutating func withUnsafeMutableBufferPointer<R>(_ body: (UnsafeMutableBufferPointer<Scalar>) -> R) -> R {
    if isKnownUniquelyReferenced(&memory) {
      memory.forgetPanels()
    } else {
      self = withUnsafeBufferPointer { copy($0) }
    }
    return memory.withUnsafeMutablePointers {
      body(UnsafeMutableBufferPointer(start: scalars($1), count: $0.pointee.count))
    }
  }
}

/// The scalars begin at the first cache line behind the header: then no vector of a walk from the first one to the last lies
/// across two lines.
@inline(__always)
private func scalars<Scalar>(_ start: Output<UInt64>) -> Output<Scalar> {
  UnsafeMutableRawPointer(start).alignedUp(toMultipleOf: cacheLine).assumingMemoryBound(to: Scalar.self)
}

/// What `Scalars` share until one of them is changed. The elements only stand for their bytes: with elements aligned to a
/// cache line, the runtime would take a longer way to the heap. So a line more is asked for here too.
private final class Memory: ManagedBuffer<MemoryHeader, UInt64> {
  deinit { forgetPanels() }
}

private struct MemoryHeader {
  let count: Int
  /// How many products had this matrix on their right, as it is and transposed; once panels are kept, their address.
  var uses: UInt = 0, usesTransposed: UInt = 0
}

/// `count` new scalars, of which `body` gives each a value, and what it returns.
@inline(__always)
private func filling<Scalar: MatrixScalar, R>(_ count: Int, _ body: (Output<Scalar>) -> R) -> (Scalars<Scalar>, R) {
  _ = keepsFreedMemory
  let places = (count * MemoryLayout<Scalar>.stride + cacheLine + 7) / 8
  let memory = Memory.create(minimumCapacity: places) { _ in MemoryHeader(count: count) }
  let result = memory.withUnsafeMutablePointerToElements { body(scalars($0)) }
  return (Scalars(memory: unsafeDowncast(memory, to: Memory.self)), result)
}

@inline(__always)
private func filled<Scalar: MatrixScalar>(_ count: Int, _ body: (Output<Scalar>) -> Void) -> Scalars<Scalar> {
  filling(count, body).0
}

@inline(__always)
private func copy<Scalar: MatrixScalar>(_ x: UnsafeBufferPointer<Scalar>) -> Scalars<Scalar> {
  filled(x.count) { out in
    if let start = x.baseAddress { out.update(from: start, count: x.count) }
  }
}

/// Asks the C library, once, to keep what is freed for the next matrix: is it so?
///
/// A training step asks for the same megabytes as the step before. Glibc by itself hands them back to the system each
/// time, and the system clears them again page by page.
private let keepsFreedMemory: Bool = {
  #if canImport(Glibc)
    // Swift's module of glibc leaves malloc.h out, so the function is looked up by its name.
    guard let symbol = dlsym(nil, "mallopt") else { return false }
    let mallopt = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
    let (trimThreshold, mmapThreshold) = (CInt(-1), CInt(-3))
    // In bytes. 32 MB is the most that glibc takes for the second.
    return mallopt(trimThreshold, 1 << 30) == 1 && mallopt(mmapThreshold, 32 << 20) == 1
  #else
    return false
  #endif
}()

extension Scalars: RandomAccessCollection, MutableCollection, Equatable, ExpressibleByArrayLiteral {
  public init(arrayLiteral scalars: Scalar...) { self = Scalar._copy(scalars) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { Scalar._count(self) }

  public subscript(i: Int) -> Scalar {
    get { Scalar._get(self, i) }
    set { Scalar._set(&self, i, newValue) }
  }

  /// Calls `body` with the scalars in memory, as long as it lasts.
  public func withContiguousStorageIfAvailable<R>(
    _ body: (UnsafeBufferPointer<Scalar>) throws -> R
  ) rethrows -> R? {
    try withUnsafeBufferPointer(body)
  }

  /// Calls `body` with the bytes of the scalars, as long as it lasts.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeBufferPointer { try body(UnsafeRawBufferPointer($0)) }
  }

  public static func == (a: Scalars, b: Scalars) -> Bool { Scalar._areEqual(a, b) }
}

extension Array where Element: MatrixScalar {
  /// The scalars of a matrix, copied at once and not one by one.
  public init(_ scalars: Scalars<Element>) { self = Element._array(scalars) }
}

// MARK: - One tile of a product

/// A number that the compiler knows, so that the branches on it fold away.
private protocol Count { static var value: Int { get } }
private enum One: Count { static var value: Int { 1 } }
private enum Two: Count { static var value: Int { 2 } }
private enum Three: Count { static var value: Int { 3 } }
private enum Four: Count { static var value: Int { 4 } }
private enum Five: Count { static var value: Int { 5 } }
private enum Six: Count { static var value: Int { 6 } }
private enum Seven: Count { static var value: Int { 7 } }
private enum Eight: Count { static var value: Int { 8 } }

/// `c[R × 2V] = c0 + a[R × k]·b[k × 2V]`, or one vector wide instead of two.
///
/// All of `c`'s tile stays in registers while `k` runs: six rows of two vectors are twelve accumulators, enough to keep
/// two multiply-adders busy through their latency, and with two vectors of `b` and one entry of `a` they fill the
/// sixteen registers of AVX. AVX-512 has thirty-two: there a tile has eight rows, and where it is one vector wide it has
/// eight accumulators, still enough. Each entry adds its terms in the order of `k`, so no bit depends on the tile's size.
///
/// - Parameters:
///   - a: entry `[i, p]` is `a[i * rowStride + p * stepStride]`
///   - b: entry `[p, j]` is `b[p * bStride + j]`: packed, or where it lies
///   - c: entry `[i, j]` is `c[i * width + j]`
///   - c0: what the product is added to, as wide: `c` itself, or a place apart from it; none: it begins from 0.
@inline(never)
private func tile<R: Count, C: Count, V: SIMD>(
  _: R.Type, _: C.Type, _: V.Type, depth: Int,
  _ a: Input<V.Scalar>, rowStride: Int, stepStride: Int,
  _ b: Input<V.Scalar>, bStride: Int,
  _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
) where V.Scalar: FloatingPoint {
  let lanes = V.scalarCount
  @inline(__always)
  func start(_ i: Int, _ j: Int) -> V {
    guard i < R.value, j < C.value, let c0 else { return V() }
    return load(c0 + (i * width + j * lanes), as: V.self)
  }
  var c00 = start(0, 0), c01 = start(0, 1)
  var c10 = start(1, 0), c11 = start(1, 1)
  var c20 = start(2, 0), c21 = start(2, 1)
  var c30 = start(3, 0), c31 = start(3, 1)
  var c40 = start(4, 0), c41 = start(4, 1)
  var c50 = start(5, 0), c51 = start(5, 1)
  var c60 = start(6, 0), c61 = start(6, 1)
  var c70 = start(7, 0), c71 = start(7, 1)

  var b = b
  var a0 = a, a1 = a + rowStride, a2 = a + 2 * rowStride
  var a3 = a + 3 * rowStride, a4 = a + 4 * rowStride, a5 = a + 5 * rowStride
  var a6 = a + 6 * rowStride, a7 = a + 7 * rowStride
  for _ in 0..<depth {
    let b0 = load(b, as: V.self)
    let b1 = C.value > 1 ? load(b + lanes, as: V.self) : V()
    @inline(__always)
    func multiply(_ row: Int, _ a: inout Input<V.Scalar>, _ x: inout V, _ y: inout V) {
      if row < R.value {
        let entry = V(repeating: a.pointee)
        x = x.addingProduct(entry, b0)
        if C.value > 1 { y = y.addingProduct(entry, b1) }
        a += stepStride
      }
    }
    multiply(0, &a0, &c00, &c01)
    multiply(1, &a1, &c10, &c11)
    multiply(2, &a2, &c20, &c21)
    multiply(3, &a3, &c30, &c31)
    multiply(4, &a4, &c40, &c41)
    multiply(5, &a5, &c50, &c51)
    multiply(6, &a6, &c60, &c61)
    multiply(7, &a7, &c70, &c71)
    b += bStride
  }

  @inline(__always)
  func finish(_ i: Int, _ x: V, _ y: V) {
    if i < R.value {
      store(x, to: c + i * width)
      if C.value > 1 { store(y, to: c + (i * width + lanes)) }
    }
  }
  finish(0, c00, c01)
  finish(1, c10, c11)
  finish(2, c20, c21)
  finish(3, c30, c31)
  finish(4, c40, c41)
  finish(5, c50, c51)
  finish(6, c60, c61)
  finish(7, c70, c71)
}

/// ``tile`` for a number of rows that is known only when the program runs, 1 to 8.
@inline(__always)
private func tile<C: Count, V: SIMD>(
  rows: Int, _ c: C.Type, _ v: V.Type, depth k: Int,
  _ a: Input<V.Scalar>, rowStride r: Int, stepStride s: Int,
  _ b: Input<V.Scalar>, bStride q: Int,
  _ o: Output<V.Scalar>, width w: Int, from f: Input<V.Scalar>?
) where V.Scalar: FloatingPoint {
  switch rows {
  case 1: tile(One.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 2: tile(Two.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 3: tile(Three.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 4: tile(Four.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 5: tile(Five.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 6: tile(Six.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  case 7: tile(Seven.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  default: tile(Eight.self, c, v, depth: k, a, rowStride: r, stepStride: s, b, bStride: q, o, width: w, from: f)
  }
}

// MARK: - Packing

/// Copies `count` rows of `depth` steps side by side: `out[p * width + i] = x[i * rowStride + p * stepStride]`.
///
/// What a tile reads then lies in one piece, in the order in which it is read. Rows from `count` to `width` become 0. One of
/// the strides is 1: either the rows of a step are neighbours, or the steps of a row.
@inline(__always)
private func pack<V: SIMD>(
  _: V.Type, _ x: Input<V.Scalar>, rowStride: Int, stepStride: Int, count: Int, depth: Int,
  to out: Output<V.Scalar>, width: Int
) where V.Scalar: _KernelScalar {
  if rowStride == 1 && count == width && width % V.scalarCount == 0 {
    for p in 0..<depth {
      for i in stride(from: 0, to: width, by: V.scalarCount) {
        store(load(x + (p * stepStride + i), as: V.self), to: out + (p * width + i))
      }
    }
  } else if stepStride == 1 {
    turn(x, rowStride: rowStride, rows: count, columns: depth, to: out, width: width)
  } else {
    copyBlock(depth, of: count, from: x, width: stepStride, to: out, width: width)
  }
  for i in count..<width {
    for p in 0..<depth { out[p * width + i] = 0 }
  }
}

/// Copies some columns of some rows, `y[i * yWidth + j] = x[i * width + j]`, in vectors of eight or four if there are so many.
@inline(__always)
private func copyBlock<Scalar: _KernelScalar>(
  _ rows: Int, of columns: Int, from x: Input<Scalar>, width: Int, to y: Output<Scalar>, width yWidth: Int
) {
  @inline(__always)
  func copy<V: SIMD<Scalar>>(_: V.Type) {
    for i in 0..<rows {
      for j in stride(from: 0, to: columns, by: V.scalarCount) {
        // The last ones may overlap those before: what is written twice is the same.
        let j = min(j, columns - V.scalarCount)
        store(load(x + (i * width + j), as: V.self), to: y + (i * yWidth + j))
      }
    }
  }
  if columns >= 8 {
    copy(SIMD8<Scalar>.self)
  } else if columns >= 4 {
    copy(SIMD4<Scalar>.self)
  } else {
    for i in 0..<rows { for j in 0..<columns { y[i * yWidth + j] = x[i * width + j] } }
  }
}

/// The transpose of rows of neighbours: `out[j * width + i] = x[i * rowStride + j]`.
@inline(__always)
private func turn<Scalar: _KernelScalar>(
  _ x: Input<Scalar>, rowStride: Int, rows: Int, columns: Int, to out: Output<Scalar>, width: Int
) {
  guard rows >= 4 else {
    for i in 0..<rows { for j in 0..<columns { out[j * width + i] = x[i * rowStride + j] } }
    return
  }
  for i in stride(from: 0, to: rows, by: 4) {
    // The last four may overlap those before, as in ``copyBlock``.
    let i = min(i, rows - 4)
    transposeFour(x + i * rowStride, rowStride: rowStride, depth: columns, to: out + i, width: width)
  }
}

/// Turns four rows of `depth` neighbours into `depth` rows of four: `out[p * width + i] = x[i * rowStride + p]`.
@inline(__always)
private func transposeFour<Scalar: _KernelScalar>(
  _ x: Input<Scalar>, rowStride: Int, depth: Int, to out: Output<Scalar>, width: Int
) {
  typealias Quad = SIMD4<Scalar>
  var p = 0
  while p + 4 <= depth {
    let a = load(x + p, as: Quad.self)
    let b = load(x + (p + rowStride), as: Quad.self)
    let c = load(x + (p + 2 * rowStride), as: Quad.self)
    let d = load(x + (p + 3 * rowStride), as: Quad.self)
    let to = out + p * width
    store(Quad(a.x, b.x, c.x, d.x), to: to)
    store(Quad(a.y, b.y, c.y, d.y), to: to + width)
    store(Quad(a.z, b.z, c.z, d.z), to: to + 2 * width)
    store(Quad(a.w, b.w, c.w, d.w), to: to + 3 * width)
    p += 4
  }
  while p < depth {
    for i in 0..<4 { out[p * width + i] = x[i * rowStride + p] }
    p += 1
  }
}

// MARK: - A product

/// One side of a product, in memory.
private struct Side<Scalar> {
  var start: Input<Scalar>
  let rowStride, columnStride: Int

  @inline(__always)
  func at(_ i: Int, _ j: Int) -> Input<Scalar> { start + (i * rowStride + j * columnStride) }

  @inline(__always)
  var transposed: Side { Side(start: start, rowStride: columnStride, columnStride: rowStride) }

  /// Is this better packed, on the left of a product `depth` steps deep with `n` columns?
  @inline(__always)
  func isWorthPacking(depth: Int, columns n: Int) -> Bool {
    max(rowStride, columnStride) >= Block.farApart
      || columnStride > 1 && depth > Block.manySteps && n >= Block.manyColumns
  }

  /// Is this better read where it lies, on the right of a product with `m` rows?
  @inline(__always)
  func isReadInPlace(rows m: Int) -> Bool {
    columnStride == 1
      && (m <= Block.fewRows
        || m <= Block.someRows && rowStride * MemoryLayout<Scalar>.stride % Block.crowded != 0)
  }
}

/// How a product is cut so that its pieces stay in the caches. The tests take sizes on both sides of each number.
enum Block {
  /// Steps of `k` at a time, at most. The deeper, the more seldom a tile of `c` is fetched and put away. A panel of `b`, so
  /// deep and two vectors wide, and a tile's rows of `a` come from the second-level cache as fast as they are used.
  static let depth = 1024
  /// Columns of `b` at a time, at most: so many, `depth` deep, stay in the third-level cache while all of `a` meets them.
  static let columns = 512
  /// Bytes of `a` at a time, at most: they stay in the second-level cache.
  static let bytes = 196_608
  /// Where neighbours in `a` are this far apart, it is packed: they would fall on the same few cache lines.
  static let farApart = 512
  /// A transposed `a` is packed from so many steps on: a tile uses a part of a cache line of each, and when the next tile
  /// wants its own part, the line has left the first-level cache.
  static let manySteps = 256
  /// But only if so many columns use what was packed; else it takes longer than it saves.
  static let manyColumns = 256
  /// It is packed so many steps at a time, for several tiles: while a cache line is near, all that have a part of it take it.
  static let stepsPacked = 8
  /// A `b` of so few entries stays in the first-level cache as it lies.
  static let small = 4096
  /// So few rows meet an entry of `b` too seldom for it to be moved, unless it is transposed: then its panels are kept.
  static let fewRows = 12
  /// For up to so many it is hardly slower where it lies, unless its rows are `crowded`.
  static let someRows = 200
  /// Rows a multiple of so many bytes apart would fall on the same few cache lines.
  static let crowded = 1024
  /// From so many steps on, it is worth going by way of the transpose for the last columns.
  static let stepsWorthTurning = 32
  /// From so many rows and steps on, it is worth gathering the last columns of several products.
  static let rowsWorthJoining = 24, stepsWorthJoining = 64
  /// Below this many multiply-adds a thread, asking for it takes longer than it saves.
  static let worthAThread = 500_000
  /// The same for everything that is no product, in cycles of the processor; with a third of it nothing was faster.
  static let cyclesWorthAThread = 100_000
  /// Work is cut into so many pieces for each thread, where that costs nothing: cores are not always equally fast.
  static let piecesForAThread = 2

  /// How many of `count` are taken at a time: at most `most`, and each time about as many.
  @inline(__always)
  static func part(of count: Int, atMost most: Int) -> Int {
    if count <= most { return max(1, count) }
    let most = max(1, most)
    let times = (count + most - 1) / most
    return (count + times - 1) / times
  }
}

/// How many of the `left` columns of a product the next tile takes: two vectors, one, eight, four, or the last one to three.
@inline(__always)
private func panelWidth<V: SIMD>(_: V.Type, left: Int) -> Int {
  let lanes = V.scalarCount
  return left >= 2 * lanes ? 2 * lanes : left >= lanes ? lanes : left >= 8 ? 8 : min(left, 4)
}

/// Packs `b[depth × n]` as panels as wide as tiles take them, one after the other, each `panelDepth` long.
@inline(__always)
private func packPanels<V: SIMD>(
  _ v: V.Type, _ b: Side<V.Scalar>, depth: Int, columns n: Int, to out: Output<V.Scalar>, panelDepth: Int
) where V.Scalar: _KernelScalar {
  let lanes = V.scalarCount
  let width = 2 * lanes
  let panelSize = width * panelDepth
  var j = 0
  if b.columnStride == 1 {
    // Four panels at a time: so a row of `b` is read in longer pieces than a panel is wide.
    while j + 4 * width <= n {
      var row = b.at(0, j)
      var target = out + j * panelDepth
      for _ in 0..<depth {
        for panel in 0..<4 {
          let (from, to) = (row + panel * width, target + panel * panelSize)
          store(load(from, as: V.self), to: to)
          store(load(from + lanes, as: V.self), to: to + lanes)
        }
        row += b.rowStride
        target += width
      }
      j += 4 * width
    }
  }
  while j < n {
    let columns = panelWidth(v, left: n - j)
    pack(
      v, b.at(0, j), rowStride: b.columnStride, stepStride: b.rowStride, count: columns, depth: depth,
      to: out + j * panelDepth, width: max(columns, 4))
    j += columns
  }
}

// MARK: - Panels that are kept

/// The right side of a product in panels: for each `depth` steps of `k` those of all columns.
private struct Panels<Scalar> {
  var start: Input<Scalar>
  let depth: Int
  /// From the panels of some steps to those of the next ones.
  let blockSize: Int

  /// The panels from step `k0` on.
  @inline(__always)
  func at(_ k0: Int) -> Input<Scalar> { start + k0 / depth * blockSize }
}

/// Stands before kept panels and says of which shape they are: matrices of several shapes may share memory.
private struct PanelsHead: Equatable {
  let k, n, columnStride, lanes: Int
  /// The panels begin behind it, at a cache line.
  static let size = cacheLine
}

extension Memory {
  /// The panels of `b`, which lies in this memory, if they are kept.
  ///
  /// A weight is on the right of a product at each time step, and to pack it may take as long as the product. So the third
  /// product leaves its panels to those after it, until the weight changes. A transposed matrix has to be packed even for a
  /// few rows; then the first product leaves its panels.
  /// - Parameter m: the rows of the product
  @inline(__always)
  func panels<V: SIMD>(
    _ v: V.Type, of b: Side<V.Scalar>, rows m: Int, depth k: Int, columns n: Int
  ) -> Panels<V.Scalar>?
  where V.Scalar: _KernelScalar {
    let head = PanelsHead(k: k, n: n, columnStride: b.columnStride, lanes: V.scalarCount)
    let depth = Block.part(of: k, atMost: Block.depth)
    let blockSize = (n + 3) / 4 * 4 * depth
    func kept(_ address: UInt) -> Panels<V.Scalar>? {
      let place = UnsafeRawPointer(bitPattern: address)!
      guard place.load(as: PanelsHead.self) == head else { return nil }
      let start = (place + PanelsHead.size).assumingMemoryBound(to: V.Scalar.self)
      return Panels(start: start, depth: depth, blockSize: blockSize)
    }
    return withUses(transposed: b.columnStride > 1) { uses in
      var count = uses.load(ordering: .acquiring)
      if Memory.isAddress(count) { return kept(count) }
      if count < Memory.usesBeforeKept && !(b.columnStride > 1 && m <= Block.fewRows) {
        _ = uses.compareExchange(expected: count, desired: count + 1, ordering: .relaxed)
        return nil
      }
      let made = makePanels(v, of: b, head, depth: depth, blockSize: blockSize)
      while true {
        let (isOurs, now) = uses.compareExchange(expected: count, desired: made, ordering: .acquiringAndReleasing)
        if isOurs { return kept(made) }
        if Memory.isAddress(now) {
          UnsafeMutableRawPointer(bitPattern: made)!.deallocate()
          return kept(now)
        }
        // Another product has been counted meanwhile, no more.
        count = now
      }
    }
  }

  /// So many products pack for themselves, but for the transposed ones with few rows; a gradient, say, is on the right of
  /// two and is gone.
  private static var usesBeforeKept: UInt { 2 }
  private static func isAddress(_ uses: UInt) -> Bool { uses > usesBeforeKept }

  @inline(never)
  private func makePanels<V: SIMD>(
    _ v: V.Type, of b: Side<V.Scalar>, _ head: PanelsHead, depth: Int, blockSize: Int
  ) -> UInt where V.Scalar: _KernelScalar {
    let blocks = (head.k + depth - 1) / depth
    let place = UnsafeMutableRawPointer.allocate(
      byteCount: PanelsHead.size + blocks * blockSize * MemoryLayout<V.Scalar>.stride, alignment: cacheLine)
    place.storeBytes(of: head, as: PanelsHead.self)
    let start = (place + PanelsHead.size).assumingMemoryBound(to: V.Scalar.self)
    for k0 in stride(from: 0, to: head.k, by: depth) {
      let steps = Side(start: b.at(k0, 0), rowStride: b.rowStride, columnStride: b.columnStride)
      packPanels(
        v, steps, depth: min(depth, head.k - k0), columns: head.n, to: start + k0 / depth * blockSize,
        panelDepth: depth)
    }
    return UInt(bitPattern: place)
  }

  /// Throws the panels away, before the scalars change or go. Nobody else holds them then.
  @inline(__always)
  func forgetPanels() {
    forgetPanels(transposed: false)
    forgetPanels(transposed: true)
  }

  @inline(__always)
  private func forgetPanels(transposed: Bool) {
    withUses(transposed: transposed) { uses in
      let count = uses.load(ordering: .relaxed)
      guard count > 0 else { return }
      if Memory.isAddress(count) { UnsafeMutableRawPointer(bitPattern: count)!.deallocate() }
      uses.store(0, ordering: .relaxed)
    }
  }

  @inline(__always)
  private func withUses<R>(transposed: Bool, _ body: (borrowing Atomic<UInt>) -> R) -> R {
    func at(_ uses: Output<UInt>) -> R {
      body(UnsafeMutableRawPointer(uses).assumingMemoryBound(to: Atomic<UInt>.self).pointee)
    }
    return withUnsafeMutablePointerToHeader {
      transposed ? at(&$0.pointee.usesTransposed) : at(&$0.pointee.uses)
    }
  }
}

// MARK: - A product in tiles

/// The rows of a product in tiles of up to `tallest`: the first few, `taller` of them, have one more than `height`.
private struct RowTiles {
  let count: Int
  private let height, taller: Int

  @inline(__always)
  init(_ m: Int, tallest: Int) {
    count = (m + tallest - 1) / tallest
    (height, taller) = m.quotientAndRemainder(dividingBy: count)
  }

  @inline(__always)
  subscript(tile: Int) -> (first: Int, count: Int) {
    (tile * height + min(tile, taller), height + (tile < taller ? 1 : 0))
  }
}

/// `c[m × n] = c0 + a[m × k]·b[k × n]`, where `c` and `c0` are contiguous rows of `width`: `c0` is `c` itself, lies apart
/// from it, or is nothing, which is 0.
///
/// The loops, from the outside: `depth` steps of `k`; `columnsAtOnce` columns of `b`, packed in panels two vectors wide; the
/// rows of `a` of `tilesAtOnce` tiles; the panels; the tiles. The scheme is that of Goto & van de Geijn, "Anatomy of
/// high-performance matrix multiplication", 2008. A small `b`, or one that not many rows meet, is read where it lies.
private struct TiledProduct<V: SIMD> where V.Scalar: _KernelScalar {
  /// The most columns of a tile.
  static var widest: Int { 2 * V.scalarCount }
  /// The most rows of a tile: its accumulators, two vectors for each row, stay in registers where a vector is one.
  static var tallest: Int { MemoryLayout<V>.size == 64 ? 8 : 6 }

  private let n, k: Int
  private let a, b: Side<V.Scalar>
  private let kept: Panels<V.Scalar>?
  private let c: Output<V.Scalar>, c0: Input<V.Scalar>?
  private let width: Int

  /// Steps of `k` at a time.
  private let depth: Int
  /// Columns of `b` at a time: whole panels, but for the last ones.
  private let columnsAtOnce: Int
  /// Where `c` is only written, one tile may take all the columns that are left, and some that another had.
  private let mayOverlap: Bool
  /// From this column on, `b` is read from panels; before it, where it lies.
  private let firstPacked: Int
  private let tiles: RowTiles
  /// So many tiles meet a panel before the next one's turn.
  private let tilesAtOnce: Int
  private let packsA: Bool

  /// A tile's rows of `a`, packed.
  private var tileSize: Int { Self.tallest * depth }
  private var panelsSize: Int { kept == nil ? (min(n - firstPacked, columnsAtOnce) + 3) / 4 * 4 * depth : 0 }
  private var rowsSize: Int { packsA ? tilesAtOnce * tileSize : 0 }

  @inline(__always)
  init(
    _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, kept: Panels<V.Scalar>?,
    _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
  ) {
    (self.n, self.k, self.a, self.b, self.kept) = (n, k, a, b, kept)
    (self.c, self.c0, self.width) = (c, c0, width)
    let widest = Self.widest
    depth = Block.part(of: k, atMost: Block.depth)
    columnsAtOnce = (Block.part(of: n, atMost: Block.columns) + widest - 1) / widest * widest
    let staysPut = kept == nil && (b.isReadInPlace(rows: m) || isFineAsItLies(b, depth: k, columns: n))
    mayOverlap = staysPut && c0 != Input(c) && k <= Block.depth && n >= widest
    // A tile is at least four wide: where none may overlap, the last one to three columns are packed in any case.
    firstPacked = mayOverlap ? n : staysPut ? n & ~3 : 0
    tiles = RowTiles(m, tallest: Self.tallest)
    let tileBytes = Self.tallest * depth * MemoryLayout<V.Scalar>.stride
    tilesAtOnce = Block.part(of: tiles.count, atMost: Block.bytes / tileBytes)
    packsA = a.isWorthPacking(depth: k, columns: n)
  }

  @inline(__always)
  func run() {
    withScratch(panelsSize + rowsSize + Self.tallest * 4) { (scratch: Output<V.Scalar>) in
      let rows = scratch + panelsSize
      let edge = rows + rowsSize
      for k0 in stride(from: 0, to: k, by: depth) {
        let steps = k0..<min(k, k0 + depth)
        for j0 in stride(from: 0, to: n, by: columnsAtOnce) {
          let columns = j0..<min(n, j0 + columnsAtOnce)
          let first = max(j0, firstPacked)
          if kept == nil && first < columns.upperBound {
            packColumns(first..<columns.upperBound, steps, to: scratch)
          }
          let panels = kept.map { $0.at(k0) + first * depth } ?? Input(scratch)
          multiply(columns, steps, panels: panels, from: first, rows: rows, edge: edge)
        }
      }
    }
  }

  /// Packs columns of `b` as panels, for some steps.
  @inline(__always)
  private func packColumns(_ columns: Range<Int>, _ steps: Range<Int>, to panels: Output<V.Scalar>) {
    let start = b.at(steps.lowerBound, columns.lowerBound)
    packPanels(
      V.self, Side(start: start, rowStride: b.rowStride, columnStride: b.columnStride), depth: steps.count,
      columns: columns.count, to: panels, panelDepth: depth)
  }

  /// Packs the rows of `a` of some tiles, for some steps.
  @inline(__always)
  private func packRows(of block: Range<Int>, _ steps: Range<Int>, to rows: Output<V.Scalar>) {
    let stepsAtOnce = a.rowStride == 1 ? Block.stepsPacked : depth
    for p in stride(from: 0, to: steps.count, by: stepsAtOnce) {
      for t in block {
        let (row, count) = tiles[t]
        pack(
          V.self, a.at(row, steps.lowerBound + p), rowStride: a.rowStride, stepStride: a.columnStride,
          count: count, depth: min(stepsAtOnce, steps.count - p),
          to: rows + ((t - block.lowerBound) * tileSize + p * Self.tallest), width: Self.tallest)
      }
    }
  }

  /// All of `a` meets some columns of `b`, for some steps.
  /// - Parameters:
  ///   - panels: the columns from `firstInPanels` on, packed
  ///   - rows: space for packed rows of `a`
  ///   - edge: space for a tile that is wider than the columns that are left
  @inline(__always)
  private func multiply(
    _ columns: Range<Int>, _ steps: Range<Int>, panels: Input<V.Scalar>, from firstInPanels: Int,
    rows: Output<V.Scalar>, edge: Output<V.Scalar>
  ) {
    let c0 = steps.lowerBound == 0 ? c0 : Input(c)
    for t0 in stride(from: 0, to: tiles.count, by: tilesAtOnce) {
      let block = t0..<min(tiles.count, t0 + tilesAtOnce)
      if packsA { packRows(of: block, steps, to: rows) }
      var j = columns.lowerBound
      while j < columns.upperBound {
        let wide = columnsOfTile(at: &j)
        let isPacked = j >= firstInPanels
        let panel = isPacked ? panels + (j - firstInPanels) * depth : b.at(steps.lowerBound, j)
        let stride = isPacked ? max(wide, 4) : b.rowStride
        for t in block {
          let (row, count) = tiles[t]
          let a = packsA ? Input(rows + (t - t0) * tileSize) : a.at(row, steps.lowerBound)
          let place = row * width + j
          multiplyTile(
            count, wide, steps.count, a, panel, bStride: stride, to: c + place, from: c0.map { $0 + place },
            edge: edge)
        }
        j += wide
      }
    }
  }

  /// How many columns the tile from column `j` on takes; to overlap with the one before, it moves `j` back.
  @inline(__always)
  private func columnsOfTile(at j: inout Int) -> Int {
    let left = n - j
    guard mayOverlap && left < Self.widest else { return panelWidth(V.self, left: left) }
    let wide = left > V.scalarCount ? Self.widest : left > 8 ? V.scalarCount : left > 4 ? 8 : 4
    j = n - wide
    return wide
  }

  /// One tile: up to `tallest` rows of `a` meet up to two vectors of columns of `b`, for some steps.
  @inline(__always)
  private func multiplyTile(
    _ rows: Int, _ columns: Int, _ steps: Int, _ a: Input<V.Scalar>, _ b: Input<V.Scalar>, bStride: Int,
    to target: Output<V.Scalar>, from start: Input<V.Scalar>?, edge: Output<V.Scalar>
  ) {
    let (rowStride, stepStride) = packsA ? (1, Self.tallest) : (self.a.rowStride, self.a.columnStride)
    @inline(__always)
    func multiply<C: Count, T: SIMD<V.Scalar>>(
      _: C.Type, _: T.Type, to target: Output<V.Scalar>, width: Int, from start: Input<V.Scalar>?
    ) {
      tile(
        rows: rows, C.self, T.self, depth: steps, a, rowStride: rowStride, stepStride: stepStride,
        b, bStride: bStride, target, width: width, from: start)
    }
    if columns == Self.widest {
      multiply(Two.self, V.self, to: target, width: width, from: start)
    } else if columns == V.scalarCount {
      multiply(One.self, V.self, to: target, width: width, from: start)
    } else if columns == 8 {
      multiply(One.self, SIMD8<V.Scalar>.self, to: target, width: width, from: start)
    } else if columns == 4 {
      multiply(One.self, SIMD4<V.Scalar>.self, to: target, width: width, from: start)
    } else {
      if let start { copyBlock(rows, of: columns, from: start, width: width, to: edge, width: 4) }
      multiply(One.self, SIMD4<V.Scalar>.self, to: edge, width: 4, from: start == nil ? nil : Input(edge))
      copyBlock(rows, of: columns, from: Input(edge), width: 4, to: target, width: width)
    }
  }
}

/// See ``TiledProduct``. A function, so that its code is there once.
@inline(never)
private func tiledProduct<V: SIMD>(
  _: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>,
  kept: Panels<V.Scalar>?, _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
) where V.Scalar: _KernelScalar {
  TiledProduct<V>(m, n, k, a, b, kept: kept, c, width: width, from: c0).run()
}

// MARK: - One row times a matrix

/// `c[1 × C·V] += a[1 × k]·b[k × C·V]`, for up to eight vectors side by side, of which two are neighbours in memory.
///
/// A single row uses each entry of `b` once, so packing it for its sake would cost more than it brings.
@inline(__always)
private func strip<V: SIMD>(
  _ vectors: Int, _: V.Type, depth: Int, _ a: Side<V.Scalar>,
  _ b: Input<V.Scalar>, rowStride: Int, pairStride: Int, _ c: Output<V.Scalar>
) where V.Scalar: FloatingPoint {
  let lanes = V.scalarCount
  @inline(__always)
  func start(_ j: Int) -> V { j < vectors ? load(c + j * lanes, as: V.self) : V() }
  var c0 = start(0), c1 = start(1), c2 = start(2), c3 = start(3)
  var c4 = start(4), c5 = start(5), c6 = start(6), c7 = start(7)
  var a0 = a.start
  var b0 = b
  for _ in 0..<depth {
    let entry = V(repeating: a0.pointee)
    @inline(__always)
    func multiply(_ j: Int, _ c: inout V) {
      if j < vectors { c = c.addingProduct(entry, load(b0 + (j / 2 * pairStride + j % 2 * lanes), as: V.self)) }
    }
    multiply(0, &c0)
    multiply(1, &c1)
    multiply(2, &c2)
    multiply(3, &c3)
    multiply(4, &c4)
    multiply(5, &c5)
    multiply(6, &c6)
    multiply(7, &c7)
    a0 += a.columnStride
    b0 += rowStride
  }
  @inline(__always)
  func finish(_ j: Int, _ x: V) { if j < vectors { store(x, to: c + j * lanes) } }
  finish(0, c0)
  finish(1, c1)
  finish(2, c2)
  finish(3, c3)
  finish(4, c4)
  finish(5, c5)
  finish(6, c6)
  finish(7, c7)
}

/// `c[1 × n] += a[1 × k]·b[k × n]`: `b` in panels, or where it lies, if its rows are contiguous.
@inline(never)
private func rowProduct<V: SIMD>(
  _ v: V.Type, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, kept: Panels<V.Scalar>?,
  _ c: Output<V.Scalar>
) where V.Scalar: _KernelScalar {
  guard let kept else { return strips(v, n, depth: k, a, b.start, rowStride: b.rowStride, panelDepth: 1, c) }
  for k0 in stride(from: 0, to: k, by: kept.depth) {
    let a = Side(start: a.at(0, k0), rowStride: a.rowStride, columnStride: a.columnStride)
    strips(v, n, depth: min(kept.depth, k - k0), a, kept.at(k0), rowStride: nil, panelDepth: kept.depth, c)
  }
}

/// Strips of as many vectors as there are left. Column `j` of `b` begins at `j * panelDepth`.
/// - Parameter rowStride: from a row of `b` to the next one; none: as wide as its panel
@inline(__always)
private func strips<V: SIMD>(
  _ v: V.Type, _ n: Int, depth: Int, _ a: Side<V.Scalar>,
  _ b: Input<V.Scalar>, rowStride: Int?, panelDepth: Int, _ c: Output<V.Scalar>
) where V.Scalar: _KernelScalar {
  let lanes = V.scalarCount
  var j = 0
  @inline(__always)
  func multiply<T: SIMD<V.Scalar>>(_ vectors: Int, _ t: T.Type) {
    let panelWidth = vectors > 1 ? 2 * lanes : T.scalarCount
    strip(
      vectors, t, depth: depth, a, b + j * panelDepth, rowStride: rowStride ?? panelWidth,
      pairStride: 2 * lanes * panelDepth, c + j)
    j += vectors * T.scalarCount
  }
  while j + 8 * lanes <= n { multiply(8, v) }
  if j + 4 * lanes <= n { multiply(4, v) }
  if j + 2 * lanes <= n { multiply(2, v) }
  if j + lanes <= n { multiply(1, v) }
  if j + 8 <= n { multiply(1, SIMD8<V.Scalar>.self) }
  if j + 4 <= n { multiply(1, SIMD4<V.Scalar>.self) }
  let last = b + j * panelDepth
  for column in 0..<n - j {
    var sum = c[j + column]
    for p in 0..<depth { sum.addProduct(a.start[p * a.columnStride], last[p * (rowStride ?? 4) + column]) }
    c[j + column] = sum
  }
}

// MARK: - Which vector, how many threads

/// A product of any shape; with its right side in panels, if they are kept.
@inline(__always)
private func product<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, kept: Panels<V.Scalar>?,
  _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
) where V.Scalar: _KernelScalar {
  if m == 1 && (b.columnStride == 1 || kept != nil) {
    if let c0 {
      if c0 != Input(c) { c.update(from: c0, count: n) }
    } else {
      c.update(repeating: 0, count: n)
    }
    rowProduct(v, n, k, a, b, kept: kept, c)
  } else {
    let turned = columnsBetterTurned(v, m, n, k, a, b)
    let rest = n - turned
    if rest > 0 { tiledProduct(v, m, rest, k, a, b, kept: kept, c, width: width, from: c0) }
    if turned > 0 {
      let last = Side(start: b.at(0, rest), rowStride: b.rowStride, columnStride: b.columnStride)
      turnedProduct(v, m, turned, k, a, last, c + rest, width: width, from: c0.map { $0 + rest })
    }
  }
}

/// How many of the last columns are better worked out as rows of the transpose? Those that would leave a vector empty in part,
/// where each step reads neighbours on both sides, so that either may be read in vectors, as in the gradient of a weight,
/// `xᵀ·dz`.
@inline(__always)
private func columnsBetterTurned<V: SIMD>(
  _: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>
) -> Int where V.Scalar: _KernelScalar {
  let left = n % TiledProduct<V>.widest
  let isWorthIt = left != V.scalarCount && m >= TiledProduct<V>.widest && k >= Block.stepsWorthTurning
  return isWorthIt && a.rowStride == 1 && b.columnStride == 1 ? left : 0
}

/// `cᵀ = c0ᵀ + bᵀ·aᵀ`, put where `c` is: the same terms in the same order, in vectors that lie along the columns of `c`.
@inline(never)
private func turnedProduct<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>,
  _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
) where V.Scalar: _KernelScalar {
  withScratch(n * m) { (turned: Output<V.Scalar>) in
    if let c0 { turn(c0, rowStride: width, rows: m, columns: n, to: turned, width: m) }
    tiledProduct(
      v, n, m, k, b.transposed, a.transposed, kept: nil, turned, width: m, from: c0 == nil ? nil : Input(turned))
    turn(Input(turned), rowStride: m, rows: n, columns: m, to: c, width: width)
  }
}

/// Is `b` small enough to stay in the first-level cache, and in order? Then nobody packs it.
@inline(__always)
private func isFineAsItLies<Scalar>(_ b: Side<Scalar>, depth k: Int, columns n: Int) -> Bool {
  b.columnStride == 1 && k * n <= Block.small
}

/// The first `columns` of a product, with the panels of its right side if they are kept.
/// - Parameters:
///   - n: the columns of `b`, and how wide `c` and `c0` are
///   - memory: where `b` lies
@inline(__always)
private func panelProduct<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, in memory: Memory,
  _ c: Output<V.Scalar>, from c0: Input<V.Scalar>?, columns: Int
) where V.Scalar: _KernelScalar {
  let kept = isFineAsItLies(b, depth: k, columns: n) ? nil : memory.panels(v, of: b, rows: m, depth: k, columns: n)
  sharedProduct(v, m, columns, k, a, b, kept: kept, c, width: n, from: c0)
}

/// A product that may be worth several threads.
@inline(__always)
private func sharedProduct<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, kept: Panels<V.Scalar>?,
  _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?
) where V.Scalar: _KernelScalar {
  let threads = min(Threads.count, m * n * k / Block.worthAThread)
  if threads > 1 {
    splitProduct(v, m, n, k, a, b, kept: kept, c, width: width, from: c0, threads: threads)
  } else {
    product(v, m, n, k, a, b, kept: kept, c, width: width, from: c0)
  }
}

/// How many of the last columns of products of one `a` are better worked out together? Those that whole tiles leave, with two
/// exceptions: where they just fill a vector, and where a tile that overlaps another takes them.
@inline(__always)
private func columnsBetterJoined<V: SIMD>(_: V.Type, _ m: Int, _ n: Int, _ k: Int) -> Int
where V.Scalar: _KernelScalar {
  let left = n % TiledProduct<V>.widest
  let isWorthIt = m >= Block.rowsWorthJoining && n > TiledProduct<V>.widest && k >= Block.stepsWorthJoining
  // The second: more than a vector, of a `b` so small that it is read as it lies.
  let areFewEnough = left < V.scalarCount || left > V.scalarCount && k * n > Block.small
  return isWorthIt && areFewEnough ? left : 0
}

/// Four products of `a`. The last columns of each, `left` of them, stand side by side and are one product, in wider tiles. With
/// AVX-512, 200 floats leave eight, and a tile of those takes two thirds of the time of a whole one; four times eight are one
/// whole tile.
@inline(never)
private func joinedProducts<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>,
  _ b: Quadruple<Input<V.Scalar>>, in memories: Quadruple<Memory>,
  _ c: Quadruple<Output<V.Scalar>>, from c0: Quadruple<Input<V.Scalar>>?, left: Int
) where V.Scalar: _KernelScalar {
  let (whole, all) = (n - left, 4 * left)
  withScratch((k + m) * all) { (lastOfB: Output<V.Scalar>) in
    let lastOfC = lastOfB + k * all
    func begin(
      _ i: Int, _ b: Input<V.Scalar>, in memory: Memory, _ c: Output<V.Scalar>, from c0: Input<V.Scalar>?
    ) {
      let b = Side(start: b, rowStride: n, columnStride: 1)
      panelProduct(v, m, n, k, a, b, in: memory, c, from: c0, columns: whole)
      copyBlock(k, of: left, from: b.at(0, whole), width: n, to: lastOfB + i * left, width: all)
      if let c0 { copyBlock(m, of: left, from: c0 + whole, width: n, to: lastOfC + i * left, width: all) }
    }
    begin(0, b.0, in: memories.0, c.0, from: c0?.0)
    begin(1, b.1, in: memories.1, c.1, from: c0?.1)
    begin(2, b.2, in: memories.2, c.2, from: c0?.2)
    begin(3, b.3, in: memories.3, c.3, from: c0?.3)
    let b = Side(start: Input(lastOfB), rowStride: all, columnStride: 1)
    sharedProduct(v, m, all, k, a, b, kept: nil, lastOfC, width: all, from: c0 == nil ? nil : Input(lastOfC))
    func end(_ i: Int, _ c: Output<V.Scalar>) {
      copyBlock(m, of: left, from: Input(lastOfC) + i * left, width: all, to: c + whole, width: n)
    }
    end(0, c.0)
    end(1, c.1)
    end(2, c.2)
    end(3, c.3)
  }
}

/// Splits a product between the threads, in pieces of some rows or some columns whole. No bit of the result depends on how
/// many they are.
@inline(never)
private func splitProduct<V: SIMD>(
  _ v: V.Type, _ m: Int, _ n: Int, _ k: Int, _ a: Side<V.Scalar>, _ b: Side<V.Scalar>, kept: Panels<V.Scalar>?,
  _ c: Output<V.Scalar>, width: Int, from c0: Input<V.Scalar>?, threads: Int
) where V.Scalar: _KernelScalar {
  // Along the longer side. But cut by rows, each piece packs all of `b`, unless that is kept or lies well; cut by columns,
  // all of an `a` that is packed, and gathers all of a transposed one that is not.
  let packsB = kept == nil && !isFineAsItLies(b, depth: k, columns: n) && !b.isReadInPlace(rows: m / threads)
  let packsA = a.isWorthPacking(depth: k, columns: n)
  let byRows = packsB && !packsA ? m >= 4 * n : m >= n
  // Where no tile is torn, and no panel.
  let (length, step) = byRows ? (m, TiledProduct<V>.tallest) : (n, TiledProduct<V>.widest)
  // More pieces than threads only where none of that is done again for each, and rounding leaves them about equal.
  let repeats = byRows ? packsB : packsA || a.columnStride > 1
  let pieces = repeats || length < 8 * step * threads ? threads : threads * Block.piecesForAThread
  func cut(_ piece: Int) -> Int { piece == pieces ? length : (length * piece / pieces + step / 2) / step * step }
  Threads.share(pieces, on: threads) { piece in
    let (first, last) = (cut(piece), min(length, cut(piece + 1)))
    guard first < last else { return }
    if byRows {
      let rows = Side(start: a.at(first, 0), rowStride: a.rowStride, columnStride: a.columnStride)
      let place = first * width
      product(
        v, last - first, n, k, rows, b, kept: kept, c + place, width: width, from: c0.map { $0 + place })
    } else {
      let columns = Side(start: b.at(0, first), rowStride: b.rowStride, columnStride: b.columnStride)
      let panels = kept.map { Panels(start: $0.start + first * $0.depth, depth: $0.depth, blockSize: $0.blockSize) }
      product(
        v, m, last - first, k, a, columns, kept: panels, c + first, width: width, from: c0.map { $0 + first })
    }
  }
}

/// Which vectors this build runs faster on this processor.
///
/// Sixty-four bytes are one register with AVX-512 and two without, where a tile of them does not fit. Swift cannot ask the
/// processor, so the first product asks the clock: a few microseconds of each tile, the best of several tries.
enum Vectors {
  /// Settable so that the tests can compare the bits of both.
  static let areWide = Atomic<Bool>(time(Float._Wide.self) < time(Float._Narrow.self))

  /// Nanoseconds for one entry of the largest tile.
  private static func time<V: SIMD>(_ v: V.Type) -> Double where V.Scalar == Float {
    let (depth, rows, columns) = (256, TiledProduct<V>.tallest, TiledProduct<V>.widest)
    var best = UInt64.max
    let size = depth * rows + depth * columns + rows * columns
    withScratch(size) { (scratch: Output<Float>) in
      scratch.update(repeating: 0, count: size)
      let panel = scratch + depth * rows
      let target = panel + depth * columns
      for _ in 0..<8 {
        let start = DispatchTime.now().uptimeNanoseconds
        for _ in 0..<8 {
          tile(
            rows: rows, Two.self, v, depth: depth, scratch, rowStride: 1, stepStride: rows, panel, bStride: columns,
            target, width: columns, from: target)
        }
        best = min(best, DispatchTime.now().uptimeNanoseconds - start)
      }
    }
    return Double(best) / Double(rows * columns)
  }
}

// MARK: - Entry by entry

// The compiler makes vectors of these loops by itself; no entry depends on another, so the bits are those of one at a
// time. It can do so only where it sees that the results do not overwrite what is still to be read: so each comes twice,
// in place and with the results elsewhere.

/// Calls `body` with pieces of `0..<count`, shared between the threads, if there is enough to do; else with all of it.
/// - Parameter cycles: about how many the processor needs for one of the `count`
@inline(__always)
private func inPieces(_ count: Int, cycles: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
  let threads = min(Threads.count, count * cycles / Block.cyclesWorthAThread)
  guard threads > 1 else { return body(0, count) }
  let pieces = threads * Block.piecesForAThread
  Threads.share(pieces, on: threads) { piece in
    let first = count * piece / pieces
    body(first, count * (piece + 1) / pieces - first)
  }
}

@inline(__always)
private func update<Scalar: _KernelScalar>(_ x: Output<Scalar>, _ count: Int, _ f: (Scalar) -> Scalar) {
  for i in 0..<count { x[i] = f(x[i]) }
}

@inline(__always)
private func update<Scalar: _KernelScalar>(
  _ x: Output<Scalar>, _ y: Input<Scalar>, _ count: Int, _ f: (Scalar, Scalar) -> Scalar
) {
  for i in 0..<count { x[i] = f(x[i], y[i]) }
}

/// Changes every entry of `a` by those of `b` and `c`, of which there must be as many.
@inline(__always)
private func update<Scalar: _KernelScalar>(
  _ a: inout Scalars<Scalar>, _ b: Scalars<Scalar>, _ c: Scalars<Scalar>, cycles: Int,
  _ f: (inout Scalar, Scalar, Scalar) -> Void
) {
  precondition(a.count == b.count && a.count == c.count)
  guard !a.isEmpty else { return }
  b.withUnsafeBufferPointer { y in
    c.withUnsafeBufferPointer { z in
      a.withUnsafeMutableBufferPointer { x in
        let (x, y, z, count) = (x.baseAddress!, y.baseAddress!, z.baseAddress!, x.count)
        inPieces(count, cycles: cycles) { first, count in
          for i in first..<first + count { f(&x[i], y[i], z[i]) }
        }
      }
    }
  }
}

/// Hands the function that an operation stands for to `body`: the one table of them.
@inline(__always)
private func with<Scalar: _KernelScalar>(
  _ operation: _Binary, _: Scalar.Type, _ body: ((Scalar, Scalar) -> Scalar) -> Void
) {
  switch operation {
  case .add: body { $0 + $1 }
  case .subtract: body { $0 - $1 }
  case .multiply: body { $0 * $1 }
  case .divide: body { $0 / $1 }
  case .subtractFrom: body { $1 - $0 }
  case .divideInto: body { $1 / $0 }
  }
}

/// A function of one entry that is written for vectors of any width. Each `of` becomes a part of the loop: called for every
/// vector, an exponential takes 1.7 times as long.
private protocol Lanewise<Scalar> {
  associatedtype Scalar: _KernelScalar
  func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar
}
private struct Exp<Scalar: _KernelScalar>: Lanewise {
  @inline(__always) func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar { exp(x) }
}
/// `exp(x − top)`.
private struct ExpBelow<Scalar: _KernelScalar>: Lanewise {
  let top: Scalar
  @inline(__always) func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar { exp(x - V(repeating: top)) }
}
private struct Log<Scalar: _KernelScalar>: Lanewise {
  @inline(__always) func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar { log(x) }
}
private struct Tanh<Scalar: _KernelScalar>: Lanewise {
  @inline(__always) func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar { tanh(x) }
}
private struct Sigmoid<Scalar: _KernelScalar>: Lanewise {
  @inline(__always) func of<V: SIMD>(_ x: V) -> V where V.Scalar == Scalar { sigmoid(x) }
}

/// `out = f(x)`, entry by entry, in vectors of 64 bytes, then of four, then the rest in one that is not full.
@inline(__always)
private func map<Scalar: _KernelScalar>(
  _ f: some Lanewise<Scalar>, _ x: Input<Scalar>, _ out: Output<Scalar>, _ count: Int
) {
  let lanes = Scalar._Wide.scalarCount
  var i = 0
  while i + lanes <= count {
    store(f.of(load(x + i, as: Scalar._Wide.self)), to: out + i)
    i += lanes
  }
  while i + 4 <= count {
    store(f.of(load(x + i, as: SIMD4<Scalar>.self)), to: out + i)
    i += 4
  }
  let rest = count - i
  if rest > 0 {
    let y = f.of(SIMD4(x[i], rest > 1 ? x[i + 1] : 0, rest > 2 ? x[i + 2] : 0, 0))
    out[i] = y.x
    if rest > 1 { out[i + 1] = y.y }
    if rest > 2 { out[i + 2] = y.z }
  }
}

// MARK: - Sums

/// Adds up `term(i)` for whole vectors, then lane by lane, then the single terms: one order for every build.
@inline(__always)
private func total<Scalar: _KernelScalar>(
  _ count: Int, _ vector: (Scalar._Wide, Int) -> Scalar._Wide, _ single: (Scalar, Int) -> Scalar
) -> Scalar {
  let lanes = Scalar._Wide.scalarCount
  var sums = Scalar._Wide()
  var i = 0
  while i + lanes <= count {
    sums = vector(sums, i)
    i += lanes
  }
  var sum: Scalar = 0
  if i > 0 { for lane in 0..<lanes { sum += sums[lane] } }
  while i < count {
    sum = single(sum, i)
    i += 1
  }
  return sum
}

@inline(__always)
private func sum<Scalar: _KernelScalar>(_ x: Input<Scalar>, _ count: Int) -> Scalar {
  total(count, { $0 + load(x + $1, as: Scalar._Wide.self) }, { $0 + x[$1] })
}

/// The largest entry, or NaN where one is NaN. In which order they are compared does not matter.
@inline(__always)
private func largest<Scalar: _KernelScalar>(_ x: Input<Scalar>, _ count: Int) -> Scalar {
  let lanes = Scalar._Wide.scalarCount
  var result = -Scalar.infinity
  if count < lanes {
    for i in 0..<count { result = larger(result, x[i]) }
    return result
  }
  withScratch(lanes) { (best: Output<Scalar>) in
    best.update(from: x, count: lanes)
    for i in stride(from: lanes, to: count, by: lanes) {
      // The last vector may overlap the one before: what is compared twice is no larger for that.
      update(best, x + min(i, count - lanes), lanes, larger)
    }
    for lane in 0..<lanes { result = larger(result, best[lane]) }
  }
  return result
}

/// The larger of the two; NaN where one is NaN, so that it is not lost on the way.
@inline(__always)
private func larger<Scalar: _KernelScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { y > x || y.isNaN ? y : x }

/// `out = exp(x − max x)` for a row. Infinity less infinity is not a number: where the maximum is infinite, the sum is NaN.
/// - Returns: the maximum, and the sum of `out`
@inline(__always)
private func exponentials<Scalar: _KernelScalar>(
  _ x: Input<Scalar>, _ out: Output<Scalar>, _ count: Int
) -> (top: Scalar, sum: Scalar) {
  let top = largest(x, count)
  map(ExpBelow(top: top), x, out, count)
  return (top, sum(out, count))
}

/// About how many cycles the exponential of one entry takes, its part of the sum and of the maximum included.
private let cyclesOfExp = 4
/// The same for an entry that is copied: it may come from another core's cache, and then takes as long as a sigmoid.
private let cyclesOfCopy = 4

// MARK: - The entrances

extension _KernelScalar {
  public static func _filled(_ count: Int, with value: Self) -> Scalars<Self> {
    filled(count) { $0.update(repeating: value, count: count) }
  }

  public static func _copy(_ x: [Self]) -> Scalars<Self> {
    x.withUnsafeBufferPointer { copy($0) }
  }

  public static func _array(_ x: Scalars<Self>) -> [Self] { x.withUnsafeBufferPointer { Array($0) } }

  public static func _count(_ x: Scalars<Self>) -> Int { x.withUnsafeBufferPointer { $0.count } }

  public static func _get(_ x: Scalars<Self>, _ i: Int) -> Self {
    x.withUnsafeBufferPointer {
      precondition(0 <= i && i < $0.count)
      return $0[i]
    }
  }

  public static func _set(_ x: inout Scalars<Self>, _ i: Int, _ value: Self) {
    x.withUnsafeMutableBufferPointer {
      precondition(0 <= i && i < $0.count)
      $0[i] = value
    }
  }

  public static func _areEqual(_ x: Scalars<Self>, _ y: Scalars<Self>) -> Bool {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in x.count == y.count && x.indices.allSatisfy { x[$0] == y[$0] } }
    }
  }

  public static func _slice(_ x: Scalars<Self>, _ range: Range<Int>) -> Scalars<Self> {
    precondition(range.lowerBound >= 0 && range.upperBound <= x.count)
    return x.withUnsafeBufferPointer {
      copy(UnsafeBufferPointer(start: $0.baseAddress! + range.lowerBound, count: range.count))
    }
  }

  public static func _gather(_ x: Scalars<Self>, rows: [Int], columns: Int) -> Scalars<Self> {
    for i in rows { precondition(i >= 0 && (i + 1) * columns <= x.count) }
    return x.withUnsafeBufferPointer { x in
      filled(rows.count * columns) { out in
        guard let x = x.baseAddress else { return }
        inPieces(rows.count, cycles: columns * cyclesOfCopy) { first, count in
          for k in first..<first + count { (out + k * columns).update(from: x + rows[k] * columns, count: columns) }
        }
      }
    }
  }

  public static func _stack(_ parts: [Matrix<Self>], columns: Int) -> Matrix<Self> {
    var (ends, rows): ([Int], Int) = ([], 0)
    ends.reserveCapacity(parts.count)
    for (i, part) in parts.enumerated() {
      require(part.columns == columns, "stack: part \(i) is \(part.shape) and not of \(columns) columns")
      rows += part.rows
      ends.append(rows * columns)
    }
    let scalars: Scalars<Self> = filled(rows * columns) { out in
      inPieces(parts.count, cycles: parts.isEmpty ? 0 : rows * columns / parts.count * cyclesOfCopy) { first, count in
        for k in first..<first + count {
          parts[k].scalars.withUnsafeBufferPointer { part in
            guard let start = part.baseAddress else { return }
            (out + (ends[k] - part.count)).update(from: start, count: part.count)
          }
        }
      }
    }
    return Matrix(rows, columns, scalars: scalars)
  }

  public static func _replace(_ x: inout Scalars<Self>, at i: Int, with y: Scalars<Self>) {
    precondition(i >= 0 && i + y.count <= x.count)
    guard !y.isEmpty else { return }
    y.withUnsafeBufferPointer { y in
      x.withUnsafeMutableBufferPointer { ($0.baseAddress! + i).update(from: y.baseAddress!, count: y.count) }
    }
  }

  public static func _product(
    _ a: _Operand<Self>, _ b: _Operand<Self>, addedTo addend: Scalars<Self>?
  ) -> Scalars<Self> {
    let count = a.rows * b.columns
    if let addend { precondition(addend.count == count) }
    guard count * a.columns > 0 else { return addend ?? _filled(count, with: 0) }
    return filled(count) { c in
      if let addend {
        addend.withUnsafeBufferPointer { multiply(a, b, into: c, from: $0.baseAddress!) }
      } else {
        multiply(a, b, into: c, from: nil)
      }
    }
  }

  public static func _product(_ a: _Operand<Self>, _ b: _Operand<Self>, into c: inout Scalars<Self>, at offset: Int) {
    let count = a.rows * b.columns
    guard count * a.columns > 0 else { return }
    precondition(offset >= 0 && offset + count <= c.count)
    c.withUnsafeMutableBufferPointer {
      let c = $0.baseAddress! + offset
      multiply(a, b, into: c, from: c)
    }
  }

  // The two above share its code.
  @inline(never)
  private static func multiply(
    _ a: _Operand<Self>, _ b: _Operand<Self>, into c: Output<Self>, from c0: Input<Self>?
  ) {
    a.scalars.withUnsafeBufferPointer { x in
      b.scalars.withUnsafeBufferPointer { y in
        @inline(__always)
        func multiply<V: SIMD<Self>>(_ v: V.Type) {
          panelProduct(
            v, a.rows, b.columns, a.columns,
            Side(start: x.baseAddress!, rowStride: a.rowStride, columnStride: a.columnStride),
            Side(start: y.baseAddress!, rowStride: b.rowStride, columnStride: b.columnStride), in: b.scalars.memory,
            c, from: c0, columns: b.columns)
        }
        if Vectors.areWide.load(ordering: .relaxed) { multiply(_Wide.self) } else { multiply(_Narrow.self) }
      }
    }
  }

  public static func _columnsBetterJoined(rows m: Int, columns n: Int, depth k: Int) -> Int {
    Vectors.areWide.load(ordering: .relaxed)
      ? columnsBetterJoined(_Wide.self, m, n, k) : columnsBetterJoined(_Narrow.self, m, n, k)
  }

  public static func _products(
    _ a: _Operand<Self>, _ b: Quadruple<Matrix<Self>>, addedTo c: Quadruple<Matrix<Self>>?, joining left: Int
  ) -> Quadruple<Matrix<Self>> {
    let (m, n) = (a.rows, b.0.columns)
    precondition(left > 0 && left < n)
    let (c0, (c1, (c2, (c3, _)))) = filling(m * n) { c0 in
      filling(m * n) { c1 in
        filling(m * n) { c2 in
          filling(m * n) { c3 in multiply(a, b, into: (c0, c1, c2, c3), addedTo: c, joining: left) }
        }
      }
    }
    func matrix(_ scalars: Scalars<Self>) -> Matrix<Self> { Matrix(m, n, scalars: scalars) }
    return (matrix(c0), matrix(c1), matrix(c2), matrix(c3))
  }

  private static func multiply(
    _ a: _Operand<Self>, _ b: Quadruple<Matrix<Self>>, into c: Quadruple<Output<Self>>,
    addedTo addend: Quadruple<Matrix<Self>>?, joining left: Int
  ) {
    func multiply(from c0: Quadruple<Input<Self>>?) {
      a.scalars.withUnsafeBufferPointer { x in
        withStarts(of: b) { starts in
          @inline(__always)
          func multiply<V: SIMD<Self>>(_ v: V.Type) {
            joinedProducts(
              v, a.rows, b.0.columns, a.columns,
              Side(start: x.baseAddress!, rowStride: a.rowStride, columnStride: a.columnStride),
              starts, in: (b.0.scalars.memory, b.1.scalars.memory, b.2.scalars.memory, b.3.scalars.memory),
              c, from: c0, left: left)
          }
          if Vectors.areWide.load(ordering: .relaxed) { multiply(_Wide.self) } else { multiply(_Narrow.self) }
        }
      }
    }
    if let addend { withStarts(of: addend) { multiply(from: $0) } } else { multiply(from: nil) }
  }

  @inline(__always)
  private static func withStarts(of x: Quadruple<Matrix<Self>>, _ body: (Quadruple<Input<Self>>) -> Void) {
    x.0.scalars.withUnsafeBufferPointer { p in
      x.1.scalars.withUnsafeBufferPointer { q in
        x.2.scalars.withUnsafeBufferPointer { r in
          x.3.scalars.withUnsafeBufferPointer { s in
            body((p.baseAddress!, q.baseAddress!, r.baseAddress!, s.baseAddress!))
          }
        }
      }
    }
  }

  public static func _transpose(_ x: Scalars<Self>, rows: Int, columns: Int, into result: inout Scalars<Self>) {
    guard rows * columns > 0 else { return }
    precondition(x.count == rows * columns && result.count == x.count)
    x.withUnsafeBufferPointer { x in
      result.withUnsafeMutableBufferPointer { out in
        turn(x.baseAddress!, rowStride: columns, rows: rows, columns: columns, to: out.baseAddress!, width: rows)
      }
    }
  }

  public static func _update(
    _ operation: _Binary, _ a: inout Scalars<Self>, at i: Int, with b: Scalars<Self>, at j: Int, count: Int
  ) {
    guard count > 0 else { return }
    precondition(i >= 0 && j >= 0 && i + count <= a.count && j + count <= b.count)
    b.withUnsafeBufferPointer { y in
      a.withUnsafeMutableBufferPointer { x in
        let (x, y) = (x.baseAddress! + i, y.baseAddress! + j)
        inPieces(count, cycles: 1) { first, count in
          with(operation, Self.self) { update(x + first, y + first, count, $0) }
        }
      }
    }
  }

  public static func _update(_ operation: _Binary, _ a: inout Scalars<Self>, rows: Int, with row: Scalars<Self>) {
    let columns = row.count
    precondition(a.count == rows * columns)
    guard !a.isEmpty else { return }
    row.withUnsafeBufferPointer { y in
      a.withUnsafeMutableBufferPointer { x in
        let (x, y) = (x.baseAddress!, y.baseAddress!)
        inPieces(rows, cycles: columns) { first, count in
          with(operation, Self.self) { f in
            for i in first..<first + count { update(x + i * columns, y, columns, f) }
          }
        }
      }
    }
  }

  public static func _update(_ operation: _Binary, _ a: inout Scalars<Self>, with scalar: Self) {
    guard !a.isEmpty else { return }
    a.withUnsafeMutableBufferPointer { x in
      let (x, count) = (x.baseAddress!, x.count)
      inPieces(count, cycles: 1) { first, count in
        with(operation, Self.self) { f in update(x + first, count) { f($0, scalar) } }
      }
    }
  }

  public static func _combine(_ operation: _Binary, _ a: Scalars<Self>, _ b: Scalars<Self>) -> Scalars<Self> {
    precondition(a.count == b.count)
    return a.withUnsafeBufferPointer { x in
      b.withUnsafeBufferPointer { y in
        filled(x.count) { out in
          let (x, y, count) = (x.baseAddress!, y.baseAddress!, x.count)
          inPieces(count, cycles: 1) { first, count in
            with(operation, Self.self) { f in
              for i in first..<first + count { out[i] = f(x[i], y[i]) }
            }
          }
        }
      }
    }
  }

  public static func _combine(_ operation: _Binary, _ a: Scalars<Self>, _ scalar: Self) -> Scalars<Self> {
    a.withUnsafeBufferPointer { x in
      filled(x.count) { out in
        let (x, count) = (x.baseAddress!, x.count)
        inPieces(count, cycles: 1) { first, count in
          with(operation, Self.self) { f in
            for i in first..<first + count { out[i] = f(x[i], scalar) }
          }
        }
      }
    }
  }

  public static func _addProducts(_ a: inout Scalars<Self>, _ scalar: Self, _ b: Scalars<Self>) {
    precondition(a.count == b.count)
    guard !a.isEmpty else { return }
    b.withUnsafeBufferPointer { y in
      a.withUnsafeMutableBufferPointer { x in
        let (x, y, count) = (x.baseAddress!, y.baseAddress!, x.count)
        inPieces(count, cycles: 1) { first, count in
          update(x + first, y + first, count) { $0.addingProduct(scalar, $1) }
        }
      }
    }
  }

  public static func _addProducts(_ a: inout Scalars<Self>, _ b: Scalars<Self>, _ c: Scalars<Self>) {
    update(&a, b, c, cycles: 1) { $0.addProduct($1, $2) }
  }

  public static func _addQuotients(
    _ a: inout Scalars<Self>, _ scalar: Self, _ b: Scalars<Self>, overRootOf c: Scalars<Self>, plus inside: Self,
    plus outside: Self
  ) {
    update(&a, b, c, cycles: 2) { $0.addProduct(scalar, $1 / (($2 + inside).squareRoot() + outside)) }
  }

  public static func _clamp(_ a: inout Scalars<Self>, _ low: Self, _ high: Self) {
    guard !a.isEmpty else { return }
    a.withUnsafeMutableBufferPointer { x in
      update(x.baseAddress!, x.count) { x in
        let raised = x < low ? low : x
        return raised > high ? high : raised
      }
    }
  }

  public static func _map(_ function: _Unary, _ x: Scalars<Self>) -> Scalars<Self> {
    x.withUnsafeBufferPointer { x in
      filled(x.count) { out in
        let (x, count) = (x.baseAddress!, x.count)
        inPieces(count, cycles: cyclesOfExp) { first, count in
          let (x, out) = (x + first, out + first)
          switch function {
          case .exp: map(Exp(), x, out, count)
          case .log: map(Log(), x, out, count)
          case .tanh: map(Tanh(), x, out, count)
          case .sigmoid: map(Sigmoid(), x, out, count)
          case .squareRoot: for i in 0..<count { out[i] = x[i].squareRoot() }
          case .magnitude: for i in 0..<count { out[i] = x[i].magnitude }
          }
        }
      }
    }
  }

  public static func _sum(_ x: Scalars<Self>, at i: Int, count: Int) -> Self {
    guard count > 0 else { return 0 }
    precondition(i >= 0 && i + count <= x.count)
    return x.withUnsafeBufferPointer { sum($0.baseAddress! + i, count) }
  }

  public static func _addColumnSums(_ sums: inout Scalars<Self>, of x: Scalars<Self>, rows: Int) {
    let columns = sums.count
    precondition(x.count == rows * columns)
    guard !x.isEmpty else { return }
    x.withUnsafeBufferPointer { x in
      sums.withUnsafeMutableBufferPointer { sums in
        let (x, sums) = (x.baseAddress!, sums.baseAddress!)
        inPieces(columns, cycles: rows) { first, count in
          // Not in place: threads with neighbouring columns would take the same cache lines from each other with every row.
          withScratch(count) { (aside: Output<Self>) in
            aside.update(from: sums + first, count: count)
            for i in 0..<rows { update(aside, x + (i * columns + first), count) { $0 + $1 } }
            (sums + first).update(from: aside, count: count)
          }
        }
      }
    }
  }

  public static func _dot(_ x: Scalars<Self>, _ y: Scalars<Self>) -> Self {
    precondition(x.count == y.count)
    guard !x.isEmpty else { return 0 }
    let count = x.count
    return x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        let (x, y) = (x.baseAddress!, y.baseAddress!)
        return total(
          count,
          { $0.addingProduct(load(x + $1, as: _Wide.self), load(y + $1, as: _Wide.self)) },
          { $0.addingProduct(x[$1], y[$1]) })
      }
    }
  }

  public static func _maximum(_ x: Scalars<Self>, at i: Int, count: Int) -> Self {
    precondition(count > 0 && i >= 0 && i + count <= x.count)
    return x.withUnsafeBufferPointer { largest($0.baseAddress! + i, count) }
  }

  public static func _indexOfMaximum(_ x: Scalars<Self>, at i: Int, count: Int) -> Int {
    precondition(count > 0 && i >= 0 && i + count <= x.count)
    return x.withUnsafeBufferPointer { x in
      let row = x.baseAddress! + i
      let top = largest(row, count)
      return (0..<count).first { row[$0] == top || row[$0].isNaN }!
    }
  }

  public static func _mask(
    _ seeds: [UInt64], columns: Int, below bound: UInt64, _ value: Self
  ) -> Scalars<Self> {
    filled(seeds.count * columns) { out in
      inPieces(seeds.count, cycles: 4 * columns) { first, count in
        withScratch(2) { (choices: Output<Self>) in
          (choices[0], choices[1]) = (0, value)
          // Looked up, because a branch on random bits is guessed wrongly, at worst half of the time.
          func entry(_ bits: UInt64) -> Self { choices[bits < bound ? 1 : 0] }
          for row in first..<first + count {
            var random = SplitMix64(seed: seeds[row])
            let out = out + row * columns
            // Two entries for the price of one.
            for (pair, bits) in random.next((columns + 1) / 2).enumerated() {
              out[2 * pair] = entry(bits & 0xFFFF_FFFF)
              if 2 * pair + 1 < columns { out[2 * pair + 1] = entry(bits >> 32) }
            }
          }
        }
      }
    }
  }

  public static func _softmax(_ x: Scalars<Self>, rows: Int, columns: Int) -> Scalars<Self> {
    precondition(rows * columns == x.count)
    return x.withUnsafeBufferPointer { x in
      filled(x.count) { out in
        guard columns > 0 else { return }
        let x = x.baseAddress!
        inPieces(rows, cycles: columns * cyclesOfExp) { first, count in
          for row in first..<first + count {
            let out = out + row * columns
            let sum = exponentials(x + row * columns, out, columns).sum
            update(out, columns) { $0 / sum }
          }
        }
      }
    }
  }

  public static func _logSumExp(_ x: Scalars<Self>, rows: Int, columns: Int) -> Scalars<Self> {
    precondition(rows * columns == x.count)
    guard columns > 0 else { return _filled(rows, with: -.infinity) }
    return x.withUnsafeBufferPointer { x in
      filled(rows) { out in
        let x = x.baseAddress!
        inPieces(rows, cycles: columns * cyclesOfExp) { first, count in
          withScratch(columns) { (scratch: Output<Self>) in
            for row in first..<first + count {
              let (top, sum) = exponentials(x + row * columns, scratch, columns)
              // The result is infinite where the maximum is: −∞ where all are, +∞ where one is.
              out[row] = top.isInfinite ? top : top + log(sum)
            }
          }
        }
      }
    }
  }
}

// The conformances stand here so that the entrances above are specialised for them.

extension Float: _KernelScalar {
  public typealias _Narrow = SIMD8<Float>
  public typealias _Wide = SIMD16<Float>
}

extension Double: _KernelScalar {
  public typealias _Narrow = SIMD4<Double>
  public typealias _Wide = SIMD8<Double>
}
