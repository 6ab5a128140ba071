import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import SequenceTasks

@Suite struct SequenceGradientTests {
  @Test(
    "Stacks, shared layers, both directions, with masks and lengths: every derivative is what the differences say.",
    arguments: LayerKind.allCases, Dropping.allCases)
  func differences(kind: LayerKind, dropping: Dropping) {
    func check<L: SequenceLayer<Double>>(_ layer: L) {
      for lengths in [nil, [2, 5, 0]] as [[Int]?] {
        let question = Question(outputs: layer.outputs, lengths: lengths)
        let dropout = dropping.dropout
        let (_, tape) = layer.read(question.x, dropout: dropout)
        let (gradient, dInputs) = layer.backward(question.dOutputs, through: tape)
        #expect(layer.gradient(question.dOutputs, through: tape).fingerprint == gradient.fingerprint)
        let x = centredDifferences(of: { question.loss(layer, $0, dropout) }, at: question.x.x)
        let checks =
          layer.check(gradient: gradient) { question.loss($0, question.x.x, dropout) }
          + [ArrayCheck(name: "x", analytic: dInputs, numeric: x)]
        #expect(checks.count == L.arrays.count + 1 && L.arrays.count > 3)
        for check in checks { #expect(check.passes, "lengths \(String(describing: lengths)): \(check)") }
      }
    }
    check(kind.layer())
  }

  @Test("A network's loss, of last answers and of every answer, weighted either way: every derivative.")
  func network() {
    func check<L: SequenceLayer<Double>>(_ layer: L, _ readout: Readout, _ averaging: Averaging) {
      var random = SplitMix64(seed: 4)
      let network = SequenceNetwork(layer, answers: 3, using: &random).drawn(using: &random)
      let sequences = Question(outputs: 1, lengths: [2, 5, 1]).x
      let targets = (0..<(readout == .last ? 3 : 8)).map { $0 * 2 % 3 }
      func loss(_ network: SequenceNetwork<L>) -> (loss: Double, gradient: SequenceNetwork<L>) {
        network.lossAndGradient(of: sequences, readout, dropout: Dropping.perStep.dropout) { logits in
          readout == .last
            ? (crossEntropy(logits, targets).mean(), crossEntropyGradient(logits, targets, batch: 3))
            : weightedCrossEntropy(logits, targets, weights: sequences.weights(averaging))
        }
      }
      for check in network.check(gradient: loss(network).gradient, of: { loss($0).loss }) {
        #expect(check.passes, "\(readout), \(averaging): \(check)")
      }
    }
    for (readout, averaging) in [(.last, .perStep), (.every, .perStep), (.every, .perSequence)]
      as [(Readout, Averaging)]
    {
      check(LayerKind.deep.layer(), readout, averaging)
      check(LayerKind.bothDeep.layer(), readout, averaging)
    }
  }
}
