import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import SequenceTasks

/// W5: the training step of chapter 7's classifier on the peers' random images and from their weights: three layers of 200
/// with dropout one half behind each, 28 steps of 28 numbers, ten classes after the last step, RMSProp.
struct SequenceClassifier<C: Cell & Sendable> {
  typealias Layers = Then<Then<Layer<C>, Layer<C>>, Layer<C>>

  private let T = 28, D = 28, H = 200, classes = 10, count = 32
  private let batch: Int
  private let name: String
  private let cell: (_ layer: UInt64, _ D: Int, _ H: Int, _ scale: Double) -> C

  /// - Parameters:
  ///   - name: as the peers write it
  ///   - cell: the peers' cell of one layer
  init(
    _ name: String, batch: Int, cell: @escaping (_ layer: UInt64, _ D: Int, _ H: Int, _ scale: Double) -> C
  ) {
    (self.name, self.batch, self.cell) = (name, batch, cell)
  }

  private var network: SequenceNetwork<Layers> {
    let scale = 1 / Double(H).squareRoot()
    func layer(_ k: UInt64) -> Layer<C> { Layer(cell(k, k == 0 ? D : H, H, scale)) }
    return SequenceNetwork(
      layers: Then(Then(layer(0), layer(1)), layer(2)),
      projection: Projection(
        W: peersWeights(seed: 550, classes, H, scale: scale).transposed(), b: Matrix(1, classes)))
  }

  /// The peers draw `count` batches, each sequence after the other; here a batch is time-major.
  private var batches: [(sequences: Sequences<C.Scalar>, labels: [Int])] {
    let images: Matrix<C.Scalar> = peersWeights(seed: 501, count * batch * T, D, scale: 0.5) + 0.5
    var random = SplitMix64(seed: 502)
    return (0..<count).map { k in
      let places = (0..<T).flatMap { t in (0..<batch).map { row in (k * batch + row) * T + t } }
      let labels = (0..<batch).map { _ in Int(random.next() % UInt64(classes)) }
      return (Sequences(images.rows(at: places), batch: batch), labels)
    }
  }

  /// Forward and backward, as chapter 7 classifies.
  private func lossAndGradient(
    _ network: SequenceNetwork<Layers>, _ sequences: Sequences<C.Scalar>, _ labels: [Int], _ dropout: Dropout?
  ) -> (loss: Double, gradient: SequenceNetwork<Layers>) {
    network.lossAndGradient(of: sequences, .last, dropout: dropout) { logits in
      (
        Double(crossEntropy(logits, labels).mean()),
        crossEntropyGradient(logits, labels, batch: batch)
      )
    }
  }
}

extension SequenceClassifier where C.Scalar == Double {
  /// Compares the first batch's loss and gradient, without dropout, with what all peers agree on, and the second batch's
  /// loss after an update with that of those who put the ε of RMSProp outside the root.
  /// - Parameters:
  ///   - twice: the arrays that stand for two equal ones of the peers: these have the same derivative and move alike
  ///   - later: the peers' loss after one update
  func verify(
    against references: [String: Double], later: [String: Double], twice: [WritableKeyPath<C, Matrix<Double>>] = []
  ) throws {
    var network = network
    let batches = batches
    let (loss, gradient) = lossAndGradient(network, batches[0].sequences, batches[0].labels, nil)
    let cells: [WritableKeyPath<SequenceNetwork<Layers>, C>] = [
      \.layers.first.first.cell, \.layers.first.second.cell, \.layers.second.cell,
    ]
    let places = cells.flatMap { cell in twice.map { cell.appending(path: $0) } }
    let squares = places.map { gradient[keyPath: $0].squaredNorm() }
    let norm = (gradient.norm * gradient.norm + squares.reduce(0, +)).squareRoot()
    try compare(name, ["loss0": loss, "gradient_norm0": norm], with: references, tolerance: 1e-11)
    let before = network
    var optimiser = RMSProp(for: network)
    optimiser.update(&network, by: gradient)
    for place in places { network[keyPath: place] += network[keyPath: place] - before[keyPath: place] }
    let found = lossAndGradient(network, batches[1].sequences, batches[1].labels, nil).loss
    try compare(name, ["loss1": found], with: later, tolerance: 1e-11)
  }
}

extension SequenceClassifier where C.Scalar == Float {
  /// Measures one training step of a cell with so many gates: masks, forward, backward, RMSProp.
  func measureStep(threads: Int, gates: Int, into results: Results) throws {
    var network = network
    var optimiser = RMSProp(for: network)
    var random = SplitMix64(seed: 0)
    let batches = batches
    var next = 0
    let time = measure {
      let (sequences, labels) = batches[next]
      let dropout = Dropout(keep: 0.5, seed: random.next())
      let gradient = lossAndGradient(network, sequences, labels, dropout).gradient
      optimiser.update(&network, by: gradient)
      next = (next + 1) % batches.count
    }
    // Nobody asks for the derivative of the images.
    let weights = gates * H * (3 * (D + H + 2 * (H + H)) - D)
    try results.add(Measurement(name, "chapter 7", threads: threads, time, flop: 2 * Double(T * batch * weights)))
  }
}

