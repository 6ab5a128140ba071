import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct ClippingTests {
  /// A gradient of zeros but for 3 in one array and −4 in another: its length is 5.
  static let gradient: RNN<Double> = {
    var random = SplitMix64(seed: 1)
    var gradient = RNN<Double>(vocabulary: 3, hidden: 2, using: &random)
    for (_, path) in RNN<Double>.arrays { gradient[keyPath: path] *= 0 }
    gradient.cell.Wx[2, 1] = 3
    gradient.projection.b[0, 1] = -4
    return gradient
  }()

  @Test func theNormIsOverAllArraysTogether() {
    #expect(Self.gradient.norm == 5)
  }

  @Test func clippingByValueMovesOnlyWhatIsBeyondTheLimit() {
    var clipped = Self.gradient
    clipped.clipValues(to: 3.5)
    var expected = Self.gradient
    expected.projection.b[0, 1] = -3.5
    #expect(clipped == expected)
  }

  @Test func clippingByNormShortensAndKeepsTheDirection() {
    var clipped = Self.gradient
    clipped.clipNorm(to: 1)
    #expect(abs(clipped.norm - 1) < 1e-15)
    #expect(abs(clipped.cell.Wx[2, 1] - 0.6) < 1e-15 && abs(clipped.projection.b[0, 1] + 0.8) < 1e-15)
  }

  @Test func clippingByNormLeavesAShortGradientAsItIs() {
    var clipped = Self.gradient
    clipped.clipNorm(to: 7)
    #expect(clipped == Self.gradient)
  }
}

@Suite struct WindowsTests {
  @Test("Targets are the inputs one later; behind the last whole window the text begins again.", arguments: [10, 12])
  func windows(characters: Int) {
    var windows = Windows(Array(0..<characters), steps: 3)
    for start in [0, 3, 6, 0, 3] {
      let (inputs, targets, beginsText) = windows.next()
      #expect(inputs == Array(start..<start + 3))
      #expect(targets == Array(start + 1..<start + 4))
      #expect(beginsText == (start == 0))
    }
  }

  @Test func aTextOfOneWindowBeginsAgainEveryTime() {
    var windows = Windows([7, 8, 9], steps: 2)
    for _ in 0..<2 { #expect(windows.next() == ([7, 8], [8, 9], true)) }
  }
}

@Suite struct TruncationTests {
  @Test("Two windows with the state carried have the states of one of twice the length, bit for bit.")
  func carriedState() {
    func compare<Scalar: MatrixScalar>(_ network: RNN<Scalar>, _ h0: Matrix<Scalar>) {
      let ids = [0, 2, 2, 1, 0, 2, 3, 3, 1, 0, 2, 1]  // T = 6, B = 2
      let whole = network.forward(ids, from: h0)
      let first = network.forward(Array(ids[..<6]), from: h0)
      let second = network.forward(Array(ids[6...]), from: first.last)
      #expect(Matrix.stack([first.after, second.after]) == whole.after)
      #expect(second.last == whole.last && second.last != first.last)
    }
    let network = Fixture.example.network
    compare(network, Fixture.example.h0)
    let (cell, projection) = (network.cell, network.projection)
    compare(
      RNN<Float>(
        cell: TanhCell(Wx: Matrix(cell.Wx), Wh: Matrix(cell.Wh), b: Matrix(cell.b)),
        projection: Projection(W: Matrix(projection.W), b: Matrix(projection.b))), Matrix(Fixture.example.h0))
  }

  @Test(
    "A trainer that may not move carries its state from window to window, and drops it where the text begins again.")
  func trainerCarriesTheState() {
    let network = Fixture.example.network
    let text = [0, 2, 2, 1, 0, 3, 3, 1, 0, 2]
    let whole = network.forward(Array(text.dropLast()), from: network.zeroState(batch: 1))
    let losses = crossEntropy(whole.logits, Array(text.dropFirst()))
    var trainer = Trainer(network, on: text, steps: 3, rate: 0)
    for start in [0, 3, 6, 0, 3] {
      #expect(trainer.step() == losses.rows(start..<start + 3).sum())
    }
    #expect(trainer.network == network)
  }
}

@Suite struct TrainerTests {
  /// In `abac…` every second character is an `a`, and what follows an `a` depends on what came before it. Who sees only the last
  /// character pays ln 2 every second time, 0.3466 nats a character.
  @Test("It learns a text that cannot be learned from the last character alone.")
  func overfits() {
    let text = (0..<400).map { [0, 1, 0, 2][$0 % 4] }
    var random = SplitMix64(seed: 1)
    let network = RNN<Float>(vocabulary: 3, hidden: 12, using: &random)
    var trainer = Trainer(network, on: text, steps: 8)
    let first = trainer.step() / 8
    var last: Float = 0
    for _ in 0..<600 { last = trainer.step() / 8 }
    #expect(abs(first - 1.0986) < 1e-2, "it begins at ln 3")
    #expect(last < 0.03, "far below 0.3466")
  }

  @Test("A step is forward, backward, clipped to 5, update.")
  func step() {
    var network = Fixture.example.network
    network.projection.W *= 40
    let text = [0, 2, 2, 1, 0, 3]
    var trainer = Trainer(network, on: text, steps: 5)
    var optimiser = Adagrad(for: network, rate: 0.1)
    for k in 0..<3 {
      let trace = network.forward(Array(text[..<5]), from: network.zeroState(batch: 1))
      var (gradient, _) = network.backward(trace, Array(text[1...]))
      #expect(abs(gradient.cell.Wh).scalars.max()! > 5, "something is clipped")
      gradient.clipValues(to: 5)
      #expect(trainer.step() == network.loss(trace, Array(text[1...])), "step \(k)")
      optimiser.update(&network, by: gradient)
      #expect(trainer.network == network, "step \(k)")
    }
  }

  @Test func theSameRunGivesTheSameBits() {
    func train(_ seed: UInt64) -> RNN<Float> {
      var random = SplitMix64(seed: seed)
      let network = RNN<Float>(vocabulary: 3, hidden: 7, using: &random)
      var trainer = Trainer(network, on: (0..<50).map { $0 * $0 % 3 }, steps: 6)
      for _ in 0..<30 { _ = trainer.step() }
      return trainer.network
    }
    #expect(train(1) == train(1))
    #expect(train(1) != train(2))
  }

  @Test("A weight that nothing reaches stays where it is, and is not divided by zero.")
  func unreachedWeight() {
    let network = Fixture.example.network
    var trainer = Trainer(network, on: [0, 2, 1, 0, 1, 2, 0], steps: 3)
    for _ in 0..<4 { _ = trainer.step() }
    #expect(trainer.network.cell.Wx.row(3) == network.cell.Wx.row(3))
    #expect(trainer.network.cell.Wx.row(0) != network.cell.Wx.row(0))
  }

  @Test("A target is missing: loss and gradient stop with both numbers.")
  func missingTarget() async throws {
    let gradient = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropyGradient(Matrix<Float>(3, 2), [0], batch: 1)
    }
    let said = String(decoding: gradient.standardErrorContent, as: UTF8.self)
    #expect(said.contains("crossEntropyGradient: 1 targets for [3 × 2]"))
    let loss = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropy(Matrix<Float>(3, 2), [0])
    }
    let also = String(decoding: loss.standardErrorContent, as: UTF8.self)
    #expect(also.contains("crossEntropy: 1 targets for logits [3 × 2]"))
  }
}
