import Embeddings
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// A model, what it reads and from where; `V, E, H, B, T = 7, 4, 5, 2, 3`. Ids 0 and 2 come several times, most never.
struct Fixture {
  var model: LanguageModel<LSTM<Double>>
  var state: LSTM<Double>.State
  let ids = [0, 2, 2, 2, 5, 0]
  let targets = [2, 3, 2, 0, 3, 3]

  init() {
    var random = SplitMix64(seed: 1)
    model = LanguageModel(vocabulary: 7, width: 4, hidden: 5, using: &random)
    model = model.mapped { .normal($0.rows, $0.columns, deviation: 0.5, using: &random) }
    state = model.cell.zeroState(batch: 2)
    state.h = .normal(2, 5, deviation: 0.5, using: &random)
    state.c = .normal(2, 5, deviation: 0.5, using: &random)
  }

  func loss(_ model: LanguageModel<LSTM<Double>>, from state: LSTM<Double>.State) -> Double {
    model.loss(model.read(ids, from: state), targets)
  }
}

/// What reference.py wrote beside this file.
struct Reference: Decodable {
  struct Array: Decodable {
    let rows, columns: Int
    let scalars: [Double]
    var matrix: Matrix<Double> { Matrix(rows, columns, scalars: scalars) }
  }
  struct Case: Decodable {
    let weights, gradient: [String: Array]
    let h, c, logits, lastH, lastC, dH, dC: Array
    let ids, targets: [Int]
    let loss: Double
  }
  struct Hundred: Decodable {
    let batch, window: Int
    let rate, limit: Double
    let text: [Int]
    let losses: [Double]
    let start, end: [String: Array]
  }
  let `case`: Case
  let hundred: Hundred

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }
}

extension LanguageModel {
  /// The model of the file's arrays, whose names must be the model's.
  static func reference<Scalar>(_ arrays: [String: Reference.Array]) -> Self where C == LSTM<Scalar> {
    #expect(Set(arrays.keys) == Set(Self.arrays.map(\.name)))
    let (V, E) = (arrays["embedding.table"]!.rows, arrays["embedding.table"]!.columns)
    var random = SplitMix64(seed: 0)
    var model = LanguageModel(vocabulary: V, width: E, hidden: arrays["projection.W"]!.rows, using: &random)
    for (name, path) in Self.arrays {
      let array = arrays[name]!.matrix
      #expect(array.shape == model[keyPath: path].shape, "\(name)")
      model[keyPath: path] = Matrix(array)
    }
    return model
  }
}
