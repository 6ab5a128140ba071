import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - With weights of their own, and without

/// What three layers learned that have weights of their own, or are one layer
/// and the same one above it twice.
public struct DepthTrial: Sendable {
  /// How many numbers are learned.
  public let weights: Int
  /// The share of held-out images named rightly, for each seed.
  public let accuracies: [Double]
}

extension ClassifierPlan {
  /// Trains one layer and two more above it, several seeds.
  /// - Parameter shared: whether the upper two are one
  public func depth(
    shared: Bool, seeds: Int, from first: UInt64,
    on images: LabelledImages, heldOut others: LabelledImages
  ) -> DepthTrial {
    let results = concurrently(seeds) { index -> (Int, Double) in
      var random = SplitMix64(seed: first &+ UInt64(index))
      func measure<L: SequenceLayer<Float>>(_ layers: L) -> (Int, Double) {
        let network = train(layers, on: images, using: &random)
        return (network.layers.count, network.accuracy(on: others))
      }
      func again<L: SequenceLayer<Float>>(_ layer: L)
        -> any SequenceLayer<Float>
      {
        Again(layer)
      }
      let parts: [any SequenceLayer<Float>] = (0..<3).map { k in
        let D = k == 0 ? images.width : hidden
        return cell.layer(inputs: D, hidden: hidden, using: &random)
      }
      let upper = shared ? [again(parts[1])] : Array(parts[1...])
      return measure(joined([parts[0]] + upper))
    }
    return DepthTrial(
      weights: results[0].0, accuracies: results.map { $0.1 })
  }
}

// MARK: - What dropout does

/// Mean losses in nats, on what was learned from and on what was held out, and
/// the share of the latter that is named rightly.
public struct DropoutTrial: Sendable {
  /// In this order.
  public let training, heldOut, accuracy: Double
}

extension ClassifierPlan {
  /// Trains on a part of the images, few enough to be learned by heart.
  public func dropout(
    keep: Double, seeds: Int, from first: UInt64, on images: LabelledImages,
    heldOut others: LabelledImages
  ) -> DropoutTrial {
    var plan = self
    plan.keep = keep
    let trials = concurrently(seeds) { [plan] index -> [Double] in
      var random = SplitMix64(seed: first &+ UInt64(index))
      func measure<L: SequenceLayer<Float>>(_ layers: L) -> [Double] {
        let network = plan.train(layers, on: images, using: &random)
        func loss(_ images: LabelledImages) -> Double {
          Double(
            crossEntropy(network.logits(of: images), images.labels).mean())
        }
        return [loss(images), loss(others), network.accuracy(on: others)]
      }
      return measure(plan.start(inputs: images.width, using: &random))
    }
    func mean(_ k: Int) -> Double {
      trials.reduce(0) { $0 + $1[k] } / Double(seeds)
    }
    return DropoutTrial(training: mean(0), heldOut: mean(1), accuracy: mean(2))
  }
}
