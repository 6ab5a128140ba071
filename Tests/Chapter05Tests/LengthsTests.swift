import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import ManualBPTT
@testable import WhileLoop

/// Is every array of one list the same, bit for bit, as that of the other?
func expectEqual(
  _ a: [(name: String, array: Matrix<Double>)], _ b: [(name: String, array: Matrix<Double>)], _ when: String,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(a.map(\.name) == b.map(\.name) && !a.isEmpty, sourceLocation: location)
  for (a, b) in zip(a, b) {
    #expect(
      a.array.shape == b.array.shape && a.array.fingerprint == b.array.fingerprint, "\(when), \(a.name)",
      sourceLocation: location)
  }
}

@Suite struct LengthsTests {
  @Test(
    "Each row gives the bits that it gives alone: outputs, last state, derivatives. Behind its end are zeros.",
    arguments: Kind.allCases)
  func rowsAlone(kind: Kind) {
    func check<C: Cell>(_ cell: C) {
      let batch = Padded(cell)
      let run = batch.run()
      let (_, dInputs, dInitial) = batch.backward()
      #expect(run.steps == 4, "the loop ends with the longest row, not with the data")
      #expect(run.outputs.shape == batch.dOutputs.shape && dInputs.shape == batch.x.shape)
      for row in 0..<batch.batch {
        // Chapter 3's plain loop, over this row's own steps.
        let initial = batch.initial.rows(row..<row + 1)
        let alone = cell.run(batch.steps(batch.x, ofRow: row), from: initial)
        let back = cell.backward(
          batch.steps(batch.dOutputs, ofRow: row), last: batch.dLast.rows(row..<row + 1), through: alone)
        #expect(batch.steps(run.outputs, ofRow: row) == alone.outputs, "row \(row)")
        #expect(batch.steps(dInputs, ofRow: row) == back.dInputs, "row \(row)")
        expectEqual(run.last.rows(row..<row + 1).named("last"), alone.last.named("last"), "row \(row)")
        expectEqual(dInitial.rows(row..<row + 1).named("dInitial"), back.dInitial.named("dInitial"), "row \(row)")
      }
      for array in [run.outputs, dInputs] {
        #expect(array.rows(at: batch.padding).scalars.allSatisfy { $0 == 0 })
      }
    }
    check(kind.cell(Float.self, hidden: 19))
    check(kind.cell(Double.self, hidden: 19))
  }

