// A third opinion: the compiler's own derivatives of loops whose number of steps is data.
#if canImport(_Differentiation)
  import ExplicitGates
  import Foundation
  import MinimalMatrix
  import NumpyStyleRNN
  import Testing
  import _Differentiation

  @testable import WhileLoop

  private func bend(_ x: Double) -> Double { Foundation.tanh(x) }
  @derivative(of: bend)
  private func bendDerivative(_ x: Double) -> (value: Double, pullback: (Double) -> Double) {
    let y = bend(x)
    return (y, { $0 * (1 - y * y) })
  }

  /// A tanh cell of one input and one hidden unit, and the state that a row begins from.
  private struct Small: Differentiable {
    var Wx, Wh, b, h0: Double
  }

  /// The loss of one row: every output has a say, by its weight, and the row stops by itself when `|h|` passes a bound.
  @differentiable(reverse,wrt: m)
  private func loss(_ m: Small, _ x: [Double], _ weights: [Double], _ dLast: Double, bound: Double) -> Double {
    var h = m.h0
    var sum = 0.0
    var t = 0
    while t < withoutDerivative(at: x.count) && h.magnitude < bound {
      h = bend(m.Wx * withoutDerivative(at: x[t]) + m.Wh * h + m.b)
      sum = sum + withoutDerivative(at: weights[t]) * h
      t += 1
    }
    return sum + dLast * h
  }

  @differentiable(reverse)
  private func grown(_ rate: Double, _ start: Double) -> Double {
    var x = start
    while x < 100 { x = x * rate }
    return x
  }

  @Suite struct DifferentiableTests {
    @Test("The scalar loop's derivatives are the compiler's, however many steps it took.")
    func scalar() {
      for rate in [1.1, 1.3, 2.5, 40, 2000] {
        let (ours, compilers) = (Growth(rate: rate).derivative, gradient(at: rate, 1, of: grown))
        #expect(abs(ours.rate - compilers.0) <= 1e-12 * compilers.0, "rate \(rate)")
        #expect(abs(ours.start - compilers.1) <= 1e-12 * compilers.1, "rate \(rate)")
      }
    }

    @Test("A batch whose rows stop by themselves has the derivatives that the compiler finds row by row.")
    func rows() {
      let (B, T, bound) = (3, 6, 0.6)
      var random = SplitMix64(seed: 6)
      let x = Matrix<Double>.normal(T * B, 1, deviation: 0.7, using: &random)
      let weights = Matrix<Double>.normal(T * B, 1, deviation: 0.7, using: &random)
      let dLast = TanhCell<Double>.State(h: .normal(B, 1, deviation: 0.7, using: &random))
      let start = TanhCell<Double>.State(h: .uniform(B, 1, scale: 0.5, using: &random))
      let cell = TanhCell<Double>(Wx: Matrix([[0.9]]), Wh: Matrix([[0.8]]), b: Matrix([[0.1]]))
      let run = cell.loop(x, from: start) { row, _, state in abs(state.h[row, 0]) < bound }
      let counts = (0..<B).map { row in run.loop.traces.count { $0.rows.contains(row) } }
      #expect(Set(counts).count == B, "the rows should differ: \(counts)")
      let (ours, _, dInitial) = cell.backward(weights, last: dLast, through: run)
      var sum = Small.TangentVector.zero
      for row in 0..<B {
        func column(_ array: Matrix<Double>) -> [Double] { (0..<T).map { array[$0 * B + row, 0] } }
        let model = Small(Wx: 0.9, Wh: 0.8, b: 0.1, h0: start.h[row, 0])
        let d = gradient(at: model) { loss($0, column(x), column(weights), dLast.h[row, 0], bound: bound) }
        #expect(abs(d.h0 - dInitial.h[row, 0]) < 1e-12)
        sum += d
      }
      #expect(abs(sum.Wx - ours.Wx[0, 0]) < 1e-12)
      #expect(abs(sum.Wh - ours.Wh[0, 0]) < 1e-12)
      #expect(abs(sum.b - ours.b[0, 0]) < 1e-12)
    }
  }
#endif
