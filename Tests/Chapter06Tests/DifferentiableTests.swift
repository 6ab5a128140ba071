// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import Embeddings
  import ExplicitGates
  import ManualBPTT
  import MinimalMatrix
  import NumpyStyleRNN
  import TestSupport
  import Testing
  import _Differentiation

  /// `eᵃ`, entry by entry.
  private func exponential(_ a: Value) -> Value { Value(exp(a.matrix!)) }
  @derivative(of: exponential)
  private func exponentialDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    let y = exp(a.matrix!)
    return (Value(y), { d in Value(d.matrix.map { $0 * y }) })
  }

  /// `ln a`, entry by entry.
  private func logarithm(_ a: Value) -> Value { Value(log(a.matrix!)) }
  @derivative(of: logarithm)
  private func logarithmDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    (logarithm(a), { d in Value(d.matrix.map { $0 / a.matrix! }) })
  }

  /// The model as the book's equations, its table read by one-hot rows.
  private struct AutomaticModel: Differentiable {
    var table, W, b, h, c: Value
    var input, forget, candidate, output: AutomaticGate

    init(_ fixture: Fixture) {
      let model = fixture.model
      (table, W, b) = (Value(model.embedding.table), Value(model.projection.W), Value(model.projection.b))
      (h, c) = (Value(fixture.state.h), Value(fixture.state.c))
      (input, forget) = (AutomaticGate(model.cell.input), AutomaticGate(model.cell.forget))
      (candidate, output) = (AutomaticGate(model.cell.candidate), AutomaticGate(model.cell.output))
    }
  }

  private struct Pair: Differentiable { var h, c: Value }

  /// One step, and the sum of its rows' cross-entropies: `ln Σ eʸ − y[target]`.
  @differentiable(reverse,wrt: (m, s))
  private func step(_ m: AutomaticModel, _ s: Pair, _ ids: Value, _ targets: Value) -> Outcome {
    let x = product(ids, m.table)
    let (i, f) = (squash(m.input(x, s.h)), squash(m.forget(x, s.h)))
    let (g, o) = (bend(m.candidate(x, s.h)), squash(m.output(x, s.h)))
    let c = sum(times(f, s.c), times(i, g))
    let h = times(o, bend(c))
    let y = addToRows(product(h, m.W), m.b)
    let sums = logarithm(product(exponential(y), Value(Matrix(7, 1, repeating: 1))))
    let loss = weigh(sums, Matrix(2, 1, repeating: 1)) - weigh(times(y, targets), Matrix(2, 7, repeating: 1))
    return Outcome(state: Pair(h: h, c: c), loss: loss)
  }

  private struct Outcome: Differentiable {
    var state: Pair
    var loss: Double
  }

  @differentiable(reverse,wrt: m)
  private func loss(_ m: AutomaticModel, _ ids: [Value], _ targets: [Value]) -> Double {
    let first = step(m, Pair(h: m.h, c: m.c), ids[0], targets[0])
    let second = step(m, first.state, ids[1], targets[1])
    let third = step(m, second.state, ids[2], targets[2])
    return (first.loss + second.loss + third.loss) / 6
  }

  @Suite struct DifferentiableTests {
    @Test("Every derivative of the whole model is the compiler's.")
    func compiler() {
      let fixture = Fixture()
      func steps(_ ids: [Int]) -> [Value] {
        (0..<3).map { Value(Matrix.oneHot(Array(ids[2 * $0..<2 * $0 + 2]), size: 7)) }
      }
      let (ids, targets) = (steps(fixture.ids), steps(fixture.targets))
      let (value, d) = valueWithGradient(at: AutomaticModel(fixture)) { loss($0, ids, targets) }
      #expect(abs(value - fixture.loss(fixture.model, from: fixture.state)) < 1e-12)
      let reading = fixture.model.read(fixture.ids, from: fixture.state)
      let (gradient, dInitial) = fixture.model.backward(reading, fixture.targets)
      let gates = [d.input, d.forget, d.candidate, d.output].flatMap { [$0.W, $0.U, $0.b] }
      let compilers = [d.table] + gates + [d.W, d.b, d.h, d.c]
      let ours =
        LanguageModel<LSTM<Double>>.arrays.map { ($0.name, gradient[keyPath: $0.path]) }
        + [("h", dInitial.h), ("c", dInitial.c)]
      #expect(ours.count == compilers.count)
      for ((name, array), value) in zip(ours, compilers) {
        #expect(agree(array, value.matrix!, to: 1e-12), "\(name)")
      }
    }
  }
#endif
