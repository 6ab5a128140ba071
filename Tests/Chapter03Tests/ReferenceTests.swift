import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

/// What reference.py wrote beside this file.
private struct Reference: Decodable {
  /// A matrix, in the file.
  struct Array: Decodable {
    let rows, columns: Int
    let scalars: [Double]
    var matrix: Matrix<Double> { Matrix(rows, columns, scalars: scalars) }
  }
  /// A run of a cell, and every derivative. Where it began from the default state, `initial` is empty.
  struct Case: Decodable {
    let weights: [String: Array]
    let x: Array
    let initial: [String: Array]
    let dOutputs: Array
    let dLast: [String: Array]
    let outputs: Array
    let last, gradient: [String: Array]
    let dx: Array
    let dInitial: [String: Array]
  }
  struct Adam: Decodable {
    struct Step: Decodable { let gradient, weights: [String: Array] }
    let rate: Double
    let start: [String: Array]
    let steps: [Step]
  }
  let cells: [String: Case]
  let adam: Adam

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }
}

extension NamedArrays<Double> {
  /// Takes every array from the file; the names must be the same.
  fileprivate mutating func read(_ arrays: [String: Reference.Array]) {
    #expect(Set(arrays.keys) == Set(Self.arrays.map(\.name)))
    for (name, path) in Self.arrays {
      let array = arrays[name]!.matrix
      #expect(array.shape == self[keyPath: path].shape)
      self[keyPath: path] = array
    }
  }

  /// Every array must be PyTorch's, to 10⁻¹² of its largest entry.
  fileprivate func expect(_ expected: [String: Reference.Array], _ what: String) {
    #expect(Set(expected.keys) == Set(Self.arrays.map(\.name)))
    for (name, array) in named(what) {
      let other = expected[String(name.dropFirst(what.count + 1))]!.matrix
      #expect(agree(array, other, to: 1e-12), "\(name): \(array) against \(other)")
    }
  }
}

@Suite struct ReferenceTests {
  private let reference: Reference

  init() throws { reference = try Reference() }

  @Test(
    "Outputs, last state and every derivative are PyTorch's.", arguments: Kind.allCases,
    ["given state", "default state"])
  func cells(kind: Kind, state: String) throws {
    let expected = try #require(reference.cells["\(kind.rawValue), \(state)"])
    func check<C: Cell<Double>>(_ cell: C) {
      var sequence = Sequence(cell)
      sequence.cell.read(expected.weights)
      sequence.dLast.read(expected.dLast)
      (sequence.x, sequence.dOutputs) = (expected.x.matrix, expected.dOutputs.matrix)
      if state == "given state" {
        sequence.initial.read(expected.initial)
      } else {
        sequence.initial = cell.zeroState(batch: 2)
      }
      let run = sequence.cell.run(sequence.x, from: sequence.initial)
      #expect(agree(run.outputs, expected.outputs.matrix, to: 1e-12))
      run.last.expect(expected.last, "last")
      let (gradient, dInputs, dInitial) = sequence.backward()
      gradient.expect(expected.gradient, "gradient")
      #expect(agree(dInputs, expected.dx.matrix, to: 1e-12))
      if state == "given state" { dInitial.expect(expected.dInitial, "dInitial") }
    }
    check(kind.cell())
  }

  @Test(
    "Five steps of Adam lead to PyTorch's weights, where a derivative is 0, where ε counts, and where neither is so.")
  func adam() {
    var random = SplitMix64(seed: 1)
    var gate = Gate<Double>(inputs: 4, hidden: 5, using: &random)
    gate.read(reference.adam.start)
    let start = gate
    var optimiser = Adam(for: gate, rate: reference.adam.rate)
    #expect(reference.adam.steps.count == 5)
    for (k, step) in reference.adam.steps.enumerated() {
      var gradient = gate
      gradient.read(step.gradient)
      optimiser.update(&gate, by: gradient)
      gate.expect(step.weights, "step \(k)")
    }
    #expect(gate.W[0, 0] == start.W[0, 0], "no derivative, no step")
  }
}
