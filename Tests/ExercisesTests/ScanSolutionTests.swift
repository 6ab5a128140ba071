import ExerciseChecks
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Scan
import Testing

/// Chapter 4's solutions, and wrong ones.
@Suite struct ScanSolutionTests {
  @Test func solved() {
    for verdict in [
      ScanCheck.runningMaximum(runningMaximum), ScanCheck.cumulativeSum(cumulativeSumBackward),
      ScanCheck.bidirectional(
        outputs: { Bidirectional(forward: $0, reversed: $1).outputs($2, batch: 2) },
        backward: { one, other, d, x in
          let back = Bidirectional(forward: one, reversed: other).backward(d, inputs: x, batch: 2)
          return (back.gradient.forward, back.gradient.reversed, back.dInputs)
        }),
      ScanCheck.nested(backThroughNestedPieces),
    ] {
      #expect(verdict.isSolved, "\(verdict)")
    }
  }

  @Test("A maximum that begins at 0; outputs in the order of their making; a sum the wrong way round.")
  func wrongScans() {
    expectWrong(
      ScanCheck.runningMaximum { x, r in
        scan(over: x, from: 0, reversed: r) { (max($0, $1), max($0, $1)) }.outputs
      }, "negative")
    expectWrong(
      ScanCheck.runningMaximum { x, r in
        let y = scan(over: x, from: Int.min, reversed: r) { (max($0, $1), max($0, $1)) }.outputs
        return r ? y.reversed() : y
      }, "place of its element")
    expectWrong(
      ScanCheck.cumulativeSum { dy in scan(over: dy, from: 0) { ($0 + $1, $0 + $1) }.outputs }, "later outputs")
  }

  @Test("One reader of the inputs forgotten; both cells in one direction.")
  func wrongDirections() {
    func verdict(reversed: Bool, readers: Double) -> Verdict {
      ScanCheck.bidirectional(
        outputs: { one, other, x in
          let zero = one.zeroState(batch: 2)
          return one.scanned(x, from: zero).outputs + other.scanned(x, from: zero, reversed: reversed).outputs
        },
        backward: { one, other, d, x in
          let zero = one.zeroState(batch: 2)
          let a = one.backward(d, through: one.scanned(x, from: zero))
          let b = other.backward(d, through: other.scanned(x, from: zero, reversed: reversed))
          return (a.gradient, b.gradient, a.dInputs + readers * b.dInputs)
        })
    }
    #expect(verdict(reversed: true, readers: 1).isSolved)
    expectWrong(verdict(reversed: false, readers: 1), "outputs", "both cells read forward")
    expectWrong(verdict(reversed: true, readers: 0), "x[")
  }

  @Test("Right numbers from a plain scan are no solution: all traces are there at once.")
  func noPieces() {
    expectWrong(
      ScanCheck.nested { x, initial, _, dLast, _, leave, back in
        let traces = scan(over: x, from: initial, leave).outputs
        let (last, outputs) = scan(over: traces, from: dLast, reversed: true, back)
        return (last, outputs)
      }, "at a time")
  }
}
