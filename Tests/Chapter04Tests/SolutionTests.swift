import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import Scan
import Testing

@testable import ManualBPTT

/// Two cells that read a sequence from both ends; what they show is added.
private struct Bidirectional<C: Cell>: NamedArrays {
  var forward, reversed: C

  func outputs(_ x: Matrix<C.Scalar>, batch B: Int) -> Matrix<C.Scalar> {
    forward.scanned(x, from: forward.zeroState(batch: B)).outputs
      + reversed.scanned(x, from: reversed.zeroState(batch: B), reversed: true).outputs
  }

  func backward(_ dOutputs: Matrix<C.Scalar>, _ x: Matrix<C.Scalar>, batch B: Int)
    -> (gradient: Bidirectional, dInputs: Matrix<C.Scalar>)
  {
    let one = forward.scanned(x, from: forward.zeroState(batch: B))
    let other = reversed.scanned(x, from: reversed.zeroState(batch: B), reversed: true)
    let (d1, d2) = (forward.backward(dOutputs, through: one), reversed.backward(dOutputs, through: other))
    return (Bidirectional(forward: d1.gradient, reversed: d2.gradient), d1.dInputs + d2.dInputs)
  }

  static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.forward, named: "forward") + arrays(of: \.reversed, named: "reversed")
  }
}

@Suite("What the page's solutions say") struct SolutionTests {
  @Test func runningMaximum() {
    let x = [5, 7, 9, 4, 4, 7, 8, 5]
    #expect(scan(over: x, from: Int.min) { (max($0, $1), max($0, $1)) }.outputs == [5, 7, 9, 9, 9, 9, 9, 9])
    let y = scan(over: x, from: Int.min, reversed: true) { (max($0, $1), max($0, $1)) }
    #expect(y.outputs == [9, 9, 9, 8, 8, 8, 8, 5])
  }

  @Test func cumulativeSum() {
    let dy = [0.5, -1, 2, 4]
    let dx = scan(over: dy, from: 0, reversed: true) { ($0 + $1, $0 + $1) }.outputs
    #expect(dx == [5.5, 5, 6, 4])
    let numeric = centredDifferences(
      of: { x in
        let y = scan(over: x.scalars, from: 0) { ($0 + $1, $0 + $1) }.outputs
        return zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 }
      }, at: Matrix(1, 4))
    #expect(agree(Matrix(1, 4, scalars: dx), numeric, to: 1e-9))
  }

  @Test func bidirectional() {
    var random = SplitMix64(seed: 1)
    let model = Bidirectional(
      forward: LSTM<Double>(inputs: 4, hidden: 5, using: &random),
      reversed: LSTM<Double>(inputs: 4, hidden: 5, using: &random))
    let x = Matrix<Double>.normal(6, 4, deviation: 1, using: &random)
    let dOutputs = Matrix<Double>.normal(6, 5, deviation: 1, using: &random)
    let back = model.backward(dOutputs, x, batch: 2)
    let checks =
      model.check(gradient: back.gradient) { $0.outputs(x, batch: 2).dot(dOutputs) } + [
        ArrayCheck(
          name: "x", analytic: back.dInputs,
          numeric: centredDifferences(of: { model.outputs($0, batch: 2).dot(dOutputs) }, at: x))
      ]
    #expect(checks.count == 25)
    for check in checks { #expect(check.passes, "\(check)") }
  }

  @Test func bestPiece() {
    var random = SplitMix64(seed: 1)
    let footprint = Footprint(of: LSTM<Float>(inputs: 8, hidden: 32, using: &random), batch: 4)
    let best = (1...10_000).min {
      footprint.checkpointed(10_000, every: $0) < footprint.checkpointed(10_000, every: $1)
    }!
    #expect(best == 53 && footprint.checkpointed(10_000, every: best) == 383_488)
    #expect(footprint.checkpointed(10_000) == 460_800)
  }

  @Test func checkpointsOfCheckpoints() {
    let (T, k) = (1000, 10)
    let x = (0..<T).map { Double($0 % 7) / 10 }
    var (steps, most) = (0, 0)
    func step(_ c: Double, _ x: Double) -> Double {
      steps += 1
      return 0.9 * c + x * c * (1 - c)
    }
    func leave(_ c: Double, _ x: Double) -> (Double, (c: Double, x: Double)) { (step(c, x), (c, x)) }
    func back(_ d: Double, _ t: (c: Double, x: Double)) -> (Double, Double) {
      (d * (0.9 + t.x * (1 - 2 * t.c)), d * t.c * (1 - t.c))
    }
    let plain = scan(over: scan(over: x, from: 0.3, leave).outputs, from: 1.0, reversed: true, back)
    #expect(steps == T)

    steps = 0
    let outer = Checkpoints(steps: T, every: k * k, from: 0.3) { c, piece in
      fold(over: x[piece], from: c, step)
    }
    let (dInitial, parts) = outer.backward(from: 1.0) { d, start in
      let inner = checkpointedScan(over: x[start.piece], from: start.carry, every: k, step)
      most = max(most, outer.carries.count + inner.carries.count + k)
      return inner.backward(over: x[start.piece], from: d, step: leave, back: back)
    }
    #expect(dInitial == plain.last && parts.flatMap { $0 } == plain.outputs)
    #expect(steps == 3 * T && most == 30)
  }
}
