import Dispatch
import PlainLoops
import Testing

@testable import MinimalMatrix

/// Products against plain loops, bit for bit, and the plain loops against `Double`.
///
/// One after the other, because they set the number of threads and the width of the vectors for the whole process.
/// (Other tests may run meanwhile: no result depends on either.)
@Suite(.serialized) struct ProductTests {
  /// The sizes on both sides of each at which the kernels change course: a tile's rows and its vectors, the quads and
  /// single columns at its edge, four panels, eight vectors of a strip, and the blocks, from where they are set.
  static let edges: [Int] = {
    let tiles = Array(0...9)
    let vectors = [Float._Narrow.scalarCount, Float._Wide.scalarCount, 2 * Float._Wide.scalarCount]
    let panels = [8 * Double._Narrow.scalarCount, 8 * Float._Narrow.scalarCount, 8 * Float._Wide.scalarCount]
    let blocks = [
      Block.fewRows, Block.manySteps, Block.manyColumns, Block.columns, Block.depth, Block.farApart,
      Block.small / Block.manySteps, Block.stepsWorthTurning,
    ]
    let around = (vectors + panels + blocks).flatMap { [$0 - 1, $0, $0 + 1] }
    return Set(tiles + around).sorted()
  }()

  /// Each pair of edges stands at each two of `m`, `n` and `k`: whatever hangs on one side or two, of any size, is met.
  static func pairsOfEdges(_ random: inout SplitMix64) -> [[Int]] {
    var shapes: [[Int]] = []
    for place in 0..<3 {
      for x in edges {
        for y in edges {
          // Few enough multiply-adds to take microseconds.
          let most = 40_000 / max(1, x * y) + 3
          var shape = [x, y]
          shape.insert(min(random.pick(edges), 1 + random.below(most)), at: place)
          shapes.append(shape)
        }
      }
    }
    return shapes
  }

  /// Of all sizes up to 511, those of few digits as often as those of many.
  static func anyShape(_ random: inout SplitMix64) -> [Int] {
    while true {
      let shape = (0..<3).map { _ in random.below(4 << random.below(8)) }
      if shape.reduce(1, *) <= 40_000 { return shape }
    }
  }

  /// Several blocks of each kind at once, and products that are shared between threads: by rows, by columns, unevenly, and
  /// those that are just too small or just large enough.
  static let largeShapes: [[Int]] = {
    let (side, shared) = (160, 2 * Block.worthAThread)
    let rows = Block.bytes / (Block.depth * MemoryLayout<Float>.stride)
    let turned = Block.stepsWorthTurning
    return [
      [rows * 2 + 1, 33, Block.depth + 1], [rows + 1, 130, Block.depth * 2 + 3], [13, 515, 517],
      [25, Block.columns * 2 + 1, 300], [100, Block.manyColumns, Block.manySteps + 1],
      [100, Block.manyColumns - 1, Block.manySteps + 1], [100, Block.manyColumns, Block.manySteps],
      [1, 600, 1500], [600, 1, 1500], [3, 150, 5000], [150, 3, 5000], [24, 20, 9000],
      [side, side, shared / side / side], [side, side, shared / side / side + 1],
      [193, 150, 290], [150, 193, 290], [1, 5000, 900], [5000, 1, 900], [97, 43, 1300],
      [7, 3000, 257], [3000, 7, 257], [33, 65, 2000], [385, 100, 513], [31, 31, 5000],
      // Read in place or not, and with columns that are left: a few, less than a vector, less than two.
      [Block.someRows, 97, 100], [Block.someRows + 1, 97, 100], [25, 103, 91], [25, 91, 100],
      [25, Block.crowded / MemoryLayout<Float>.stride, 30],
      // The last columns as rows of the transpose, or not: none, one, some, a vector, more, all but one; with too few rows or
      // steps; alone; in several blocks.
      [33, 64, turned], [32, 65, turned], [35, 38, turned], [35, 40, turned + 1], [35, 48, turned], [35, 49, turned],
      [37, 63, turned], [31, 36, turned], [33, 39, turned - 1], [40, 6, turned], [32, 31, 2 * turned],
      [34, 35, Block.depth + 1], [Block.columns + 9, 36, 110],
      // Fewer columns than panels for the threads; and more pieces than threads, of rows and of columns.
      [20, 30, 11_000], [1250, 70, 70], [37, 1300, 90],
    ]
  }()

