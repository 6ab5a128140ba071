import ExplicitGates
import Foundation
import MinimalMatrix
import NumpyStyleRNN
import Scan
import Testing

/// What stops the program, and what it says. (An exit test captures nothing, so each builds its own.)
@Suite struct RefusalTests {
  static func cell() -> LSTM<Double> {
    var random = SplitMix64(seed: 1)
    return LSTM(inputs: 4, hidden: 5, using: &random)
  }

  static func expect(_ result: ExitTest.Result?, says message: String, at location: SourceLocation = #_sourceLocation) {
    let said = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } ?? ""
    #expect(said.contains("Fatal error: " + message), sourceLocation: location)
  }

  @Test func scanned() async {
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        _ = cell.scanned(Matrix(7, 4), from: cell.zeroState(batch: 2))
      }, says: "scanned: [7 × 4] is not whole steps of [2 × 4]")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        _ = cell.scanned(Matrix(6, 3), from: cell.zeroState(batch: 2))
      }, says: "scanned: the inputs are [6 × 3], the cell reads 4 numbers")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        _ = cell.scanned(Matrix(6, 4), from: LSTM.State(h: Matrix(2, 3), c: Matrix(2, 3)))
      }, says: "scanned: the state is [2 × 3], the cell has 5 units")
  }

  @Test func batchOfNothing() async {
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        _ = cell.checkpointed(Matrix(6, 4), from: cell.zeroState(batch: 0))
      }, says: "checkpointed: [6 × 4] is not whole steps of [0 × 4]")
    let cell = Self.cell()
    #expect(cell.scanned(Matrix(0, 4), from: cell.zeroState(batch: 0)).traces.isEmpty)
    #expect(cell.checkpointed(Matrix(0, 4), from: cell.zeroState(batch: 2)).last == cell.zeroState(batch: 2))
  }

  @Test func derivatives() async {
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        let run = cell.scanned(Matrix(6, 4), from: cell.zeroState(batch: 2))
        _ = cell.backward(Matrix(4, 5), through: run)
      }, says: "backward: derivatives [4 × 5] of outputs [6 × 5]")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        let run = cell.checkpointed(Matrix(6, 4), from: cell.zeroState(batch: 2))
        _ = cell.backward(Matrix(4, 5), through: run)
      }, says: "backward: derivatives [4 × 5] of outputs [6 × 5]")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let cell = RefusalTests.cell()
        let run = cell.scanned(Matrix(6, 4), from: cell.zeroState(batch: 2))
        _ = cell.backward(last: cell.zeroState(batch: 3), through: run)
      }, says: "backward: the derivative [3 × 5] of a last state [2 × 5]")
  }

  @Test func orderAndPieces() async {
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Matrix<Double>(7, 4).timeMajor(batch: 2)
      }, says: "timeMajor: [7 × 4] is not whole steps of [2 × 4]")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = exchanged([[1, 2, 3], [4, 5]])
      }, says: "exchanged: row 1 has the length 2, row 0 has 3")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = cut(10, every: 0)
      }, says: "cut: 10 steps in pieces of 0")
    Self.expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let projection = Projection<Double>(W: Matrix(5, 7), b: Matrix(1, 7))
        _ = projection.backward(overTime: Matrix(4, 7), through: Matrix(6, 5), batch: 2)
      }, says: "backward: derivatives [4 × 7] of the projection of [6 × 5]")
  }
}
