import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.3, no output gate: the memory is shown at every step.
///
///     i  = σ(x·Wi + h·Ui + bi)
///     f  = σ(x·Wf + h·Uf + bf)
///     g  = tanh(x·Wg + h·Ug + bg)
///     c′ = f ⊙ c + i ⊙ g
///     h′ = tanh c′
///
/// Write the forward and the backward step, at the end of this file. All else
/// is frozen. `swift run exercises 3.3` checks you.
public struct NoOutputGate<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = LSTM<Scalar>.State
  public var input, forget, candidate: Gate<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    input = Gate(inputs: D, hidden: H, using: &random)
    forget = Gate(inputs: D, hidden: H, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
  }

  public struct Gates: NamedArrays, Sendable {
    public var i, f, g: Matrix<Scalar>
    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("i", \.i), ("f", \.f), ("g", \.g)]
    }
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var i, f, g, tanhC: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { input.W.rows }
  public var hidden: Int { input.U.rows }

  public func zeroState(batch B: Int) -> State {
    State(h: Matrix(B, hidden), c: Matrix(B, hidden))
  }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(
      i: input.project(x), f: forget.project(x), g: candidate.project(x))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.input.addGradient(dz.i, inputs: x, before: h)
    sum.forget.addGradient(dz.f, inputs: x, before: h)
    sum.candidate.addGradient(dz.g, inputs: x, before: h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.i, input.W.T) + matmul(dz.f, forget.W.T)
      + matmul(dz.g, candidate.W.T)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.input, named: "input")
      + arrays(of: \.forget, named: "forget")
      + arrays(of: \.candidate, named: "candidate")
  }
}

// MARK: - Yours

extension NoOutputGate {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(i: zero, f: zero, g: zero, tanhC: zero, before: state)
    return (State(h: zero, c: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(i: zero, f: zero, g: zero), State(h: zero, c: zero))
  }
}
