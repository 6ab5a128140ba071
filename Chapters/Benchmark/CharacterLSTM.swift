import Console
import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// W4: the training step of chapter 6's language model, on the peers' text and from their weights: 64 characters, embedding
/// and LSTM of 100, windows of 200 steps in 32 streams, Adam.
struct CharacterLSTM {
  private let V = 64, E = 100, H = 100, T = 200, B = 32
  private let ids: [Int]

  /// The text's `V` most frequent characters are ids in the order of their frequency; all others stand for a space.
  init(text: String) throws {
    let counts = Dictionary(text.unicodeScalars.map { ($0, 1) }, uniquingKeysWith: +)
    let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(V).map(\.key)
    let idOf = Dictionary(uniqueKeysWithValues: ranking.enumerated().map { ($1, $0) })
    guard let space = idOf[" "] else {
      throw Failure.usage("W4 needs a text with spaces: give it one by --text.")
    }
    let ids = text.unicodeScalars.map { idOf[$0] ?? space }
    // The peers cut the text in 32 equal parts and leave the rest. Chapter 6 needs one id more, the last one's target, and
    // holds out two: none of the three is ever read.
    self.ids = Array(ids.prefix(ids.count / B * B)) + [space, space, space]
  }

  private func model<Scalar>(_: Scalar.Type) -> LanguageModel<LSTM<Scalar>> {
    let scale = 1 / Double(H).squareRoot()
    return LanguageModel(
      embedding: Embedding(table: peersWeights(seed: 401, V, E, scale: 1)),
      cell: peersLSTM(seed: 402, inputs: E, hidden: H, scale: scale),
      projection: Projection(W: peersWeights(seed: 404, V, H, scale: scale).transposed(), b: Matrix(1, V)))
  }

  /// Compares the first window's loss and gradient, in `Double`, with what all peers agree on.
  func verify(against references: [String: Double]) throws {
    var streams = try Streams(ids.dropLast(2), streams: B, steps: T)
    let (inputs, targets, _) = streams.next()
    let model = model(Double.self)
    let reading = model.read(inputs, from: model.cell.zeroState(batch: B))
    let found = [
      "loss0": model.loss(reading, targets), "gradient_norm0": model.backward(reading, targets).gradient.norm,
    ]
    try compare("W4", found, with: references, tolerance: 1e-11)
  }

  /// Measures one training step: forward, backward, Adam.
  func measureStep(threads: Int, into results: Results) throws {
    var trainer = try trainer()
    let time = measure { _ = trainer.advance() }
    let forwardFlop = 2 * Double(T * B) * Double((E + H) * 4 * H + H * V)
    try results.add(Measurement("W4", "chapter 6", threads: threads, time, flop: 3 * forwardFlop))
  }

  private func trainer() throws -> LanguageTrainer<LSTM<Float>> {
    var plan = Plan()
    (plan.batch, plan.window, plan.rate, plan.heldOut) = (B, T, 1e-4, 0)
    return try LanguageTrainer(model(Float.self), on: ids, plan, seed: 0)
  }

  /// Some steps and no more.
  func step(times: Int) throws {
    var trainer = try trainer()
    for _ in 0..<times { _ = trainer.advance() }
  }

  /// What the way back must find, on paper: of each step and row the embedded character, `h`, `c`, `tanh c`, four gates,
  /// and the logits.
  static var traceBytes: Int { 4 * 200 * 32 * (100 + 7 * 100 + 64) }

  /// Measures writing: one character after the other, the most probable one each time.
  func measureWriting(threads: Int, into results: Results) throws {
    let model = model(Float.self)
    var (id, state) = (0, model.cell.zeroState(batch: 1))
    let time = measure {
      let reading = model.read([id], from: state)
      (id, state) = (reading.logits.rowArgMaxima()[0], reading.run.last)
    }
    try results.add(Measurement("W4-write", "chapter 6", threads: threads, time))
  }
}
