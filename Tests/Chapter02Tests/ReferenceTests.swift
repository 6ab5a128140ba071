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
  /// One step of training.
  struct Step: Decodable {
    let loss: Double
    let weights: [String: Array]
  }
  let inputs, targets: [Int]
  let h0: Array
  let weights: [String: Array]
  let logits: Array
  let loss: Double
  let gradient: [String: Array]
  let dh0: Array
  let rate, valueLimit, normLimit: Double
  let valueClipped, normClipped: [Step]

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.json")
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  var network: RNN<Double> {
    func part(_ name: String) -> Matrix<Double> { weights[name]!.matrix }
    return RNN(
      cell: TanhCell(Wx: part("cell.Wx"), Wh: part("cell.Wh"), b: part("cell.b")),
      projection: Projection(W: part("projection.W"), b: part("projection.b")))
  }
}

/// Every array of the model must be PyTorch's, to 10⁻¹² of its largest entry.
private func expect(
  _ model: RNN<Double>, _ expected: [String: Reference.Array], _ when: String,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(Set(RNN<Double>.arrays.map(\.name)) == Set(expected.keys), sourceLocation: location)
  for (name, path) in RNN<Double>.arrays {
    let (array, other) = (model[keyPath: path], expected[name]!.matrix)
    #expect(array.shape == other.shape, "\(when), \(name)", sourceLocation: location)
    #expect(agree(array, other, to: 1e-12), "\(when), \(name): \(array) against \(other)", sourceLocation: location)
  }
}

@Suite struct ReferenceTests {
  private let reference: Reference
  private let network: RNN<Double>
  private let h0: Matrix<Double>

  init() throws {
    reference = try Reference()
    network = reference.network
    h0 = reference.h0.matrix
  }

  @Test("PyTorch's weights are those that the seeds 1 to 6 give here.")
  func weights() {
    for (seed, (name, path)) in RNN<Double>.arrays.enumerated() {
      var random = SplitMix64(seed: UInt64(seed + 1))
      let array = network[keyPath: path]
      #expect(array == .uniform(array.rows, array.columns, scale: 0.9, using: &random), "\(name)")
    }
  }

  @Test func theLossAndEveryDerivativeArePyTorchs() {
    let trace = network.forward(reference.inputs, from: h0)
    #expect(agree(trace.logits, reference.logits.matrix, to: 1e-12))
    let loss = network.loss(trace, reference.targets)
    #expect(abs(loss - reference.loss) <= 1e-12 * reference.loss)
    let (gradient, dh0) = network.backward(trace, reference.targets)
    expect(gradient, reference.gradient, "gradient")
    #expect(agree(dh0, reference.dh0.matrix, to: 1e-12))
  }

  @Test("Steps of Adagrad behind either clipping lead to PyTorch's losses and NumPy's weights.")
  func training() {
    func train(_ steps: [Reference.Step], _ clip: (inout RNN<Double>) -> Void, _ kind: String) {
      var network = network
      var optimiser = Adagrad(for: network, rate: reference.rate)
      for (k, step) in steps.enumerated() {
        let trace = network.forward(reference.inputs, from: h0)
        let loss = network.loss(trace, reference.targets)
        #expect(abs(loss - step.loss) <= 1e-12 * step.loss, "\(kind), step \(k)")
        var (gradient, _) = network.backward(trace, reference.targets)
        clip(&gradient)
        optimiser.update(&network, by: gradient)
        expect(network, step.weights, "\(kind), step \(k)")
      }
    }
    #expect(reference.valueClipped.count == 5 && reference.normClipped.count == 1)
    train(reference.valueClipped, { $0.clipValues(to: reference.valueLimit) }, "clipped by value")
    train(reference.normClipped, { $0.clipNorm(to: reference.normLimit) }, "clipped by norm")
  }
}
