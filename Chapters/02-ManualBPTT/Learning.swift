import MinimalMatrix
import NumpyStyleRNN

// MARK: - Clipping

extension NamedArrays {
  /// The length of the gradient: the root of the sum of the squares of all its
  /// entries, over all arrays together.
  public var norm: Double {
    Self.arrays.reduce(0) { $0 + Double(self[keyPath: $1.path].squaredNorm()) }
      .squareRoot()
  }

  /// Moves every entry into `−limit … limit`. It changes the direction of the
  /// gradient, but no entry can be wild.
  public mutating func clipValues(to limit: Scalar) {
    for (_, path) in Self.arrays {
      self[keyPath: path].clamp(to: -limit...limit)
    }
  }

  /// Shortens the gradient to `limit` if it is longer, and keeps its direction
  /// (Pascanu, Mikolov & Bengio 2013, algorithm 1).
  public mutating func clipNorm(to limit: Double) {
    let norm = norm
    guard norm > limit else { return }
    for (_, path) in Self.arrays {
      self[keyPath: path] *= Scalar(limit / norm)
    }
  }
}

// MARK: - Adagrad

/// An optimiser that gives every weight its own rate: the more its derivatives
/// have been, the smaller its steps (Duchi, Hazan & Singer 2011).
///
///     m ← m + g²
///     w ← w − rate · g / √(m + ε)
public struct Adagrad<Model: NamedArrays> {
  /// `m`, the sum of all squared derivatives so far, for every weight.
  public private(set) var memory: Model
  /// The step of a weight whose derivative comes for the first time.
  public let rate: Model.Scalar
  /// `ε`, so that a weight never reached is not divided by zero.
  public let epsilon: Model.Scalar

  /// An optimiser that remembers nothing yet.
  public init(
    for model: Model, rate: Model.Scalar, epsilon: Model.Scalar = 1e-8
  ) {
    memory = model
    (self.rate, self.epsilon) = (rate, epsilon)
    for (_, path) in Model.arrays { memory[keyPath: path] *= 0 }
  }

  /// Moves every weight of `model` one step against its derivative.
  public mutating func update(_ model: inout Model, by gradient: Model) {
    for (_, path) in Model.arrays {
      let g = gradient[keyPath: path]
      memory[keyPath: path].add(g, times: g)
      let m = memory[keyPath: path]
      model[keyPath: path].add(-rate, times: g, overRootOfSum: m, epsilon)
    }
  }
}

// MARK: - Windows of a text

/// A text cut into windows of `T` steps, one behind the other.
///
/// The derivatives stop at the edge of a window: that is truncated BPTT. The
/// state does not: it is carried from each window into the next. Behind the
/// last whole window the text begins again, with a state of zeros.
public struct Windows {
  /// The ids of the text.
  public let ids: [Int]
  /// The steps of a window.
  public let T: Int
  private var place = 0

  /// The text must be longer than one window: the last target stands behind it.
  public init(_ ids: [Int], steps T: Int) {
    require(
      T > 0 && ids.count > T,
      "Windows: \(ids.count) characters hold no window of \(T) steps")
    (self.ids, self.T) = (ids, T)
  }

  /// The next window: what is read, what comes after each, and whether the text
  /// begins again here.
  public mutating func next()
    -> (inputs: [Int], targets: [Int], beginsText: Bool)
  {
    if place + T + 1 > ids.count { place = 0 }
    let start = place
    place += T
    let inputs = Array(ids[start..<start + T])
    let targets = Array(ids[start + 1..<start + T + 1])
    return (inputs, targets, start == 0)
  }
}

// MARK: - A training step

/// A network in training: itself, its optimiser and the state it carries.
public struct Trainer<Scalar: MatrixScalar> {
  /// The network, which becomes better.
  public private(set) var network: RNN<Scalar>
  private var optimiser: Adagrad<RNN<Scalar>>
  private var windows: Windows
  private var h: Matrix<Scalar>

  /// - Parameters:
  ///   - network: at its beginning
  ///   - ids: the text
  ///   - T: the steps of a window
  ///   - rate: see ``Adagrad``
  public init(
    _ network: RNN<Scalar>, on ids: [Int], steps T: Int, rate: Scalar = 0.1
  ) {
    self.network = network
    optimiser = Adagrad(for: network, rate: rate)
    windows = Windows(ids, steps: T)
    h = network.zeroState(batch: 1)
  }

  /// Forward, backward, clip, update: one window.
  /// - Returns: the loss of the window before the update, in nats, its sum over
  ///   the steps.
  public mutating func step() -> Scalar {
    let window = windows.next()
    if window.beginsText { h = network.zeroState(batch: 1) }
    let trace = network.forward(window.inputs, from: h)
    let loss = network.loss(trace, window.targets)
    var (gradient, _) = network.backward(trace, window.targets)
    gradient.clipValues(to: 5)
    optimiser.update(&network, by: gradient)
    h = trace.last
    return loss
  }
}
