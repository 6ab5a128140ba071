import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - One gate

/// The weights of one gate: what it sees of the input, what it sees of the
/// state, and where it stands when it sees nothing.
///
///     z = x·W + h·U + b
public struct Gate<Scalar: MatrixScalar>: NamedArrays, Equatable, Sendable {
  /// From the input, `[D × H]`.
  public var W: Matrix<Scalar>
  /// From the output of the step before, `[H × H]`.
  public var U: Matrix<Scalar>
  /// `[1 × H]`, added to every row.
  public var b: Matrix<Scalar>

  /// A gate of the given arrays, whose shapes must fit together.
  public init(W: Matrix<Scalar>, U: Matrix<Scalar>, b: Matrix<Scalar>) {
    let H = U.rows
    require(
      U.columns == H && W.columns == H && b.rows == 1 && b.columns == H,
      "Gate: W \(W.shape), U \(U.shape) and b \(b.shape) do not fit together")
    (self.W, self.U, self.b) = (W, U, b)
  }

  /// Weights between `−1/√H` and `1/√H`, all equally likely, as PyTorch draws
  /// them; every entry of the bias is `bias`.
  public init(
    inputs D: Int, hidden H: Int, bias: Scalar = 0,
    using random: inout SplitMix64
  ) {
    let scale = 1 / Double(H).squareRoot()
    W = .uniform(D, H, scale: scale, using: &random)
    U = .uniform(H, H, scale: scale, using: &random)
    b = Matrix(1, H, repeating: bias)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    [("W", \.W), ("U", \.U), ("b", \.b)]
  }

  /// Stops the program unless all gates of `cell` are of one size.
  static func requireOneSize(_ gates: Gate..., of cell: String) {
    let (D, H) = (gates[0].W.rows, gates[0].U.rows)
    require(
      gates.allSatisfy { $0.W.rows == D && $0.U.rows == H },
      "\(cell): W and U of its gates differ in size: "
        + gates.map { "\($0.W.shape) and \($0.U.shape)" }
        .joined(separator: ", "))
  }

  /// `x·W + b`, for inputs `[N × D]`.
  public func project(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
    var z = matmul(x, W)
    z += b
    return z
  }

  /// `z + h·U`, the gate before its squashing function, `[B × H]`.
  /// - Parameters:
  ///   - z: the projected input of this step, `[B × H]`
  ///   - h: the output of the step before, `[B × H]`
  public func callAsFunction(_ z: Matrix<Scalar>, _ h: Matrix<Scalar>)
    -> Matrix<Scalar>
  {
    z.addingProduct(h, U)
  }

  /// For a gate that holds derivatives: adds `dW = xᵀ·dz`, `dU = hᵀ·dz` and
  /// `db = Σ dz` over the rows, all summed over the steps by the products.
  public mutating func addGradient(
    _ dz: Matrix<Scalar>, inputs x: Matrix<Scalar>, before h: Matrix<Scalar>
  ) {
    W.addProduct(x.T, dz)
    U.addProduct(h.T, dz)
    b.addColumnSums(of: dz)
  }
}

// MARK: - The LSTM

/// The long short-term memory (Hochreiter & Schmidhuber, 1997; with the forget
/// gate of Gers, Schmidhuber & Cummins, 2000).
///
///     i  = σ(x·Wi + h·Ui + bi)       what to write
///     f  = σ(x·Wf + h·Uf + bf)       what to keep
///     g  = tanh(x·Wg + h·Ug + bg)    what could be written
///     o  = σ(x·Wo + h·Uo + bo)       what to show
///     c′ = f ⊙ c + i ⊙ g
///     h′ = o ⊙ tanh c′
public struct LSTM<Scalar: MatrixScalar>: Equatable, Sendable {
  /// `i`: how much of the candidate is written into the cell.
  public var input: Gate<Scalar>
  /// `f`: how much of the old cell is kept.
  public var forget: Gate<Scalar>
  /// `g`: what could be written.
  public var candidate: Gate<Scalar>
  /// `o`: how much of the cell is shown.
  public var output: Gate<Scalar>

  /// An LSTM that knows nothing yet.
  ///
  /// - Parameters:
  ///   - forgetBias: the bias of the forget gate. At 1 a new cell keeps most of
  ///     what it holds, so that derivatives reach far from the first day on
  ///     (Gers, Schmidhuber & Cummins, 2000; Jozefowicz, Zaremba & Sutskever,
  ///     2015).
  public init(
    inputs D: Int, hidden H: Int, forgetBias: Scalar = 1,
    using random: inout SplitMix64
  ) {
    input = Gate(inputs: D, hidden: H, using: &random)
    forget = Gate(inputs: D, hidden: H, bias: forgetBias, using: &random)
    candidate = Gate(inputs: D, hidden: H, using: &random)
    output = Gate(inputs: D, hidden: H, using: &random)
  }

