import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@testable import ExplicitGates

@Suite struct DiagnosisTests {
  /// What is said of each bug with the first numbers, worked out once for the two tests that look at it.
  private static let first = BugCase.all.map { $0.diagnose(1) }

  @Test(
    "Every planted bug is found: the arrays and the first wrong time step are right.",
    arguments: zip(BugCase.all, first))
  func found(bug: BugCase, diagnosis: Diagnosis) {
    #expect(diagnosis.findings.first?.names == bug.names, "\(diagnosis)")
    #expect(diagnosis.findings.first?.step == bug.step, "\(diagnosis)")
  }

  @Test(
    "At least nine of ten mistakes are called by their names, whatever the numbers.",
    arguments: 1...3 as ClosedRange<UInt64>)
  func named(seed: UInt64) {
    let diagnoses = seed == 1 ? Self.first : BugCase.all.map { $0.diagnose(seed) }
    let unnamed = zip(BugCase.all, diagnoses).filter { $1.findings.first?.mistake != $0.mistake }
    for (bug, diagnosis) in unnamed { print("not named: \(bug), instead:\n\(diagnosis)\n") }
    #expect(BugCase.all.count >= 30)
    #expect(unnamed.count * 10 <= BugCase.all.count)
  }

  @Test("A right cell is found right with every seed.", arguments: 0...9 as ClosedRange<UInt64>)
  func right(seed: UInt64) {
    for diagnosis in [
      Right.tanh.diagnose(seed: seed), Right.lstm.diagnose(seed: seed), Right.gru.diagnose(seed: seed),
      Right.resetAfter.diagnose(batch: 1, steps: 4, seed: seed),
    ] {
      #expect(diagnosis.isRight, "\(diagnosis)")
      #expect(diagnosis.silent.isEmpty)
    }
  }

  @Test("Where the true derivative is zero, zero is right, and it says that nothing was learned.")
  func zeros() {
    var trial = Trial(of: Right.lstm)
    trial.inputs *= 0
    let diagnosis = Right.lstm.diagnose(trial)
    #expect(diagnosis.isRight)
    #expect(diagnosis.silent == ["input.W", "forget.W", "candidate.W", "output.W"])
    trial.initial = Right.lstm.zeroState(batch: 2)
    #expect(Right.lstm.diagnose(trial).isRight)
    #expect(Right.lstm.diagnose(steps: 0).isRight)
    #expect(Right.lstm.diagnose(steps: 1).isRight)
  }

  @Test("It says what, where, both numbers and why, and then what follows.")
  func words() {
    let bug = Bug<LSTM<Double>>.step { $0.dz.f = $0.dz.f / ($0.t.f * (1 - $0.t.f)) }
    let text = "\(Planted(base: Right.lstm, bug: bug).diagnose())"
    #expect(text.hasPrefix("dz.f, step 2 of 0…2, entry ["))
    #expect(text.contains("This is what you get when the derivative of the sigmoid is missing: σ(1 − σ)."))
    #expect(text.contains("In the end wrong: "))
  }
}
