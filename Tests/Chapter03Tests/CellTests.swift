@testable import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

/// Is every array of one list the same, bit for bit, as that of the other?
private func expectEqual(
  _ a: [(name: String, array: Matrix<Double>)], _ b: [(name: String, array: Matrix<Double>)], _ when: String,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(a.map(\.name) == b.map(\.name) && !a.isEmpty, sourceLocation: location)
  for (a, b) in zip(a, b) { #expect(a.array == b.array, "\(when), \(a.name)", sourceLocation: location) }
}

@Suite struct CellTests {
  /// 19 columns: a vector of 16 and a rest.
  static let H = 19

  @Test(
    "The rows of a batch are independent: in another order, and each alone, they give the same bits.",
    arguments: Kind.allCases)
  func rows(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      let whole = Sequence(cell, batch: 13, steps: 3)
      for chosen in [[12, 3, 0, 7, 1, 11, 2, 10, 4, 9, 5, 8, 6]] + (0..<13).map({ [$0] }) {
        func steps<S>(_ x: Matrix<S>) -> Matrix<S> {
          x.rows(at: (0..<x.rows / 13).flatMap { t in chosen.map { 13 * t + $0 } })
        }
        func rows(_ state: C.State) -> C.State {
          var state = state
          for (_, path) in C.State.arrays { state[keyPath: path] = state[keyPath: path].rows(at: chosen) }
          return state
        }
        var part = whole
        (part.x, part.initial) = (steps(whole.x), rows(whole.initial))
        (part.dOutputs, part.dLast) = (steps(whole.dOutputs), rows(whole.dLast))
        expectEqual(part.rowResults, whole.rowResults.map { ($0.name, steps($0.array)) }, "rows \(chosen)")
      }
    }
    check(kind.cell(Float.self, hidden: Self.H))
    check(kind.cell(Double.self, hidden: Self.H))
  }

  @Test(
    "Two parts with the state carried give the bits of one run, and backward the derivative carried does.",
    arguments: Kind.allCases)
  func carriedState(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      let whole = Sequence(cell, batch: 3, steps: 7)
      let border = 2 * 3
      var (first, second) = (whole, whole)
      (first.x, second.x) = (whole.x.rows(0..<border), whole.x.rows(border..<21))
      (first.dOutputs, second.dOutputs) = (whole.dOutputs.rows(0..<border), whole.dOutputs.rows(border..<21))
      second.initial = cell.run(first.x, from: first.initial).last
      first.dLast = second.backward().dInitial
      let (one, two, all) = (first.rowResults, second.rowResults, whole.rowResults)
      for (k, name) in ["outputs", "dInputs"].enumerated() {
        #expect(Matrix.stack([one[k].array, two[k].array]) == all[k].array, "\(name)")
      }
      expectEqual(two.filter { $0.name.hasPrefix("last") }, all.filter { $0.name.hasPrefix("last") }, "forward")
      expectEqual(one.filter { $0.name.hasPrefix("dIni") }, all.filter { $0.name.hasPrefix("dIni") }, "backward")
      var sum = cell.zeros()
      for part in [second, first] {
        let run = cell.run(part.x, from: part.initial)
        _ = cell.backward(part.dOutputs, last: part.dLast, through: run, addingTo: &sum)
      }
      expectEqual(sum.named("gradient"), whole.backward().gradient.named("gradient"), "the sum over both parts")
    }
    check(kind.cell(Float.self, hidden: Self.H))
    check(kind.cell(Double.self, hidden: Self.H))
  }

  @Test("A sequence in pieces has the bits of all its steps at once.", arguments: Kind.allCases)
  func pieces(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C, batch B: Int, steps T: Int) {
      let sequence = Sequence(cell, batch: B, steps: T)
      let z = cell.project(sequence.x)
      var (state, h, traces): (C.State, [Matrix<Double>], [C.Trace]) = (sequence.initial, [], [])
      for t in 0..<T {
        let step = cell.step(z.rows(t * B..<(t + 1) * B), from: state)
        state = step.state
        h.append(state.h)
        traces.append(step.trace)
      }
      var (dState, dz): (C.State, [C.Gates]) = (sequence.dLast, [])
      for t in (0..<T).reversed() {
        dState.h += sequence.dOutputs.rows(t * B..<(t + 1) * B)
        let step = cell.backward(dState, through: traces[t])
        dState = step.dBefore
        dz.append(step.dz)
      }
      let all = C.Gates.stack(dz)
      let gradient = cell.gradient(all, inputs: sequence.x.reversed(inBlocksOf: B), traces: traces.reversed())

      let run = cell.run(sequence.x, from: sequence.initial)
      let back = cell.backward(sequence.dOutputs, last: sequence.dLast, through: run)
      #expect(run.outputs == Matrix.stack(h))
      expectEqual(run.last.named("last"), state.named("last"), "forward")
      #expect(back.dInputs == cell.inputGradient(all).reversed(inBlocksOf: B))
      expectEqual(back.dInitial.named("dInitial"), dState.named("dInitial"), "backward")
      expectEqual(back.gradient.named("gradient"), gradient.named("gradient"), "all steps")
    }
    check(kind.cell(), batch: 300, steps: 10)
    // Forward too in pieces of several steps.
    check(kind.cell(), batch: 30, steps: 70)
  }

  @Test("Pieces follow one another; the wider a row, the fewer rows a piece has, and at least a step.")
  func lengthOfPieces() {
    var random = SplitMix64(seed: 7)
    func cell(_ D: Int, _ H: Int) -> TanhCell<Float> { TanhCell(inputs: D, hidden: H, using: &random) }
    let small = cell(4, 5)
    #expect(small.pieces(of: 10, batch: 300) == [0..<2, 2..<5, 5..<7, 7..<10])
    #expect(small.pieces(of: 1024, batch: 1) == [0..<1024])
    #expect(small.pieces(of: 1025, batch: 1) == [0..<512, 512..<1025])
    #expect(small.pieces(of: 2, batch: 5000) == [0..<1, 1..<2])
    #expect(small.pieces(of: 0, batch: 3) == [] && small.pieces(of: 3, batch: 0) == [0..<3])
    // 100,000 numbers of x and h; but 256 rows in any case.
    #expect(cell(100, 100).pieces(of: 500, batch: 1).count == 1 && cell(100, 100).pieces(of: 501, batch: 1).count == 2)
    #expect(cell(300, 200).pieces(of: 256, batch: 1).count == 1 && cell(300, 200).pieces(of: 257, batch: 1).count == 2)
    #expect(small.projectedPieces(of: 3, batch: 48) == [0..<1, 1..<2, 2..<3])
    #expect(small.projectedPieces(of: 3, batch: 47) == [0..<3])
    #expect(small.projectedPieces(of: 0, batch: 48) == [] && small.projectedPieces(of: 3, batch: 0) == [0..<3])
  }

  @Test("Outputs alone are those of the run, and so is the last state.", arguments: Kind.allCases)
  func outputsAlone(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C, batch B: Int, steps T: Int) {
      let sequence = Sequence(cell, batch: B, steps: T)
      let run = cell.run(sequence.x, from: sequence.initial)
      let (outputs, last) = cell.outputs(of: sequence.x, from: sequence.initial)
      #expect(outputs.shape == run.outputs.shape && outputs == run.outputs)
      expectEqual(last.named("last"), run.last.named("last"), "\(B) rows, \(T) steps")
    }
    check(kind.cell(hidden: Self.H), batch: 3, steps: 5)
    check(kind.cell(hidden: Self.H), batch: 3, steps: 0)
    // Enough for two parts, where there are two threads; from 96 rows on, each is projected step by step.
    for B in [40, 101] { check(kind.cell(hidden: 100), batch: B, steps: 9) }
  }

  @Test("A run keeps the trace of every step; outputs alone keep none.")
  func tracesLetGo() {
    var random = SplitMix64(seed: 8)
    let cell = WatchedCell(cell: TanhCell(inputs: 4, hidden: 5, using: &random))
    let x = Matrix<Double>(20, 4)
    #expect(cell.run(x, from: cell.zeroState(batch: 2)).traces.count == 10)
    #expect(cell.tally.most == 10 && cell.tally.alive == 0)
    cell.tally.most = 0
    _ = cell.outputs(of: x, from: cell.zeroState(batch: 2))
    // That of the step just made, and perhaps of the one before.
    #expect(1...2 ~= cell.tally.most && cell.tally.alive == 0)
  }

  @Test("A sequence of no steps changes nothing and teaches nothing.", arguments: Kind.allCases)
  func noSteps(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let sequence = Sequence(cell, steps: 0)
      let run = cell.run(sequence.x, from: sequence.initial)
      #expect(run.outputs.shape == "[0 × 5]" && run.traces.isEmpty)
      expectEqual(run.last.named("state"), sequence.initial.named("state"), "last")
      let (gradient, dInputs, dInitial) = sequence.backward()
      #expect(dInputs.shape == "[0 × 4]")
      expectEqual(dInitial.named("state"), sequence.dLast.named("state"), "dInitial")
      for ((name, array), (_, weights)) in zip(gradient.named("gradient"), cell.named("cell")) {
        #expect(array == Matrix(zerosLike: weights), "\(name)")
      }
    }
    check(kind.cell())
  }

  @Test("A batch in parts, side by side, has the bits of the whole.", arguments: Kind.allCases)
  func partsOfABatch(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C, batch B: Int, steps T: Int, in trials: [[Range<Int>]]) {
      var random = SplitMix64(seed: 6)
      let x = Matrix<Double>.normal(T * B, cell.inputs, deviation: 1, using: &random)
      let dOutputs = Matrix<Double>.normal(T * B, cell.hidden, deviation: 1, using: &random)
      let (start, dLast) = (
        cell.zeroState(batch: B).drawn(using: &random), cell.zeroState(batch: B).drawn(using: &random)
      )
      func results(_ parts: [Range<Int>]) -> [Named] {
        let run = cell.run(x, from: start, parts: parts)
        let (gradient, dInputs, dInitial) = cell.backward(dOutputs, last: dLast, through: run)
        return run.last.named("last") + gradient.named("gradient") + dInitial.named("dInitial")
          + [("outputs", run.outputs), ("dInputs", dInputs)]
      }
      let whole = results([0..<B])
      for parts in trials {
        for (found, expected) in zip(results(parts), whole) {
          #expect(found.array == expected.array, "\(found.name) in \(parts.count) parts")
        }
      }
    }
    check(kind.cell(), batch: 7, steps: 5, in: [[0..<3, 3..<7], [0..<1, 1..<2, 2..<6, 6..<7]])
    // In several pieces of several steps, and where one part takes each step by itself.
    check(kind.cell(), batch: 60, steps: 70, in: [[0..<30, 30..<60], [0..<50, 50..<60]])
  }

  @Test("Many rows of much work are cut in a part for each thread, little work stays whole.")
  func whenABatchIsCut() {
    var random = SplitMix64(seed: 7)
    let cell = LSTM<Float>(inputs: 100, hidden: 100, using: &random)
    #expect(cell.parts(of: 32, inputs: 32 * 200, threads: 2) == [0..<16, 16..<32])
    #expect(cell.parts(of: 10, inputs: 10 * 200, threads: 4) == [0..<5, 5..<10])
    #expect(cell.parts(of: 7, inputs: 7 * 200, threads: 4) == [0..<7])
    #expect(cell.parts(of: 32, inputs: 32, threads: 2) == [0..<32])
    #expect(cell.parts(of: 32, inputs: 32 * 200, threads: 1) == [0..<32])
    #expect(cell.parts(of: 0, inputs: 0, threads: 2) == [0..<0])
  }

  @Test("A run of one step is a step.", arguments: Kind.allCases)
  func oneStep(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let sequence = Sequence(cell, steps: 1)
      let run = cell.run(sequence.x, from: sequence.initial)
      let step = cell.step(cell.project(sequence.x), from: sequence.initial)
      expectEqual(run.last.named("state"), step.state.named("state"), "last")
      #expect(run.outputs == run.last.h && run.traces.count == 1)
    }
    check(kind.cell())
  }

  @Test("The zero state is zeros of the batch's size.", arguments: Kind.allCases)
  func zeroState(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      #expect(cell.inputs == 4 && cell.hidden == 5)
      for (name, array) in cell.zeroState(batch: 3).named("state") { #expect(array == Matrix(3, 5), "\(name)") }
    }
    check(kind.cell())
  }

  @Test(
    "Inputs of any size give outputs from −1 to 1 and finite derivatives; a state of 10⁴ leads to finite numbers.",
    arguments: Kind.allCases)
  func extremes(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      for size in [1e4, -1e4, 1e30, -1e30] {
        var sequence = Sequence(cell, steps: 6)
        sequence.x *= C.Scalar(size)
        sequence.initial = cell.zeroState(batch: 2)
        for (name, array) in sequence.results { #expect(array.isFinite, "inputs of \(size), \(name)") }
        let outputs = cell.run(sequence.x, from: sequence.initial).outputs
        #expect(outputs.scalars.allSatisfy { $0.magnitude <= 1 }, "inputs of \(size)")
      }
      var sequence = Sequence(cell, steps: 6)
      for (_, path) in C.State.arrays { sequence.initial[keyPath: path] *= 1e4 }
      for (name, array) in sequence.results { #expect(array.isFinite, "a state of 1e4, \(name)") }
    }
    check(kind.cell(Float.self))
    check(kind.cell(Double.self))
  }

  @Test("Float and Double agree.", arguments: Kind.allCases)
  func precisions(kind: Kind) {
    func results<C: Cell>(_ cell: C) -> [(name: String, array: Matrix<Double>)] { Sequence(cell, steps: 7).results }
    let (float, double) = (results(kind.cell(Float.self)), results(kind.cell(Double.self)))
    for (a, b) in zip(float, double) { #expect(agree(a.array, b.array, to: 1e-5), "\(a.name)") }
    #expect(float.map(\.array) != double.map(\.array), "the first is rounded")
  }
}

@Suite struct NewCellTests {
  @Test("The gates of a new cell differ, their weights stay below 1/√H, and the biases are as asked.")
  func newCells() {
    var random = SplitMix64(seed: 1)
    let lstm = LSTM<Double>(inputs: 4, hidden: 25, using: &random)
    let gru = GRU<Double>(inputs: 4, hidden: 25, updateBias: 2, using: &random)
    let after = ResetAfterGRU<Double>(inputs: 4, hidden: 25, updateBias: 3, using: &random)
    let all = lstm.named("lstm") + gru.named("gru") + after.named("after")
    let weights = all.filter { $0.array.rows > 1 }
    #expect(weights.count == 20)
    for (k, (name, array)) in weights.enumerated() {
      #expect((0.15...0.2).contains(abs(array).scalars.max()!), "\(name)")
      for other in weights[..<k] { #expect(array.row(0) != other.array.row(0), "\(name), \(other.name)") }
    }
    let biases: [String: Double] = ["lstm.forget.b": 1, "gru.update.b": 2, "after.update.b": 3]
    for (name, array) in all where array.rows == 1 {
      #expect(array == Matrix(1, 25, repeating: biases[name] ?? 0), "\(name)")
    }
    #expect(LSTM<Double>(inputs: 4, hidden: 5, forgetBias: 0, using: &random).forget.b == Matrix(1, 5))
  }
}

/// A tanh cell that counts its traces.
private struct WatchedCell: Cell {
  final class Tally {
    var alive = 0, most = 0
  }
  final class Mark {
    let tally: Tally
    init(_ tally: Tally) {
      self.tally = tally
      tally.alive += 1
      tally.most = max(tally.most, tally.alive)
    }
    deinit { tally.alive -= 1 }
  }
  typealias Inner = TanhCell<Double>
  typealias Trace = (inner: Inner.Trace, mark: Mark)

  var cell: Inner
  let tally = Tally()

  static func listArrays() -> [NamedArray<Self, Double>] { arrays(of: \.cell, named: "cell") }
  var inputs: Int { cell.inputs }
  var hidden: Int { cell.hidden }
  func zeroState(batch B: Int) -> Inner.State { cell.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> Inner.Gates { cell.project(x) }
  func step(_ z: Inner.Gates, from state: Inner.State) -> (state: Inner.State, trace: Trace) {
    let (next, trace) = cell.step(z, from: state)
    return (next, (trace, Mark(tally)))
  }
  func backward(_ dState: Inner.State, through trace: Trace) -> (dz: Inner.Gates, dBefore: Inner.State) {
    cell.backward(dState, through: trace.inner)
  }
  func addGradient(_ dz: Inner.Gates, inputs x: Matrix<Double>, traces: [Trace], to sum: inout WatchedCell) {
    cell.addGradient(dz, inputs: x, traces: traces.map { $0.inner }, to: &sum.cell)
  }
  func inputGradient(_ dz: Inner.Gates) -> Matrix<Double> { cell.inputGradient(dz) }
}

@Suite struct ElmanCellTests {
  @Test("Under the contract the tanh cell gives the bits of chapter 2.")
  func chapter2() throws {
    let cell = try #require(Kind.tanh.cell(Double.self, hidden: CellTests.H) as? TanhCell<Double>)
    var sequence = Sequence(cell, batch: 3, steps: 5)
    sequence.dLast = cell.zeroState(batch: 3)
    let run = cell.run(sequence.x, from: sequence.initial)
    let states = cell.unroll(cell.project(sequence.x).z, from: sequence.initial.h)
    #expect(states.rows(3..<18) == run.outputs && states.rows(15..<18) == run.last.h)
    let (dz, dh0) = cell.backward(sequence.dOutputs, through: run.outputs, batch: 3)
    let (gradient, dInputs, dInitial) = sequence.backward()
    #expect(dh0 == dInitial.h)
    #expect(matmul(dz, cell.Wx.T) == dInputs)
    // Chapter 2 adds the steps in the order of time, the contract in that of the way back.
    let (before, back) = (states.rows(0..<15).reversed(inBlocksOf: 3), dz.reversed(inBlocksOf: 3))
    #expect(matmul(before.T, back) == gradient.Wh && back.columnSums() == gradient.b)
  }
}

@Suite struct RefusalTests {
  @Test("Inputs that are not whole steps stop the program, and it says why.", arguments: [0, 4])
  func inputs(batch: Int) async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [batch = batch as Int] in
      var random = SplitMix64(seed: 1)
      let cell = LSTM<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.run(Matrix(6, 4), from: cell.zeroState(batch: batch))
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("run: 6 inputs are not whole steps of \(batch) rows\n"))
  }

  @Test("So do inputs of outputs alone.")
  func inputsOfOutputs() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SplitMix64(seed: 1)
      let cell = LSTM<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.outputs(of: Matrix(6, 4), from: cell.zeroState(batch: 4))
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("outputs: 6 inputs are not whole steps of 4 rows\n"))
  }

  @Test("Derivatives of more outputs than there are stop the program, and it says why.")
  func derivatives() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SplitMix64(seed: 1)
      let cell = LSTM<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.backward(Matrix(8, 5), through: cell.run(Matrix(6, 4), from: cell.zeroState(batch: 2)))
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("backward: derivatives [8 × 5] of outputs [6 × 5]\n"))
  }

  @Test(
    "What does not fit together is no cell, no model and no task, and the message has the shapes.",
    arguments: misfits.indices)
  func misfit(_ i: Int) async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [i = i as Int] in
      misfits[i].use()
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("Fatal error: \(misfits[i].message)\n"))
  }
}

