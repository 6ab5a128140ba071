import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.4, a minimal gated unit: one gate for the GRU's two. The
/// candidate sees of the old state just the part that it is about to replace.
///
///     z  = σ(x·Wz + h·Uz + bz)
///     n  = tanh(x·Wn + ((1 − z) ⊙ h)·Un + bn)
///     h′ = (1 − z) ⊙ n + z ⊙ h
///
/// Write both steps and the rest of the gradient, at the end of this file.
/// `swift run exercises 3.4` checks you.
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

// MARK: - Yours

extension MinimalGatedUnit {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(z: zero, n: zero, before: state)
    return (State(h: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(z: zero, n: zero), State(h: zero))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
    sum.update.addGradient(dz.z, inputs: x, before: h)
    // And the candidate? What did its U multiply?
  }
}
