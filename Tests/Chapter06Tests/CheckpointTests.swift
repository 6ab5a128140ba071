import Console
import Foundation
import ManualBPTT
import MinimalMatrix
import Safetensors
import Testing
import Texts

@testable import Embeddings
@testable import ExplicitGates

@Suite struct CheckpointTests {
  static let text = String(Texts.names.prefix(1200))

  /// A small training that has not begun: its text is read once in eleven steps.
  static func training() throws -> Checkpoint<Float> {
    var plan = Plan()
    (plan.batch, plan.window, plan.steps, plan.every, plan.rate) = (4, 25, 40, 6, 0.02)
    return try Checkpoint(text: text, embedding: 3, hidden: 5, plan, seed: 1)
  }

  static func read(_ bytes: [UInt8], text: String = text) throws -> Checkpoint<Float> {
    let content = try Safetensors(bytes: bytes, file: "a.safetensors")
    return try Checkpoint(Arrays(file: "a.safetensors", content: content)) { _ in text }
  }

  @Test("Stopped after any step, saved, read and resumed, a training ends with the bytes of one that never stopped.")
  func resumed() throws {
    var whole = try Self.training()
    var samples: [[Int]] = []
    func show(_ event: TrainingEvent, _ checkpoint: inout Checkpoint<Float>) {
      guard case .look = event else { return }
      samples.append(checkpoint.trainer.model.write(9, after: [0], using: &checkpoint.trainer.random))
    }
    try whole.train(show)
    #expect(whole.trainer.step == 40 && samples.count == 7)
    let expected = (whole.safetensors.bytes(), samples)
    for stop in [0, 1, 5, 6, 11, 12, 23, 39, 40] {
      samples = []
      var first = try Self.training()
      var steps = 0
      try first.train(until: { steps == stop }) { event, checkpoint in
        if case .step = event { steps += 1 }
        show(event, &checkpoint)
      }
      var second = try Self.read(first.safetensors.bytes())
      #expect(second.safetensors == first.safetensors)
      try second.train(show)
      #expect(second.safetensors.bytes() == expected.0, "stopped after step \(stop)")
      #expect(samples == expected.1, "stopped after step \(stop)")
    }
  }

