import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - How far two answers are apart

extension Answer {
  /// The largest difference of two entries over the largest entry of their
  /// array: of all arrays, the one where it is largest. 0 for the same numbers.
  public func distance(to other: Answer) -> Double {
    func apart(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
      let largest = abs(b).scalars.max() ?? 0
      let difference = abs(a - b).scalars.max() ?? 0
      return difference == 0 ? 0 : Double(difference / largest)
    }
    let arrays = LSTM<Float>.arrays.map { _, path in
      apart(gradient[keyPath: path], other.gradient[keyPath: path])
    }
    let losses = Matrix([[loss]]), others = Matrix([[other.loss]])
    return (arrays + [apart(dInputs, other.dInputs), apart(losses, others)])
      .max() ?? 0
  }
}

// MARK: - One sum in three orders

/// `Σ aₚ·bₚ` in `Float`, three ways, and in `Double`.
public struct ThreeSums {
  /// In order, each term by one fused multiply-add: as all products here.
  public let inOrder: Float
  /// In order, each product rounded before it is added.
  public let roundedTwice: Float
  /// Eight sums, each of every eighth term, and those added: one vector's way.
  public let inEight: Float
  /// What they would all be, but for rounding.
  public let exact: Double

  /// The sums for two lists of the same length.
  public init(_ a: [Float], _ b: [Float]) {
    var (x, y, z) = (Float(0), Float(0), Double(0))
    var eight = SIMD8<Float>()
    for p in a.indices {
      x.addProduct(a[p], b[p])
      y += a[p] * b[p]
      eight[p % 8].addProduct(a[p], b[p])
      z += Double(a[p]) * Double(b[p])
    }
    (inOrder, roundedTwice, exact) = (x, y, z)
    inEight = (0..<8).reduce(0) { $0 + eight[$1] }
  }
}
