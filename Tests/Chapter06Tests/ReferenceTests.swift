import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct ReferenceTests {
  let reference: Reference

  init() throws { reference = try Reference() }

  @Test("Logits, loss, last state and every derivative are PyTorch's to 1e-12, with ids that repeat and ids unused.")
  func reading() {
    let expected = reference.case
    let model = LanguageModel<LSTM<Double>>.reference(expected.weights)
    let state = LSTM<Double>.State(h: expected.h.matrix, c: expected.c.matrix)
    let reading = model.read(expected.ids, from: state)
    #expect(agree(reading.logits, expected.logits.matrix, to: 1e-12))
    #expect(agree(reading.run.last.h, expected.lastH.matrix, to: 1e-12))
    #expect(agree(reading.run.last.c, expected.lastC.matrix, to: 1e-12))
    #expect(abs(model.loss(reading, expected.targets) - expected.loss) < 1e-12)
    let (gradient, dInitial) = model.backward(reading, expected.targets)
    for (name, path) in LanguageModel<LSTM<Double>>.arrays {
      #expect(agree(gradient[keyPath: path], expected.gradient[name]!.matrix, to: 1e-12), "\(name)")
    }
    #expect(agree(dInitial.h, expected.dH.matrix, to: 1e-12) && agree(dInitial.c, expected.dC.matrix, to: 1e-12))
  }
}
