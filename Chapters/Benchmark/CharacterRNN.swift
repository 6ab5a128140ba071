import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// W1: the training step of chapter 2 on the peers' text, from the peers' weights.
struct CharacterRNN {
  let ids: [Int]
  let vocabulary: Int

  init(text: String) throws {
    let vocabulary = Vocabulary(of: text)
    self.vocabulary = vocabulary.count
    ids = try vocabulary.ids(of: text)
  }

  /// The network that all peers begin from.
  func network<Scalar>(_: Scalar.Type) -> RNN<Scalar> {
    let (V, H) = (vocabulary, 100)
    func weights(seed: UInt64, _ rows: Int, _ columns: Int) -> Matrix<Scalar> {
      peersWeights(seed: seed, rows, columns, scale: 0.01 * 3.0.squareRoot()).transposed()
    }
    return RNN(
      cell: TanhCell(Wx: weights(seed: 101, H, V), Wh: weights(seed: 102, H, H), b: Matrix(1, H)),
      projection: Projection(W: weights(seed: 103, V, H), b: Matrix(1, V)))
  }

  /// Compares the first window's loss and gradient, in `Double`, with what all peers agree on.
  func verify(against references: [String: Double]) throws {
    var windows = Windows(ids, steps: 25)
    let window = windows.next()
    let network = network(Double.self)
    let trace = network.forward(window.inputs, from: network.zeroState(batch: 1))
    let found = [
      "loss0": network.loss(trace, window.targets),
      "gradient_norm0": network.backward(trace, window.targets).gradient.norm,
    ]
    try compare("W1", found, with: references, tolerance: 1e-11)
  }

  /// Measures one training step.
  func measureStep(threads: Int, into results: Results) throws {
    var trainer = Trainer(network(Float.self), on: ids, steps: 25)
    let time = measure { _ = trainer.step() }
    let H = 100
    // The character goes in by picking a row; the projection and the state are products.
    let flop = 3 * 2 * Double(25 * (H * H + H * vocabulary))
    try results.add(Measurement("W1", "chapter 2", threads: threads, time, flop: flop))
  }
}
