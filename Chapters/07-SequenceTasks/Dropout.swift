import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - A mask that can be drawn again

/// Dropout (Srivastava et al., 2014), inverted: an output is kept with a
/// probability, and what is kept is divided by it. So the mean stays as it is,
/// and without dropout nothing has to be corrected.
///
/// The mask of a row and a step is made of the seed and of these two numbers
/// alone. So it is the same in every unrolling, whatever is computed first, or
/// twice.
public struct Dropout: Equatable, Sendable {
  /// How likely an output is kept, above 0 and at most 1.
  public let keep: Double
  /// One mask for all steps of a sequence (Gal & Ghahramani, 2016), or a new
  /// one for every step.
  public let isOncePerSequence: Bool
  /// Another seed, other masks.
  public let seed: UInt64

  /// Masks that keep with a probability, which must be above 0 and at most 1.
  public init(keep: Double, oncePerSequence: Bool = false, seed: UInt64) {
    require(
      keep > 0 && keep <= 1,
      "Dropout: a keep probability of \(keep) is not above 0 and at most 1")
    (self.keep, self.isOncePerSequence) = (keep, oncePerSequence)
    self.seed = seed
  }

  /// The masks of two layers, which have nothing in common.
  public func split() -> (Dropout, Dropout) {
    var random = SplitMix64(seed: seed)
    func next() -> Dropout {
      Dropout(
        keep: keep, oncePerSequence: isOncePerSequence, seed: random.next())
    }
    return (next(), next())
  }

  /// The masks `[N × H]` of some rows of the batch, each at a step of its own:
  /// 0 where an output is dropped, `1/keep` where it is kept.
  public func mask<Scalar: MatrixScalar>(
    rows: [Int], steps: [Int], units H: Int
  ) -> Matrix<Scalar> {
    let seeds = zip(rows, steps).map { row, step in
      let step = isOncePerSequence ? 0 : step
      var place = SplitMix64(seed: seed ^ UInt64(row) << 32 ^ UInt64(step))
      return place.next()
    }
    return .mask(keep: keep, as: Scalar(1 / keep), columns: H, seeds: seeds)
  }
}

// MARK: - A cell with dropout on its outputs

/// A cell whose outputs are dropped, for whoever reads them. The cell itself
/// remembers all: what is dropped at one step is not lost for the next.
public struct Dropped<C: Cell>: NamedArrays {
  /// The cell.
  public var cell: C
  /// None: nothing is dropped, as when the network is used and not trained.
  public var dropout: Dropout?

  /// A cell and its masks.
  public init(_ cell: C, _ dropout: Dropout?) {
    (self.cell, self.dropout) = (cell, dropout)
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.cell, named: "cell")
  }
}

extension Dropped: Sendable where C: Sendable {}

extension Dropped: Cell {
  /// The state of the cell, what is shown of it, and whose mask comes next.
  public struct State: CellState {
    /// The state of the cell, nothing of it dropped.
    public var cell: C.State
    /// The output of the cell, masked, `[B × H]`.
    public var h: Matrix<C.Scalar>
    /// For each row of the batch its number and how many steps it has taken,
    /// `[B × 2]`. It travels with the row, wherever a loop may put it.
    public var place: Matrix<C.Scalar>

    public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
      arrays(of: \.cell, named: "cell") + [("h", \.h), ("place", \.place)]
    }
  }

  /// The trace of the cell, and the mask.
  public struct Trace {
    /// The cell's own.
    public let cell: C.Trace
    /// What the output was multiplied by, `[B × H]`.
    public let mask: Matrix<C.Scalar>?
  }

  public var inputs: Int { cell.inputs }
  public var hidden: Int { cell.hidden }

  public func zeroState(batch B: Int) -> State {
    let place = Matrix((0..<B).map { [C.Scalar($0), 0] })
    return State(
      cell: cell.zeroState(batch: B), h: Matrix(B, hidden),
      place: B > 0 ? place : Matrix(0, 2))
  }

  public func project(_ x: Matrix<C.Scalar>) -> C.Gates { cell.project(x) }

  public func step(_ z: C.Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    let step = cell.step(z, from: state.cell)
    let mask: Matrix<C.Scalar>? = dropout.map { dropout in
      let place = (0..<state.place.rows).map { row in
        (0...1).map { Int(Double(state.place[row, $0]).rounded()) }
      }
      return dropout.mask(
        rows: place.map { $0[0] }, steps: place.map { $0[1] }, units: hidden)
    }
    let h = mask.map { step.state.h * $0 } ?? step.state.h
    let place = state.place + Matrix([[0, 1]])
    return (
      State(cell: step.state, h: h, place: place),
      Trace(cell: step.trace, mask: mask)
    )
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: C.Gates, dBefore: State)
  {
    // What was dropped is heard of no more; what was kept, by so much louder.
    var dCell = d.cell
    dCell.h += t.mask.map { d.h * $0 } ?? d.h
    let back = cell.backward(dCell, through: t.cell)
    let nobody = Matrix(zerosLike: d.h)
    return (
      back.dz,
      State(cell: back.dBefore, h: nobody, place: Matrix(zerosLike: d.place))
    )
  }

  public func addGradient(
    _ dz: C.Gates, inputs x: Matrix<C.Scalar>, traces: [Trace],
    to sum: inout Dropped
  ) {
    cell.addGradient(
      dz, inputs: x, traces: traces.map { $0.cell }, to: &sum.cell)
  }

  public func inputGradient(_ dz: C.Gates) -> Matrix<C.Scalar> {
    cell.inputGradient(dz)
  }
}
