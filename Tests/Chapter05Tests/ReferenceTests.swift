import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import TestSupport
import Testing

@testable import WhileLoop

/// What reference.py wrote beside this file.
private struct Reference: Decodable {
  struct Array: Decodable {
    let rows, columns: Int
    let scalars: [Double]
    var matrix: Matrix<Double> { Matrix(rows, columns, scalars: scalars) }
  }
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
  let lengths: [Int]
  let cells: [String: Case]
}

extension NamedArrays<Double> {
  /// The arrays of the file in the shapes of these; the names must be the same.
  fileprivate func read(_ arrays: [String: Reference.Array]) -> Self {
    #expect(Set(arrays.keys) == Set(Self.arrays.map(\.name)))
    var result = self
    for (name, path) in Self.arrays { result[keyPath: path] = arrays[name]!.matrix }
    return result
  }

  /// Every array must be PyTorch's, to 10⁻¹² of its largest entry.
  fileprivate func expect(_ expected: [String: Reference.Array], _ what: String) {
    #expect(Set(expected.keys) == Set(Self.arrays.map(\.name)))
    for (name, path) in Self.arrays {
      let other = expected[name]!.matrix
      #expect(agree(self[keyPath: path], other, to: 1e-12), "\(what).\(name)")
    }
  }
}

@Suite struct ReferenceTests {
  @Test("Lengths that differ: outputs, last states and every derivative are PyTorch's.", arguments: Kind.allCases)
  func packed(kind: Kind) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    let expected = try #require(reference.cells[kind.rawValue])
    #expect(Set(reference.lengths).count == 3)
    func check<C: Cell<Double>>(_ cell: C) {
      let cell = cell.read(expected.weights)
      let zero = cell.zeroState(batch: reference.lengths.count)
      let run = cell.loop(expected.x.matrix, from: zero.read(expected.initial), lengths: reference.lengths)
      #expect(agree(run.outputs, expected.outputs.matrix, to: 1e-12))
      run.last.expect(expected.last, "last")
      let (gradient, dInputs, dInitial) = cell.backward(
        expected.dOutputs.matrix, last: zero.read(expected.dLast), through: run)
      gradient.expect(expected.gradient, "gradient")
      #expect(agree(dInputs, expected.dx.matrix, to: 1e-12))
      dInitial.expect(expected.dInitial, "dInitial")
    }
    check(kind.cell())
  }
}
