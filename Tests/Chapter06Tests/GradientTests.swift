import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct EmbeddingTests {
  let embedding = Embedding<Float>(table: .linspace(-1, 0.7, 7, 3))
  let ids = [4, 0, 4, 6, 4]

  @Test("A row of the table is a one-hot row times the table, and its gradient the transposed product: bit for bit.")
  func oneHot() {
    let one = Matrix<Float>.oneHot(ids, size: 7)
    #expect(embedding(ids) == matmul(one, embedding.table))
    #expect(embedding(ids).row(2) == embedding.table.row(4))
    var random = SplitMix64(seed: 3)
    let dx = Matrix<Float>.normal(5, 3, deviation: 1, using: &random)
    let gradient = embedding.gradient(dx, ids: ids).table
    #expect(gradient == matmul(one.T, dx))
    #expect(gradient.row(4) == dx.row(0) + dx.row(2) + dx.row(4), "every reader of row 4 is heard")
    #expect(gradient.row(1) == Matrix(1, 3), "nobody read row 1")
  }

  @Test("An id outside of the table stops the program with both in the message.")
  func outside() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Embedding<Float>(table: Matrix(7, 3))([2, 7])
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("there is no id 7 in a table [7 × 3]"))
  }
}

@Suite struct GradientTests {
  @Test("Every derivative of the whole model is what the centred differences say, the table's and the state's too.")
  func centredDifferences() {
    let fixture = Fixture()
    let (gradient, dInitial) = fixture.model.backward(
      fixture.model.read(fixture.ids, from: fixture.state), fixture.targets)
    let model = fixture.model.check(gradient: gradient) { fixture.loss($0, from: fixture.state) }
    let state = fixture.state.check(gradient: dInitial) { fixture.loss(fixture.model, from: $0) }
    #expect(
      model.map(\.name).filter { !$0.hasPrefix("cell.") } == ["embedding.table", "projection.W", "projection.b"])
    #expect(model.count == 3 + 12 && state.count == 2)
    for check in model + state { #expect(check.passes, "\(check)") }
    #expect(gradient.embedding.table.row(1) == Matrix(1, 4), "nobody read id 1")
  }

  @Test("The loss is the mean over all predictions, in nats: ln V for a model that finds all ids equally likely.")
  func uniform() {
    var fixture = Fixture()
    fixture.model.projection.W *= 0
    fixture.model.projection.b *= 0
    #expect(abs(fixture.loss(fixture.model, from: fixture.state) - 1.945910149055313) < 1e-14)
  }

  @Test("With another cell it is a language model, too.")
  func tanhCell() {
    var random = SplitMix64(seed: 1)
    let model = LanguageModel(
      embedding: .init(vocabulary: 7, width: 4, using: &random),
      cell: TanhCell<Double>(inputs: 4, hidden: 5, using: &random),
      projection: Projection(W: .normal(5, 7, deviation: 1, using: &random), b: Matrix(1, 7)))
    let fixture = Fixture()
    let zero = model.cell.zeroState(batch: 2)
    let (gradient, _) = model.backward(model.read(fixture.ids, from: zero), fixture.targets)
    let checks = model.check(gradient: gradient) { $0.loss($0.read(fixture.ids, from: zero), fixture.targets) }
    for check in checks { #expect(check.passes, "\(check)") }
  }
}
