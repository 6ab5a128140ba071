import MinimalMatrix
import Testing

@testable import ManualBPTT
@testable import WhileLoop

@Suite struct LoopTests {
  @Test("The loop runs while the condition holds, keeps what each step left, and asks before the first step.")
  func loop() {
    let loop = whileLoop(
      { $0 < 100 },
      { x -> Int in
        defer { x *= 2 }; return x
      }, 3)
    #expect(loop.last == 192 && loop.steps == 6)
    #expect(loop.traces == [3, 6, 12, 24, 48, 96])
    let none = whileLoop({ $0 < 100 }, { $0 *= 2 }, 100)
    #expect(none.last == 100 && none.steps == 0)
    // As many steps as the maximum are not one too many.
    #expect(whileLoop({ $0 < 100 }, { $0 *= 2 }, 3, maximumIterations: 6).steps == 6)
  }

  @Test("The way back meets every step once, the last one first.")
  func wayBack() {
    let loop = whileLoop(
      { $0 < 100 },
      { x -> Int in
        defer { x *= 2 }; return x
      }, 3)
    let met = loop.backward([(Int, Int)]()) { $0.append(($1, $2)) }
    #expect(met.map(\.0) == [96, 48, 24, 12, 6, 3])
    #expect(met.map(\.1) == [5, 4, 3, 2, 1, 0])
    let none = whileLoop({ $0 < 100 }, { $0 *= 2 }, 100)
    #expect(none.backward(7) { d, _, _ in d += 1 } == 7)
  }

  @Test("The derivative of a scalar loop is that of the differences, however many steps it took.")
  func scalar() {
    var counts: Set<Int> = []
    for rate in [1.1, 1.3, 2.5, 40, 2000] {
      let (growth, slope) = (Growth(rate: rate), Growth(rate: rate).derivative)
      counts.insert(growth.loop.steps)
      let (e, last) = (1e-6, { (rate: Double, start: Double) in Growth(rate: rate, start: start).loop.last })
      let dRate = (last(rate + e, 1) - last(rate - e, 1)) / (2 * e)
      let dStart = (last(rate, 1 + e) - last(rate, 1 - e)) / (2 * e)
      #expect(abs(slope.rate - dRate) <= 1e-6 * abs(dRate), "rate \(rate)")
      #expect(abs(slope.start - dStart) <= 1e-6 * abs(dStart), "rate \(rate)")
    }
    #expect(counts.count == 5)
  }

  @Test("A loop past its maximum stops the program, and says its maximum and where it stands.")
  func maximum() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = whileLoop({ $0 > 0 }, { $0 += 1 }, 1, maximumIterations: 5)
    }
    expectStop(
      result,
      "whileLoop at Chapter05Tests/LoopTests.swift:\(#line - 5): it wants to go on after 5 steps, and its maximum is 5")
  }
}
