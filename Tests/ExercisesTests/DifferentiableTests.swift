// A third opinion: the compiler's own derivatives, of one unit that reads one number, over three steps.
#if canImport(_Differentiation)
  import ExplicitGates
  import Foundation
  import ManualBPTT
  import MinimalMatrix
  import Testing
  import _Differentiation

  /// The gate of one unit.
  private struct UnitGate: Differentiable {
    var W, U, b: Double

    @differentiable(reverse)
    func callAsFunction(_ x: Double, _ h: Double) -> Double { x * W + h * U + b }
  }

  /// A cell of one unit: up to four gates in the order of the list, three peepholes, and the state before.
  private struct Unit: Differentiable {
    var first, second, third, fourth: UnitGate
    var peep1, peep2, peep3: Double
    var state: Pair
  }

  private struct Pair: Differentiable { var h, c: Double }

  @differentiable(reverse)
  private func σ(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

  @differentiable(reverse)
  private func step(_ number: Int, _ u: Unit, _ s: Pair, _ x: Double) -> Pair {
    if number == 4 {
      let z = σ(u.first(x, s.h))
      return Pair(h: (1 - z) * tanh(u.second(x, (1 - z) * s.h)) + z * s.h, c: s.c)
    }
    if number == 8 {
      let f = σ(u.first(x, s.h))
      return Pair(h: f * s.h + (1 - f) * tanh(u.second(x, s.h)), c: s.c)
    }
    if number <= 2 {
      let i = σ(u.first(x, s.h))
      let kept = number == 1 ? (1 - i) * s.c : s.c
      let c = kept + i * tanh(u.second(x, s.h))
      return Pair(h: σ(u.third(x, s.h)) * tanh(c), c: c)
    }
    let i = σ(u.first(x, s.h) + u.peep1 * s.c)
    let f = σ(u.second(x, s.h) + u.peep2 * s.c)
    let a = u.third(x, s.h)
    let c = f * s.c + i * (number == 5 ? a / (1 + (a * a).squareRoot()) : tanh(a))
    let o = number == 3 ? 1 : σ(u.fourth(x, s.h) + u.peep3 * c)
    return Pair(h: o * tanh(c), c: c)
  }

  @differentiable(reverse,wrt: u)
  private func loss(_ number: Int, _ u: Unit, _ x: [Double], _ weights: [Double]) -> Double {
    let s1 = step(number, u, u.state, x[0])
    let s2 = step(number, u, s1, x[1])
    let s3 = step(number, u, s2, x[2])
    return weights[0] * s1.h + weights[1] * s2.h + weights[2] * s3.h + weights[3] * s3.c
  }

  @Suite struct SolutionDerivativeTests {
    /// `n(s)` of one unit is 0, so 3.7 is not among them.
    @Test("The compiler finds the derivatives that the solutions find.", arguments: [1, 2, 3, 4, 5, 6, 8])
    func compiler(number: Int) {
      var random = SplitMix64(seed: 8)
      switch number {
      case 1: compare(number, CoupledGates<Double>(inputs: 1, hidden: 1, using: &random))
      case 2: compare(number, NoForgetGate<Double>(inputs: 1, hidden: 1, using: &random))
      case 3: compare(number, NoOutputGate<Double>(inputs: 1, hidden: 1, using: &random))
      case 4: compare(number, MinimalGatedUnit<Double>(inputs: 1, hidden: 1, using: &random))
      case 5: compare(number, SoftsignCandidate<Double>(inputs: 1, hidden: 1, using: &random))
      case 6: compare(number, Peepholes<Double>(inputs: 1, hidden: 1, using: &random))
      default: compare(number, OneGate<Double>(inputs: 1, hidden: 1, using: &random))
      }
    }

    private func compare<C: Cell<Double>>(_ number: Int, _ untrained: C) {
      var (cell, random) = (untrained, SplitMix64(seed: 9))
      for (_, path) in C.arrays { cell[keyPath: path] = .normal(1, 1, deviation: 0.7, using: &random) }
      var trial = Trial(of: cell, batch: 1, steps: 3, seed: 10)
      trial.dLast.h = Matrix(1, 1)
      func values<Arrays: NamedArrays<Double>>(_ arrays: Arrays) -> [Double] {
        Arrays.arrays.map { arrays[keyPath: $0.path][0, 0] }
      }
      let (w, initial, dLast) = (values(cell), values(trial.initial), values(trial.dLast))
      let gates = stride(from: 0, through: 9, by: 3).map { i in
        i + 2 < w.count ? UnitGate(W: w[i], U: w[i + 1], b: w[i + 2]) : UnitGate(W: 0, U: 0, b: 0)
      }
      let peeps = number == 6 ? Array(w.suffix(3)) : [0, 0, 0]
      let unit = Unit(
        first: gates[0], second: gates[1], third: gates[2], fourth: gates[3], peep1: peeps[0], peep2: peeps[1],
        peep3: peeps[2], state: Pair(h: initial[0], c: initial.count > 1 ? initial[1] : 0))
      let weights = Array(trial.dOutputs.scalars) + [dLast.count > 1 ? dLast[1] : 0]

      let d = gradient(at: unit) { loss(number, $0, Array(trial.inputs.scalars), weights) }
      let compilers = [d.first, d.second, d.third, d.fourth].flatMap { [$0.W, $0.U, $0.b] }
      let all = number == 6 ? compilers + [d.peep1, d.peep2, d.peep3] : Array(compilers.prefix(w.count))
      let back = cell.backward(trial.dOutputs, last: trial.dLast, through: cell.run(trial.inputs, from: trial.initial))
      let ours = values(back.gradient) + values(back.dInitial)
      let theirs = all + [d.state.h, d.state.c].prefix(initial.count)
      #expect(ours.count == theirs.count && ours.allSatisfy { $0 != 0 })
      for (ours, theirs) in zip(ours, theirs) { #expect(abs(ours - theirs) < 1e-12) }
    }
  }
#endif
