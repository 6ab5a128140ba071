// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import ExplicitGates
  import ManualBPTT
  import MinimalMatrix
  import NumpyStyleRNN
  import TestSupport
  import Testing
  import _Differentiation

  /// A cell of three or four gates, the inputs of three steps and a state.
  private struct Model: Differentiable {
    var first, second, third, fourth: AutomaticGate
    var stateBias, h, c, x0, x1, x2: Value

    init(
      _ gates: [Gate<Double>], stateBias: Matrix<Double>? = nil, h: Matrix<Double>, c: Matrix<Double>? = nil,
      x: Matrix<Double>
    ) {
      (first, second, third) = (AutomaticGate(gates[0]), AutomaticGate(gates[1]), AutomaticGate(gates[2]))
      fourth = AutomaticGate(gates.last!)
      (self.stateBias, self.h, self.c) = (Value(stateBias), Value(h), Value(c))
      (x0, x1, x2) = (Value(x.rows(0..<2)), Value(x.rows(2..<4)), Value(x.rows(4..<6)))
    }
  }

  /// What one step makes of `h` and `c`.
  private struct Pair: Differentiable { var h, c: Value }

  @differentiable(reverse,wrt: (m, s, x))
  private func step(_ kind: Kind, _ m: Model, _ s: Pair, _ x: Value) -> Pair {
    if kind == .lstm {
      let (i, f) = (squash(m.first(x, s.h)), squash(m.second(x, s.h)))
      let (g, o) = (bend(m.third(x, s.h)), squash(m.fourth(x, s.h)))
      let c = sum(times(f, s.c), times(i, g))
      return Pair(h: times(o, bend(c)), c: c)
    }
    let (r, z) = (squash(m.first(x, s.h)), squash(m.second(x, s.h)))
    var n = m.third(x, times(r, s.h))
    if kind == .resetAfterGRU {
      let said = times(r, addToRows(product(s.h, m.third.U), m.stateBias))
      n = sum(addToRows(product(x, m.third.W), m.third.b), said)
    }
    return Pair(h: sum(times(rest(z), bend(n)), times(z, s.h)), c: s.c)
  }

  @differentiable(reverse,wrt: m)
  private func loss(_ kind: Kind, _ m: Model, _ dOutputs: Matrix<Double>, _ dLast: [Matrix<Double>]) -> Double {
    let s1 = step(kind, m, Pair(h: m.h, c: m.c), m.x0)
    let s2 = step(kind, m, s1, m.x1)
    let s3 = step(kind, m, s2, m.x2)
    let outputs = weigh(s1.h, dOutputs.rows(0..<2)) + weigh(s2.h, dOutputs.rows(2..<4))
    let last = weigh(s3.h, dOutputs.rows(4..<6) + dLast[0])
    if kind == .lstm { return outputs + last + weigh(s3.c, dLast[1]) }
    return outputs + last
  }

  @Suite struct DifferentiableTests {
    @Test("Every derivative is that of the compiler.", arguments: [Kind.lstm, .gru, .resetAfterGRU])
    func compiler(kind: Kind) {
      /// The gates of the cell in the order of its list, its other arrays, and the parts of its state.
      func check<C: Cell<Double>>(_ cell: C, _ gates: [Gate<Double>], stateBias: Matrix<Double>? = nil) {
        let sequence = Sequence(cell)
        let initial = sequence.initial.named("initial").map(\.array)
        let model = Model(
          gates, stateBias: stateBias, h: initial[0], c: initial.count > 1 ? initial[1] : nil, x: sequence.x)
        let dLast = sequence.dLast.named("last").map(\.array)
        let (value, d) = valueWithGradient(at: model) { loss(kind, $0, sequence.dOutputs, dLast) }
        #expect(abs(value - sequence.loss()) < 1e-12)

        let (gradient, dInputs, dInitial) = sequence.backward()
        let ours = gradient.named("gradient") + [("dInputs", dInputs)] + dInitial.named("dInitial")
        let compilers =
          [d.first, d.second, d.third, d.fourth].prefix(gates.count).flatMap { [$0.W, $0.U, $0.b] }
          + (stateBias == nil ? [] : [d.stateBias])
          + [Value(Matrix.stack([d.x0, d.x1, d.x2].map { $0.matrix! }))] + [d.h, d.c].prefix(initial.count)
        #expect(ours.count == compilers.count)
        for ((name, array), value) in zip(ours, compilers) {
          #expect(agree(array, value.matrix!, to: 1e-12), "\(name)")
        }
      }
      switch kind.cell() {
      case let cell as LSTM<Double>: check(cell, [cell.input, cell.forget, cell.candidate, cell.output])
      case let cell as GRU<Double>: check(cell, [cell.reset, cell.update, cell.candidate])
      case let cell as ResetAfterGRU<Double>:
        check(cell, [cell.reset, cell.update, cell.candidate], stateBias: cell.stateBias)
      default: Issue.record("no equations for \(kind)")
      }
    }
  }
#endif
