import ExerciseChecks
import Foundation
import MinimalMatrix
import Speed
import Testing

/// Chapter 8's solutions, and wrong ones.
@Suite struct SpeedSolutionTests {
  @Test func solved() {
    for (verdict, words) in [
      // The page's numbers.
      (
        SpeedCheck.work { multiplyAdds(steps: $0.T, batch: $0.B, inputs: $0.D, hidden: $0.H, logits: $1, dInputs: $2) },
        "9.62·10⁹"
      ),
      (SpeedCheck.order { addTransposed($0, $1, to: $2, k: $3, m: $4, n: $5) }, "one after the other"),
      (SpeedCheck.tiles { addByTwoByTwo($0, $1, to: $2, m: $3, k: $4, n: $5) }, "half the reads"),
      (
        SpeedCheck.tanh(rationalTanh) { largestError(of: $0, against: $1, from: $2, to: $3, points: $4) },
        "0.0235 at most, at ±1.57"
      ),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  @Test("Operations for multiply-adds; forward alone; backward once; a projection, a gate, dInputs forgotten.")
  func wrongCounts() {
    func verdict(_ count: @escaping (_ W: Int, _ U: Int, _ P: Int, _ dInputs: Bool) -> Int) -> Verdict {
      SpeedCheck.work { size, V, dInputs in
        size.T * size.B * count(size.D * 4 * size.H, size.H * 4 * size.H, size.H * V, dInputs)
      }
    }
    #expect(verdict { 3 * ($0 + $1 + $2) - ($3 ? 0 : $0) }.isSolved)
    expectWrong(verdict { 2 * (3 * ($0 + $1 + $2) - ($3 ? 0 : $0)) }, "a multiply-add is two")
    expectWrong(verdict { W, U, P, _ in W + U + P }, "forward alone")
    expectWrong(verdict { W, U, P, _ in 2 * (W + U + P) }, "becomes two")
    expectWrong(verdict { W, U, P, _ in 3 * (W + U + P) }, "without dInputs", "falls out")
    expectWrong(verdict { 3 * ($0 + $1) - ($3 ? 0 : $0) + 0 * $2 }, "V = 11", "projection")
    expectWrong(verdict { W, U, P, d in 3 * ((W + U) / 4 + P) - (d ? 0 : W / 4) }, "four gates")
    expectWrong(verdict { W, U, P, d in 3 * (W + U + P) - (d ? 0 : W + U) }, "needed still")
  }

  @Test("Right bits in every order of the loops but one jump too often; the wrong order of the sum has other bits.")
  func wrongOrders() {
    typealias Loops = (_ k: Int, _ m: Int, _ n: Int, _ body: (_ p: Int, _ i: Int, _ j: Int) -> Void) -> Void
    func verdict(_ loops: @escaping Loops) -> Verdict {
      SpeedCheck.order { a, b, c, k, m, n in
        loops(k, m, n) { p, i, j in c[i * n + j].addProduct(a[p * m + i], b[p * n + j]) }
      }
    }
    func nested(_ x: Int, _ y: Int, _ z: Int, _ body: (Int, Int, Int) -> Void) {
      for i in 0..<x { for j in 0..<y { for k in 0..<z { body(i, j, k) } } }
    }
    #expect(verdict { k, m, n, body in nested(k, m, n) { body($0, $1, $2) } }.isSolved)
    expectWrong(verdict { k, m, n, body in nested(m, n, k) { body($2, $0, $1) } }, "bits are right", "jumps")
    expectWrong(verdict { k, m, n, body in nested(n, m, k) { body($2, $1, $0) } }, "bits are right", "jumps")
    expectWrong(verdict { k, m, n, body in nested(m, k, n) { body($1, $0, $2) } }, "bits are right", "outermost")
    expectWrong(verdict { k, m, n, body in nested(k, n, m) { body($0, $2, $1) } }, "bits are right", "innermost")
    expectWrong(verdict { k, m, n, body in nested(k, m, n) { body(k - 1 - $0, $1, $2) } }, "other bits")
    expectWrong(verdict { k, m, n, body in nested(k, m, n - 1) { body($0, $1, $2) } }, "left out")
    expectWrong(
      SpeedCheck.order { a, b, c, k, m, n in
        for i in 0..<m * n { c[i] = 0 }
        nested(k, m, n) { p, i, j in c[i * n + j].addProduct(a[p * m + i], b[p * n + j]) }
      }, "add to it")
  }

  @Test("Entry by entry reads twice as much; sums in c are read again and again; an odd row or column is left out.")
  func wrongTiles() {
    func addEntry(_ a: Ribbon, _ b: Ribbon, _ c: Ribbon, _ i: Int, _ j: Int, k: Int, n: Int) {
      var sum = c[i * n + j]
      for p in 0..<k { sum.addProduct(a[i * k + p], b[p * n + j]) }
      c[i * n + j] = sum
    }
    expectWrong(
      SpeedCheck.tiles { a, b, c, m, k, n in
        for i in 0..<m { for j in 0..<n { addEntry(a, b, c, i, j, k: k, n: n) } }
      }, "bits are right", "are enough")
    for (row, column) in [(1, 0), (0, 1)] {
      expectWrong(
        SpeedCheck.tiles { a, b, c, m, k, n in
          for i in 0..<(m - row * (m % 2)) {
            for j in 0..<(n - column * (n % 2)) { addEntry(a, b, c, i, j, k: k, n: n) }
          }
        }, "left out")
    }
    // The solution's reads of a and b, the sums in c.
    expectWrong(
      SpeedCheck.tiles { a, b, c, m, k, n in
        for i in stride(from: 0, to: m, by: 2) {
          for j in stride(from: 0, to: n, by: 2) {
            for p in 0..<k {
              let rows = (i..<min(i + 2, m)).map { ($0, a[$0 * k + p]) }
              let columns = (j..<min(j + 2, n)).map { ($0, b[p * n + $0]) }
              for (i, x) in rows { for (j, y) in columns { c[i * n + j].addProduct(x, y) } }
            }
          }
        }
      }, "bits are right", "keep the sums")
  }

  @Test("A tanh that does not end at 1, or has no value far out; errors with a sign, without an end, the last of two.")
  func wrongTanhs() {
    func fraction(_ x: Float) -> Float { x * (27 + x * x) / (27 + 9 * x * x) }
    typealias Search = (
      _ f: (Double) -> Double, _ g: (Double) -> Double, _ low: Double, _ high: Double, _ points: Int
    ) -> (error: Double, x: Double)
    let right: Search = { largestError(of: $0, against: $1, from: $2, to: $3, points: $4) }
    expectWrong(SpeedCheck.tanh(fraction, right), "Of 3.5", "Beyond 3")
    expectWrong(SpeedCheck.tanh({ abs($0) > 1e9 ? .nan : rationalTanh($0) }, right), "-1e+30")
    expectWrong(SpeedCheck.tanh({ Float(Foundation.tanh(Double($0))) }, right), "it should be")
    expectWrong(SpeedCheck.tanh({ _ in 0 }, right), "0 everywhere")
    expectWrong(SpeedCheck.tanh(rationalTanh) { _, _, _, _, _ in (-1, 0) }, "not written yet")
    func search(_ size: @escaping (Double) -> Double, points drop: Int = 0, last: Bool = false) -> Search {
      { f, g, low, high, points in
        let x = (0..<points - drop).map { low + (high - low) * Double($0) / Double(points - 1) }
        let errors = x.map { size(f($0) - g($0)) }
        let place = last ? errors.lastIndex(of: errors.max()!)! : errors.firstIndex(of: errors.max()!)!
        return (errors[place], x[place])
      }
    }
    #expect(SpeedCheck.tanh(rationalTanh, search { abs($0) }).isSolved)
    expectWrong(SpeedCheck.tanh(rationalTanh, search { $0 }), "take its size")
    expectWrong(SpeedCheck.tanh(rationalTanh, search({ abs($0) }, points: 1)), "Both ends")
    expectWrong(SpeedCheck.tanh(rationalTanh, search({ abs($0) }, last: true)), "the first one")
  }
}
