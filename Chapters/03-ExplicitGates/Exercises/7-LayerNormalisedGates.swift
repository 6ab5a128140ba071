import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 3.7, layer-normalised gates: what a gate hears of the state has, row
/// by row, mean 0 and variance 1 over the units, whatever the weights; a gain
/// `γ`, `[1 × H]`, says how loud it is. One gate is enough to see it:
///
///     n(s) = (s − mean) / √(variance + 1e-5)
///     f  = σ(x·Wf + bf + γf ⊙ n(h·Uf))
///     g  = tanh(x·Wg + bg + γg ⊙ n(h·Ug))
///     h′ = f ⊙ h + (1 − f) ⊙ g
///
/// Write both steps and the rest of the gradient, at the end of this file.
/// `swift run exercises 3.7` checks you.
public struct LayerNormalisedGates<Scalar: MatrixScalar>: Cell, Sendable {
  public typealias State = GRU<Scalar>.State
  public var forget, candidate: Gate<Scalar>
  public var gainF, gainG: Matrix<Scalar>

  public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
    forget = Gate(inputs: D, hidden: H, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
    (gainF, gainG) = (Matrix(1, H, repeating: 1), Matrix(1, H, repeating: 1))
  }

  public struct Gates: NamedArrays, Sendable {
    public var f, g: Matrix<Scalar>
    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("f", \.f), ("g", \.g)]
    }
  }

  /// What your forward step keeps for your backward step.
  public struct Trace: Sendable {
    public var f, g, normalF, normalG, deviationF, deviationG: Matrix<Scalar>
    public var before: State
  }

  public var inputs: Int { forget.W.rows }
  public var hidden: Int { forget.U.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(f: forget.project(x), g: candidate.project(x))
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.f, forget.W.T) + matmul(dz.g, candidate.W.T)
  }

  /// The mean of each row, in every column of the row.
  func rowMeans(_ s: Matrix<Scalar>) -> Matrix<Scalar> {
    matmul(s, Matrix(hidden, hidden, repeating: 1 / Scalar(hidden)))
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.forget, named: "forget")
      + arrays(of: \.candidate, named: "candidate")
      + [("gainF", \.gainF), ("gainG", \.gainG)]
  }
}

// MARK: - Yours

extension LayerNormalisedGates {
  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let zero = Matrix(zerosLike: state.h)
    let trace = Trace(
      f: zero, g: zero, normalF: zero, normalG: zero, deviationF: zero,
      deviationG: zero, before: state)
    return (State(h: zero), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let zero = Matrix(zerosLike: d.h)
    return (Gates(f: zero, g: zero), State(h: zero))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    sum.forget.W.addProduct(x.T, dz.f)
    sum.forget.b.addColumnSums(of: dz.f)
    sum.candidate.W.addProduct(x.T, dz.g)
    sum.candidate.b.addColumnSums(of: dz.g)
    // And both U, and both gains?
  }
}
