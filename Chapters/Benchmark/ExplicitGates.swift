import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// Uniform weights as the peers store them, `[4H × D]` with the gates' rows in the order i f g o: here one `[D × H]` a gate.
private func gateWeights<Scalar>(seed: UInt64, inputs D: Int, hidden H: Int, scale: Double) -> [Matrix<Scalar>] {
  let packed: Matrix<Scalar> = peersWeights(seed: seed, 4 * H, D, scale: scale)
  return (0..<4).map { packed.rows($0 * H..<($0 + 1) * H).transposed() }
}

/// The LSTM that all peers begin from: one bias for each gate, 1 in the forget gate and 0 in the others.
func peersLSTM<Scalar>(seed: UInt64, inputs D: Int, hidden H: Int, scale: Double) -> LSTM<Scalar> {
  let W: [Matrix<Scalar>] = gateWeights(seed: seed, inputs: D, hidden: H, scale: scale)
  let U: [Matrix<Scalar>] = gateWeights(seed: seed + 1, inputs: H, hidden: H, scale: scale)
  func gate(_ k: Int) -> Gate<Scalar> { Gate(W: W[k], U: U[k], b: Matrix(1, H, repeating: k == 1 ? 1 : 0)) }
  return LSTM(input: gate(0), forget: gate(1), candidate: gate(2), output: gate(3))
}

/// Throws unless every number is within a relative `tolerance` of the peers'.
func compare(
  _ workload: String, _ found: [String: Double], with references: [String: Double], tolerance: Double
) throws {
  for (name, value) in found.sorted(by: { $0.key < $1.key }) {
    guard let expected = references[name], abs(value - expected) <= tolerance * abs(expected) else {
      throw Failure.failed(
        "\(workload) is not the peers' work: \(name) is \(value), theirs "
          + "\(references[name].map { "\($0)" } ?? "unknown").")
    }
  }
}

/// W2: the training step of binary addition, on the peers' sums and from their weights.
struct AdditionStep {
  private let batches: [Sums]

  /// - Parameter steps: how many different batches there are
  init(steps: Int = 1000) {
    let (batch, bits) = (16, 10)
    var random = SplitMix64(seed: 298)
    let numbers = (0..<2 * batch * steps).map { _ in random.next() % (1 << UInt64(bits - 1)) }
    batches = (0..<steps).map { step in
      let first = step * batch
      let second = batch * steps + first
      return Sums(Array(numbers[first..<first + batch]), Array(numbers[second..<second + batch]), bits: bits)
    }
  }

  private func model<Scalar>(_: Scalar.Type) -> SequenceModel<LSTM<Scalar>> {
    let (D, H) = (2, 20)
    let W: Matrix<Scalar> = peersWeights(seed: 203, 1, H, scale: (6 / Double(H + 1)).squareRoot())
    return SequenceModel(
      cell: peersLSTM(seed: 201, inputs: D, hidden: H, scale: (6 / Double(D + H + 4 * H)).squareRoot()),
      projection: Projection(W: W.transposed(), b: Matrix(1, 1)))
  }

  /// Compares the first batch's loss and gradient, in `Double`, with the peers'.
  ///
  /// They add 10⁻⁶ to a probability before they take its logarithm, which near ½ lowers the loss by 2·10⁻⁶ and the
  /// gradient likewise. The loss here needs no such guard, so the two agree to 10⁻⁵ and not to the last digit.
  func verify(against references: [String: Double]) throws {
    let sums = batches[0]
    let (loss, gradient) = model(Double.self).lossAndGradient(of: sums.inputs(), sums.targets(), batch: sums.count)
    try compare(
      "W2", ["loss0": loss, "gradient_norm0": gradient.norm], with: references, tolerance: 1e-5)
  }

  /// Measures one training step: forward, backward, Adam.
  func measureStep(threads: Int, into results: Results) throws {
    let data = batches.map { sums -> (x: Matrix<Float>, targets: Matrix<Float>) in (sums.inputs(), sums.targets()) }
    var trainer = AdditionTrainer(model(Float.self), seed: 0)
    var next = 0
    let time = measure {
      _ = trainer.step(on: data[next].x, data[next].targets, batch: 16)
      next = (next + 1) % data.count
    }
    // Nobody asks for the derivative of the inputs, two numbers in each row of a step.
    let weights = (2 + 20) * 4 * 20 + 20
    let flop = 2 * Double(10 * 16 * (3 * weights - 2 * 4 * 20))
    try results.add(Measurement("W2", "chapter 3", threads: threads, time, flop: flop))
  }

  /// One training step and no more.
  func stepOnce() {
    var trainer = AdditionTrainer(model(Float.self), seed: 0)
    _ = trainer.step(on: batches[0].inputs(), batches[0].targets(), batch: 16)
  }
}

/// W3: one layer, 50 steps, a batch of 100, 200 inputs, 200 hidden units; the loss is half the mean square of all outputs.
struct LSTMLayer {
  private let T = 50, B = 100, D = 200, H = 200

  private func cell<Scalar>(_: Scalar.Type) -> LSTM<Scalar> {
    peersLSTM(seed: 301, inputs: D, hidden: H, scale: 1 / Double(H).squareRoot())
  }

  private func inputs<Scalar>(_: Scalar.Type) -> Matrix<Scalar> {
    peersWeights(seed: 303, T * B, D, scale: 1)
  }

  /// Compares loss and gradient, in `Double`, with what all peers agree on.
  func verify(against references: [String: Double]) throws {
    let (cell, x) = (cell(Double.self), inputs(Double.self))
    let run = cell.run(x, from: cell.zeroState(batch: B))
    let (gradient, dx, _) = cell.backward(run.outputs / Double(run.outputs.count), through: run)
    let found = [
      "loss0": 0.5 * run.outputs.squaredNorm() / Double(run.outputs.count),
      "gradient_norm0": (gradient.norm * gradient.norm + dx.squaredNorm()).squareRoot(),
    ]
    try compare("W3", found, with: references, tolerance: 1e-11)
  }

  /// Measures forward, and forward and backward.
  func measureBoth(threads: Int, into results: Results) throws {
    let (cell, x) = (cell(Float.self), inputs(Float.self))
    let forwardFlop = 2 * Double(T * B * (D + H) * 4 * H)
    func report(_ workload: String, flop: Double, _ body: () -> Void) throws {
      try results.add(Measurement(workload, "chapter 3", threads: threads, measure(body), flop: flop))
    }
    try report("W3-fwd", flop: forwardFlop) { _ = cell.outputs(of: x, from: cell.zeroState(batch: B)) }
    try report("W3-fwdbwd", flop: 3 * forwardFlop) { forwardAndBackward(cell, x) }
  }

  private func forwardAndBackward(_ cell: LSTM<Float>, _ x: Matrix<Float>) {
    let run = cell.run(x, from: cell.zeroState(batch: B))
    _ = cell.backward(run.outputs / Float(run.outputs.count), through: run)
  }

  /// Some steps and no more.
  func step(times: Int) {
    let (cell, x) = (cell(Float.self), inputs(Float.self) as Matrix<Float>)
    for _ in 0..<times { forwardAndBackward(cell, x) }
  }

  /// What the way back must find, on paper: the inputs, and of each step and row `h`, `c`, `tanh c` and four gates.
  var traceBytes: Int { 4 * T * B * (D + 7 * H) }
}
