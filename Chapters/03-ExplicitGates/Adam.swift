import ManualBPTT
import MinimalMatrix

// MARK: - Adam

/// An optimiser that remembers, for every weight, where its derivatives point
/// and how large they are (Kingma & Ba 2015, algorithm 1).
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     m̂ = m / (1 − β₁ᵗ)
///     v̂ = v / (1 − β₂ᵗ)
///     w ← w − rate · m̂ / (√v̂ + ε)
///
/// Both memories begin at zero, so at step `t` they hold but `1 − βᵗ` of what
/// they should: hence the hats. A gradient that is always ten times as long
/// moves the weights as far.
public struct Adam<Model: NamedArrays> {
  /// `m`, the mean of the latest derivatives of every weight.
  public var mean: Model
  /// `v`, the mean of the squares of the latest derivatives.
  public var square: Model
  /// How far a weight moves whose derivatives agree.
  public var rate: Double
  /// `β₁` and `β₂`: how much of a memory is kept from step to step.
  public let decays: (mean: Double, square: Double)
  /// `ε`, so that a weight never reached is not divided by zero.
  public let epsilon: Double
  /// `β₁ᵗ` and `β₂ᵗ`, where `t` is the number of steps so far.
  public var left = (mean: 1.0, square: 1.0)

  /// An optimiser that remembers nothing yet.
  public init(
    for model: Model, rate: Double = 1e-3,
    decays: (mean: Double, square: Double) = (0.9, 0.999),
    epsilon: Double = 1e-8
  ) {
    (mean, square) = (model.zeros(), model.zeros())
    (self.rate, self.decays, self.epsilon) = (rate, decays, epsilon)
  }

  /// Moves every weight of `model` one step against its derivative.
  public mutating func update(_ model: inout Model, by gradient: Model) {
    left = (left.mean * decays.mean, left.square * decays.square)
    // The hats, out of the arrays: m̂ / (√v̂ + ε) is m / (√v + ε·root), times
    // root / (1 − β₁ᵗ), as the paper says behind its algorithm.
    let root = (1 - left.square).squareRoot()
    let rate = Model.Scalar(rate * root / (1 - left.mean))
    let epsilon = Model.Scalar(epsilon * root)
    let β = decays
    typealias Part = Matrix<Model.Scalar>
    func move(_ w: inout Part, _ m: inout Part, _ v: inout Part, _ g: Part) {
      m.move(to: g, keeping: β.mean)
      v.move(to: g * g, keeping: β.square)
      w.add(-rate, times: m, overRootOf: v, plus: epsilon)
    }
    // Through a key path an array is changed in place at a third of the cost
    // of reading it: so it is asked for once.
    for (_, path) in Model.arrays {
      move(
        &model[keyPath: path], &mean[keyPath: path], &square[keyPath: path],
        gradient[keyPath: path])
    }
  }
}

extension Matrix {
  /// `self ← β self + (1 − β) other`, for every entry.
  fileprivate mutating func move(to other: Matrix, keeping β: Double) {
    self *= Scalar(β)
    add(Scalar(1 - β), times: other)
  }
}
