import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.2, no forget gate: the LSTM as it was first published, in 1997.
/// Its memory is added to, and never forgets.
///
///     i  = σ(x·Wi + h·Ui + bi)
///     g  = tanh(x·Wg + h·Ug + bg)
///     o  = σ(x·Wo + h·Uo + bo)
///     c′ = c + i ⊙ g
///     h′ = o ⊙ tanh c′
public struct NoForgetGate<Scalar: MatrixScalar>: Cell, Sendable {
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

// MARK: - Solution 3.2

extension NoForgetGate {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let i = sigmoid(input(z.i, state.h))
    let g = tanh(candidate(z.g, state.h))
    let o = sigmoid(output(z.o, state.h))
    let c = state.c + i * g
    let tanhC = tanh(c)
    let trace = Trace(i: i, g: g, o: o, tanhC: tanhC, before: state)
    return (State(h: o * tanhC, c: c), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let dO = d.h * t.tanhC
    let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC)
    // c′ = c + i ⊙ g
    let dI = dC * t.g
    let dG = dC * t.i
    let dz = Gates(
      i: dI * t.i * (1 - t.i), g: dG * (1 - t.g * t.g),
      o: dO * t.o * (1 - t.o))
    var dH = matmul(dz.i, input.U.T)
    dH.addProduct(dz.g, candidate.U.T)
    dH.addProduct(dz.o, output.U.T)
    return (dz, State(h: dH, c: dC))
  }
}