  @Test func everyEntryAddsItsTermsInOrder() {
    let threads = Threads.count
    let areWide = Vectors.areWide.load(ordering: .relaxed)
    defer {
      Threads.count = threads
      Vectors.areWide.store(areWide, ordering: .relaxed)
    }
    var random = SplitMix64(seed: 7)
    var shapes = Self.largeShapes + Self.pairsOfEdges(&random)
    while shapes.count < 10_100 { shapes.append(Self.anyShape(&random)) }
    for (round, shape) in shapes.enumerated() {
      let isLarge = round < Self.largeShapes.count
      var differences: [String] = []
      if isLarge || round % 2 == 0 { differences += compareProducts(Float.self, shape, isLarge, &random) }
      if isLarge || round % 2 == 1 { differences += compareProducts(Double.self, shape, isLarge, &random) }
      // One wrong line is met by thousands of shapes; the first will do.
      if !differences.isEmpty { return _ = Issue.record("\(differences.joined(separator: "\n"))") }
    }
  }

  /// All four transpositions, new, accumulated in place and elsewhere, with either width of the vectors; with one or two
  /// threads, or, where it makes a difference, with one, two and three. What differs, and where.
  private func compareProducts<Scalar: MatrixScalar>(
    _: Scalar.Type, _ shape: [Int], _ isLarge: Bool, _ random: inout SplitMix64
  ) -> [String] {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    let (a, b): (Matrix<Scalar>, Matrix<Scalar>) = (plainUniform(m, k, &random), plainUniform(k, n, &random))
    let (before, after) = (random.below(3), random.below(3))
    let start: Matrix<Scalar> = plainUniform(before + m + after, n, &random)
    let range = before..<before + m

    let product = plainProduct(a, b, from: Matrix(m, n))
    let addend = start.rows(range)
    let sumAlone = plainProduct(a, b, from: addend)
    var sum = start
    sum.setRows(from: before, to: sumAlone)
    let (aT, bT) = (plainTranspose(a), plainTranspose(b))

    var differences: [String] = []
    if let wrong = distance(product, a, b) { differences.append("the plain loops of \(shape): \(wrong)") }
    for threads in isLarge ? [1, 2, 3] : [1 + random.below(2)] {
      for areWide in [false, true] {
        Threads.count = threads
        Vectors.areWide.store(areWide, ordering: .relaxed)
        // New memory, which keeps no panels yet. The second form meets those of the first, or new memory too.
        func new(_ b: Matrix<Scalar>) -> Matrix<Scalar> { Matrix(b.rows, b.columns, scalars: Array(b.scalars)) }
        let (b, bT) = (new(b), new(bT))
        let second = before == 0 ? b : new(b)
        func compare<B: Factor<Scalar>>(
          _ a: some Factor<Scalar>, _ b: B, unkept: @autoclosure () -> B, _ form: String
        ) {
          func note(_ found: Matrix<Scalar>, _ expected: Matrix<Scalar>, _ how: String) {
            guard let entry = difference(found, expected) else { return }
            differences.append(
              "\(form) of [\(m) × \(k)]·[\(k) × \(n)], \(how), \(Scalar.self), threads: \(threads), "
                + "wide: \(areWide): \(entry)")
          }
          note(matmul(a, b), product, "new")
          note(addend.addingProduct(a, b), sumAlone, "with a sum")
          // The third product with this `b`, which keeps its panels now, or the first with another.
          let isKept = !isLarge || threads == 2
          var result = start
          result.addProduct(a, isKept ? b : unkept(), toRows: range)
          note(result, sum, "added to rows \(range), panels kept: \(isKept)")
        }
        compare(a, b, unkept: new(b), "a·b")
        compare(aT.T, second, unkept: new(b), "aᵀ·b")
        compare(a, bT.T, unkept: new(bT).T, "a·bᵀ")
        compare(aT.T, bT.T, unkept: new(bT).T, "aᵀ·bᵀ")
      }
    }
    return differences
  }

