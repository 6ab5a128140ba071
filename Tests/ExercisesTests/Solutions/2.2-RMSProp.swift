import MinimalMatrix

/// Exercise 2.2, an Adagrad that forgets: RMSProp.
struct RMSProp {
  let rate: Double
  let decay: Double
  let epsilon: Double
  var m: Matrix<Double>

  init(for w: Matrix<Double>, rate: Double, decay: Double, epsilon: Double) {
    (self.rate, self.decay, self.epsilon) = (rate, decay, epsilon)
    m = Matrix(zerosLike: w)
  }
}

// MARK: - Solution 2.2

extension RMSProp {
  mutating func update(_ w: inout Matrix<Double>, by g: Matrix<Double>) {
    m = decay * m + (1 - decay) * g * g
    w -= rate * g / sqrt(m + epsilon)
  }
}