/// A gate of zeros.
private func gate(_ D: Int, _ H: Int) -> Gate<Double> { Gate(W: Matrix(D, H), U: Matrix(H, H), b: Matrix(1, H)) }

private let misfits: [(message: String, use: @Sendable () -> Void)] = [
  (
    "Gate: W [4 × 5], U [5 × 6] and b [1 × 5] do not fit together",
    { _ = Gate<Double>(W: Matrix(4, 5), U: Matrix(5, 6), b: Matrix(1, 5)) }
  ),
  (
    "LSTM: W and U of its gates differ in size: [4 × 5] and [5 × 5], [4 × 5] and [5 × 5], "
      + "[4 × 5] and [5 × 5], [3 × 5] and [5 × 5]",
    { _ = LSTM(input: gate(4, 5), forget: gate(4, 5), candidate: gate(4, 5), output: gate(3, 5)) }
  ),
  (
    "GRU: W and U of its gates differ in size: [4 × 5] and [5 × 5], [4 × 6] and [6 × 6], [4 × 5] and [5 × 5]",
    { _ = GRU(reset: gate(4, 5), update: gate(4, 6), candidate: gate(4, 5)) }
  ),
  (
    "ResetAfterGRU: a state bias [1 × 6] for gates with biases [1 × 5]",
    { _ = ResetAfterGRU(reset: gate(4, 5), update: gate(4, 5), candidate: gate(4, 5), stateBias: Matrix(1, 6)) }
  ),
  (
    "SequenceModel: a cell with outputs [B × 5] and a projection [6 × 1]",
    {
      let cell = GRU(reset: gate(4, 5), update: gate(4, 5), candidate: gate(4, 5))
      _ = SequenceModel(cell: cell, projection: Projection(W: Matrix(6, 1), b: Matrix(1, 1)))
    }
  ),
  ("Sums: 20 + 13 has more than 5 bits", { _ = Sums([20], [13], bits: 5) }),
  ("Sums: 2 numbers and 1", { _ = Sums([1, 2], [3], bits: 5) }),
  ("AddingProblem: rows of 1 steps, not 2 or more", { _ = AddingProblem(steps: 1, seed: 1) }),
]
