import ManualBPTT
import MinimalMatrix
import WhileLoop

/// Exercise 5.2, an output unit that adds something to what it gets.
///
///     y = h + tanh(h·W + b)      W [H × H], b [1 × H]
///
/// Write the answers, and the way back. Nothing else of the network changes.
public struct Residual: NamedArrays {
  public var W, b: Matrix<Double>

  public init(W: Matrix<Double>, b: Matrix<Double>) {
    (self.W, self.b) = (W, b)
  }

  public static func listArrays() -> [NamedArray<Self, Double>] {
    [("W", \.W), ("b", \.b)]
  }
}

// MARK: - Solution 5.2

extension Residual: OutputUnit {
  public func callAsFunction(_ h: Matrix<Double>) -> Matrix<Double> {
    h + tanh(matmul(h, W) + b)
  }

  public func backward(_ dy: Matrix<Double>, through h: Matrix<Double>)
    -> (gradient: Residual, dh: Matrix<Double>)
  {
    let a = tanh(matmul(h, W) + b)
    let dz = dy * (1 - a * a)
    let gradient = Residual(W: matmul(h.T, dz), b: dz.columnSums())
    // h has two readers.
    return (gradient, dy + matmul(dz, W.T))
  }
}
