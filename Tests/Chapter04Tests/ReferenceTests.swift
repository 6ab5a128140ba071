import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan
import TestSupport
import Testing

/// A case of reference.json, which reference.py wrote beside this file: a run of a cell, and every derivative.
private struct Reference: Decodable {
  /// A matrix, in the file.
  struct Array: Decodable {
    let rows, columns: Int
    let scalars: [Double]
    var matrix: Matrix<Double> { Matrix(rows, columns, scalars: scalars) }
  }
  let weights: [String: Array]
  let x: Array
  let initial: [String: Array]
  let dOutputs: Array
  let dLast: [String: Array]
  let outputs: Array
  let last, gradient: [String: Array]
  let dInputs: Array
  let dInitial: [String: Array]

  static func all() throws -> [String: Reference] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    return try JSONDecoder().decode([String: Reference].self, from: Data(contentsOf: file))
  }

  /// Everything that an unrolling gives, under the names of ``Results``.
  var results: [String: Matrix<Double>] {
    var all = ["outputs": outputs.matrix, "dInputs": dInputs.matrix]
    for (whole, parts) in ["last": last, "gradient": gradient, "dInitial": dInitial] {
      for (name, array) in parts { all["\(whole).\(name)"] = array.matrix }
    }
    return all
  }
}

extension NamedArrays<Double> {
  /// Takes every array from the file; the names must be the same.
  fileprivate mutating func read(_ arrays: [String: Reference.Array]) {
    #expect(Set(arrays.keys) == Set(Self.arrays.map(\.name)))
    for (name, path) in Self.arrays { self[keyPath: path] = arrays[name]!.matrix }
  }
}

@Suite struct ReferenceTests {
  @Test(
    "Outputs, last state and every derivative are PyTorch's, to 10⁻¹² of the largest entry.",
    arguments: [Kind.tanh, .lstm], Way.allCases)
  func pytorch(kind: Kind, way: Way) throws {
    let direction = way == .reversed ? "reversed" : "forward"
    let expected = try #require(try Reference.all()["\(kind.rawValue), \(direction)"])
    func check<C: Cell<Double>>(_ cell: C) {
      var example = Example(cell, steps: 7)
      #expect(example.x.shape == expected.x.matrix.shape)
      example.cell.read(expected.weights)
      example.initial.read(expected.initial)
      example.dLast.read(expected.dLast)
      (example.x, example.dOutputs) = (expected.x.matrix, expected.dOutputs.matrix)
      let found = way == .checkpointed ? example.byCheckpoints() : example.byScan(reversed: way == .reversed)
      let reference = expected.results
      #expect(Set(found.arrays.map(\.name)) == Set(reference.keys))
      for (name, array) in found.arrays {
        #expect(agree(array, reference[name]!, to: 1e-12), "\(way), \(name): \(array) against \(reference[name]!)")
      }
    }
    check(kind.cell())
  }
}
