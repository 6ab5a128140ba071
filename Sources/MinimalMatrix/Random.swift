import VectorMath

// MARK: - Random numbers

/// The generator SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom
/// number generators", 2014, figure 17).
///
/// Small, fast, seeded, the same on every machine. Not for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// A generator with this as its seed goes on as this one does.
  public private(set) var state: UInt64

  /// Any seed is as good as any other.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to but not including 1: one of the 2⁵³ multiples of
  /// 2⁻⁵³ there, all equally likely.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A whole number from 0 up to but not including `bound`, which must be
  /// positive. All are equally likely.
  ///
  /// The high half of `bits * bound`; the few bits that would favour some
  /// numbers are drawn again (Lemire 2019).
  public mutating func below(_ bound: Int) -> Int {
    require(bound > 0, "below: a bound of \(bound) leaves no number to choose")
    let bound = UInt64(bound)
    let surplus = (0 &- bound) % bound
    while true {
      let (high, low) = next().multipliedFullWidth(by: bound)
      if low >= surplus { return Int(high) }
    }
  }

  /// A number from the normal distribution with mean 0 and standard
  /// deviation 1.
  ///
  /// The polar method (Marsaglia & Bray 1964): a point that falls inside the
  /// unit circle, and how far out it fell.
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 { return u * (-2 * log(s) / s).squareRoot() }
    }
  }
}

extension SplitMix64 {
  /// The next `count` times 64 random bits. In a debug build, each drawn by
  /// another file would be a call.
  mutating func next(_ count: Int) -> [UInt64] {
    (0..<count).map { _ in next() }
  }
}

// MARK: - Random matrices

extension Matrix {
  /// Random entries between `-scale` and `scale`, all equally likely, drawn row
  /// after row.
  ///
  /// They are drawn in `Double`, so that a `Float` matrix holds the same
  /// numbers, rounded.
  public static func uniform(
    _ rows: Int, _ columns: Int, scale: Double, using random: inout SplitMix64
  ) -> Matrix {
    var result = Matrix(rows, columns)
    for i in 0..<result.count {
      result.scalars[i] = Scalar(scale * (2 * random.uniform() - 1))
    }
    return result
  }

  /// Random entries from the normal distribution with mean 0 and the given
  /// standard deviation, drawn row after row.
  public static func normal(
    _ rows: Int, _ columns: Int, deviation: Double,
    using random: inout SplitMix64
  ) -> Matrix {
    var result = Matrix(rows, columns)
    for i in 0..<result.count {
      result.scalars[i] = Scalar(deviation * random.normal())
    }
    return result
  }

  /// Entries that are `value` with the probability `keep`, and else 0, each by
  /// itself: a row for each seed, drawn by a generator of its own.
  public static func mask(
    keep: Double, as value: Scalar, columns: Int, seeds: [UInt64]
  ) -> Matrix {
    require((0...1).contains(keep), "mask: a probability of \(keep)")
    let scalars = Scalar._mask(
      seeds, columns: columns, below: UInt64(keep * 0x1p32), value)
    return Matrix(seeds.count, columns, scalars: scalars)
  }
}
