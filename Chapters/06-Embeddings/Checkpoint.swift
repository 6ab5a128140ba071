import Console
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Safetensors

// MARK: - PyTorch's names and layout

extension LanguageModel {
  /// The arrays as PyTorch names them and lays them out: those of an
  /// `nn.Embedding`, an `nn.LSTM` and an `nn.Linear`.
  ///
  /// There the gates lie one below the other, in the order i f g o, and every
  /// matrix is transposed: `W·x` for a column where we say `x·W` for a row.
  /// There are two biases, of which only the sum counts: one is 0.
  func tensors<Scalar>() -> [String: Safetensors.Tensor]
  where C == LSTM<Scalar> {
    let gates = [cell.input, cell.forget, cell.candidate, cell.output]
    let b = gates.flatMap { $0.b.scalars }
    return [
      "embedding.weight": tensor(embedding.table),
      "lstm.weight_ih_l0": tensor(.stack(gates.map { $0.W.transposed() })),
      "lstm.weight_hh_l0": tensor(.stack(gates.map { $0.U.transposed() })),
      "lstm.bias_ih_l0": tensor(b),
      "lstm.bias_hh_l0": tensor(b.map { _ in 0 }),
      "projection.weight": tensor(projection.W.transposed()),
      "projection.bias": tensor(Array(projection.b.scalars)),
    ]
  }

  /// The model of a file.
  /// - Parameter prefix: what stands before every name
  init<Scalar>(_ arrays: Arrays, prefix: String = "") throws(Failure)
  where C == LSTM<Scalar> {
    func matrix(_ name: String, _ rows: Int?, _ columns: Int?) throws(Failure)
      -> Matrix<Scalar>
    {
      try arrays.matrix(prefix + name, rows, columns)
    }
    let table = try matrix("embedding.weight", nil, nil)
    let (V, E) = (table.rows, table.columns)
    let W = try matrix("projection.weight", V, nil)
    let H = W.columns
    let wide = try matrix("lstm.weight_ih_l0", 4 * H, E)
    let square = try matrix("lstm.weight_hh_l0", 4 * H, H)
    var bias = try matrix("lstm.bias_ih_l0", 1, 4 * H)
    bias += try matrix("lstm.bias_hh_l0", 1, 4 * H)
    func gate(_ k: Int) -> Gate<Scalar> {
      let rows = k * H..<(k + 1) * H
      return Gate(
        W: wide.rows(rows).transposed(), U: square.rows(rows).transposed(),
        b: Matrix(1, H, scalars: Array(bias.scalars[rows])))
    }
    self.init(
      embedding: Embedding(table: table),
      cell: LSTM(
        input: gate(0), forget: gate(1), candidate: gate(2), output: gate(3)),
      projection: Projection(
        W: W.transposed(), b: try matrix("projection.bias", 1, V)))
  }
}

// MARK: - A model and its alphabet

/// A model, and which ids stand for which text: all that it takes to write.
public struct SavedModel<Scalar: MatrixScalar> {
  /// The model.
  public let model: LanguageModel<LSTM<Scalar>>
  /// Its pieces of text.
  public let tokens: Tokens

  /// A model and its pieces, of which there must be one for each row of its
  /// table.
  public init(_ model: LanguageModel<LSTM<Scalar>>, _ tokens: Tokens) {
    require(
      model.vocabulary == tokens.count,
      "SavedModel: \(tokens.count) pieces, a table of \(model.vocabulary) rows")
    (self.model, self.tokens) = (model, tokens)
  }

  /// The model of a file, one of PyTorch's included if it says its "tokens"
  /// and "pieces".
  /// - Throws: a `Failure` that says what is wrong with the file.
  public init(contentsOf file: String) throws(Failure) {
    let content = try Safetensors(contentsOf: file)
    try self.init(Arrays(file: file, content: content))
  }

  init(_ arrays: Arrays) throws(Failure) {
    let kind = TokenKind(rawValue: arrays.content.metadata["tokens"] ?? "")
    guard let kind else {
      throw arrays.broken(
        "does not say in its metadata whether its \"tokens\" are characters, "
          + "bytes or words")
    }
    let pieces: [String] =
      kind == .bytes ? [] : try arrays.value("pieces")
    tokens = Tokens(kind, pieces: pieces)
    model = try LanguageModel(arrays)
    guard model.vocabulary == tokens.count, Set(pieces).count == pieces.count
    else {
      throw arrays.broken(
        "has \(counted(Set(pieces).count, "different piece")) and a table of "
          + counted(model.vocabulary, "row"))
    }
  }

  /// The file of it.
  public var safetensors: Safetensors {
    var metadata = ["tokens": tokens.kind.rawValue]
    if tokens.kind != .bytes { metadata["pieces"] = json(tokens.pieces) }
    return Safetensors(model.tensors(), metadata: metadata)
  }
}

// MARK: - A training that can go on

