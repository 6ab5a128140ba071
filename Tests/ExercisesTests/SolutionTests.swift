import ExerciseChecks
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// A solution of the book, and the check that the reader's room of that number meets.
struct Solution: Sendable, CustomTestStringConvertible {
  let number: String
  let check: @Sendable () -> Verdict
  /// The checks of the gradient against centred differences.
  let differences: @Sendable () -> [ArrayCheck]
  var testDescription: String { number }

  init<C: Cell<Double> & SendableMetatype>(
    _ number: String, _ check: CellCheck, _ make: @escaping @Sendable (Int, Int, inout SplitMix64) -> C
  ) {
    self.number = number
    self.check = { check(make) }
    differences = {
      var random = SplitMix64(seed: 6)
      // No bias and no peephole is 0: what is not added shows.
      let cell = make(4, 5, &random).mapped { .normal($0.rows, $0.columns, deviation: 0.7, using: &random) }
      let trial = Trial(of: cell, batch: 2, steps: 3, seed: 7)
      func loss(_ cell: C, _ x: Matrix<Double>, _ initial: C.State) -> Double {
        let run = cell.run(x, from: initial)
        return C.State.arrays.reduce(trial.dOutputs.dot(run.outputs)) {
          $0 + trial.dLast[keyPath: $1.path].dot(run.last[keyPath: $1.path])
        }
      }
      let back = cell.backward(
        trial.dOutputs, last: trial.dLast, through: cell.run(trial.inputs, from: trial.initial))
      let inputs = Inputs(x: trial.inputs).check(gradient: Inputs(x: back.dInputs)) { loss(cell, $0.x, trial.initial) }
      return cell.check(gradient: back.gradient) { loss($0, trial.inputs, trial.initial) } + inputs
        + trial.initial.check(gradient: back.dInitial) { loss(cell, trial.inputs, $0) }
    }
  }

  private struct Inputs: NamedArrays {
    var x: Matrix<Double>
    static func listArrays() -> [NamedArray<Self, Double>] { [("x", \.x)] }
  }

  static let all = [
    Solution("3.1", .coupledGates) { CoupledGates<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.2", .noForgetGate) { NoForgetGate<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.3", .noOutputGate) { NoOutputGate<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.4", .minimalGatedUnit) { MinimalGatedUnit<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.5", .softsignCandidate) { SoftsignCandidate<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.6", .peepholes) { Peepholes<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.7", .layerNormalisedGates) { LayerNormalisedGates<Double>(inputs: $0, hidden: $1, using: &$2) },
    Solution("3.8", .mendTheBackward) { OneGate<Double>(inputs: $0, hidden: $1, using: &$2) },
  ]
}

@Suite struct SolutionTests {
  @Test("The check that finds the rooms untouched finds the solutions right.", arguments: Solution.all)
  func solved(solution: Solution) {
    let verdict = solution.check()
    #expect(verdict.isSolved, "\(verdict)")
  }

  @Test("So do centred differences over the whole way back.", arguments: Solution.all)
  func differences(solution: Solution) {
    for check in solution.differences() { #expect(check.passes, "\(check)") }
  }

  @Test("There is a solution of every exercise of chapter 3.")
  func complete() {
    #expect(Solution.all.map(\.number) == chapter03.exercises.indices.map { "3.\($0 + 1)" })
  }
}

/// Wrong solutions, and the words that the check must find for them.
@Suite struct WrongSolutionTests {
  private func coupled(_ spoil: (inout Wrong<CoupledGates<Double>>) -> Void) -> Verdict {
    CellCheck.coupledGates {
      var cell = Wrong(CoupledGates<Double>(inputs: $0, hidden: $1, using: &$2))
      spoil(&cell)
      return cell
    }
  }

  @Test func aForwardStepOfZeros() {
    let verdict = coupled { $0.after = { ($0.h, $0.c) = (0 * $0.h, 0 * $0.c) } }
    expectWrong(verdict, "a wrong c′, step 0", "0 everywhere")
  }

  @Test("All zero, forward and backward: that is untouched, and never solved.")
  func silence() {
    let verdict = coupled {
      $0.after = { ($0.h, $0.c) = (0 * $0.h, 0 * $0.c) }
      $0.answer = { dz, d in
        (dz.i, dz.g, dz.o) = (0 * dz.i, 0 * dz.g, 0 * dz.o)
        (d.h, d.c) = (0 * d.h, 0 * d.c)
      }
    }
    #expect(verdict == .untouched())
  }

  @Test func aWrongOutputButARightMemory() {
    expectWrong(coupled { $0.after = { $0.h = $0.c } }, "wrong h′", "c′ is right")
  }

  @Test func swappedGates() {
    let verdict = CellCheck.coupledGates { SwappedGates(base: CoupledGates(inputs: $0, hidden: $1, using: &$2)) }
    expectWrong(verdict, "forward step", "the gates input and output are swapped")
  }

  @Test func aRightForwardStepAlone() {
    let verdict = coupled {
      $0.answer = { dz, d in
        (dz.i, dz.g, dz.o) = (0 * dz.i, 0 * dz.g, 0 * dz.o)
        (d.h, d.c) = (0 * d.h, 0 * d.c)
      }
    }
    expectWrong(verdict, "The forward pass is right", "it is zero everywhere")
  }

  @Test func theCarryThroughTheMemory() {
    expectWrong(coupled { $0.asked = { $0.c = 0 * $0.c } }, "what comes back through c is not read")
    expectWrong(coupled { $0.answer = { $1.c = 0 * $1.c } }, "dBefore.c", "the carry is dropped")
  }

  @Test func theSignOfOneGate() {
    expectWrong(coupled { $0.answer = { dz, _ in dz.i = -dz.i } }, "dz.i", "the sign is wrong")
  }

  @Test("The gradient of Un from h, and not from what Un saw.")
  func theMinimalGatedUnitsGradient() {
    let verdict = CellCheck.minimalGatedUnit {
      var cell = Wrong(MinimalGatedUnit<Double>(inputs: $0, hidden: $1, using: &$2))
      cell.gradient = { sum, dz, traces in
        let z = Matrix.stack(traces.map(\.z)), h = Matrix.stack(traces.map(\.before.h))
        sum.candidate.U.addProduct((z * h).T, dz.n)
      }
      return cell
    }
    expectWrong(verdict, "candidate.U", "without the gate that multiplies it")
  }

  @Test func theGradientOfAPeephole() {
    let verdict = CellCheck.peepholes {
      var cell = Wrong(Peepholes<Double>(inputs: $0, hidden: $1, using: &$2))
      cell.gradient = { sum, _, _ in sum.peepO = 0 * sum.peepO }
      return cell
    }
    expectWrong(verdict, "peepO", "never set")
  }

  @Test("Where no mistake has a name, a remark says where to look.")
  func aRemark() {
    expectWrong(coupled { $0.answer = { dz, d in dz.i += d.c } }, "dz.i", "i stands there twice")
  }

  @Test("Mended in the wrong place: no longer as handed out, and not right.")
  func mendedWrongly() {
    let verdict = CellCheck.mendTheBackward {
      var cell = Wrong(OneGate<Double>(inputs: $0, hidden: $1, using: &$2))
      cell.answer = { dz, _ in dz.f = 0.5 * dz.f }
      return cell
    }
    expectWrong(verdict, "dz.f", "multiplied by 0.5")
  }

  @Test func anArrayThatIsNotListed() {
    expectWrong(CellCheck.peepholes { LSTM<Double>(inputs: $0, hidden: $1, using: &$2) }, "listArrays")
  }
}
