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
///
/// Write the forward and the backward step, at the end of this file. All else
/// is frozen. `swift run exercises 3.5` checks you.
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

// MARK: - Yours

extension SoftsignCandidate {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(
      i: zero, f: zero, g: zero, o: zero, tanhC: zero, before: state)
    return (State(h: zero, c: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(i: zero, f: zero, g: zero, o: zero), State(h: zero, c: zero))
  }
}
