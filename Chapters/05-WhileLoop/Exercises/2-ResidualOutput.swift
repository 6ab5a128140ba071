import ManualBPTT
import MinimalMatrix
import WhileLoop

/// Exercise 5.2, an output unit that adds something to what it gets.
///
///     y = h + tanh(h·W + b)      W [H × H], b [1 × H]
///
/// Write the answers, and the way back. Nothing else of the network changes.
/// `swift run exercises 5.2` checks you.
public struct Residual: NamedArrays {
  public var W, b: Matrix<Double>

  public init(W: Matrix<Double>, b: Matrix<Double>) {
    (self.W, self.b) = (W, b)
  }

  public static func listArrays() -> [NamedArray<Self, Double>] {
    [("W", \.W), ("b", \.b)]
  }
}

// MARK: - Yours

extension Residual: OutputUnit {
  /// - Parameter h: `[N × H]`
  /// - Returns: the answers, `[N × H]`
  public func callAsFunction(_ h: Matrix<Double>) -> Matrix<Double> {
    Matrix(zerosLike: h)
  }

  /// - Returns: the derivatives with respect to `W` and `b`, and to `h`
  public func backward(_ dy: Matrix<Double>, through h: Matrix<Double>)
    -> (gradient: Residual, dh: Matrix<Double>)
  {
    (zeros(), Matrix(zerosLike: h))
  }
}
