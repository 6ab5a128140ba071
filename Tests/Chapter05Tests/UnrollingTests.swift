import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import WhileLoop

@Suite struct UnrollingTests {
  @Test("Five unrollings of one network give the same bits, forward and backward.", arguments: Kind.allCases)
  func sameBits(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      var random = SplitMix64(seed: 7)
      let question = Question(to: cell, steps: 3, batch: 2, using: &random)
      let answers = [
        ("by hand", cell.byHand(question)), ("for", cell.byFor(question)), ("scan", cell.byScan(question)),
        ("checkpointed", cell.byCheckpoints(question)), ("while loop", cell.byWhile(question)),
      ]
      for (name, answer) in answers {
        #expect(answer.fingerprints == answers[0].1.fingerprints, "\(name)")
        #expect(answer.outputs.shape == question.dOutputs.shape && answer.back.dInputs.shape == question.x.shape)
        #expect(Set(answer.fingerprints).count == 5, "the five parts are different things")
      }
    }
    check(kind.cell(Float.self, hidden: 19))
    check(kind.cell(Double.self, hidden: 19))
  }

  @Test("The four loops give the same bits over any number of steps.", arguments: Kind.allCases, [1, 2, 7, 16])
  func anyLength(kind: Kind, steps: Int) {
    func check<C: Cell>(_ cell: C) {
      var random = SplitMix64(seed: 7)
      let question = Question(to: cell, steps: steps, batch: 3, using: &random)
      let answers = [
        cell.byFor(question), cell.byScan(question), cell.byCheckpoints(question), cell.byWhile(question),
      ]
      for answer in answers { #expect(answer.fingerprints == answers[0].fingerprints) }
    }
    check(kind.cell(Float.self, hidden: 19))
  }
}
