import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct SamplingTests {
  static let logits = Matrix<Double>([[0.5, -1, 2, 0, 1.5]])

  /// How often each class was drawn.
  static func counts(_ draws: Int, of logits: Matrix<Double>, temperature: Double, seed: UInt64) -> [Int] {
    var random = SplitMix64(seed: seed)
    var counts = [Int](repeating: 0, count: logits.columns)
    for _ in 0..<draws { counts[sample(logits, temperature: temperature, using: &random)] += 1 }
    return counts
  }

  @Test("The frequencies are those of the softmax of the logits over the temperature.", arguments: [0.5, 1, 2])
  func frequencies(temperature: Double) {
    let draws = 20_000
    let counts = Self.counts(draws, of: Self.logits, temperature: temperature, seed: 3)
    let probabilities = softmax(Self.logits * (1 / temperature))
    for (k, count) in counts.enumerated() {
      // A count has the deviation √(n p (1 − p)); five of them are exceeded once in two million times.
      let p = probabilities[0, k]
      let deviation = (Double(draws) * p * (1 - p)).squareRoot()
      #expect(abs(Double(count) - Double(draws) * p) < 5 * deviation, "class \(k)")
    }
  }

  @Test("Near temperature 0 the most likely class is always drawn; at a huge one all are equally likely.")
  func limits() {
    #expect(Self.counts(1000, of: Self.logits, temperature: 0.01, seed: 4) == [0, 0, 1000, 0, 0])
    let counts = Self.counts(20_000, of: Self.logits, temperature: 1e6, seed: 5)
    let deviation = (20_000 * 0.2 * 0.8).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - 4000) < 5 * deviation })
  }

  @Test func theSameSeedDrawsTheSame() {
    func draws(_ seed: UInt64) -> [Int] {
      var random = SplitMix64(seed: seed)
      return (0..<50).map { _ in sample(Self.logits, temperature: 1, using: &random) }
    }
    #expect(draws(1) == draws(1))
    #expect(draws(1) != draws(2))
  }

  @Test func whatIsImpossibleIsNeverDrawn() {
    let logits = Matrix<Float>([[-.infinity, 0, -.infinity, 0, -.infinity]])
    var random = SplitMix64(seed: 6)
    let drawn = Set((0..<1000).map { _ in sample(logits, temperature: 1, using: &random) })
    #expect(drawn == [1, 3])
  }
}

@Suite struct WritingTests {
  /// A network whose state holds the character just read, and behind it the one before: it writes that one.
  ///
  /// So what it writes tells what it remembers.
  static let echo: RNN<Float> = {
    let V = 4
    var (Wx, Wh, W) = (Matrix<Float>(V, 2 * V), Matrix<Float>(2 * V, 2 * V), Matrix<Float>(2 * V, V))
    for k in 0..<V {
      Wx[k, k] = 20
      Wh[k, V + k] = 20
      W[V + k, k] = 100
    }
    return RNN(
      cell: TanhCell(Wx: Wx, Wh: Wh, b: Matrix(1, 2 * V)), projection: Projection(W: W, b: Matrix(1, V)))
  }()

  @Test("Every character written is read in turn, with the state the ones before it have left.")
  func itGoesOnFromWhatItWrote() {
    var random = SplitMix64(seed: 1)
    #expect(Self.echo.write(6, after: [1, 3], using: &random) == [1, 3, 1, 3, 1, 3])
    #expect(Self.echo.write(5, after: [0, 1, 2, 0], using: &random) == [2, 0, 2, 0, 2])
    #expect(Self.echo.write(0, after: [1], using: &random) == [])
  }

  @Test func theTemperatureReachesTheDraw() {
    var random = SplitMix64(seed: 2)
    let wild = Self.echo.write(200, after: [1, 3], temperature: 1e4, using: &random)
    #expect(Set(wild) == [0, 1, 2, 3])
  }
}
