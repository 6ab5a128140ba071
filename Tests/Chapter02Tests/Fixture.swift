import MinimalMatrix
import NumpyStyleRNN
import Testing

@testable import ManualBPTT

/// A network, what it reads, and the state it begins from, with weights so large that tanh bends.
struct Fixture: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let network: RNN<Double>
  /// `T·B` ids, time-major.
  let inputs: [Int]
  let targets: [Int]
  let h0: Matrix<Double>

  /// - Parameter isZeroState: does it begin from the default state instead of a random one?
  init(_ name: String, V: Int, H: Int, B: Int, inputs: [Int], targets: [Int], isZeroState: Bool = false) {
    var random = SplitMix64(seed: 1)
    var network = RNN<Double>(vocabulary: V, hidden: H, using: &random)
    for (_, path) in RNN<Double>.arrays {
      let (rows, columns) = (network[keyPath: path].rows, network[keyPath: path].columns)
      network[keyPath: path] = .normal(rows, columns, deviation: 0.5, using: &random)
    }
    testDescription = name
    (self.network, self.inputs, self.targets) = (network, inputs, targets)
    h0 = isZeroState ? network.zeroState(batch: B) : .normal(B, H, deviation: 0.5, using: &random)
  }

  /// `B, T, D = V, H = 2, 3, 4, 5`. The ids 0 and 2 come more than once, 3 never does.
  static let example = Fixture(
    "B, T, V, H = 2, 3, 4, 5", V: 4, H: 5, B: 2, inputs: [0, 2, 2, 1, 0, 2], targets: [2, 1, 0, 2, 2, 0])
  static let zeroState = Fixture(
    "from the zero state", V: 4, H: 5, B: 2, inputs: [0, 2, 2, 1, 0, 2], targets: [2, 1, 0, 2, 2, 0],
    isZeroState: true)
  static let oneStep = Fixture(
    "one step, and two rows that read the same", V: 4, H: 5, B: 3, inputs: [2, 0, 2], targets: [1, 3, 0])
  static let oneRow = Fixture("one row", V: 3, H: 2, B: 1, inputs: [0, 2, 2, 1], targets: [2, 1, 0, 2])

  var trace: Trace<Double> { network.forward(inputs, from: h0) }

  /// The check of every array of the network, and of `h0`.
  func check(_ gradient: RNN<Double>, dh0: Matrix<Double>) -> [ArrayCheck] {
    let numeric = centredDifferences(
      of: { network.loss(network.forward(inputs, from: $0), targets) }, at: h0)
    return network.check(gradient: gradient) { $0.loss($0.forward(inputs, from: h0), targets) }
      + [ArrayCheck(name: "h0", analytic: dh0, numeric: numeric)]
  }
}
