import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - Training on batches

/// A network in training: batches, masks and updates, one after the other.
public struct SequenceTrainer<L: SequenceLayer> {
  /// What it has learned so far.
  public private(set) var network: SequenceNetwork<L>
  private var optimiser: Adam<SequenceNetwork<L>>
  private let keep: Double
  private let oncePerSequence: Bool
  private var random: SplitMix64

  /// - Parameters:
  ///   - keep: how likely an output is kept while training; 1 for all
  ///   - seed: of the masks and of the order of the examples
  public init(
    _ network: SequenceNetwork<L>, rate: Double = 0.003, keep: Double = 1,
    oncePerSequence: Bool = false, seed: UInt64
  ) {
    self.network = network
    optimiser = Adam(for: network, rate: rate)
    (self.keep, self.oncePerSequence) = (keep, oncePerSequence)
    random = SplitMix64(seed: seed)
  }

  /// A batch of examples of `count`, drawn by chance.
  public mutating func draw(_ B: Int, of count: Int) -> [Int] {
    (0..<B).map { _ in random.below(count) }
  }

  /// Forward, backward, shorten, update. The loss is given the answers, a row
  /// each, and gives back its derivative in their shape.
  /// - Returns: the loss before the update.
  public mutating func step(
    _ sequences: Sequences<L.Scalar>, _ readout: Readout,
    loss: (Matrix<L.Scalar>) -> (loss: Double, dAnswers: Matrix<L.Scalar>)
  ) -> Double {
    let dropout =
      keep < 1
      ? Dropout(
        keep: keep, oncePerSequence: oncePerSequence, seed: random.next()) : nil
    var (loss, gradient) = network.lossAndGradient(
      of: sequences, readout, dropout: dropout, loss: loss)
    gradient.clipNorm(to: 5)
    optimiser.update(&network, by: gradient)
    return loss
  }
}

// MARK: - Which digit is it?

extension SequenceTrainer where L.Scalar == Float {
  /// One batch of images, each to be named after its last row.
  public mutating func classify(_ images: LabelledImages, batch B: Int)
    -> Double
  {
    let indices = draw(B, of: images.count)
    let targets = indices.map { images.labels[$0] }
    return step(images.batch(indices), .last) { logits in
      (
        Double(crossEntropy(logits, targets).mean()),
        crossEntropyGradient(logits, targets, batch: B)
      )
    }
  }
}

extension SequenceNetwork where L.Scalar == Float {
  /// The logits after the last row of every image, `[N × 10]`.
  public func logits(of images: LabelledImages) -> Matrix<Float> {
    let pieces = images.pieces.map { answers(to: images.batch($0), .last) }
    return .stack(pieces, columns: projection.W.columns)
  }

  /// The share of images that are named rightly.
  public func accuracy(on images: LabelledImages) -> Double {
    accuracyOf(logits(of: images).rowArgMaxima(), images.labels)
  }

  /// The share that is named rightly when only so many rows were read, from
  /// one row to all.
  public func accuracyByRow(on images: LabelledImages) -> [Double] {
    var right = Array(repeating: 0, count: images.height)
    for piece in images.pieces {
      let named = answers(to: images.batch(piece), .every).rowArgMaxima()
      for (place, digit) in named.enumerated() {
        let (t, k) = place.quotientAndRemainder(dividingBy: piece.count)
        if digit == images.labels[piece[k]] { right[t] += 1 }
      }
    }
    return right.map { Double($0) / Double(max(1, images.count)) }
  }
}

extension LabelledImages {
  /// All indices, a few hundred at a time: a large file would need too much
  /// memory at once.
  fileprivate var pieces: [[Int]] {
    stride(from: 0, to: count, by: 500).map { first in
      Array(first..<min(first + 500, count))
    }
  }
}

/// The share of answers that are right.
public func accuracyOf(_ answers: [Int], _ labels: [Int]) -> Double {
  let right = zip(answers, labels).count { $0 == $1 }
  return Double(right) / Double(max(1, labels.count))
}

/// How often an image of the class of the row was taken for that of the column,
/// `[10 × 10]`.
public func confusion(_ answers: [Int], _ labels: [Int]) -> [[Int]] {
  var counts = Array(repeating: Array(repeating: 0, count: 10), count: 10)
  for (answer, label) in zip(answers, labels) { counts[label][answer] += 1 }
  return counts
}

// MARK: - What a run is asked for

/// A classifier to be made and trained.
public struct ClassifierPlan: Sendable {
  /// What the layers are made of.
  public var cell = CellKind.gru
  /// How many there are.
  public var layers = 3
  /// `H`, the numbers in the output of each.
  public var hidden = 64
  /// How likely an output is kept while training.
  public var keep = 1.0
  /// Updates in all.
  public var steps = 1200
  /// `B`, the sequences of one update.
  public var batch = 32
  /// How far a step of Adam goes.
  public var rate = 0.008

  /// The numbers of the chapter.
  public init() {}

  /// A network of these layers that knows nothing yet.
  public func start(inputs D: Int, using random: inout SplitMix64)
    -> any SequenceLayer<Float>
  {
    cell.layers(layers, inputs: D, hidden: hidden, using: &random)
  }

  /// Trains layers to name digits.
  /// - Parameter progress: told every step's number and loss, and the network
  /// - Returns: the network, trained.
  public func train<L: SequenceLayer<Float>>(
    _ layers: L, on images: LabelledImages, using random: inout SplitMix64,
    progress: (Int, Double, SequenceNetwork<L>) -> Void = { _, _, _ in }
  ) -> SequenceNetwork<L> {
    let network = SequenceNetwork(layers, answers: 10, using: &random)
    var trainer = SequenceTrainer(
      network, rate: rate, keep: keep, seed: random.next())
    for step in 1...steps {
      let loss = trainer.classify(images, batch: batch)
      progress(step, loss, trainer.network)
    }
    return trainer.network
  }

  /// The share of `others` that networks from several seeds name rightly, each
  /// trained on `images`.
  public func accuracies(
    seeds: Int, from first: UInt64, on images: LabelledImages,
    heldOut others: LabelledImages
  ) -> [Double] {
    concurrently(seeds) { index in
      var random = SplitMix64(seed: first &+ UInt64(index))
      func measure<L: SequenceLayer<Float>>(_ layers: L) -> Double {
        train(layers, on: images, using: &random).accuracy(on: others)
      }
      return measure(start(inputs: images.width, using: &random))
    }
  }
}
