import MinimalMatrix

/// Exercise 2.2, an Adagrad that forgets: RMSProp (Tieleman & Hinton, lecture
/// 6.5 of "Neural networks for machine learning", 2012).
///
///     m ← decay · m + (1 − decay) · g²
///     w ← w − rate · g / √(m + ε)
///
/// `swift run exercises 2.2` checks you.
public struct RMSProp {
  public let rate: Double
  public let decay: Double
  public let epsilon: Double
  /// A running mean of the squared derivatives, zeros at first.
  public var m: Matrix<Double>

  public init(
    for w: Matrix<Double>, rate: Double, decay: Double, epsilon: Double
  ) {
    (self.rate, self.decay, self.epsilon) = (rate, decay, epsilon)
    m = Matrix(zerosLike: w)
  }
}

// MARK: - Yours

extension RMSProp {
  /// One step of all weights against their derivatives.
  public mutating func update(
    _ w: inout Matrix<Double>, by g: Matrix<Double>
  ) {
  }
}
