import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

@testable import ExplicitGates

// MARK: - A right cell with one bug

/// A cell whose forward pass is right, and whose backward pass is what a bug
/// makes of the right one.
struct Planted<C: Cell<Double>>: Cell {
  var base: C
  var bug: Bug<C>

  struct Trace {
    let inner: C.Trace
    let z: C.Gates
    let before, after: C.State
  }

  var inputs: Int { base.inputs }
  var hidden: Int { base.hidden }
  func zeroState(batch B: Int) -> C.State { base.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> C.Gates { base.project(x) }

  func step(_ z: C.Gates, from state: C.State) -> (state: C.State, trace: Trace) {
    let (after, inner) = base.step(z, from: state)
    return (after, Trace(inner: inner, z: z, before: state, after: after))
  }

  func backward(_ d: C.State, through t: Trace) -> (dz: C.Gates, dBefore: C.State) {
    let (dz, dBefore) = base.backward(d, through: t.inner)
    var answer = StepAnswer(
      cell: base, d: d, t: t.inner, before: t.before, after: t.after, dz: dz, dBefore: dBefore)
    if bug.onlyFrom == nil || bug.onlyFrom == t.before.fingerprint { bug.step(&answer) }
    return (answer.dz, answer.dBefore)
  }

  func addGradient(_ dz: C.Gates, inputs x: Matrix<Double>, traces: [Trace], to sum: inout Planted) {
    let gradient = bug.gradient(base, dz, x, traces)
    // What has a wrong shape cannot be added, but must be seen.
    let fits = zip(gradient.list, base.list).allSatisfy { $0.shape == $1.shape }
    sum.base = bug.overwrites || !fits ? gradient : sum.base + gradient
  }

  func inputGradient(_ dz: C.Gates) -> Matrix<Double> { bug.inputs(base, dz) }

  static func listArrays() -> [NamedArray<Planted, Double>] {
    C.arrays.map { name, path in
      let base: WritableKeyPath<Planted, C> = \.base
      return (name, base.appending(path: path))
    }
  }
}

/// What a backward step is asked, what it knows, and what it answers.
struct StepAnswer<C: Cell<Double>> {
  let cell: C
  let d: C.State
  let t: C.Trace
  let before, after: C.State
  var dz: C.Gates
  var dBefore: C.State
}

/// What is done instead of the right thing.
struct Bug<C: Cell<Double>> {
  typealias Trace = Planted<C>.Trace
  var step: (inout StepAnswer<C>) -> Void = { _ in }
  var gradient: (C, C.Gates, Matrix<Double>, [Trace]) -> C = {
    $0.gradient($1, inputs: $2, traces: $3.map(\.inner))
  }
  var inputs: (C, C.Gates) -> Matrix<Double> = { $0.inputGradient($1) }
  /// Is what was added so far forgotten?
  var overwrites = false
  /// The fingerprint of the state at which the step's bug shows; everywhere if `nil`.
  var onlyFrom: UInt64?
}

extension Bug {
  /// What the gradient says is changed afterwards.
  static func gradient(_ change: @escaping (inout C) -> Void) -> Bug {
    Bug(gradient: {
      var result = $0.gradient($1, inputs: $2, traces: $3.map(\.inner))
      change(&result)
      return result
    })
  }

  /// The step's answer is changed afterwards.
  static func step(_ change: @escaping (inout StepAnswer<C>) -> Void) -> Bug {
    Bug(step: change)
  }

  /// The sum of the steps after is thrown away.
  static var overwrites: Bug { Bug(overwrites: true) }

  /// Only one step counts, of those that stand in the order of the way back.
  static func only(_ choose: @escaping (Int) -> Int) -> Bug {
    Bug(gradient: { cell, dz, x, traces in
      let (t, B) = (choose(traces.count), traces[0].before.h.rows)
      let rows = t * B..<(t + 1) * B
      return cell.gradient(dz.rows(rows), inputs: x.rows(rows), traces: [traces[t].inner])
    })
  }
  static var onlyLast: Bug { only { _ in 0 } }
  static var onlyFirst: Bug { only { $0 - 1 } }

  /// The state after every step stands for that before it.
  static var offByOne: Bug {
    Bug(gradient: { cell, dz, x, traces in
      cell.gradient(dz, inputs: x, traces: traces.map { cell.step($0.z, from: $0.after).trace })
    })
  }
}

extension NamedArrays where Scalar == Double {
  func clipped(to limit: Double) -> Self {
    mapped {
      var array = $0
      array.clamp(to: -limit...limit)
      return array
    }
  }
}

// MARK: - A bug, and what must be said of it

struct BugCase: CustomStringConvertible, @unchecked Sendable {
  let description: String
  let names: [String]
  let step: Int?
  let mistake: Mistake
  let diagnose: (UInt64) -> Diagnosis

  /// A bug in a cell.
  /// - Parameter at: the only step at which the bug shows
  init<C: Cell<Double>>(
    _ description: String, _ cell: C, _ bug: Bug<C>, at only: Int? = nil, says names: [String], step: Int?,
    _ mistake: Mistake
  ) {
    (self.description, self.names, self.step, self.mistake) = ("\(C.self) \(description)", names, step, mistake)
    diagnose = { seed in
      var bug = bug
      if let only {
        let trial = Trial(of: cell, seed: seed)
        let first = cell.run(trial.inputs.rows(0..<only * 2), from: trial.initial)
        bug.onlyFrom = first.last.fingerprint
      }
      return Planted(base: cell, bug: bug).diagnose(seed: seed)
    }
  }
}
