import ManualBPTT
import MinimalMatrix

// MARK: - The GRU

/// The gated recurrent unit (Cho et al., "Learning phrase representations using
/// RNN encoder–decoder", 2014). It resets the state before the product.
///
///     r  = σ(x·Wr + h·Ur + br)             what the candidate may see
///     z  = σ(x·Wz + h·Uz + bz)             what to keep
///     n  = tanh(x·Wn + (r ⊙ h)·Un + bn)    what could come instead
///     h′ = (1 − z) ⊙ n + z ⊙ h
///
/// Here `z` keeps, as in that paper and in PyTorch. In the paper that made the
/// cell known (Chung et al., 2014) `z` renews: `h′ = (1 − z) ⊙ h + z ⊙ n`. As
/// `1 − σ(a) = σ(−a)`, that is this cell with `Wz`, `Uz` and `bz` negated.
public struct GRU<Scalar: MatrixScalar>: Equatable, Sendable {
  /// `r`: how much of the old state the candidate sees.
  public var reset: Gate<Scalar>
  /// `z`: how much of the old state is kept.
  public var update: Gate<Scalar>
  /// `n`: what takes the place of what is not kept.
  public var candidate: Gate<Scalar>

  /// A GRU that knows nothing yet.
  ///
  /// - Parameters:
  ///   - updateBias: the bias of the update gate. The higher, the more a new
  ///     cell keeps: what the forget bias is to an LSTM.
  public init(
    inputs D: Int, hidden H: Int, updateBias: Scalar = 0,
    using random: inout SplitMix64
  ) {
    reset = Gate(inputs: D, hidden: H, using: &random)
    update = Gate(inputs: D, hidden: H, bias: updateBias, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
  }

  /// A GRU of the given gates, which must be of one size.
  public init(
    reset: Gate<Scalar>, update: Gate<Scalar>, candidate: Gate<Scalar>
  ) {
    Gate.requireOneSize(reset, update, candidate, of: "GRU")
    (self.reset, self.update) = (reset, update)
    self.candidate = candidate
  }
}

// MARK: - The state of a GRU, and what a step leaves behind

extension GRU {
  /// Its whole state is its output.
  public struct State: CellState, Equatable, Sendable {
    /// The output and the memory in one, `[B × H]`.
    public var h: Matrix<Scalar>

    /// A state of the given array.
    public init(h: Matrix<Scalar>) { self.h = h }

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("h", \.h)]
    }
  }

  /// One array for each gate, `[N × H]`.
  public struct Gates: NamedArrays, Equatable, Sendable {
    /// Of the reset gate, the update gate and the candidate.
    public var r, z, n: Matrix<Scalar>

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("r", \.r), ("z", \.z), ("n", \.n)]
    }
  }

  /// The gates as they stood, and the state before.
  public struct Trace: Sendable {
    /// The two gates and the candidate, each `[B × H]`.
    public let r, z, n: Matrix<Scalar>
    /// The state that the step began from.
    public let before: State
  }
}

// MARK: - The GRU forward

extension GRU: Cell {
  public var inputs: Int { reset.W.rows }
  public var hidden: Int { reset.U.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(r: reset.project(x), z: update.project(x), n: candidate.project(x))
  }

  public func step(_ projected: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let r = sigmoid(reset(projected.r, h))
    let z = sigmoid(update(projected.z, h))
    let n = tanh(candidate(projected.n, r * h))
    let trace = Trace(r: r, z: z, n: n, before: state)
    return (State(h: (1 - z) * n + z * h), trace)
  }

}

// MARK: - The GRU backward

extension GRU {
  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let h = t.before.h
    // h′ = (1 − z) ⊙ n + z ⊙ h
    let dZ = d.h * (h - t.n)
    let dN = d.h * (1 - t.z)
    // n = tanh zn
    let dzn = dN * (1 - t.n * t.n)
    // zn = … + (r ⊙ h)·Un + …
    let dRH = matmul(dzn, candidate.U.T)
    let dR = dRH * h
    // σ′ = σ(1 − σ)
    let dz = Gates(
      r: dR * t.r * (1 - t.r), z: dZ * t.z * (1 - t.z), n: dzn)
    // h has four readers: h′, r ⊙ h, and the gates r and z
    var dH = d.h * t.z + dRH * t.r
    dH.addProduct(dz.r, reset.U.T)
    dH.addProduct(dz.z, update.U.T)
    return (dz, State(h: dH))
  }
}

// MARK: - The GRU backward: weights and inputs

extension GRU {
  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout GRU
  ) {
    let h = Matrix.stack(traces.map { $0.before.h }, columns: hidden)
    let r = Matrix.stack(traces.map { $0.r }, columns: hidden)
    sum.reset.addGradient(dz.r, inputs: x, before: h)
    sum.update.addGradient(dz.z, inputs: x, before: h)
    sum.candidate.addGradient(dz.n, inputs: x, before: r * h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    var dx = matmul(dz.r, reset.W.T)
    dx.addProduct(dz.z, update.W.T)
    dx.addProduct(dz.n, candidate.W.T)
    return dx
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.reset, named: "reset")
      + arrays(of: \.update, named: "update")
      + arrays(of: \.candidate, named: "candidate")
  }
}

// MARK: - The GRU that resets after the product