  @Test("The arrays have the names and the layout of torch.nn: gates one below the other as i f g o, two biases.")
  func layout() throws {
    let model = try Self.training().trainer.model
    let tensors = model.tensors()
    let V = model.vocabulary
    #expect(
      tensors.mapValues(\.shape) == [
        "embedding.weight": [V, 3], "lstm.weight_ih_l0": [20, 3], "lstm.weight_hh_l0": [20, 5], "lstm.bias_ih_l0": [20],
        "lstm.bias_hh_l0": [20], "projection.weight": [V, 5], "projection.bias": [V],
      ])
    // Row 5·2 + 4 belongs to unit 4 of the candidate; its column 1 to input 1.
    #expect(tensors["lstm.weight_ih_l0"]!.values.doubles[14 * 3 + 1] == Double(model.cell.candidate.W[1, 4]))
    #expect(tensors["lstm.weight_hh_l0"]!.values.doubles[6 * 5 + 2] == Double(model.cell.forget.U[2, 1]))
    #expect(tensors["lstm.bias_ih_l0"]!.values.doubles[5..<10].allSatisfy { $0 == 1 }, "the forget gate's bias")
    #expect(tensors["projection.weight"]!.values.doubles[2 * 5 + 1] == Double(model.projection.W[1, 2]))
  }

  @Test("A file without a training is a model to write with; its two biases are added up.")
  func foreign() throws {
    let checkpoint = try Self.training()
    var file = SavedModel(checkpoint.trainer.model, checkpoint.tokens).safetensors
    file.tensors["lstm.bias_hh_l0"] = .init([20], .double((0..<20).map { Double($0) / 4 }))
    let read = try SavedModel<Float>(Arrays(file: "a", content: file))
    #expect(read.model.cell.forget.b == checkpoint.trainer.model.cell.forget.b + Matrix([[1.25, 1.5, 1.75, 2, 2.25]]))
    #expect(read.model.embedding == checkpoint.trainer.model.embedding && read.tokens == checkpoint.tokens)
    let message = message { _ = try Self.read(file.bytes()) }
    #expect(message == "a.safetensors does not say \"training\" in its metadata: take one that chapter06 has saved.")
  }

  @Test("What is missing, of another size, or not finite is named; another text is refused.")
  func broken() throws {
    let checkpoint = try Self.training()
    func refusal(_ change: (inout Safetensors) -> Void) -> String {
      var file = checkpoint.safetensors
      change(&file)
      return message { _ = try Self.read(file.bytes()) }
    }
    #expect(refusal { _ in } == "no failure")
    #expect(refusal { $0.tensors["lstm.weight_hh_l0"] = nil }.contains("has no array lstm.weight_hh_l0"))
    #expect(
      refusal { $0.tensors["lstm.bias_hh_l0"] = .init([4], .float([0, 0, 0, 0])) }
        .contains("has lstm.bias_hh_l0 of shape [4] and not [1, 20]"))
    #expect(refusal { $0.tensors["state.c"] = $0.tensors["embedding.weight"] }.contains("state.c of shape"))
    #expect(
      refusal {
        $0.tensors["projection.bias"] = .init(
          [$0.tensors["projection.bias"]!.shape[0]],
          .float(
            Array(repeating: .nan, count: $0.tensors["projection.bias"]!.shape[0])))
      }.contains("projection.bias that is"))
    #expect(refusal { $0.metadata["tokens"] = "letters" }.contains("characters, bytes or words"))
    #expect(refusal { $0.metadata["pieces"] = "[\"a\"]" }.contains("1 different piece and a table"))
    #expect(refusal { $0.metadata["pieces"] = "7" }.contains("no sound \"pieces\""))
    #expect(
      refusal { $0.metadata["training"] = $0.metadata["training"]!.replacing("\"batch\":4", with: "\"batch\":0") }
        .contains("no training can follow"))
    #expect(
      refusal { $0.metadata["training"] = $0.metadata["training"]!.replacing("\"place\":0", with: "\"place\":9999") }
        .contains("there is no step 9999"))
    let other = message { _ = try Self.read(checkpoint.safetensors.bytes(), text: String(Self.text.reversed())) }
    #expect(other.contains("was trained on another text"))
  }

  @Test("12,000 mutated checkpoints are each refused in one line, or train a step and are saved again.")
  func mutated() throws {
    var checkpoint = try Self.training()
    _ = checkpoint.trainer.advance()
    let original = checkpoint.safetensors.bytes()
    let header = 8 + Int(original[0]) + 256 * Int(original[1])
    var random = SplitMix64(seed: 1)
    var (taken, refusals) = (0, Set<String>())
    for round in 0..<12_000 {
      var bytes = original
      // Most of them in the header: there is what could be believed too early.
      let place = random.below(round % 4 == 0 ? bytes.count : header)
      switch random.below(4) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = UInt8(random.below(256))
      case 2: bytes.remove(at: place)
      default: bytes[place] = UInt8(ascii: "0") + UInt8(random.below(10))
      }
      do {
        var read = try Self.read(bytes)
        _ = read.trainer.advance()
        #expect(read.safetensors.bytes().count > 1000)
        taken += 1
      } catch let failure as Failure {
        #expect(!failure.message.contains("\n"))
        refusals.insert(failure.message.filter { !$0.isNumber })
      }
    }
    #expect(taken > 1000 && refusals.count > 200, "\(taken) taken, \(refusals.count) different refusals")
  }
}

/// The half of interchange.py that is written in Swift.
@Suite struct Interchange {
  static let environment = ProcessInfo.processInfo.environment

  @Test(.enabled(if: environment["INTERCHANGE_FOLDER"] != nil, "interchange.py runs it"))
  func interchange() throws {
    try write(Float.self, "float32")
    try write(Double.self, "float64")
  }

  /// Writes the logits of Python's model, a model trained here, and its logits.
  func write<Scalar: MatrixScalar>(_: Scalar.Type, _ type: String) throws {
    let folder = try #require(Self.environment["INTERCHANGE_FOLDER"])
    let list = try #require(Self.environment["INTERCHANGE_IDS"])
    let ids = try JSONDecoder().decode([Int].self, from: Data(list.utf8))
    func logits(_ model: LanguageModel<LSTM<Scalar>>) -> Safetensors.Tensor {
      let logits = model.read(ids, from: model.cell.zeroState(batch: 1)).logits
      let doubles = logits.scalars.map { Double($0) }
      let values: Safetensors.Values = Scalar.self == Float.self ? .float(doubles.map { Float($0) }) : .double(doubles)
      return .init([logits.rows, logits.columns], values)
    }
    let theirs = try SavedModel<Scalar>(contentsOf: "\(folder)/\(type).safetensors").model
    var plan = Plan()
    (plan.batch, plan.window, plan.steps) = (2, 9, 30)
    var ours = try Checkpoint<Scalar>(
      text: String(repeating: "abacadabagefg", count: 30), embedding: 4, hidden: 5, plan, seed: 1)
    try ours.train(savingTo: "\(folder)/\(type)-swift.safetensors") { _, _ in }
    try Safetensors(["theirs": logits(theirs), "ours": logits(ours.trainer.model)])
      .write(to: "\(folder)/\(type)-logits.safetensors")
  }
}
