import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.1, coupled gates: what is forgotten makes room for what is
/// written. One gate decides both, `f = 1 − i`.
///
///     i  = σ(x·Wi + h·Ui + bi)
///     g  = tanh(x·Wg + h·Ug + bg)
///     o  = σ(x·Wo + h·Uo + bo)
///     c′ = (1 − i) ⊙ c + i ⊙ g
///     h′ = o ⊙ tanh c′
///
/// Write the forward and the backward step, at the end of this file. All else
/// is frozen. `swift run exercises 3.1` checks you.
public struct CoupledGates<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = LSTM<Scalar>.State
  public var input, candidate, output: Gate<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    input = Gate(inputs: D, hidden: H, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
    output = Gate(inputs: D, hidden: H, using: &random)
  }

  public struct Gates: NamedArrays, Sendable {
    public var i, g, o: Matrix<Scalar>
    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("i", \.i), ("g", \.g), ("o", \.o)]
    }
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var i, g, o, tanhC: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { input.W.rows }
  public var hidden: Int { input.U.rows }

  public func zeroState(batch B: Int) -> State {
    State(h: Matrix(B, hidden), c: Matrix(B, hidden))
  }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(
      i: input.project(x), g: candidate.project(x), o: output.project(x))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.input.addGradient(dz.i, inputs: x, before: h)
    sum.candidate.addGradient(dz.g, inputs: x, before: h)
    sum.output.addGradient(dz.o, inputs: x, before: h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.i, input.W.T) + matmul(dz.g, candidate.W.T)
      + matmul(dz.o, output.W.T)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.input, named: "input")
      + arrays(of: \.candidate, named: "candidate")
      + arrays(of: \.output, named: "output")
  }
}

// MARK: - Yours

extension CoupledGates {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(i: zero, g: zero, o: zero, tanhC: zero, before: state)
    return (State(h: zero, c: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(i: zero, g: zero, o: zero), State(h: zero, c: zero))
  }
}
