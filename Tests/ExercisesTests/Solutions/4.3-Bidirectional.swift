import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Scan

/// Exercise 4.3, both directions: two cells read a sequence from both ends, and
/// what they show at a step is added.
///
///     outputₜ = forward's hₜ + reversed's hₜ
///
/// Both begin from zeros.
public struct Bidirectional<C: Cell>: NamedArrays {
  public var forward, reversed: C

  public init(forward: C, reversed: C) {
    (self.forward, self.reversed) = (forward, reversed)
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.forward, named: "forward")
      + arrays(of: \.reversed, named: "reversed")
  }
}

// MARK: - Solution 4.3

extension Bidirectional {
  public func outputs(_ x: Matrix<C.Scalar>, batch B: Int)
    -> Matrix<C.Scalar>
  {
    let (past, future) = runs(x, batch: B)
    return past.outputs + future.outputs
  }

  public func backward(
    _ dOutputs: Matrix<C.Scalar>, inputs x: Matrix<C.Scalar>, batch B: Int
  ) -> (gradient: Bidirectional, dInputs: Matrix<C.Scalar>) {
    let (past, future) = runs(x, batch: B)
    // A sum hands its derivative to both terms …
    let one = forward.backward(dOutputs, through: past)
    let other = reversed.backward(dOutputs, through: future)
    let gradient = Bidirectional(
      forward: one.gradient, reversed: other.gradient)
    // … and the inputs have two readers.
    return (gradient, one.dInputs + other.dInputs)
  }

  private func runs(_ x: Matrix<C.Scalar>, batch B: Int)
    -> (past: Unrolled<C>, future: Unrolled<C>)
  {
    let zero = forward.zeroState(batch: B)
    return (
      forward.scanned(x, from: zero),
      reversed.scanned(x, from: zero, reversed: true)
    )
  }
}
