import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.5, another candidate: softsign in place of tanh. It has the same
/// bounds, and comes near them more slowly.
///
///     i  = σ(x·Wi + h·Ui + bi)
///     f  = σ(x·Wf + h·Uf + bf)
///     g  = a / (1 + |a|)    where a = x·Wg + h·Ug + bg
///     o  = σ(x·Wo + h·Uo + bo)
///     c′ = f ⊙ c + i ⊙ g
///     h′ = o ⊙ tanh c′
public struct SoftsignCandidate<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = LSTM<Scalar>.State
  public typealias Gates = LSTM<Scalar>.Gates
  /// The four gates: `lstm.input(z.i, h)` is `z.i + h·Ui`.
  public var lstm: LSTM<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    lstm = LSTM(inputs: D, hidden: H, using: &random)
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var i, f, g, o, tanhC: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { lstm.inputs }
  public var hidden: Int { lstm.hidden }

  public func zeroState(batch B: Int) -> State { lstm.zeroState(batch: B) }

  public func project(_ x: Matrix<Scalar>) -> Gates { lstm.project(x) }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.lstm.input.addGradient(dz.i, inputs: x, before: h)
    sum.lstm.forget.addGradient(dz.f, inputs: x, before: h)
    sum.lstm.candidate.addGradient(dz.g, inputs: x, before: h)
    sum.lstm.output.addGradient(dz.o, inputs: x, before: h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    lstm.inputGradient(dz)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.lstm, named: "lstm")
  }
}

// MARK: - Solution 3.5

extension SoftsignCandidate {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let i = sigmoid(lstm.input(z.i, h))
    let f = sigmoid(lstm.forget(z.f, h))
    let a = lstm.candidate(z.g, h)
    let g = a / (1 + abs(a))
    let o = sigmoid(lstm.output(z.o, h))
    let c = f * state.c + i * g
    let tanhC = tanh(c)
    let trace = Trace(i: i, f: f, g: g, o: o, tanhC: tanhC, before: state)
    return (State(h: o * tanhC, c: c), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let dO = d.h * t.tanhC
    let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC)
    let (dF, dI, dG) = (dC * t.before.c, dC * t.g, dC * t.i)
    // The slope of softsign is (1 − |g|)², from the result alone.
    let rest = 1 - abs(t.g)
    let dz = Gates(
      i: dI * t.i * (1 - t.i), f: dF * t.f * (1 - t.f),
      g: dG * rest * rest, o: dO * t.o * (1 - t.o))
    var dH = matmul(dz.i, lstm.input.U.T)
    dH.addProduct(dz.f, lstm.forget.U.T)
    dH.addProduct(dz.g, lstm.candidate.U.T)
    dH.addProduct(dz.o, lstm.output.U.T)
    return (dz, State(h: dH, c: dC * t.f))
  }
}
