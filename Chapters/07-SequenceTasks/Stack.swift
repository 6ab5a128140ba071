import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - Two cells, one above the other

/// Two cells as one: what the lower one shows is what the upper one reads. Each
/// has weights of its own.
///
///     h′ = lower(x, h)       u′ = upper(h′, u)
///
/// It keeps the contract of a cell, so everything that runs a cell runs it, and
/// either part may be a stack itself.
public struct Stack<Lower: Cell, Upper: Cell<Lower.Scalar>>: NamedArrays {
  /// What reads the input.
  public var lower: Lower
  /// What reads the output of the lower cell, and is shown.
  public var upper: Upper

  /// The upper cell must read as many numbers as the lower one shows.
  public init(_ lower: Lower, _ upper: Upper) {
    require(
      upper.inputs == lower.hidden,
      "Stack: the upper cell reads \(upper.inputs) numbers, "
        + "the lower one shows \(lower.hidden)")
    (self.lower, self.upper) = (lower, upper)
  }

  public static func listArrays() -> [NamedArray<Self, Lower.Scalar>] {
    arrays(of: \.lower, named: "lower") + arrays(of: \.upper, named: "upper")
  }
}

extension Stack: Sendable where Lower: Sendable, Upper: Sendable {}

// MARK: - The state of a stack, and what a step leaves behind

extension Stack {
  /// Both states. The stack shows what its upper cell shows.
  public struct State: CellState {
    /// What the lower cell carries.
    public var lower: Lower.State
    /// What the upper cell carries.
    public var upper: Upper.State
    public var h: Matrix<Lower.Scalar> {
      get { upper.h }
      set { upper.h = newValue }
    }

    public static func listArrays() -> [NamedArray<Self, Lower.Scalar>] {
      arrays(of: \.lower, named: "lower") + arrays(of: \.upper, named: "upper")
    }
  }

  /// What both cells project. Forward, the upper part is zero: what the upper
  /// cell reads is not known before the lower one has made its step.
  public struct Gates: NamedArrays {
    /// Of the lower cell.
    public var lower: Lower.Gates
    /// Of the upper cell.
    public var upper: Upper.Gates

    public static func listArrays() -> [NamedArray<Self, Lower.Scalar>] {
      arrays(of: \.lower, named: "lower") + arrays(of: \.upper, named: "upper")
    }
  }

  /// Both traces, and what went from one cell to the other.
  public struct Trace {
    /// That of the lower cell.
    public let lower: Lower.Trace
    /// That of the upper cell.
    public let upper: Upper.Trace
    /// What the upper cell read, `[B × H]` of the lower one.
    public let between: Matrix<Lower.Scalar>
  }
}

extension Stack.Trace: Sendable
where Lower.Trace: Sendable, Upper.Trace: Sendable {}

// MARK: - A stack is a cell

extension Stack: Cell {
  public var inputs: Int { lower.inputs }
  public var hidden: Int { upper.hidden }

  public func zeroState(batch B: Int) -> State {
    State(lower: lower.zeroState(batch: B), upper: upper.zeroState(batch: B))
  }

  public func project(_ x: Matrix<Lower.Scalar>) -> Gates {
    let row = upper.project(Matrix(1, upper.inputs))
    let empty = row.mapped { Matrix(x.rows, $0.columns) }
    return Gates(lower: lower.project(x), upper: empty)
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let below = lower.step(z.lower, from: state.lower)
    let h = below.state.h
    let above = upper.step(upper.project(h), from: state.upper)
    return (
      State(lower: below.state, upper: above.state),
      Trace(lower: below.trace, upper: above.trace, between: h)
    )
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    let above = upper.backward(d.upper, through: t.upper)
    // The lower output has two readers: the upper cell and the next step.
    var dLower = d.lower
    dLower.h += upper.inputGradient(above.dz)
    let below = lower.backward(dLower, through: t.lower)
    return (
      Gates(lower: below.dz, upper: above.dz),
      State(lower: below.dBefore, upper: above.dBefore)
    )
  }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<Lower.Scalar>, traces: [Trace],
    to sum: inout Stack
  ) {
    let between = Matrix.stack(traces.map { $0.between }, columns: lower.hidden)
    lower.addGradient(
      dz.lower, inputs: x, traces: traces.map { $0.lower }, to: &sum.lower)
    upper.addGradient(
      dz.upper, inputs: between, traces: traces.map { $0.upper },
      to: &sum.upper)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<Lower.Scalar> {
    lower.inputGradient(dz.lower)
  }
}