/// The gated recurrent unit as in the first draft of its paper (Cho et al.
/// 2014, arXiv 1406.1078v1) and in PyTorch: it resets what the product has made
/// of the state.
///
///     r  = σ(x·Wr + h·Ur + br)
///     z  = σ(x·Wz + h·Uz + bz)
///     s  = h·Un + cn                 what the state says to the candidate
///     n  = tanh(x·Wn + r ⊙ s + bn)
///     h′ = (1 − z) ⊙ n + z ⊙ h
///
/// So no product has to wait for another one. The price is a second bias, `cn`,
/// which the reset gate holds back together with the state.
public struct ResetAfterGRU<Scalar: MatrixScalar>: Equatable, Sendable {
  /// `r`: how much of what the state says the candidate hears.
  public var reset: Gate<Scalar>
  /// `z`: how much of the old state is kept.
  public var update: Gate<Scalar>
  /// `n`: what takes the place of what is not kept.
  public var candidate: Gate<Scalar>
  /// `cn`, `[1 × H]`, added to every row of `h·Un`.
  public var stateBias: Matrix<Scalar>

  /// A GRU that knows nothing yet.
  ///
  /// - Parameters:
  ///   - updateBias: see ``GRU``
  public init(
    inputs D: Int, hidden H: Int, updateBias: Scalar = 0,
    using random: inout SplitMix64
  ) {
    reset = Gate(inputs: D, hidden: H, using: &random)
    update = Gate(inputs: D, hidden: H, bias: updateBias, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
    stateBias = Matrix(1, H)
  }

  /// A GRU of the given gates, which must be of one size, as must the bias.
  public init(
    reset: Gate<Scalar>, update: Gate<Scalar>, candidate: Gate<Scalar>,
    stateBias: Matrix<Scalar>
  ) {
    Gate.requireOneSize(reset, update, candidate, of: "ResetAfterGRU")
    require(
      stateBias.rows == 1 && stateBias.columns == reset.U.rows,
      "ResetAfterGRU: a state bias \(stateBias.shape) "
        + "for gates with biases \(reset.b.shape)")
    (self.reset, self.update) = (reset, update)
    (self.candidate, self.stateBias) = (candidate, stateBias)
  }
}

// MARK: - Reset after, forward

extension ResetAfterGRU: Cell {
  /// Its whole state is its output.
  public typealias State = GRU<Scalar>.State
  /// One array for each gate, `[N × H]`.
  public typealias Gates = GRU<Scalar>.Gates

  /// The gates as they stood, what the state said, and the state before.
  public struct Trace: Sendable {
    /// The two gates, the candidate, and `s = h·Un + cn`, each `[B × H]`.
    public let r, z, n, s: Matrix<Scalar>
    /// The state that the step began from.
    public let before: State
  }

  public var inputs: Int { reset.W.rows }
  public var hidden: Int { reset.U.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    Gates(r: reset.project(x), z: update.project(x), n: candidate.project(x))
  }

  public func step(_ projected: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    let r = sigmoid(reset(projected.r, h))
    let z = sigmoid(update(projected.z, h))
    let s = matmul(h, candidate.U) + stateBias
    let n = tanh(projected.n + r * s)
    let trace = Trace(r: r, z: z, n: n, s: s, before: state)
    return (State(h: (1 - z) * n + z * h), trace)
  }
}

// MARK: - Reset after, backward

extension ResetAfterGRU {
  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    // h′ = (1 − z) ⊙ n + z ⊙ h
    let dZ = d.h * (t.before.h - t.n)
    let dN = d.h * (1 - t.z)
    // n = tanh zn
    let dzn = dN * (1 - t.n * t.n)
    // zn = … + r ⊙ s + …
    let dR = dzn * t.s
    let dS = dzn * t.r
    // σ′ = σ(1 − σ)
    let dz = Gates(
      r: dR * t.r * (1 - t.r), z: dZ * t.z * (1 - t.z), n: dzn)
    // h has four readers: h′, s, and the gates r and z
    var dH = d.h * t.z
    dH.addProduct(dS, candidate.U.T)
    dH.addProduct(dz.r, reset.U.T)
    dH.addProduct(dz.z, update.U.T)
    return (dz, State(h: dH))
  }
}

// MARK: - Reset after, backward: weights and inputs

extension ResetAfterGRU {
  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace],
    to sum: inout ResetAfterGRU
  ) {
    let h = Matrix.stack(traces.map { $0.before.h }, columns: hidden)
    let dS = dz.n * Matrix.stack(traces.map { $0.r }, columns: hidden)
    sum.reset.addGradient(dz.r, inputs: x, before: h)
    sum.update.addGradient(dz.z, inputs: x, before: h)
    sum.candidate.W.addProduct(x.T, dz.n)
    sum.candidate.b.addColumnSums(of: dz.n)
    // s = h·Un + cn: what Un and cn get has passed the reset gate.
    sum.candidate.U.addProduct(h.T, dS)
    sum.stateBias.addColumnSums(of: dS)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    var dx = matmul(dz.r, reset.W.T)
    dx.addProduct(dz.z, update.W.T)
    dx.addProduct(dz.n, candidate.W.T)
    return dx
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.reset, named: "reset")
      + arrays(of: \.update, named: "update")
      + arrays(of: \.candidate, named: "candidate")
      + [("stateBias", \.stateBias)]
  }
}
