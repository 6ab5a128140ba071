import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import WhileLoop

@testable import SequenceTasks

/// A layer of 4 inputs (sizes pairwise distinct), by name.
enum LayerKind: String, CaseIterable, Sendable {
  case deep, deeper, shared, both, bothDeep

  func layer<Scalar: MatrixScalar>(_: Scalar.Type = Double.self) -> any SequenceLayer<Scalar> {
    var random = SplitMix64(seed: 3)
    func lstm(_ D: Int, _ H: Int) -> Layer<LSTM<Scalar>> {
      Layer(LSTM(inputs: D, hidden: H, using: &random).drawn(deviation: 0.5, using: &random))
    }
    func gru(_ D: Int, _ H: Int) -> Layer<GRU<Scalar>> {
      Layer(GRU(inputs: D, hidden: H, using: &random).drawn(deviation: 0.5, using: &random))
    }
    func rnn(_ D: Int, _ H: Int) -> Layer<TanhCell<Scalar>> {
      Layer(TanhCell(inputs: D, hidden: H, using: &random).drawn(deviation: 0.5, using: &random))
    }
    switch self {
    case .deep: return Then(lstm(4, 5), gru(5, 6))
    case .deeper: return joined([gru(4, 5), rnn(5, 7), lstm(7, 6)])
    case .shared: return Then(lstm(4, 5), Again(gru(5, 5)))
    case .both: return Bidirectional(lstm(4, 5), gru(4, 6))
    case .bothDeep: return Then(Bidirectional(gru(4, 2), lstm(4, 3)), Bidirectional(rnn(5, 6), gru(5, 7)))
    }
  }
}

/// A question to a layer: three rows, five steps.
struct Question {
  var x: Sequences<Double>
  let dOutputs: Matrix<Double>

  init(outputs: Int, lengths: [Int]?) {
    var random = SplitMix64(seed: 2)
    x = Sequences(.normal(15, 4, deviation: 0.7, using: &random), batch: 3, lengths: lengths)
    dOutputs = .normal(15, outputs, deviation: 0.5, using: &random)
  }

  func loss<L: SequenceLayer<Double>>(_ layer: L, _ x: Matrix<Double>, _ dropout: Dropout?) -> Double {
    dOutputs.dot(layer.read(self.x.with(x), dropout: dropout).outputs)
  }
}

/// How something is dropped.
enum Dropping: CaseIterable, Sendable {
  case nothing, perStep, perSequence

  var dropout: Dropout? {
    self == .nothing ? nil : Dropout(keep: 0.6, oncePerSequence: self == .perSequence, seed: 5)
  }
}