/// A training as a file keeps it: with the model go the optimiser's memory, the
/// carried state, the place in the text, the random numbers and the plan.
public struct Checkpoint<Scalar: MatrixScalar> {
  /// The training.
  public var trainer: LanguageTrainer<LSTM<Scalar>>
  /// The pieces of the text.
  public let tokens: Tokens
  /// The file of the text, `nil` for the workbook's own.
  public let textFile: String?

  /// A training, and what it learns from.
  public init(
    _ trainer: LanguageTrainer<LSTM<Scalar>>, tokens: Tokens, textFile: String?
  ) {
    (self.trainer, self.tokens, self.textFile) = (trainer, tokens, textFile)
  }

  /// A training that begins.
  /// - Parameters:
  ///   - text: to learn from
  ///   - file: where that is, so that it is found again
  ///   - kind: what an id stands for
  ///   - seed: of the weights, and of what is written in between
  /// - Throws: a failure if the text is too short, see ``Streams``.
  public init(
    text: String, from file: String? = nil, _ kind: TokenKind = .characters,
    embedding E: Int, hidden H: Int, _ plan: Plan, seed: UInt64
  ) throws(Failure) {
    let tokens = Tokens(kind, of: text)
    var random = SplitMix64(seed: seed)
    let model = LanguageModel<LSTM<Scalar>>(
      vocabulary: tokens.count, width: E, hidden: H, using: &random)
    let ids = try tokens.ids(of: text)
    let trainer = try LanguageTrainer(model, on: ids, plan, seed: random.next())
    self.init(trainer, tokens: tokens, textFile: file)
  }

  /// A loss in nats on the held-out text, and its other names.
  public func score(_ loss: Double) -> Score {
    let ids = trainer.heldOut.ids
    let characters = Double(tokens.text(of: ids).count) / Double(ids.count)
    return Score(nats: loss, characters: characters)
  }

  /// What a file needs beside arrays.
  private struct Facts: Codable {
    var plan: Plan
    var step, place, looksSince: Int
    var best: Double?
    var random, text: UInt64
    var textFile: String?
  }

  /// The file of it. The same training gives the same bytes.
  public var safetensors: Safetensors {
    let optimiser = trainer.optimiser
    var file = SavedModel(trainer.model, tokens).safetensors
    for (name, tensor) in optimiser.mean.tensors() {
      file.tensors["mean." + name] = tensor
    }
    for (name, tensor) in optimiser.square.tensors() {
      file.tensors["square." + name] = tensor
    }
    file.tensors["left"] =
      tensor([optimiser.left.mean, optimiser.left.square])
    file.tensors["state.h"] = tensor(trainer.state.h)
    file.tensors["state.c"] = tensor(trainer.state.c)
    let best = trainer.best
    let facts = Facts(
      plan: trainer.plan, step: trainer.step, place: trainer.streams.place,
      looksSince: best.looksSince, best: best.loss.isFinite ? best.loss : nil,
      random: trainer.random.state, text: trainer.fingerprintOfText,
      textFile: textFile)
    file.metadata["training"] = json(facts)
    return file
  }

  /// The training of a file.
  /// - Parameter text: gives the text of a file, or the workbook's own
  /// - Throws: a `Failure`: what is wrong with the file, or that the text is
  ///   not the one learned from.
  public init(
    contentsOf file: String, text: (String?) throws(Failure) -> String
  ) throws(Failure) {
    let content = try Safetensors(contentsOf: file)
    try self.init(Arrays(file: file, content: content), text: text)
  }

  init(_ arrays: Arrays, text: (String?) throws(Failure) -> String)
    throws(Failure)
  {
    let saved = try SavedModel<Scalar>(arrays)
    let facts: Facts = try arrays.value("training")
    let plan = facts.plan
    guard plan.isSound, facts.step >= 0, facts.looksSince >= 0 else {
      throw arrays.broken("has a plan that no training can follow")
    }
    let ids = try saved.tokens.ids(of: try text(facts.textFile))
    var trainer = try LanguageTrainer(saved.model, on: ids, plan, seed: 0)
    guard trainer.fingerprintOfText == facts.text else {
      throw .failed(
        "\(arrays.file) was trained on another text than "
          + "\(facts.textFile ?? "the workbook's"): give that one with --text.")
    }
    let (B, H) = (plan.batch, saved.model.cell.hidden)
    trainer.streams = try Streams(
      trainer.streams.ids, streams: B, steps: plan.window, from: facts.place)
    trainer.state.h = try arrays.matrix("state.h", B, H)
    trainer.state.c = try arrays.matrix("state.c", B, H)
    trainer.optimiser.mean = try arrays.memory("mean.", of: saved.model)
    trainer.optimiser.square = try arrays.memory("square.", of: saved.model)
    let left: Matrix<Double> = try arrays.matrix("left", 1, 2)
    trainer.optimiser.left = (left[0, 0], left[0, 1])
    trainer.step = facts.step
    trainer.best = (facts.best ?? .infinity, facts.looksSince)
    trainer.random = SplitMix64(seed: facts.random)
    self.init(trainer, tokens: saved.tokens, textFile: facts.textFile)
  }
}
