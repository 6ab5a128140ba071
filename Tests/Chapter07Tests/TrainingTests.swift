import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import SequenceTasks

@Suite struct TrainingTests {
  let reference: Reference

  init() throws { reference = try Reference() }

  /// A trainer that starts as PyTorch did.
  private func trainer<L: SequenceLayer>(_ layers: L, answers O: Int, _ expected: Reference.Training)
    -> SequenceTrainer<L>
  {
    var random = SplitMix64(seed: 0)
    return SequenceTrainer(
      SequenceNetwork(layers, answers: O, using: &random).read(expected.start), rate: expected.rate,
      keep: expected.keep, oncePerSequence: expected.once, seed: expected.seed)
  }

  /// No loss may be farther from PyTorch's than the bound.
  private func expectPyTorch(
    _ losses: [Double], _ expected: Reference.Training, to bound: Double, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(losses.count == 100 && expected.losses.count == 100)
    let apart = zip(losses, expected.losses).map { abs($0 - $1) }
    let first = apart.firstIndex { !($0 <= bound) }
    #expect(first == nil, "from there on apart, at most by \(apart.max()!)", sourceLocation: location)
  }

  @Test("Three layers learn digits as PyTorch does: the losses of a hundred steps to 1e-9, in Float to 1e-4.")
  func digits() {
    let expected = reference.digits
    let images = LabelledImages.digits.subset(Array(0..<expected.count))
    func layers<S: MatrixScalar>(_: S.Type) -> Then<Then<Layer<GRU<S>>, Layer<GRU<S>>>, Layer<GRU<S>>> {
      var random = SplitMix64(seed: 0)
      func gru(_ D: Int, _ H: Int) -> Layer<GRU<S>> { Layer(GRU(inputs: D, hidden: H, using: &random)) }
      return Then(Then(gru(8, 10), gru(10, 9)), gru(9, 11))
    }
    var float = trainer(layers(Float.self), answers: 10, expected)
    let losses = (0..<100).map { _ in float.classify(images, batch: expected.batch) }
    expectPyTorch(losses, expected, to: 1e-4)
    // The same in Double, for which classify does not exist.
    var double = trainer(layers(Double.self), answers: 10, expected)
    let exact = (0..<100).map { _ in
      let indices = double.draw(expected.batch, of: images.count)
      let batch = images.batch(indices)
      return double.step(Sequences(Matrix<Double>(batch.x), batch: expected.batch), .last) { logits in
        let targets = indices.map { images.labels[$0] }
        return (crossEntropy(logits, targets).mean(), crossEntropyGradient(logits, targets, batch: expected.batch))
      }
    }
    expectPyTorch(exact, expected, to: 1e-9)
    let (before, after) = (expected.losses.prefix(10).reduce(0, +), expected.losses.suffix(10).reduce(0, +))
    #expect(after < 0.7 * before, "it learns")
  }

  @Test("Both directions twice, lengths, one mask a sequence, clipped steps: a hundred losses are PyTorch's.")
  func labels() {
    let expected = reference.labels
    let (x, lengths, targets) = (expected.x!.matrix, expected.lengths!, expected.targets!)
    let (N, T, B) = (expected.count, 7, expected.batch)
    func train<S: MatrixScalar>(_: S.Type) -> (losses: [Double], end: any NamedArrays<S>) {
      var random = SplitMix64(seed: 0)
      func both(_ D: Int, _ P: Int, _ Q: Int) -> Bidirectional<Layer<LSTM<S>>, Layer<LSTM<S>>> {
        Bidirectional(
          Layer(LSTM(inputs: D, hidden: P, using: &random)), Layer(LSTM(inputs: D, hidden: Q, using: &random)))
      }
      var trainer = trainer(Then(both(3, 6, 5), both(11, 4, 5)), answers: 4, expected)
      let losses = (0..<100).map { _ in
        let drawn = trainer.draw(B, of: N)
        let places = (0..<T).flatMap { t in drawn.map { t * N + $0 } }
        let sequences = Sequences(Matrix<S>(x.rows(at: places)), batch: B, lengths: drawn.map { lengths[$0] })
        let labels = sequences.places.map { targets[places[$0]] }
        return trainer.step(sequences, .every) { logits in
          let (loss, dAnswers) = weightedCrossEntropy(logits, labels, weights: sequences.weights(.perSequence))
          return (20 * loss, dAnswers * 20)
        }
      }
      return (losses, trainer.network)
    }
    func compare<Network: NamedArrays<Double>>(_ network: Network) {
      network.expect(expected.end!, to: 1e-8, "the network at the end")
    }
    let (exact, end) = train(Double.self)
    expectPyTorch(exact, expected, to: 1e-9)
    compare(end)
    expectPyTorch(train(Float.self).losses, expected, to: 1e-4)
  }
}
