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

// MARK: - Solution 3.7

extension LayerNormalisedGates {
  /// `n(s)`, and the root that it divides by.
  func normalise(_ s: Matrix<Scalar>)
    -> (normal: Matrix<Scalar>, deviation: Matrix<Scalar>)
  {
    let centred = s - rowMeans(s)
    let deviation = sqrt(rowMeans(centred * centred) + 1e-5)
    return (centred / deviation, deviation)
  }

  /// The derivative with respect to `s`, from that with respect to `n(s)`. What
  /// would only shift or stretch a row is taken out: `n` does not see it.
  func back(
    _ d: Matrix<Scalar>, normal: Matrix<Scalar>, deviation: Matrix<Scalar>
  ) -> Matrix<Scalar> {
    (d - rowMeans(d) - normal * rowMeans(d * normal)) / deviation
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let (normalF, deviationF) = normalise(matmul(h, forget.U))
    let (normalG, deviationG) = normalise(matmul(h, candidate.U))
    let f = sigmoid(z.f + normalF * gainF)
    let g = tanh(z.g + normalG * gainG)
    let trace = Trace(
      f: f, g: g, normalF: normalF, normalG: normalG,
      deviationF: deviationF, deviationG: deviationG, before: state)
    return (State(h: f * h + (1 - f) * g), trace)
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let dF = d.h * (t.before.h - t.g)
    let dG = d.h * (1 - t.f)
    let dz = Gates(f: dF * t.f * (1 - t.f), g: dG * (1 - t.g * t.g))
    let dsF = back(dz.f * gainF, normal: t.normalF, deviation: t.deviationF)
    let dsG = back(dz.g * gainG, normal: t.normalG, deviation: t.deviationG)
    var dH = d.h * t.f
    dH.addProduct(dsF, forget.U.T)
    dH.addProduct(dsG, candidate.U.T)
    return (dz, State(h: dH))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self
  ) {
    sum.forget.W.addProduct(x.T, dz.f)
    sum.forget.b.addColumnSums(of: dz.f)
    sum.candidate.W.addProduct(x.T, dz.g)
    sum.candidate.b.addColumnSums(of: dz.g)
    func all(_ part: KeyPath<Trace, Matrix<Scalar>>) -> Matrix<Scalar> {
      Matrix.stack(traces.map { $0[keyPath: part] }, columns: hidden)
    }
    let h = all(\.before.h)
    let (normalF, normalG) = (all(\.normalF), all(\.normalG))
    sum.gainF.addColumnSums(of: dz.f * normalF)
    sum.gainG.addColumnSums(of: dz.g * normalG)
    sum.forget.U.addProduct(
      h.T, back(dz.f * gainF, normal: normalF, deviation: all(\.deviationF)))
    sum.candidate.U.addProduct(
      h.T, back(dz.g * gainG, normal: normalG, deviation: all(\.deviationG)))
  }
}
