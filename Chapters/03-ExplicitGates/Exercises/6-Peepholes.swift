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
///
/// Write both steps and the rest of the gradient, at the end of this file.
/// `swift run exercises 3.6` checks you.
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

// MARK: - Yours

extension Peepholes {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(
      i: zero, f: zero, g: zero, o: zero, c: zero, tanhC: zero, before: state)
    return (State(h: zero, c: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(i: zero, f: zero, g: zero, o: zero), State(h: zero, c: zero))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.lstm.input.addGradient(dz.i, inputs: x, before: h)
    sum.lstm.forget.addGradient(dz.f, inputs: x, before: h)
    sum.lstm.candidate.addGradient(dz.g, inputs: x, before: h)
    sum.lstm.output.addGradient(dz.o, inputs: x, before: h)
    // And the peepholes? `sum.peepI.addColumnSums(of: …)`
  }
}
