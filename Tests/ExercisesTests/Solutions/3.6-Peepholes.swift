import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.6, peepholes: the gates see the memory itself, each unit its own,
/// by a row of weights each; the output gate sees the new one.
///
///     i  = σ(x·Wi + h·Ui + bi + pi ⊙ c)
///     f  = σ(x·Wf + h·Uf + bf + pf ⊙ c)
///     g  = tanh(x·Wg + h·Ug + bg)
///     c′ = f ⊙ c + i ⊙ g
///     o  = σ(x·Wo + h·Uo + bo + po ⊙ c′)
///     h′ = o ⊙ tanh c′
public struct Peepholes<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = LSTM<Scalar>.State
  public typealias Gates = LSTM<Scalar>.Gates
  /// The four gates: `lstm.input(z.i, h)` is `z.i + h·Ui`.
  public var lstm: LSTM<Scalar>
  /// The peepholes, `[1 × H]`: `state.c * peepI` is `pi ⊙ c` for all rows.
  public var peepI, peepF, peepO: Matrix<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    lstm = LSTM(inputs: D, hidden: H, using: &random)
    peepI = Matrix(1, H)
    (peepF, peepO) = (peepI, peepI)
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var i, f, g, o, c, tanhC: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { lstm.inputs }
  public var hidden: Int { lstm.hidden }

  public func zeroState(batch B: Int) -> State { lstm.zeroState(batch: B) }

  public func project(_ x: Matrix<Scalar>) -> Gates { lstm.project(x) }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    lstm.inputGradient(dz)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.lstm, named: "lstm")
      + [("peepI", \.peepI), ("peepF", \.peepF), ("peepO", \.peepO)]
  }
}

// MARK: - Solution 3.6

extension Peepholes {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let i = sigmoid(lstm.input(z.i, h) + state.c * peepI)
    let f = sigmoid(lstm.forget(z.f, h) + state.c * peepF)
    let g = tanh(lstm.candidate(z.g, h))
    let c = f * state.c + i * g
    let o = sigmoid(lstm.output(z.o, h) + c * peepO)
    let tanhC = tanh(c)
    let trace = Trace(
      i: i, f: f, g: g, o: o, c: c, tanhC: tanhC, before: state)
    return (State(h: o * tanhC, c: c), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let dzo = d.h * t.tanhC * t.o * (1 - t.o)
    // c′ has three readers: the next step, h′ and the output gate
    let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC) + dzo * peepO
    let (dF, dI, dG) = (dC * t.before.c, dC * t.g, dC * t.i)
    let dz = Gates(
      i: dI * t.i * (1 - t.i), f: dF * t.f * (1 - t.f),
      g: dG * (1 - t.g * t.g), o: dzo)
    var dH = matmul(dz.i, lstm.input.U.T)
    dH.addProduct(dz.f, lstm.forget.U.T)
    dH.addProduct(dz.g, lstm.candidate.U.T)
    dH.addProduct(dz.o, lstm.output.U.T)
    // and c has three: c′ and the gates i and f
    let dBefore = dC * t.f + dz.i * peepI + dz.f * peepF
    return (dz, State(h: dH, c: dBefore))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.lstm.input.addGradient(dz.i, inputs: x, before: h)
    sum.lstm.forget.addGradient(dz.f, inputs: x, before: h)
    sum.lstm.candidate.addGradient(dz.g, inputs: x, before: h)
    sum.lstm.output.addGradient(dz.o, inputs: x, before: h)
    let before = Matrix.stack(traces.map(\.before.c), columns: hidden)
    let after = Matrix.stack(traces.map(\.c), columns: hidden)
    sum.peepI.addColumnSums(of: dz.i * before)
    sum.peepF.addColumnSums(of: dz.f * before)
    sum.peepO.addColumnSums(of: dz.o * after)
  }
}