  @Test(
    "The state of a row that has finished stays as it is at every later step, bit for bit.", arguments: Kind.allCases)
  func statesStay(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let batch = Padded(cell)
      var (state, z) = (batch.initial, TensorArray(unstack: cell.project(batch.x), rows: 3, "z"))
      for t in 0..<batch.T {
        let live = (0..<3).filter { t < batch.lengths[$0] }
        let next = live.isEmpty ? state : cell.step(z.read(t), from: state, rows: live).state
        for row in 0..<3 {
          let (a, b) = (next.rows(row..<row + 1), state.rows(row..<row + 1))
          if live.contains(row) {
            #expect(a.h != b.h)
          } else {
            expectEqual(a.named("state"), b.named("state"), "step \(t), row \(row)")
          }
        }
        state = next
      }
      expectEqual(state.named("last"), batch.run().last.named("last"), "in the end")
    }
    check(kind.cell())
  }

  @Test(
    "Padding is not read: NaN there, and in what is said of the outputs there, changes no bit.",
    arguments: Kind.allCases)
  func paddingIsNotRead(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let batch = Padded(cell)
      var dirty = batch
      let dirt = Matrix<Double>(batch.padding.count, 5, repeating: .nan)
      dirty.x = batch.x.replacingRows(at: batch.padding, by: Matrix(dirt.rows, 4, repeating: .nan))
      dirty.dOutputs = batch.dOutputs.replacingRows(at: batch.padding, by: dirt)
      func results(_ batch: Padded<C>) -> [(name: String, array: Matrix<Double>)] {
        let (run, (gradient, dInputs, dInitial)) = (batch.run(), batch.backward())
        return [("outputs", run.outputs), ("dInputs", dInputs)] + run.last.named("last")
          + gradient.named("gradient") + dInitial.named("dInitial")
      }
      expectEqual(results(dirty), results(batch), "with dirt")
    }
    check(kind.cell())
  }

  @Test("Every derivative is what the differences say.", arguments: Kind.allCases, [[2, 0, 4], [5, 3], [1], [5, 5]])
  func differences(kind: Kind, lengths: [Int]) {
    func check<C: Cell<Double>>(_ cell: C) {
      let batch = Padded(cell, lengths: lengths)
      let (gradient, dInputs, dInitial) = batch.backward()
      let x = centredDifferences(of: { batch.loss(x: $0) }, at: batch.x)
      let checks =
        cell.check(gradient: gradient) { batch.loss(cell: $0) }
        + batch.initial.check(gradient: dInitial) { batch.loss(initial: $0) }
        + [ArrayCheck(name: "x", analytic: dInputs, numeric: x)]
      #expect(checks.count == C.arrays.count + C.State.arrays.count + 1)
      for check in checks { #expect(check.passes, "\(check)") }
    }
    check(kind.cell())
  }

  @Test("A row stops on a condition of its own, and stays stopped.", arguments: Kind.allCases)
  func ownCondition(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      let batch = Padded(cell, lengths: [5, 5, 5, 5])
      // What the plain run shows says where each row must have stopped.
      let plain = cell.run(batch.x, from: batch.initial)
      let bound = (0..<20).map { plain.outputs[$0, 0] }.sorted()[13]
      let run = cell.loop(batch.x, from: batch.initial) { row, t, state in t == 0 || state.h[row, 0] < bound }
      let lengths = (0..<4).map { row in
        (0..<5).first { plain.outputs[$0 * 4 + row, 0] >= bound }.map { $0 + 1 } ?? 5
      }
      #expect(Set(lengths).count > 1, "the rows should differ")
      let given = cell.loop(batch.x, from: batch.initial, lengths: lengths)
      #expect(run.outputs == given.outputs && run.rows == given.rows)
      // A condition that says yes again is not heard.
      let again = cell.loop(batch.x, from: batch.initial) { row, t, _ in t != row }
      let stopped = cell.loop(batch.x, from: batch.initial, lengths: [0, 1, 2, 3])
      #expect(again.outputs == stopped.outputs)
    }
    check(kind.cell())
  }

  @Test("No steps at all change nothing and teach nothing.", arguments: Kind.allCases)
  func noSteps(kind: Kind) {
    func check<C: Cell<Double>>(_ cell: C) {
      var batch = Padded(cell, lengths: [0, 0])
      for x in [batch.x, Matrix(0, 4)] {
        batch.x = x
        batch.dOutputs = batch.dOutputs.rows(0..<x.rows)
        let run = batch.run()
        #expect(run.steps == 0 && run.outputs == Matrix(x.rows, 5))
        expectEqual(run.last.named("state"), batch.initial.named("state"), "last")
        let (gradient, dInputs, dInitial) = batch.backward()
        #expect(dInputs == Matrix(x.rows, 4))
        expectEqual(dInitial.named("state"), batch.dLast.named("state"), "dInitial")
        expectEqual(gradient.named("g"), cell.zeros().named("g"), "gradient")
      }
    }
    check(kind.cell())
  }

  @Test(
    "Lengths that cannot be stop the program, which says which row and why.",
    arguments: [
      ([2, 6, 4], "row 1 has the length 6, the data has 5 steps"),
      ([2, 3, -1], "row 2 has the length -1"),
      ([2, 3], "2 lengths for a batch of 3 rows"),
      ([2, 3, 4, 5], "4 lengths for a batch of 3 rows"),
    ])
  func refused(lengths: [Int], message: String) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [lengths = lengths as [Int]] in
      var random = SplitMix64(seed: 1)
      let cell = LSTM<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.loop(Matrix(15, 4), from: cell.zeroState(batch: 3), lengths: lengths)
    }
    expectStop(result, "lengths: " + message)
  }

  @Test func otherRefusals() async {
    let inputs = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SplitMix64(seed: 1)
      let cell = GRU<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.loop(Matrix(14, 4), from: cell.zeroState(batch: 3))
    }
    expectStop(
      inputs, "TensorArray inputs: r [14 × 5] z [14 × 5] n [14 × 5] is not whole steps of 3 rows")
    let derivatives = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SplitMix64(seed: 1)
      let cell = GRU<Double>(inputs: 4, hidden: 5, using: &random)
      _ = cell.backward(Matrix(12, 5), through: cell.loop(Matrix(15, 4), from: cell.zeroState(batch: 3)))
    }
    expectStop(derivatives, "backward: derivatives [12 × 5] of outputs [15 × 5]")
  }
}