  /// An LSTM of the given gates, which must be of one size.
  public init(
    input: Gate<Scalar>, forget: Gate<Scalar>, candidate: Gate<Scalar>,
    output: Gate<Scalar>
  ) {
    Gate.requireOneSize(input, forget, candidate, output, of: "LSTM")
    (self.input, self.forget) = (input, forget)
    (self.candidate, self.output) = (candidate, output)
  }
}

// MARK: - The state of an LSTM, and what a step leaves behind

extension LSTM {
  /// What is carried from step to step.
  public struct State: CellState, Equatable, Sendable {
    /// The output, `[B × H]`.
    public var h: Matrix<Scalar>
    /// The cell: the memory that the gates guard, `[B × H]`.
    public var c: Matrix<Scalar>

    /// A state of the given arrays.
    public init(h: Matrix<Scalar>, c: Matrix<Scalar>) {
      (self.h, self.c) = (h, c)
    }

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("h", \.h), ("c", \.c)]
    }
  }

  /// One array for each gate, `[N × H]`.
  public struct Gates: NamedArrays, Equatable, Sendable {
    /// Of the input, forget, candidate and output gate.
    public var i, f, g, o: Matrix<Scalar>

    /// Gates of the given arrays.
    public init(
      i: Matrix<Scalar>, f: Matrix<Scalar>, g: Matrix<Scalar>,
      o: Matrix<Scalar>
    ) {
      (self.i, self.f, self.g, self.o) = (i, f, g, o)
    }

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("i", \.i), ("f", \.f), ("g", \.g), ("o", \.o)]
    }
  }

  /// The gates as they stood, the cell's tanh, and the state before.
  public struct Trace: Sendable {
    /// The four gates, and `tanh c′`, each `[B × H]`.
    public let i, f, g, o, tanhC: Matrix<Scalar>
    /// The state that the step began from.
    public let before: State
  }
}

// MARK: - The LSTM forward

extension LSTM: Cell {
  public var inputs: Int { input.W.rows }
  public var hidden: Int { input.U.rows }

  public func zeroState(batch B: Int) -> State {
    State(h: Matrix(B, hidden), c: Matrix(B, hidden))
  }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    var (i, f, g, o) = products(
      of: x, with: (input.W, forget.W, candidate.W, output.W))
    i += input.b
    f += forget.b
    g += candidate.b
    o += output.b
    return Gates(i: i, f: f, g: g, o: o)
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let h = state.h
    // z + h·U
    let (zi, zf, zg, zo) = addingProducts(
      of: h, with: (input.U, forget.U, candidate.U, output.U),
      to: (z.i, z.f, z.g, z.o))
    let i = sigmoid(zi)
    let f = sigmoid(zf)
    let g = tanh(zg)
    let o = sigmoid(zo)
    let c = f * state.c + i * g
    let tanhC = tanh(c)
    let trace = Trace(i: i, f: f, g: g, o: o, tanhC: tanhC, before: state)
    return (State(h: o * tanhC, c: c), trace)
  }

}

// MARK: - The LSTM backward: the same lines, read upwards

extension LSTM {
  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    // h′ = o ⊙ tanh c′
    let dO = d.h * t.tanhC
    // … and c′ has two readers: h′ and the next step
    let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC)
    // c′ = f ⊙ c + i ⊙ g
    let dF = dC * t.before.c
    let dI = dC * t.g
    let dG = dC * t.i
    // σ′ = σ(1 − σ), tanh′ = 1 − tanh²
    let dz = Gates(
      i: dI * t.i * (1 - t.i), f: dF * t.f * (1 - t.f),
      g: dG * (1 - t.g * t.g), o: dO * t.o * (1 - t.o))
    // z = … + h·U + …, in four gates
    var dH = matmul(dz.i, input.U.T)
    dH.addProduct(dz.f, forget.U.T)
    dH.addProduct(dz.g, candidate.U.T)
    dH.addProduct(dz.o, output.U.T)
    return (dz, State(h: dH, c: dC * t.f))
  }
}

// MARK: - The LSTM backward: weights and inputs

extension LSTM {
  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout LSTM
  ) {
    let h = Matrix.stack(traces.map { $0.before.h }, columns: hidden)
    sum.input.addGradient(dz.i, inputs: x, before: h)
    sum.forget.addGradient(dz.f, inputs: x, before: h)
    sum.candidate.addGradient(dz.g, inputs: x, before: h)
    sum.output.addGradient(dz.o, inputs: x, before: h)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    var dx = matmul(dz.i, input.W.T)
    dx.addProduct(dz.f, forget.W.T)
    dx.addProduct(dz.g, candidate.W.T)
    dx.addProduct(dz.o, output.W.T)
    return dx
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.input, named: "input")
      + arrays(of: \.forget, named: "forget")
      + arrays(of: \.candidate, named: "candidate")
      + arrays(of: \.output, named: "output")
  }
}
