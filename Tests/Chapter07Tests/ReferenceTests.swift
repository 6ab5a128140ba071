import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing
import WhileLoop

@testable import SequenceTasks

@Suite struct ReferenceTests {
  let reference: Reference

  init() throws { reference = try Reference() }

  @Test("A stack of three, with lengths, is PyTorch's deep cell: outputs, last states, every derivative, to 1e-12.")
  func deep() {
    func check<C: Cell<Double>>(_ cell: C, _ expected: Reference.Deep) {
      let stack = Stack(Stack(cell, upper(cell)), upper(cell)).read(expected.weights)
      let zero = stack.zeroState(batch: 3)
      let run = stack.loop(expected.x.matrix, from: zero.read(expected.initial), lengths: [2, 5, 1])
      #expect(agree(run.outputs, expected.outputs.matrix, to: 1e-12))
      run.last.expect(expected.last, "last")
      let (gradient, dx, dInitial) = stack.backward(
        expected.dOutputs.matrix, last: zero.read(expected.dLast), through: run)
      gradient.expect(expected.gradient, "gradient")
      #expect(agree(dx, expected.dx.matrix, to: 1e-12))
      dInitial.expect(expected.dInitial, "dInitial")
    }
    var random = SplitMix64(seed: 0)
    check(LSTM(inputs: 4, hidden: 2, using: &random), reference.stacks["LSTM"]!)
    check(ResetAfterGRU(inputs: 4, hidden: 2, using: &random), reference.stacks["ResetAfterGRU"]!)
    #expect(reference.stacks.count == 2)
  }

  /// A cell of the same kind that reads what this one shows.
  private func upper<C: Cell<Double>>(_ cell: C) -> C {
    var random = SplitMix64(seed: 0)
    return switch cell {
    case is LSTM<Double>: LSTM<Double>(inputs: 2, hidden: 2, using: &random) as! C
    default: ResetAfterGRU<Double>(inputs: 2, hidden: 2, using: &random) as! C
    }
  }

  @Test("Layers, both directions, masks, lengths, losses: what PyTorch says, and its every derivative, to 1e-12.")
  func networks() {
    func check<L: SequenceLayer<Double>>(_ layers: L, _ expected: Reference.Network, _ name: String) {
      var random = SplitMix64(seed: 0)
      let network = SequenceNetwork(layers, answers: 8, using: &random).read(expected.weights)
      let sequences = Sequences(expected.x.matrix, batch: 3, lengths: expected.lengths)
      let dropout = expected.once.map { Dropout(keep: 0.6, oncePerSequence: $0, seed: 5) }
      let (outputs, tape) = network.layers.read(sequences, dropout: dropout)
      #expect(agree(outputs, expected.outputs.matrix, to: 1e-12), "\(name)")
      for (place, row) in sequences.padding.map({ ($0, outputs.row($0)) }) {
        #expect(row.scalars.allSatisfy { $0 == 0 }, "\(name): behind the end, place \(place)")
      }
      // The derivative that the loss sends to the layers, for the inputs' own.
      var dAnswers = Matrix<Double>(0, 0)
      let readout: Readout = expected.what == "last" ? .last : .every
      let (loss, gradient) = network.lossAndGradient(of: sequences, readout, dropout: dropout) { logits in
        let targets = expected.targets
        let loss =
          readout == .last
          ? (crossEntropy(logits, targets).mean(), crossEntropyGradient(logits, targets, batch: 3))
          : weightedCrossEntropy(
            logits, targets, weights: sequences.weights(expected.what == "perStep" ? .perStep : .perSequence))
        dAnswers = loss.1
        return loss
      }
      #expect(abs(loss - expected.loss) < 1e-12, "\(name)")
      gradient.expect(expected.gradient, name)
      var dOutputs = Matrix(zerosLike: outputs)
      dOutputs.addRows(at: readout.places(in: sequences), matmul(dAnswers, network.projection.W.T))
      let dx = network.layers.backward(dOutputs, through: tape).dInputs
      #expect(agree(dx, expected.dx.matrix, to: 1e-12), "\(name)")
    }
    for (name, expected) in reference.networks { check(Reference.layers(name), expected, name) }
    #expect(reference.networks.count == 10)
  }
}

extension Sequences {
  /// The rows of `x` behind a row's end.
  var padding: [Int] { (0..<x.rows).filter { !places.contains($0) } }
}
