import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Testing

@testable import SequenceTasks

@Suite struct DropoutTests {
  private func mask(_ dropout: Dropout, steps: [Int], rows: [Int]? = nil) -> Matrix<Double> {
    dropout.mask(rows: rows ?? Array(0..<steps.count), steps: steps, units: 1000)
  }

  @Test("As many are kept as asked for, and the mean stays.", arguments: [0.1, 0.5, 0.8])
  func share(keep: Double) {
    let mask = mask(Dropout(keep: keep, seed: 3), steps: Array(repeating: 0, count: 100))
    #expect(Set(mask.scalars) == [0, 1 / keep])
    // 100,000 draws: four standard deviations.
    #expect(abs(mask.mean() - 1) < 4 * ((1 - keep) / keep / 100_000).squareRoot())
    let all = self.mask(Dropout(keep: 1, seed: 3), steps: [0, 1])
    #expect(all.scalars.allSatisfy { $0 == 1 })
  }

  @Test("A mask belongs to its row, step, seed and layer; one a sequence does not change with the step.")
  func places() {
    let each = Dropout(keep: 0.5, seed: 3), once = Dropout(keep: 0.5, oncePerSequence: true, seed: 3)
    let masks = [
      mask(each, steps: [0], rows: [0]), mask(each, steps: [1], rows: [0]), mask(each, steps: [0], rows: [1]),
      mask(Dropout(keep: 0.5, seed: 4), steps: [0], rows: [0]), mask(each.split().0, steps: [0], rows: [0]),
      mask(each.split().1, steps: [0], rows: [0]),
    ]
    for (i, a) in masks.enumerated() {
      for b in masks[..<i] { #expect(abs(a.dot(b) / 4 - 250) < 60, "a quarter is kept in both, by chance") }
    }
    #expect(mask(each, steps: [0], rows: [0]) == masks[0])
    #expect(mask(once, steps: [0, 4], rows: [2, 2]).row(0) == mask(once, steps: [3], rows: [2]))
    #expect(mask(once, steps: [0], rows: [2]) != mask(once, steps: [0], rows: [1]))
  }

  @Test("Off in use: a network answers as if there were no dropout, and twice the same.")
  func offInUse() {
    var random = SplitMix64(seed: 1)
    let network = SequenceNetwork(
      Layer(LSTM<Double>(inputs: 4, hidden: 5, using: &random)), answers: 3, using: &random)
    let x = Question(outputs: 1, lengths: nil).x
    var trainer = SequenceTrainer(network, keep: 0.2, seed: 1)
    _ = trainer.step(x, .last) { ($0.sum(), Matrix(zerosLike: $0)) }
    let answers = trainer.network.answers(to: x, .last)
    let run = network.layers.cell.run(x.x, from: network.layers.cell.zeroState(batch: 3))
    #expect(answers == network.projection(run.last.h), "a gradient of zeros changes nothing")
  }

  @Test("In training, no two steps have the same masks, and the same seed has the same ones.")
  func seeded() {
    func losses(seed: UInt64) -> [Double] {
      var random = SplitMix64(seed: 1)
      let network = SequenceNetwork(
        Layer(LSTM<Double>(inputs: 4, hidden: 5, using: &random)), answers: 3, using: &random)
      var trainer = SequenceTrainer(network, keep: 0.5, seed: seed)
      return (0..<3).map { _ in
        trainer.step(Question(outputs: 1, lengths: nil).x, .last) { ($0.sum(), Matrix(zerosLike: $0)) }
      }
    }
    #expect(Set(losses(seed: 1)).count == 3)
    #expect(losses(seed: 1) == losses(seed: 1) && losses(seed: 1) != losses(seed: 2))
  }
}
