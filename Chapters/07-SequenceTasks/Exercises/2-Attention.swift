import ManualBPTT
import MinimalMatrix
import SequenceTasks

/// Exercise 7.2, attention over time: not the last output of a sequence, but a
/// weighted mean of all of them. How much each counts, it says itself.
///
///     a  = softmax of hₜ·v over the steps of one sequence
///     y  = Σ aₜ hₜ
///
/// What lies behind a row's end counts nothing. `swift run exercises 7.2`
/// checks you.
public struct Attention: NamedArrays {
  /// What is looked for in an output, `[H × 1]`.
  public var v: Matrix<Double>

  public init(v: Matrix<Double>) { self.v = v }

  public static func listArrays() -> [NamedArray<Self, Double>] {
    [("v", \.v)]
  }
}

// MARK: - Yours

extension Attention {
  /// - Parameter h: the outputs of a layer, `[T·B × H]` in `h.x`, and the
  ///   lengths; every row has a step
  /// - Returns: one answer for each row, `[B × H]`
  public func callAsFunction(_ h: Sequences<Double>) -> Matrix<Double> {
    Matrix(h.batch, h.x.columns)
  }

  /// - Parameter dy: the derivative with respect to the answers, `[B × H]`
  /// - Returns: the derivatives with respect to `v`, and to the outputs,
  ///   `[T·B × H]`
  public func backward(_ dy: Matrix<Double>, through h: Sequences<Double>)
    -> (gradient: Attention, dh: Matrix<Double>)
  {
    (zeros(), Matrix(zerosLike: h.x))
  }
}
