import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import ManualBPTT

@Suite struct GradientTests {
  /// The check of every array, of the inputs, and of every part of the initial state.
  static func check<C: Cell<Double>>(_ sequence: Sequence<C>) -> [ArrayCheck] {
    let (gradient, dInputs, dInitial) = sequence.backward()
    let x = ManualBPTT.centredDifferences(of: { sequence.loss(x: $0) }, at: sequence.x)
    let initial = sequence.initial.check(gradient: dInitial) { sequence.loss(initial: $0) }
    return sequence.cell.check(gradient: gradient) { sequence.loss(cell: $0) }
      + [ArrayCheck(name: "x", analytic: dInputs, numeric: x)]
      + initial.map { ArrayCheck(name: "initial.\($0.name)", analytic: $0.analytic, numeric: $0.numeric) }
  }

  @Test("Every derivative is what the centred differences say.", arguments: Kind.allCases, [1, 3])
  func centredDifferences(kind: Kind, steps: Int) {
    func check<C: Cell<Double>>(_ cell: C) {
      var sequence = Sequence(cell, steps: steps)
      let checks = Self.check(sequence)
      #expect(checks.map(\.name) == C.arrays.map(\.name) + ["x"] + C.State.arrays.map { "initial.\($0.name)" })
      for check in checks { #expect(check.passes, "\(check)") }
      // Once from the default state, and with nobody who reads the last one.
      sequence.initial = cell.zeroState(batch: 2)
      sequence.dLast = cell.zeroState(batch: 2)
      for check in Self.check(sequence) { #expect(check.passes, "from zeros, \(check)") }
      let run = cell.run(sequence.x, from: sequence.initial)
      let silent = cell.backward(sequence.dOutputs, through: run)
      #expect(silent.gradient.fingerprint == sequence.backward().gradient.fingerprint)
      // And with nobody who asks for the derivatives of the inputs.
      #expect(cell.gradient(sequence.dOutputs, through: run).fingerprint == silent.gradient.fingerprint)
    }
    check(kind.cell())
  }

  @Test("Every array of every cell is on its list.")
  func arrays() {
    let gate = ["W", "U", "b"]
    func of(_ gates: String...) -> [String] { gates.flatMap { name in gate.map { "\(name).\($0)" } } }
    #expect(TanhCell<Double>.arrays.map(\.name) == ["Wx", "Wh", "b"])
    #expect(LSTM<Double>.arrays.map(\.name) == of("input", "forget", "candidate", "output"))
    #expect(GRU<Double>.arrays.map(\.name) == of("reset", "update", "candidate"))
    #expect(ResetAfterGRU<Double>.arrays.map(\.name) == of("reset", "update", "candidate") + ["stateBias"])
    #expect(LSTM<Double>.State.arrays.map(\.name) == ["h", "c"])
    #expect(GRU<Double>.State.arrays.map(\.name) == ["h"] && TanhCell<Double>.State.arrays.map(\.name) == ["h"])
  }

  @Test("The gradient of a learned initial state, too.", arguments: Kind.allCases)
  func learnedStart(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let fixture = Sequence(cell)
      var random = SplitMix64(seed: 3)
      var model = LearnedStart(cell)
      #expect(model.state(batch: 2).named("start").map(\.array) == cell.zeroState(batch: 2).named("start").map(\.array))
      model.start = model.start.drawn(using: &random)
      func sequence(_ model: LearnedStart<C>) -> Sequence<C> {
        var sequence = fixture
        (sequence.cell, sequence.initial) = (model.cell, model.state(batch: 2))
        return sequence
      }
      #expect(model.state(batch: 2).h.row(1) == model.start.h)
      let (dCell, _, dInitial) = sequence(model).backward()
      let checks = model.check(gradient: model.gradient(dCell, dInitial)) { sequence($0).loss() }
      #expect(checks.count == C.arrays.count + C.State.arrays.count)
      for check in checks { #expect(check.passes, "\(check)") }
    }
    check(kind.cell())
  }
}