  @Test(arguments: [false, true])
  func theSumOfThePiecesIsTheWhole(areWide: Bool) {
    let before = Vectors.areWide.load(ordering: .relaxed)
    Vectors.areWide.store(areWide, ordering: .relaxed)
    defer { Vectors.areWide.store(before, ordering: .relaxed) }
    var random = SplitMix64(seed: 8)
    for _ in 0..<100 {
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

  @Test func transposedInMemory() {
    var random = SplitMix64(seed: 10)
    for rows in Self.edges where rows < 70 {
      for columns in Self.edges where columns < 40 {
        let x = Matrix<Float>.uniform(rows, columns, scale: 1, using: &random)
        #expect(difference(x.transposed(), plainTranspose(x)) == nil, "Float \(x.shape)")
        let y = Matrix<Double>(x)
        #expect(difference(y.transposed(), plainTranspose(y)) == nil, "Double \(x.shape)")
      }
    }
  }
}

/// Four products of one matrix share what whole tiles leave of each, where that is worth it. Nobody may notice.
extension ProductTests {
  /// `[m, n, k]` that share with vectors of 64 bytes, with those of 32, and with neither.
  private static let fourShapes: (wide: [[Int]], narrow: [[Int]], neither: [[Int]]) = {
    let (rows, steps) = (Block.rowsWorthJoining, Block.stepsWorthJoining)
    let (someRows, depth) = (Block.someRows, Block.depth)
    return (
      // One column is left, several of each kind, a vector but for one, more, and all but one; a `b` read in place or not,
      // small or not; several blocks of each kind; what one thread does, and what several share.
      [
        [rows, 33, steps], [rows + 1, 34, steps + 1], [31, 36, 100], [32, 100, 100], [29, 40, 70], [30, 41, 70],
        [25, 47, 70], [26, 49, 90], [27, 63, 70], [50, 200, 100], [someRows + 1, 72, 90], [someRows, 100, 80],
        [33, 68, depth + 1], [33, 63, depth + 1], [28, 2 * Block.columns + 9, 80], [700, 104, 66], [700, 63, 70],
      ],
      [
        [rows, 17, steps], [rows + 1, 18, steps + 1], [31, 36, 100], [32, 100, 100], [30, 23, 70], [25, 25, 170],
        [27, 31, 140], [someRows + 1, 68, 90], [33, 67, depth + 1], [28, 2 * Block.columns + 9, 80], [700, 99, 66],
        [700, 63, 70],
      ],
      [
        [rows - 1, 36, steps], [rows, 36, steps - 1], [40, 7, 90], [40, 96, 90], [1, 100, 100], [0, 36, 70],
        [30, 0, 70], [30, 36, 0], [30, 63, Block.small / 63], [30, Block.crowded / MemoryLayout<Float>.stride, 70],
      ]
    )
  }()

  @Test(arguments: [false, true])
  func fourProductsAreThoseOfEachAlone(areWide: Bool) {
    let (threads, before) = (Threads.count, Vectors.areWide.load(ordering: .relaxed))
    Vectors.areWide.store(areWide, ordering: .relaxed)
    defer {
      Threads.count = threads
      Vectors.areWide.store(before, ordering: .relaxed)
    }
    let shapes = Self.fourShapes
    func share(_ shape: [Int]) -> Bool {
      Float._columnsBetterJoined(rows: shape[0], columns: shape[1], depth: shape[2]) > 0
    }
    #expect((areWide ? shapes.wide : shapes.narrow).allSatisfy(share) && !shapes.neither.contains(where: share))
    // As many columns as a vector has are left to the product itself.
    #expect(!share([50, areWide ? 48 : 24, 90]))
    var random = SplitMix64(seed: 9)
    for shape in shapes.wide + shapes.narrow + shapes.neither {
      let differences = compareFour(Float.self, shape, &random) + compareFour(Double.self, shape, &random)
      let message: Comment = "wide: \(areWide):\n\(differences.joined(separator: "\n"))"
      // One wrong line is met by most shapes; the first will do.
      if !differences.isEmpty { return _ = Issue.record(message) }
    }
  }

  /// On one, two and three threads, with new memory, which keeps no panels yet, and twice more, when it does. What differs, and
  /// where.
  private func compareFour<Scalar>(_: Scalar.Type, _ shape: [Int], _ random: inout SplitMix64) -> [String]
  where Scalar: MatrixScalar {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    func four(_ rows: Int, _ columns: Int) -> [Matrix<Scalar>] {
      (0..<4).map { _ in plainUniform(rows, columns, &random) }
    }
    func quadruple(_ x: [Matrix<Scalar>]) -> Quadruple<Matrix<Scalar>> { (x[0], x[1], x[2], x[3]) }
    let (a, c) = (plainUniform(m, k, &random) as Matrix<Scalar>, four(m, n))
    var b = four(k, n)
    let alone = b.map { plainProduct(a, $0, from: Matrix(m, n)) }
    let sums = zip(b, c).map { plainProduct(a, $0, from: $1) }
    let cross = plainProduct(a, b[0], from: c[1])
    func new(_ x: Matrix<Scalar>) -> Matrix<Scalar> { Matrix(x.rows, x.columns, scalars: Array(x.scalars)) }
    var differences: [String] = []
    for (threads, use) in (1...3).flatMap({ threads in (0..<3).map { (threads, $0) } }) {
      Threads.count = threads
      if use == 0 { b = b.map(new) }
      func note(_ found: Quadruple<Matrix<Scalar>>, _ expected: [Matrix<Scalar>], _ how: String) {
        for (i, x) in [found.0, found.1, found.2, found.3].enumerated() {
          guard let entry = difference(x, expected[i]) else { continue }
          differences.append(
            "\(i) of [\(m) × \(k)]·[\(k) × \(n)], \(how), \(Scalar.self), threads: \(threads), use \(use): \(entry)")
        }
      }
      note(products(of: a, with: quadruple(b)), alone, "new")
      note(addingProducts(of: a, with: quadruple(b), to: quadruple(c)), sums, "with a sum")
      // One matrix in several places, which begins to keep its panels in the midst of it.
      let (x, y) = (new(b[0]), c[1])
      note(
        addingProducts(of: a, with: (x, x, x, b[1]), to: (c[0], c[0], y, y)), [sums[0], sums[0], cross, sums[1]],
        "alike")
    }
    return differences
  }
}

/// From the third product on, a matrix on the right keeps its panels, until it changes. Nobody may notice.
extension ProductTests {
  /// Shapes on either side of the tiles, the panels, the blocks, and what is shared between threads, `[m, n, k]`.
  private static let keptShapes = [
    [1, 100, 100], [1, 131, 300], [1, 59, 100], [1, 1, 40], [5, 70, 90], [13, 7, 600], [16, 20, 20], [32, 100, 100],
    [7, 3000, 257], [200, 157, 270],
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
        #expect(difference(expected.addingProduct(a, b), twice) == nil, message)
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

  /// With twelve rows a transposed matrix keeps its panels at once, with thirteen it only counts: at the same time, too.
  @Test func oneMayKeepWhileAnotherCounts() {
    var random = SplitMix64(seed: 12)
    let a = Matrix<Float>.uniform(Block.fewRows + 1, 20, scale: 1, using: &random)
    let few = a.rows(0..<Block.fewRows)
    for _ in 0..<500 {
      let bT = Matrix<Float>.uniform(30, 20, scale: 1, using: &random)
      let expected = plainProduct(a, plainTranspose(bT), from: Matrix(a.rows, 30))
      let wrong = Locked(0)
      DispatchQueue.concurrentPerform(iterations: 4) { index in
        let rows = index % 2 == 0 ? few : a
        if difference(matmul(rows, bT.T), expected.rows(0..<rows.rows)) != nil { wrong.withLock { $0 += 1 } }
      }
      #expect(wrong.withLock { $0 } == 0)
    }
  }
}
