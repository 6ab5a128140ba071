// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import Scan
  import Testing
  import _Differentiation

  /// The weights of a carry of one number, its initial value and seven elements.
  private struct Model: Differentiable {
    var w, u, c: Double
    var x0, x1, x2, x3, x4, x5, x6: Double
    @noDerivative var elements: [Double] { [x0, x1, x2, x3, x4, x5, x6] }
  }

  /// `c′ = x·w + u·c·(1 − c)`
  @differentiable(reverse)
  private func step(_ m: Model, _ c: Double, _ x: Double) -> Double { x * m.w + m.u * c * (1 - c) }

  @differentiable(reverse)
  private func last(_ m: Model) -> Double {
    let c = step(m, step(m, step(m, step(m, m.c, m.x0), m.x1), m.x2), m.x3)
    return step(m, step(m, step(m, c, m.x4), m.x5), m.x6)
  }

  @Suite struct DifferentiableTests {
    private static let model = Model(
      w: 0.7, u: 1.3, c: 0.2, x0: 0.4, x1: -0.3, x2: 0.9, x3: 0.1, x4: -0.6, x5: 0.5, x6: 0.8)

    @Test("The way back through a scan is the compiler's, and through checkpoints of any length it is the same.")
    func compiler() {
      let m = Self.model
      let (value, d) = valueWithGradient(at: m) { last($0) }
      let elements = [d.x0, d.x1, d.x2, d.x3, d.x4, d.x5, d.x6]
      /// What is carried back: the derivatives of the carry, and of the two weights so far.
      struct Back { var c = 1.0, w = 0.0, u = 0.0 }
      func back(_ d: Back, _ trace: (c: Double, x: Double)) -> (Back, Double) {
        let (c, x) = trace
        return (Back(c: d.c * m.u * (1 - 2 * c), w: d.w + d.c * x, u: d.u + d.c * c * (1 - c)), d.c * m.w)
      }
      func expect(_ found: (dInitial: Back, outputs: [Double]), _ way: String) {
        #expect(abs(found.dInitial.c - d.c) < 1e-14, "\(way)")
        #expect(abs(found.dInitial.w - d.w) < 1e-14 && abs(found.dInitial.u - d.u) < 1e-14, "\(way)")
        #expect(found.outputs.count == 7, "\(way)")
        #expect(zip(found.outputs, elements).allSatisfy { abs($0 - $1) < 1e-14 }, "\(way)")
      }
      let run = scan(over: m.elements, from: m.c) { c, x in (step(m, c, x), (c: c, x: x)) }
      #expect(run.last == value)
      let plain = scan(over: run.outputs, from: Back(), reversed: true, back)
      expect((plain.last, plain.outputs), "plain")
      for length in 1...8 {
        let kept = checkpointedScan(over: m.elements, from: m.c, every: length) { step(m, $0, $1) }
        expect(
          kept.backward(over: m.elements, from: Back(), step: { (step(m, $0, $1), (c: $0, x: $1)) }, back: back),
          "pieces of \(length)")
      }
    }
  }
#endif
