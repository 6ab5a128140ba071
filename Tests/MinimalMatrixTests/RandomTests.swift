import Foundation
import Testing

@testable import MinimalMatrix

/// The random numbers: the generator bit for bit, the distributions by bounds that a right one keeps.
///
/// The seeds are fixed, so these tests give the same answer every time.
@Suite struct RandomTests {
  /// The numbers of the authors' C program (https://prng.di.unimi.it/splitmix64.c), and of one written apart in NumPy.
  @Test func splitMix64() {
    var random = SplitMix64(seed: 1_234_567)
    let numbers = (0..<5).map { _ in random.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
    let after = random.next()
    var atOnce = SplitMix64(seed: 1_234_567)
    #expect(atOnce.next(5) == numbers)
    #expect(atOnce.next() == after)
    var zero = SplitMix64(seed: 0)
    #expect(zero.next() == 0xE220_A839_7B1D_CDAF)
  }

  @Test("A mask's row takes a half of a number for each entry, the low one first, from a generator of its own.")
  func mask() {
    let (seeds, keep): ([UInt64], Double) = ([3, 22], 0.5)
    for columns in 0...5 {
      let mask = Matrix<Double>.mask(keep: keep, as: 7, columns: columns, seeds: seeds)
      for (i, seed) in seeds.enumerated() {
        var random = SplitMix64(seed: seed)
        let halves = random.next(3).flatMap { [$0 & 0xFFFF_FFFF, $0 >> 32] }
        let expected: [Double] = halves.prefix(columns).map { Double($0) * 0x1p-32 < keep ? 7 : 0 }
        #expect(Array(mask.row(i).scalars) == expected, "\(columns) columns, row \(i)")
      }
    }
  }

  @Test func uniform() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.uniform() == Double(6_457_827_717_110_365_317 as UInt64 >> 11) / 9_007_199_254_740_992)
    let count = 200_000
    let numbers = (0..<count).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { 0 <= $0 && $0 < 1 })
    expect(numbers, mean: 0.5, variance: 1.0 / 12, fourthMoment: 1.0 / 80)
    // The expected distance of the extremes from the ends is 1 in 200,000.
    #expect(numbers.min()! < 1e-4 && numbers.max()! > 1 - 1e-4)
  }

  /// The sum of the squared misses over the expected counts has mean `bound − 1` and variance `2 (bound − 1)`.
  @Test(arguments: [1, 2, 3, 7, 10, 64, 91])
  func below(bound: Int) {
    var random = SplitMix64(seed: UInt64(bound))
    var counts = [Double](repeating: 0, count: bound)
    for _ in 0..<1000 * bound { counts[random.below(bound)] += 1 }
    let statistic = counts.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
    let freedom = Double(bound - 1)
    #expect(statistic <= freedom + 5 * (2 * freedom).squareRoot())
    #expect(bound == 1 || statistic > 0)
  }

  /// Of `3·2⁶¹` numbers a draw that is not corrected gives every third twice as often as the others.
  @Test func belowALargeBound() {
    var random = SplitMix64(seed: 5)
    let bound = 3 << 61
    let count = 30_000
    var counts = [0, 0, 0]
    for _ in 0..<count { counts[random.below(bound) % 3] += 1 }
    let deviation = (Double(count) * 2 / 9).squareRoot()
    for found in counts { #expect((Double(found) - Double(count) / 3).magnitude < 5 * deviation) }
  }

  @Test func normal() {
    var random = SplitMix64(seed: 3)
    let count = 200_000
    let numbers = (0..<count).map { _ in random.normal() }
    expect(numbers, mean: 0, variance: 1, fourthMoment: 3)
    for limit in [0.5, 1, 2, 3] {
      let (above, below) = (numbers.count { $0 > limit }, numbers.count { $0 < -limit })
      let share = erfc(limit / 2.0.squareRoot()) / 2
      let deviation = (share * (1 - share) / Double(count)).squareRoot()
      for found in [above, below] {
        #expect((Double(found) / Double(count) - share).magnitude < 5 * deviation, "beyond \(limit)")
      }
    }
    // The next number does not lean on the one before.
    let product = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
    #expect(product.magnitude < 5 / Double(count).squareRoot())
  }

  /// The mean and the variance lie within five of their own standard deviations.
  private func expect(_ numbers: [Double], mean: Double, variance: Double, fourthMoment: Double) {
    let count = Double(numbers.count)
    let foundMean = numbers.reduce(0, +) / count
    let foundVariance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    #expect((foundMean - mean).magnitude < 5 * (variance / count).squareRoot())
    #expect((foundVariance - variance).magnitude < 5 * ((fourthMoment - variance * variance) / count).squareRoot())
  }

  @Test func matricesDrawRowAfterRow() {
    var (random, single, other) = (SplitMix64(seed: 4), SplitMix64(seed: 4), SplitMix64(seed: 4))
    let uniform = Matrix<Double>.uniform(3, 5, scale: 0.25, using: &random)
    #expect(Array(uniform.scalars) == (0..<15).map { _ in 0.25 * (2 * single.uniform() - 1) })
    #expect(Array(Matrix<Float>.uniform(3, 5, scale: 0.25, using: &other).scalars) == uniform.scalars.map { Float($0) })
    let normal = Matrix<Double>.normal(5, 3, deviation: 2, using: &random)
    #expect(Array(normal.scalars) == (0..<15).map { _ in 2 * single.normal() })
    #expect(Array(Matrix<Float>.normal(5, 3, deviation: 2, using: &other).scalars) == normal.scalars.map { Float($0) })
    #expect(uniform.shape == "[3 × 5]" && normal.shape == "[5 × 3]")
    #expect(random.next() == single.next())
  }
}