// MARK: - The peers' optimiser and weights

/// RMSProp as PyTorch and JAX write it (Tieleman & Hinton, 2012): every weight moves by its derivative over the root of
/// the mean of its latest squares. `v ← 0.9 v + 0.1 g²`, `w ← w − 0.003 · g / (√v + 10⁻¹⁰)`.
private struct RMSProp<Model: NamedArrays> {
  private var square: Model

  init(for model: Model) { square = model.zeros() }

  mutating func update(_ model: inout Model, by gradient: Model) {
    typealias Part = Matrix<Model.Scalar>
    func move(_ w: inout Part, _ v: inout Part, _ g: Part) {
      v *= 0.9
      v.add(0.1, times: g * g)
      w.add(-0.003, times: g, overRootOf: v, plus: 1e-10)
    }
    for (_, path) in Model.arrays {
      move(&model[keyPath: path], &square[keyPath: path], gradient[keyPath: path])
    }
  }
}

/// The gates of layer `k`, whose rows lie one below the other in the peers' arrays, and as many biases of the second kind.
private func peersGates<Scalar>(
  _ N: Int, layer k: UInt64, inputs D: Int, hidden H: Int, scale: Double
) -> [(gate: Gate<Scalar>, second: Matrix<Scalar>)] {
  let W: Matrix<Scalar> = peersWeights(seed: 510 + k, N * H, D, scale: scale)
  let U: Matrix<Scalar> = peersWeights(seed: 520 + k, N * H, H, scale: scale)
  let b: Matrix<Scalar> = peersWeights(seed: 530 + k, N, H, scale: scale)
  let c: Matrix<Scalar> = peersWeights(seed: 540 + k, N, H, scale: scale)
  return (0..<N).map { gate in
    let rows = gate * H..<(gate + 1) * H
    let whole = Gate(W: W.rows(rows).transposed(), U: U.rows(rows).transposed(), b: b.row(gate))
    return (whole, c.row(gate))
  }
}

/// A layer of the peers' GRU, which resets after the product and has two biases a gate. Where they are only ever added
/// to each other, in `r` and `z`, one stands for both.
private func peersGRULayer<Scalar>(
  layer k: UInt64, inputs D: Int, hidden H: Int, scale: Double
) -> ResetAfterGRU<Scalar> {
  var gates: [(gate: Gate<Scalar>, second: Matrix<Scalar>)] = peersGates(
    3, layer: k, inputs: D, hidden: H, scale: scale)
  for k in 0..<2 { gates[k].gate.b += gates[k].second }
  return ResetAfterGRU(
    reset: gates[0].gate, update: gates[1].gate, candidate: gates[2].gate, stateBias: gates[2].second)
}

/// A layer of the peers' LSTM, whose second biases are 0 and stay so.
private func peersLSTMLayer<Scalar>(
  layer k: UInt64, inputs D: Int, hidden H: Int, scale: Double
) -> LSTM<Scalar> {
  let gates: [Gate<Scalar>] = peersGates(4, layer: k, inputs: D, hidden: H, scale: scale).map { $0.gate }
  return LSTM(input: gates[0], forget: gates[1], candidate: gates[2], output: gates[3])
}

// MARK: - All four

/// Both cells, on batches of 10 and of 100.
let sequenceClassifiers = ["W5-gru-b10", "W5-gru-b100", "W5-lstm-b10", "W5-lstm-b100"]

/// Measures one of them.
/// - Parameter references: the peers' numbers before and after an update; none: they are not compared
func measureSequenceClassifier(
  _ name: String, threads: Int, references: (first: [String: Double], later: [String: Double])?, into results: Results
) throws {
  let batch = name.hasSuffix("b100") ? 100 : 10
  if name.contains("gru") {
    if let references {
      try SequenceClassifier<ResetAfterGRU<Double>>(name, batch: batch, cell: peersGRULayer)
        .verify(against: references.first, later: references.later, twice: [\.reset.b, \.update.b])
    }
    try SequenceClassifier<ResetAfterGRU<Float>>(name, batch: batch, cell: peersGRULayer).measureStep(
      threads: threads, gates: 3, into: results)
  } else {
    if let references {
      try SequenceClassifier<LSTM<Double>>(name, batch: batch, cell: peersLSTMLayer)
        .verify(against: references.first, later: references.later)
    }
    try SequenceClassifier<LSTM<Float>>(name, batch: batch, cell: peersLSTMLayer).measureStep(
      threads: threads, gates: 4, into: results)
  }
}
