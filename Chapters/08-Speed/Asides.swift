import MinimalMatrix

/// What the page mentions in passing: products that were tried, and two that have another shape.
public enum Aside: String, CaseIterable, Sendable {
  case pointers = "triple loop, pointers for arrays"
  case rowPointers = "other order, pointers for arrays"
  case roundedTwice = "triple loop, rounded twice"
  case tileInArray = "a tile, its sums in an array"
  case smallTile = "a tile of two rows, two vectors"
  case gradientOfStep = "packed, xᵀ·dz of one step"
  case gradientOfAll = "packed, xᵀ·dz of 50 steps"

  /// Its speed in 10⁹ operations a second: of `[100 × 200]·[200 × 800]`, or of `[200 × 100]·[100 × 800]` and
  /// `[200 × 5000]·[5000 × 800]`.
  func speed() -> Double {
    var random = SplitMix64(seed: 1)
    let (m, k, n) =
      switch self {
      case .gradientOfStep: (200, 100, 800)
      case .gradientOfAll: (200, 5000, 800)
      // The slow ones take each row for itself: a few rows tell.
      case .pointers, .rowPointers, .roundedTwice: (10, 200, 800)
      default: (100, 200, 800)
      }
    let a = Matrix<Float>.uniform(m, k, scale: 1, using: &random)
    let b = Matrix<Float>.uniform(k, n, scale: 1, using: &random)
    let aT = a.transposed()
    var c = Matrix<Float>(m, n)
    let flop = 2 * Double(m * k * n)
    let repeats = max(1, Int(3e7 / flop))
    let least = with(threads: 1) {
      leastTime(runs: 10) { for _ in 0..<repeats { add(a, aT, b, to: &c) } }
    }
    return Double(repeats) * flop / least / 1e9
  }

  /// `c += a·b`; where the aside is one of transposing, from `aᵀ`.
  func add(_ a: Matrix<Float>, _ aT: Matrix<Float>, _ b: Matrix<Float>, to c: inout Matrix<Float>) {
    let (m, k, n) = (a.rows, a.columns, b.columns)
    if self == .gradientOfStep || self == .gradientOfAll { return c.addProduct(aT.T, b) }
    a.withAddress { a in
      b.withAddress { b in
        c.withPointer { c in
          switch self {
          case .pointers: addByEntries(a, b, to: c, m, k, n)
          case .rowPointers: addByRows(a, b, to: c, m, k, n)
          case .roundedTwice: addRoundingTwice(a, b, to: c, m, k, n)
          case .tileInArray: addByTilesInArrays(a, b, to: c, m, k, n)
          default: addBySmallTiles(a, b, to: c, m, k, n)
          }
        }
      }
    }
  }
}

private typealias Source = UnsafePointer<Float>
private typealias Target = UnsafeMutablePointer<Float>

private func addByEntries(_ a: Source, _ b: Source, to c: Target, _ m: Int, _ k: Int, _ n: Int) {
  for i in 0..<m {
    for j in 0..<n {
      var sum = c[i * n + j]
      for p in 0..<k { sum.addProduct(a[i * k + p], b[p * n + j]) }
      c[i * n + j] = sum
    }
  }
}

private func addByRows(_ a: Source, _ b: Source, to c: Target, _ m: Int, _ k: Int, _ n: Int) {
  for i in 0..<m {
    for p in 0..<k {
      let entry = a[i * k + p]
      for j in 0..<n { c[i * n + j].addProduct(entry, b[p * n + j]) }
    }
  }
}

private func addRoundingTwice(_ a: Source, _ b: Source, to c: Target, _ m: Int, _ k: Int, _ n: Int) {
  for i in 0..<m {
    for j in 0..<n {
      var sum = c[i * n + j]
      for p in 0..<k { sum += a[i * k + p] * b[p * n + j] }
      c[i * n + j] = sum
    }
  }
}

/// The tile of five rows and two vectors, for multiples of 5 and 16, its ten sums in an array.
private func addByTilesInArrays(
  _ a: Source, _ b: Source, to c: Target, _ m: Int, _ k: Int, _ n: Int
) {
  var sums = [Eight](repeating: Eight(), count: 10)
  for j in stride(from: 0, to: n / 16 * 16, by: 16) {
    for i in stride(from: 0, to: m / 5 * 5, by: 5) {
      for row in 0..<5 {
        sums[2 * row] = load(c + ((i + row) * n + j))
        sums[2 * row + 1] = load(c + ((i + row) * n + j + 8))
      }
      for p in 0..<k {
        let (b0, b1) = (load(b + (p * n + j)), load(b + (p * n + j + 8)))
        for row in 0..<5 {
          let entry = Eight(repeating: a[(i + row) * k + p])
          sums[2 * row] = sums[2 * row].addingProduct(entry, b0)
          sums[2 * row + 1] = sums[2 * row + 1].addingProduct(entry, b1)
        }
      }
      for row in 0..<5 {
        store(sums[2 * row], to: c + ((i + row) * n + j))
        store(sums[2 * row + 1], to: c + ((i + row) * n + j + 8))
      }
    }
  }
}

/// A tile of two rows and two vectors, for multiples of 2 and 16.
private func addBySmallTiles(_ a: Source, _ b: Source, to c: Target, _ m: Int, _ k: Int, _ n: Int) {
  for j in stride(from: 0, to: n / 16 * 16, by: 16) {
    for i in stride(from: 0, to: m / 2 * 2, by: 2) {
      let place = c + (i * n + j)
      var s00 = load(place)
      var s01 = load(place + 8)
      var s10 = load(place + n)
      var s11 = load(place + (n + 8))
      for p in 0..<k {
        let (b0, b1) = (load(b + (p * n + j)), load(b + (p * n + j + 8)))
        let (a0, a1) = (Eight(repeating: a[i * k + p]), Eight(repeating: a[(i + 1) * k + p]))
        s00 = s00.addingProduct(a0, b0)
        s01 = s01.addingProduct(a0, b1)
        s10 = s10.addingProduct(a1, b0)
        s11 = s11.addingProduct(a1, b1)
      }
      store(s00, to: place)
      store(s01, to: place + 8)
      store(s10, to: place + n)
      store(s11, to: place + (n + 8))
    }
  }
}

private func load(_ p: Source) -> Eight { UnsafeRawPointer(p).loadUnaligned(as: Eight.self) }

private func load(_ p: Target) -> Eight { load(Source(p)) }

private func store(_ v: Eight, to p: Target) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Eight.self)
}
