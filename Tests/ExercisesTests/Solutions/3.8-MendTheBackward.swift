import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.8, mend the backward step: a cell with one gate that decides, unit
/// by unit, between the old state and a new one. (J. van der Westhuizen & J.
/// Lasenby, "The unreasonable effectiveness of the forget gate", 2018.)
///
///     f  = σ(x·Wf + h·Uf + bf)
///     g  = tanh(x·Wg + h·Ug + bg)
///     h′ = f ⊙ h + (1 − f) ⊙ g
public struct OneGate<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = GRU<Scalar>.State
  public var forget, candidate: Gate<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    forget = Gate(inputs: D, hidden: H, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
  }

  public struct Gates: NamedArrays, Sendable {
    public var f, g: Matrix<Scalar>
    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("f", \.f), ("g", \.g)]
    }
  }

  /// What the forward step keeps for the backward step.
  public struct Trace: Sendable {
    public var f, g: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { forget.W.rows }
  public var hidden: Int { forget.U.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(f: forget.project(x), g: candidate.project(x))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.forget.addGradient(dz.f, inputs: x, before: h)
    sum.candidate.addGradient(dz.g, inputs: x, before: h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.f, forget.W.T) + matmul(dz.g, candidate.W.T)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.forget, named: "forget")
      + arrays(of: \.candidate, named: "candidate")
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let f = sigmoid(forget(z.f, state.h))
    let g = tanh(candidate(z.g, state.h))
    return (State(h: f * state.h + (1 - f) * g), Trace(f: f, g: g, before: state))
  }
}

// MARK: - Solution 3.8

extension OneGate {
  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    // h′ = f ⊙ h + (1 − f) ⊙ g
    let dF = d.h * (t.before.h - t.g)
    let dG = d.h * (1 - t.f)
    // σ′ = σ(1 − σ), tanh′ = 1 − tanh²
    let dz = Gates(f: dF * t.f * (1 - t.f), g: dG * (1 - t.g * t.g))
    // h has three readers: h′ and both gates
    var dH = d.h * t.f
    dH.addProduct(dz.f, forget.U.T)
    dH.addProduct(dz.g, candidate.U.T)
    return (dz, State(h: dH))
  }
}
