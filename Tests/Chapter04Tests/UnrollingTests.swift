import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan
import TestSupport
import Testing

@Suite struct UnrollingTests {
  /// 19 columns: a vector of 16 and a rest.
  static let H = 19

  @Test("Entries that differ are counted.")
  func entriesThatDiffer() {
    #expect(differences(Matrix([[1, 2], [3, 4]]), Matrix([[1, 5], [3, 0]])) == 2)
  }

  @Test(
    "Scan and checkpoints give the bits of chapter 3's loop, for every cell and every number of steps.",
    arguments: Kind.allCases, [0, 1, 2, 7, 10, 16])
  func bits(kind: Kind, T: Int) {
    func check<C: Cell>(_ cell: C) {
      let example = Example(cell, batch: 3, steps: T)
      let expected = example.byLoop
      #expect(expected.arrays.count == 2 + 2 * C.State.arrays.count + C.arrays.count)
      #expect(example.byScan().differences(from: expected) == [])
      for length in [nil, 1, 2, 3, 4, 10, 16, 40] as [Int?] {
        #expect(
          example.byCheckpoints(every: length).differences(from: expected) == [], "pieces of \(length ?? 0)")
      }
    }
    check(kind.cell(Float.self, hidden: Self.H))
    check(kind.cell(Double.self, hidden: Self.H))
  }

  @Test(
    "Reversed is forward over the reversed sequence, every output in the place of its input.", arguments: Kind.allCases)
  func reversed(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      let example = Example(cell, batch: 3, steps: 7)
      var mirror = example
      mirror.x = example.x.reversed(inBlocksOf: 3)
      mirror.dOutputs = example.dOutputs.reversed(inBlocksOf: 3)
      var expected = mirror.byScan()
      for k in 0...1 { expected.arrays[k].array = expected.arrays[k].array.reversed(inBlocksOf: 3) }
      #expect(example.byScan(reversed: true).differences(from: expected) == [])
      #expect(Set(example.byScan().differences(from: expected)).isSuperset(of: ["outputs", "dInputs", "last.h"]))
    }
    check(kind.cell(Float.self, hidden: Self.H))
  }

  @Test("Nobody who reads the outputs is as a reader who says zero; a loss on the last state needs none.")
  func silent() {
    let cell = LSTM<Double>.self
    var random = SplitMix64(seed: 4)
    let example = Example(cell.init(inputs: 4, hidden: 5, using: &random), steps: 10)
    let none = Matrix(zerosLike: example.dOutputs)
    let (scanned, kept) = (
      example.cell.scanned(example.x, from: example.initial),
      example.cell.checkpointed(example.x, from: example.initial)
    )
    #expect(kept.outputs == nil)
    let expected = example.cell.backward(none, last: example.dLast, through: scanned)
    for found in [
      example.cell.backward(last: example.dLast, through: scanned),
      example.cell.backward(last: example.dLast, through: kept),
    ] {
      #expect(found.gradient == expected.gradient && found.dInputs == expected.dInputs)
      #expect(found.dInitial == expected.dInitial)
    }
    #expect(expected.gradient.fingerprint != example.cell.zeros().fingerprint)
  }

  @Test("A loss of the outputs is asked piece by piece, and sees the outputs of the run.")
  func askedByThePiece() {
    let example = Example(TanhCell(inputs: 4, hidden: 5, seed: 4), batch: 3, steps: 10)
    let run = example.cell.scanned(example.x, from: example.initial)
    var asked: [Range<Int>] = []
    let found = example.cell.backward(
      last: example.dLast, through: example.cell.checkpointed(example.x, from: example.initial)
    ) { steps, outputs in
      asked.append(steps)
      #expect(outputs == run.outputs.rows(steps.lowerBound * 3..<steps.upperBound * 3))
      return outputs
    }
    #expect(asked == [8..<10, 4..<8, 0..<4])
    let expected = example.cell.backward(run.outputs, last: example.dLast, through: run)
    #expect(found.gradient == expected.gradient && found.dInputs == expected.dInputs)
  }

  @Test("With checkpoints every step runs twice, but those of the last piece.")
  func runsTwice() {
    let counter = Counter()
    let example = Example(Counted(base: TanhCell(inputs: 4, hidden: 5, seed: 4), counter: counter), steps: 10)
    let kept = example.cell.checkpointed(example.x, from: example.initial, every: 4)
    #expect(counter.steps == 10)
    _ = example.cell.backward(last: example.dLast, through: kept)
    #expect(counter.steps == 10 + 8)
  }

  @Test("The two networks written as scans are the cells under the contract.", arguments: [false, true])
  func networks(reversed: Bool) {
    var random = SplitMix64(seed: 5)
    let example = Example(LSTM<Double>(inputs: 4, hidden: 5, using: &random), steps: 6)
    let x = Array(steps(of: example.x, batch: 2))
    let run = example.cell.scanned(example.x, from: example.initial, reversed: reversed)
    let lstm = example.cell.outputs(over: x, from: example.initial, reversed: reversed)
    #expect(lstm.last == run.last && Matrix.stack(lstm.outputs) == run.outputs)

    let other = Example(TanhCell(inputs: 4, hidden: 5, seed: 6), steps: 6)
    let tanh = other.cell.states(over: x, from: other.initial.h, reversed: reversed)
    let otherRun = other.cell.scanned(example.x, from: other.initial, reversed: reversed)
    // Chapter 1 adds x·Wx, h·Wh and b in another order.
    #expect(agree(.stack(tanh.outputs), otherRun.outputs, to: 1e-14))
    #expect(agree(tanh.last, otherRun.last.h, to: 1e-14))
  }

  @Test("A projection mapped over time has the bits of one product over all steps, and so has its gradient.")
  func projection() {
    func check<S: MatrixScalar>(_: S.Type) {
      var random = SplitMix64(seed: 7)
      let projection = Projection<S>(
        W: .normal(19, 7, deviation: 0.7, using: &random), b: .normal(1, 7, deviation: 0.7, using: &random))
      let h: Matrix<S> = .normal(3 * 11, 19, deviation: 0.7, using: &random)
      let dy: Matrix<S> = .normal(3 * 11, 7, deviation: 0.7, using: &random)
      #expect(projection.map(overTime: h, batch: 3) == projection(h))
      #expect(projection.map(overTime: Matrix(0, 19), batch: 3) == Matrix(0, 7))
      let (found, expected) = (
        projection.backward(overTime: dy, through: h, batch: 3), projection.backward(dy, through: h)
      )
      #expect(found.gradient == expected.gradient && found.dh == expected.dh)
    }
    check(Float.self)
    check(Double.self)
  }
}

