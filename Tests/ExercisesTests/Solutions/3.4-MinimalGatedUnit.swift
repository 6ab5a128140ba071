import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.4, a minimal gated unit: one gate for the GRU's two. The
/// candidate sees of the old state just the part that it is about to replace.
///
///     z  = σ(x·Wz + h·Uz + bz)
///     n  = tanh(x·Wn + ((1 − z) ⊙ h)·Un + bn)
///     h′ = (1 − z) ⊙ n + z ⊙ h
public struct MinimalGatedUnit<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = GRU<Scalar>.State
  public var update, candidate: Gate<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    update = Gate(inputs: D, hidden: H, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
  }

  public struct Gates: NamedArrays, Sendable {
    public var z, n: Matrix<Scalar>
    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("z", \.z), ("n", \.n)]
    }
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var z, n: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { update.W.rows }
  public var hidden: Int { update.U.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(z: update.project(x), n: candidate.project(x))
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.z, update.W.T) + matmul(dz.n, candidate.W.T)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.update, named: "update")
      + arrays(of: \.candidate, named: "candidate")
  }
}

// MARK: - Solution 3.4

extension MinimalGatedUnit {
  public func step(_ projected: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let z = sigmoid(update(projected.z, h))
    let n = tanh(candidate(projected.n, (1 - z) * h))
    return (State(h: (1 - z) * n + z * h), Trace(z: z, n: n, before: state))
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let h = t.before.h
    let dzn = d.h * (1 - t.z) * (1 - t.n * t.n)
    // zn = … + ((1 − z) ⊙ h)·Un + …
    let dRest = matmul(dzn, candidate.U.T)
    // z has three readers: two in h′, one in the candidate
    let dZ = d.h * (h - t.n) - dRest * h
    let dz = Gates(z: dZ * t.z * (1 - t.z), n: dzn)
    var dH = d.h * t.z + dRest * (1 - t.z)
    dH.addProduct(dz.z, update.U.T)
    return (dz, State(h: dH))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.update.addGradient(dz.z, inputs: x, before: h)
    let z = Matrix.stack(traces.map(\.z), columns: hidden)
    sum.candidate.addGradient(dz.n, inputs: x, before: (1 - z) * h)
  }
}
