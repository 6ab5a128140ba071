import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Scan

/// Exercise 4.3, both directions: two cells read a sequence from both ends, and
/// what they show at a step is added.
///
///     outputₜ = forward's hₜ + reversed's hₜ
///
/// Both begin from zeros. Write the outputs, and the way back.
/// `swift run exercises 4.3` checks you.
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

// MARK: - Yours

extension Bidirectional {
  /// - Parameter x: the inputs, `[T·B × D]`
  /// - Returns: the outputs, `[T·B × H]`
  public func outputs(_ x: Matrix<C.Scalar>, batch B: Int)
    -> Matrix<C.Scalar>
  {
    Matrix(x.rows, forward.hidden)
  }

  /// - Returns: the derivatives with respect to both cells' arrays, and to the
  ///   inputs
  public func backward(
    _ dOutputs: Matrix<C.Scalar>, inputs x: Matrix<C.Scalar>, batch B: Int
  ) -> (gradient: Bidirectional, dInputs: Matrix<C.Scalar>) {
    (zeros(), Matrix(zerosLike: x))
  }
}
