import MinimalMatrix
import NumpyStyleRNN
import VectorMath

// MARK: - A task whose best loss can be computed

/// Random bits, each a fair coin, and a second stream that depends on them:
/// `y` is 1 with probability ½, plus ½ if the bit 3 steps before was 1, minus
/// ¼ if the bit 8 steps before was 1.
///
/// Whoever has learned nothing but how often `y` is 1 pays 0.6616 nats a step;
/// who knows the bit 3 steps back, 0.5192; who knows both, 0.4545. No model can
/// do better, because the rest is chance.
public struct DelayedBits {
  /// How far back the two bits are that matter.
  public static let lags = (near: 3, far: 8)
  private var history: [[Int]]
  private var random: SplitMix64

  /// `B` independent pairs of streams.
  public init(batch B: Int, seed: UInt64) {
    history = Array(
      repeating: Array(repeating: 0, count: Self.lags.far), count: B)
    random = SplitMix64(seed: seed)
  }

  /// The probability that `y` is 1.
  public static func chance(near: Int, far: Int) -> Double {
    0.5 + 0.5 * Double(near) - 0.25 * Double(far)
  }

  /// The next `T` steps: the bits and their `y`, `T·B` each, time-major.
  public mutating func next(_ T: Int) -> (inputs: [Int], targets: [Int]) {
    var inputs: [Int] = []
    var targets: [Int] = []
    for _ in 0..<T {
      for row in history.indices {
        let near = history[row][Self.lags.far - Self.lags.near]
        let chance = Self.chance(near: near, far: history[row][0])
        let bit = random.uniform() < 0.5 ? 1 : 0
        inputs.append(bit)
        targets.append(random.uniform() < chance ? 1 : 0)
        history[row].removeFirst()
        history[row].append(bit)
      }
    }
    return (inputs, targets)
  }
}

// MARK: - Its floors

extension DelayedBits {
  /// The loss in nats of one who knows the probability of `y` exactly, given
  /// neither bit, the near one, or both.
  public static var floors: (nothing: Double, near: Double, both: Double) {
    /// The entropy of a bit that is 1 with probability `p`.
    func entropy(_ p: Double) -> Double {
      p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log(1 - p)
    }
    func mean(_ values: [Double]) -> Double {
      values.reduce(0, +) / Double(values.count)
    }
    let chances = [0, 1].map { near in
      [0, 1].map { far in chance(near: near, far: far) }
    }
    return (
      nothing: entropy(mean(chances.map(mean))),
      near: mean(chances.map { entropy(mean($0)) }),
      both: mean(chances.flatMap { $0 }.map(entropy))
    )
  }
}

// MARK: - Learning it through a short or a long window

extension DelayedBits {
  /// Trains a new network on the task, cut into windows of `T` steps, the state
  /// carried from each into the next.
  /// - Returns: the loss of every window in nats a step, before its update.
  public static func learn(
    steps T: Int, windows: Int, hidden H: Int, batch B: Int, rate: Float,
    seed: UInt64
  ) -> [Double] {
    var random = SplitMix64(seed: seed)
    var task = DelayedBits(batch: B, seed: random.next())
    var network = RNN<Float>(vocabulary: 2, hidden: H, using: &random)
    var optimiser = Adagrad(for: network, rate: rate)
    var h = network.zeroState(batch: B)
    return (0..<windows).map { _ in
      let (inputs, targets) = task.next(T)
      let trace = network.forward(inputs, from: h)
      var (gradient, _) = network.backward(trace, targets)
      gradient.clipNorm(to: 5)
      optimiser.update(&network, by: gradient)
      h = trace.last
      return Double(network.loss(trace, targets)) / Double(T)
    }
  }
}
