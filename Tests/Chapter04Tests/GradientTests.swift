import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import Scan
import TestSupport
import Testing

@testable import ManualBPTT

/// A way to run a cell over a sequence, and back.
enum Way: String, CaseIterable, Sendable {
  case forward, reversed, checkpointed

  func loss<C: Cell>(of e: Example<C>) -> C.Scalar {
    switch self {
    case .forward, .reversed:
      let run = e.cell.scanned(e.x, from: e.initial, reversed: self == .reversed)
      return e.loss(run.outputs, run.last)
    case .checkpointed:
      let run = e.cell.checkpointed(e.x, from: e.initial, keepsOutputs: true)
      return e.loss(run.outputs!, run.last)
    }
  }

  func backward<C: Cell>(_ e: Example<C>) -> (gradient: C, dInputs: Matrix<C.Scalar>, dInitial: C.State) {
    switch self {
    case .forward, .reversed:
      let run = e.cell.scanned(e.x, from: e.initial, reversed: self == .reversed)
      return e.cell.backward(e.dOutputs, last: e.dLast, through: run)
    case .checkpointed:
      return e.cell.backward(e.dOutputs, last: e.dLast, through: e.cell.checkpointed(e.x, from: e.initial))
    }
  }

  /// The check of every array, of the inputs, and of every part of the initial state.
  func check<C: Cell<Double>>(_ e: Example<C>) -> [ArrayCheck] {
    let (gradient, dInputs, dInitial) = backward(e)
    func loss(_ change: (inout Example<C>) -> Void) -> Double {
      var changed = e
      change(&changed)
      return self.loss(of: changed)
    }
    let x = centredDifferences(of: { x in loss { $0.x = x } }, at: e.x)
    return e.cell.check(gradient: gradient) { cell in loss { $0.cell = cell } }
      + [ArrayCheck(name: "x", analytic: dInputs, numeric: x)]
      + e.initial.check(gradient: dInitial) { initial in loss { $0.initial = initial } }
  }
}

@Suite struct GradientTests {
  @Test(
    "Every derivative is what the centred differences say.", arguments: Kind.allCases, Way.allCases)
  func centredDifferences(kind: Kind, way: Way) {
    func check<C: Cell<Double>>(_ cell: C) {
      // Five steps: pieces of three and of two.
      let checks = way.check(Example(cell, steps: 5))
      #expect(checks.map(\.name) == C.arrays.map(\.name) + ["x"] + C.State.arrays.map(\.name))
      for check in checks { #expect(check.passes, "\(way): \(check)") }
    }
    check(kind.cell())
  }
}