extension TanhCell where Scalar == Double {
  init(inputs D: Int, hidden H: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    self.init(inputs: D, hidden: H, using: &random)
  }
}

/// How many steps were run.
private final class Counter {
  var steps = 0
}

/// A cell that counts its steps forward.
private struct Counted<Base: Cell>: Cell {
  var base: Base
  let counter: Counter
  var inputs: Int { base.inputs }
  var hidden: Int { base.hidden }

  static func listArrays() -> [NamedArray<Self, Base.Scalar>] { arrays(of: \.base, named: "base") }

  func zeroState(batch B: Int) -> Base.State { base.zeroState(batch: B) }
  func project(_ x: Matrix<Base.Scalar>) -> Base.Gates { base.project(x) }

  func step(_ z: Base.Gates, from state: Base.State) -> (state: Base.State, trace: Base.Trace) {
    counter.steps += 1
    return base.step(z, from: state)
  }

  func backward(_ dState: Base.State, through trace: Base.Trace) -> (dz: Base.Gates, dBefore: Base.State) {
    base.backward(dState, through: trace)
  }

  func addGradient(_ dz: Base.Gates, inputs x: Matrix<Base.Scalar>, traces: [Base.Trace], to sum: inout Self) {
    base.addGradient(dz, inputs: x, traces: traces, to: &sum.base)
  }

  func inputGradient(_ dz: Base.Gates) -> Matrix<Base.Scalar> { base.inputGradient(dz) }
}
