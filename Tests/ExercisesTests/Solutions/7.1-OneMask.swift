import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// Exercise 7.1, one mask for a sequence (Gal & Ghahramani, 2016): what is
/// dropped is dropped at every step, for who reads the output and for the next
/// step.
///
///     h̃ₜ = m ⊙ hₜ      what is shown, and what the next step begins from
///
/// Each entry of m is 1/keep with the probability keep, else 0. It is drawn once
/// for a batch of sequences. Of the rest of the state, such as an LSTM's c,
/// nothing is dropped.
public struct OneMask<C: Cell>: Cell {
  public typealias State = C.State
  public typealias Gates = C.Gates
  public typealias Trace = C.Trace
  public var cell: C
  /// `m`, `[B × H]`. Nobody trains it, so it is not listed.
  public let mask: Matrix<C.Scalar>

  public init(_ cell: C, mask: Matrix<C.Scalar>) {
    (self.cell, self.mask) = (cell, mask)
  }

  public var inputs: Int { cell.inputs }
  public var hidden: Int { cell.hidden }

  public func zeroState(batch B: Int) -> State { cell.zeroState(batch: B) }
  public func project(_ x: Matrix<C.Scalar>) -> Gates { cell.project(x) }

  public func addGradient(
    _ dz: Gates, inputs x: Matrix<C.Scalar>, traces: [Trace],
    to sum: inout OneMask
  ) {
    cell.addGradient(dz, inputs: x, traces: traces, to: &sum.cell)
  }

  public func inputGradient(_ dz: Gates) -> Matrix<C.Scalar> {
    cell.inputGradient(dz)
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.cell, named: "cell")
  }
}

// MARK: - Solution 7.1

extension OneMask {
  /// A mask `[B × H]` for a batch of sequences.
  public static func draw(
    _ B: Int, _ H: Int, keep: Double, using random: inout SplitMix64
  ) -> Matrix<C.Scalar> {
    let scalars = (0..<B * H).map { _ in
      random.uniform() < keep ? C.Scalar(1 / keep) : 0
    }
    return Matrix(B, H, scalars: scalars)
  }

  public func step(_ z: Gates, from state: State)
    -> (state: State, trace: Trace)
  {
    var step = cell.step(z, from: state)
    step.state.h *= mask
    return step
  }

  public func backward(_ d: State, through t: Trace)
    -> (dz: Gates, dBefore: State)
  {
    var d = d
    d.h *= mask
    return cell.backward(d, through: t)
  }
}
