import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import SequenceTasks

/// What reference.py wrote beside this file.
struct Reference: Decodable {
  struct Array: Decodable {
    let rows, columns: Int
    let scalars: [Double]
    var matrix: Matrix<Double> { Matrix(rows, columns, scalars: scalars) }
  }
  typealias Arrays = [String: Array]

  /// A deep cell, from a given state.
  struct Deep: Decodable {
    let weights, initial, dLast, last, gradient, dInitial: Arrays
    let x, dOutputs, outputs, dx: Array
  }
  /// A network with its loss. `once`: one mask for all steps.
  struct Network: Decodable {
    let lengths: [Int]?
    let once: Bool?
    let weights, gradient: Arrays
    let x, outputs, dx: Array
    let targets: [Int]
    let loss: Double
    let what: String

    enum CodingKeys: String, CodingKey {
      case lengths, once, weights, gradient, x, outputs, dx, targets, loss
      case what = "loss of"
    }
  }
  /// A hundred steps. What is drawn from are `count` examples.
  struct Training: Decodable {
    let keep, rate: Double
    let once: Bool
    let count, batch: Int
    let seed: UInt64
    let start: Arrays
    let losses: [Double]
    let end: Arrays?
    let lengths, targets: [Int]?
    let x: Array?
  }
  let stacks: [String: Deep]
  let networks: [String: Network]
  let digits, labels: Training

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  /// Three layers, or two that read in both directions, of the sizes of the script. Of which cells, the name says.
  static func layers<S: MatrixScalar>(_ name: String, _: S.Type = S.self) -> any SequenceLayer<S> {
    var random = SplitMix64(seed: 0)
    func lstm(_ D: Int, _ H: Int) -> Layer<LSTM<S>> { Layer(LSTM(inputs: D, hidden: H, using: &random)) }
    func gru(_ D: Int, _ H: Int) -> Layer<GRU<S>> { Layer(GRU(inputs: D, hidden: H, using: &random)) }
    func after(_ D: Int, _ H: Int) -> Layer<ResetAfterGRU<S>> {
      Layer(ResetAfterGRU(inputs: D, hidden: H, using: &random))
    }
    switch name.prefix(while: { $0 != "," }) {
    case "three LSTM": return Then(Then(lstm(4, 6), lstm(6, 2)), lstm(2, 7))
    case "three GRU": return Then(Then(gru(4, 6), gru(6, 2)), gru(2, 7))
    case "three ResetAfterGRU": return Then(Then(after(4, 6), after(6, 2)), after(2, 7))
    case "both LSTM": return Then(Bidirectional(lstm(4, 2), lstm(4, 2)), Bidirectional(lstm(4, 6), lstm(4, 1)))
    case "both ResetAfterGRU":
      return Then(Bidirectional(after(4, 2), after(4, 2)), Bidirectional(after(4, 6), after(4, 1)))
    default: fatalError("no layers of the name \(name)")
    }
  }
}

extension NamedArrays {
  /// The arrays of the file, which must have the names and the shapes of these.
  func read(_ arrays: Reference.Arrays) -> Self {
    #expect(Set(arrays.keys) == Set(Self.arrays.map(\.name)))
    var result = self
    for (name, path) in Self.arrays {
      let array = arrays[name]!.matrix
      #expect(array.shape == self[keyPath: path].shape, "\(name)")
      result[keyPath: path] = Matrix(array)
    }
    return result
  }
}

extension NamedArrays<Double> {
  /// Every array must be PyTorch's, to a share of its largest entry.
  func expect(_ expected: Reference.Arrays, to bound: Double = 1e-12, _ what: String) {
    #expect(Set(expected.keys) == Set(Self.arrays.map(\.name)))
    for (name, path) in Self.arrays {
      #expect(agree(self[keyPath: path], expected[name]!.matrix, to: bound), "\(what).\(name)")
    }
  }
}
