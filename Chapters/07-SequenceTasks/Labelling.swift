import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - Digits that follow a rule

/// Sequences of handwritten digits, of which every one must be named. The next
/// digit is the one before plus 3 (and after 9 comes 0), but now and then, by
/// chance, any digit. The paper is damaged: rows of pixels are missing.
///
/// Nobody tells the network the rule.
public struct DamagedDigits: Sendable {
  /// The images that are drawn from.
  public let images: LabelledImages
  /// How likely a digit follows the rule.
  public static let order = 0.9
  /// How likely a row of pixels is missing.
  public static let damage = 0.6
  private let ofDigit: [[Int]]
  private var random: SplitMix64

  /// An endless supply of sequences of these images.
  public init(_ images: LabelledImages, seed: UInt64) {
    self.images = images
    ofDigit = (0...9).map { digit in
      images.labels.indices.filter { images.labels[$0] == digit }
    }
    random = SplitMix64(seed: seed)
  }

  /// `B` sequences of `T` images, one image a step: `[T·B × 64]`, and the digit
  /// of every one.
  public mutating func next(_ B: Int, steps T: Int)
    -> (sequences: Sequences<Float>, labels: [Int])
  {
    var labels: [Int] = []
    for t in 0..<T {
      for row in 0..<B {
        let follows = t > 0 && random.uniform() < Self.order
        labels.append(
          follows ? (labels[(t - 1) * B + row] + 3) % 10 : random.below(10))
      }
    }
    var pixels: [Float] = []
    for label in labels {
      let choice = ofDigit[label]
      let image = images.image(choice[random.below(choice.count)])
      for row in 0..<images.height {
        let isLost = random.uniform() < Self.damage
        let seen = image.row(row) * (isLost ? 0 : 1)
        pixels += seen.scalars
      }
    }
    let D = images.height * images.width
    let x = Matrix(T * B, D, scalars: pixels)
    return (Sequences(x, batch: B), labels)
  }
}

// MARK: - A label for every step

extension SequenceNetwork where L.Scalar == Float {
  /// A network that names every image of a sequence, trained on batches of 32
  /// sequences.
  /// - Parameter T: the images of one sequence; with 1, each is seen alone
  public static func labeller(
    _ layers: L, on digits: DamagedDigits, steps T: Int, batches: Int,
    using random: inout SplitMix64
  ) -> SequenceNetwork {
    var digits = digits
    var trainer = SequenceTrainer(
      SequenceNetwork(layers, answers: 10, using: &random), rate: 0.02,
      seed: random.next())
    for _ in 0..<batches {
      let (sequences, labels) = digits.next(32 * 10 / T, steps: T)
      let weights = sequences.weights(.perStep)
      _ = trainer.step(sequences, .every) {
        weightedCrossEntropy($0, labels, weights: weights)
      }
    }
    return trainer.network
  }
}

// MARK: - What who knows the rule could do

/// The probability of every digit of every step, for someone who knows the rule
/// and has the opinion of one who sees each image alone: forward–backward
/// (Rabiner, 1989).
/// - Parameter alone: the probabilities of the digits of each image alone,
///   `[T·B × 10]`, time-major
/// - Returns: the most likely digit of every image.
public func knowingTheRule(_ alone: Matrix<Float>, batch B: Int) -> [Int] {
  let (T, order) = (alone.rows / B, DamagedDigits.order)
  let seen = (0..<alone.rows).map { row in
    (0...9).map { Double(alone[row, $0]) }
  }
  func normalised(_ p: [Double]) -> [Double] {
    let sum = p.reduce(0, +)
    return p.map { $0 / sum }
  }
  // What the neighbour on one side says: `digit` came from, or leads to.
  func passed(_ p: [Double], by shift: Int) -> [Double] {
    (0...9).map { order * p[($0 + shift) % 10] + (1 - order) / 10 }
  }
  let uniform = Array(repeating: 0.1, count: 10)
  var answers = Array(repeating: 0, count: alone.rows)
  for row in 0..<B {
    var past = [uniform]
    for t in 1..<max(T, 1) {
      let p = normalised(zip(past[t - 1], seen[(t - 1) * B + row]).map(*))
      past.append(passed(p, by: 7))
    }
    var future = uniform
    for t in (0..<T).reversed() {
      let here = normalised(zip(seen[t * B + row], future).map(*))
      let p = zip(past[t], here).map(*)
      answers[t * B + row] = p.indices.max { p[$0] < p[$1] }!
      future = passed(here, by: 3)
    }
  }
  return answers
}

// MARK: - Three labellers

/// How many digits of damaged sequences are named rightly, out of one
/// direction, out of both, by who sees each image alone, and by who also
/// knows the rule.
public struct LabellingTrial: Sendable {
  /// Shares, from 0 to 1.
  public let alone, forward, both, knowing: Double

  /// Trains and measures.
  /// - Parameters:
  ///   - batches: of 320 images each
  ///   - T: the images of a sequence
  public init(
    hidden H: Int, batches: Int, steps T: Int, seed: UInt64,
    on images: LabelledImages, heldOut others: LabelledImages
  ) {
    let D = images.height * images.width
    let (sequences, labels) = {
      var digits = DamagedDigits(others, seed: seed &+ 1)
      return digits.next(200, steps: T)
    }()
    let digits = DamagedDigits(images, seed: seed)
    let logits = concurrently(3) { index -> Matrix<Float> in
      var random = SplitMix64(seed: seed &+ UInt64(index))
      func layer() -> Layer<LSTM<Float>> {
        Layer(LSTM(inputs: D, hidden: H, using: &random))
      }
      func learn<L: SequenceLayer<Float>>(_ layers: L, steps T: Int)
        -> SequenceNetwork<L>
      {
        .labeller(
          layers, on: digits, steps: T, batches: batches, using: &random)
      }
      switch index {
      case 0:
        // Every image is a sequence of its own.
        let single = Sequences(sequences.x, batch: sequences.x.rows)
        return learn(layer(), steps: 1).answers(to: single, .every)
      case 1: return learn(layer(), steps: T).answers(to: sequences, .every)
      default:
        let both = Bidirectional(layer(), layer())
        return learn(both, steps: T).answers(to: sequences, .every)
      }
    }
    alone = accuracyOf(logits[0].rowArgMaxima(), labels)
    forward = accuracyOf(logits[1].rowArgMaxima(), labels)
    both = accuracyOf(logits[2].rowArgMaxima(), labels)
    knowing = accuracyOf(
      knowingTheRule(softmax(logits[0]), batch: sequences.batch), labels)
  }
}
