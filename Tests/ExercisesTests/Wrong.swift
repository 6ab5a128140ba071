import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// A right cell, made wrong.
struct Wrong<C: Cell<Double>>: Cell {
  var base: C
  /// What is done to the state after a step; to the derivative that comes to the backward step; to the two answers that
  /// it gives; to the gradient.
  var after: (inout C.State) -> Void = { _ in }
  var asked: (inout C.State) -> Void = { _ in }
  var answer: (inout C.Gates, inout C.State) -> Void = { _, _ in }
  var gradient: (inout C, C.Gates, [C.Trace]) -> Void = { _, _, _ in }

  init(_ base: C) { self.base = base }

  var inputs: Int { base.inputs }
  var hidden: Int { base.hidden }
  func zeroState(batch B: Int) -> C.State { base.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> C.Gates { base.project(x) }

  func step(_ z: C.Gates, from state: C.State) -> (state: C.State, trace: C.Trace) {
    var (state, trace) = base.step(z, from: state)
    after(&state)
    return (state, trace)
  }

  func backward(_ d: C.State, through t: C.Trace) -> (dz: C.Gates, dBefore: C.State) {
    var d = d
    asked(&d)
    var (dz, dBefore) = base.backward(d, through: t)
    answer(&dz, &dBefore)
    return (dz, dBefore)
  }

  func addGradient(_ dz: C.Gates, inputs x: Matrix<Double>, traces: [C.Trace], to sum: inout Wrong) {
    base.addGradient(dz, inputs: x, traces: traces, to: &sum.base)
    gradient(&sum.base, dz, traces)
  }

  func inputGradient(_ dz: C.Gates) -> Matrix<Double> { base.inputGradient(dz) }

  static func listArrays() -> [NamedArray<Wrong, Double>] {
    let base: WritableKeyPath<Wrong, C> = \.base
    return C.arrays.map { ($0.name, base.appending(path: $0.path)) }
  }
}

/// The solution of 3.1 with the arrays of two gates under each other's name.
struct SwappedGates: Cell {
  typealias Base = CoupledGates<Double>
  var base: Base

  var inputs: Int { base.inputs }
  var hidden: Int { base.hidden }
  func zeroState(batch B: Int) -> Base.State { base.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> Base.Gates { base.project(x) }
  func step(_ z: Base.Gates, from state: Base.State) -> (state: Base.State, trace: Base.Trace) {
    base.step(z, from: state)
  }
  func backward(_ d: Base.State, through t: Base.Trace) -> (dz: Base.Gates, dBefore: Base.State) {
    base.backward(d, through: t)
  }
  func addGradient(_ dz: Base.Gates, inputs x: Matrix<Double>, traces: [Base.Trace], to sum: inout SwappedGates) {
    base.addGradient(dz, inputs: x, traces: traces, to: &sum.base)
  }
  func inputGradient(_ dz: Base.Gates) -> Matrix<Double> { base.inputGradient(dz) }
  static func listArrays() -> [NamedArray<SwappedGates, Double>] {
    arrays(of: \.base.output, named: "input") + arrays(of: \.base.candidate, named: "candidate")
      + arrays(of: \.base.input, named: "output")
  }
}
