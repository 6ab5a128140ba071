import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - The tanh cell under the contract

extension TanhCell: Cell {
  /// Its whole state is its output.
  public struct State: CellState, Equatable, Sendable {
    public var h: Matrix<Scalar>

    /// A state of the given array, `[B × H]`.
    public init(h: Matrix<Scalar>) { self.h = h }

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("h", \.h)]
    }
  }

  /// No gate at all, but one sum: `x·Wx + b`, `[N × H]`.
  public struct Gates: NamedArrays, Equatable, Sendable {
    /// What the state is added to.
    public var z: Matrix<Scalar>

    public static func listArrays() -> [NamedArray<Self, Scalar>] {
      [("z", \.z)]
    }
  }

  /// The states before and after a step.
  public struct Trace: Sendable {
    /// Each with `h`, `[B × H]`.
    public let before, after: State
  }

  public var inputs: Int { Wx.rows }
  public var hidden: Int { Wh.rows }

  public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

  public func project(_ x: Matrix<Scalar>) -> Gates {
    var z = matmul(x, Wx)
    z += b
    return Gates(z: z)
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let after = State(h: tanh(z.z.addingProduct(state.h, Wh)))
    return (after, Trace(before: state, after: after))
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let dz = d.h * (1 - t.after.h * t.after.h)
    return (Gates(z: dz), State(h: matmul(dz, Wh.T)))
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace],
    to sum: inout TanhCell
  ) {
    let h = Matrix.stack(traces.map { $0.before.h }, columns: hidden)
    sum.Wx.addProduct(x.T, dz.z)
    sum.Wh.addProduct(h.T, dz.z)
    sum.b.addColumnSums(of: dz.z)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
    matmul(dz.z, Wx.T)
  }
}
