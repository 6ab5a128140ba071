import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct TrainingTests {
  let expected: Reference.Hundred

  init() throws { expected = try Reference().hundred }

  /// The losses of a hundred steps, and the model they lead to: without a text kept, at a rate that does not fall.
  func hundred<Scalar>(_: Scalar.Type) throws -> (losses: [Double], model: LanguageModel<LSTM<Scalar>>) {
    let model = LanguageModel<LSTM<Scalar>>.reference(expected.start)
    var plan = Plan()
    (plan.batch, plan.window, plan.clip) = (expected.batch, expected.window, expected.limit)
    // So many steps are planned that a hundred do not lower the rate by a last bit.
    (plan.rate, plan.steps, plan.heldOut) = (expected.rate, 1 << 60, 0)
    // Two ids are always kept: they are put behind the text.
    var trainer = try LanguageTrainer(model, on: expected.text + [0, 0], plan, seed: 0)
    let losses = expected.losses.map { _ in trainer.advance() }
    return (losses, trainer.model)
  }

  @Test("A hundred steps with PyTorch's weights and batches have PyTorch's losses: to 1e-9 in Double, 1e-4 in Float.")
  func pytorch() throws {
    let (double, model) = try hundred(Double.self)
    #expect(double.indices.first { abs(double[$0] - expected.losses[$0]) > 1e-9 } == nil, "the first step apart")
    for (name, path) in LanguageModel<LSTM<Double>>.arrays {
      #expect(agree(model[keyPath: path], expected.end[name]!.matrix, to: 1e-8), "\(name)")
    }
    let float = try hundred(Float.self).losses
    #expect(float.indices.first { abs(float[$0] - expected.losses[$0]) > 1e-4 } == nil, "the first step apart")
    #expect(expected.losses.last! < expected.losses[0] - 0.1, "something was learned")
  }

  @Test("The rate falls in a straight line to a twentieth.")
  func rate() {
    var plan = Plan()
    (plan.rate, plan.steps) = (2, 100)
    #expect(plan.rate(at: 0) == 2 && abs(plan.rate(at: 50) - 1.05) < 1e-12 && abs(plan.rate(at: 100) - 0.1) < 1e-12)
  }

  @Test("A model that no longer gets better on the text kept stops early: after as many looks as it was told.")
  func earlyStop() throws {
    var plan = Plan()
    // The end of the text says the opposite of what was learned, so every step makes it worse.
    (plan.batch, plan.window, plan.rate, plan.steps, plan.every, plan.patience) = (2, 5, 0.05, 1000, 3, 4)
    let text = String(repeating: "ab", count: 100) + String(repeating: "a", count: 10)
    var checkpoint = try Checkpoint<Float>(text: text, embedding: 3, hidden: 4, plan, seed: 1)
    var looks: [Double] = []
    try checkpoint.train { event, _ in if case .look(_, _, let heldOut) = event { looks.append(heldOut) } }
    let best = looks.indices.min { looks[$0] < looks[$1] }!
    #expect(looks.count == best + 1 + 4 && checkpoint.trainer.step == 3 * looks.count)
    #expect(checkpoint.trainer.best.loss == looks[best])
  }
}

@Suite struct GenerationTests {
  let model = Fixture().model

  @Test("One step at a time from a carried state predicts what one long reading does, bit for bit.")
  func stepwise() {
    var random = SplitMix64(seed: 5)
    let written = model.write(20, after: [1, 2], using: &random)
    let whole = model.read([1, 2] + written, from: model.cell.zeroState(batch: 1))
    var writer = Writer(model, after: [1, 2], Choice(), using: SplitMix64(seed: 5))
    for (k, id) in written.enumerated() {
      #expect(writer.reading.logits.row(writer.reading.logits.rows - 1) == whole.logits.row(k + 1))
      #expect(writer.next() == id)
    }
    #expect(writer.random.state == random.state, "chance goes on where it was")
  }

  @Test(
    "The likeliest alone, if so chosen or nearly cold; else no other than the likeliest so many; equal ones in order.")
  func choices() {
    var random = SplitMix64(seed: 1)
    let logits = Matrix<Double>([[1, 3, 2, 3, -5]])
    func drawn(_ choice: Choice) -> Set<Int> { Set((0..<500).map { _ in choice.draw(from: logits, using: &random) }) }
    #expect(drawn(Choice(temperature: 5)) == [0, 1, 2, 3, 4])
    #expect(drawn(Choice(temperature: 5, top: 3)) == [1, 2, 3])
    #expect(drawn(Choice(temperature: 5, top: 1)) == [1])
    #expect(drawn(Choice(temperature: 0.01)) == [1, 3])
    #expect(drawn(Choice(temperature: 5, top: 50)).count == 5)
  }

  @Test("The likeliest next ids come in order, with the probabilities that softmax gives.")
  func likeliest() {
    let reading = model.read([3, 1, 4], from: model.cell.zeroState(batch: 1))
    let found = model.likeliest(7, in: reading)
    #expect(found.count == 3)
    for (row, list) in found.enumerated() {
      let p = softmax(reading.logits.row(row))
      #expect(Set(list.map(\.id)).count == 7 && list.allSatisfy { p[0, $0.id] == $0.probability })
      #expect(zip(list, list.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    }
  }
}
