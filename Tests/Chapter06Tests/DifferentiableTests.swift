// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import Embeddings
  import ExplicitGates
  import ManualBPTT
  import MinimalMatrix
  import NumpyStyleRNN
  import Testing
  import _Differentiation

  /// A matrix that the compiler can differentiate. Its tangent is a matrix too; `nil` stands for zeros of any shape.
  private struct Value: Differentiable, AdditiveArithmetic {
    typealias TangentVector = Value
    var matrix: Matrix<Double>?
    init(_ matrix: Matrix<Double>?) { self.matrix = matrix }
    static var zero: Value { Value(nil) }
    static func + (a: Value, b: Value) -> Value {
      guard let x = a.matrix, let y = b.matrix else { return a.matrix == nil ? b : a }
      return Value(x + y)
    }
    static func - (a: Value, b: Value) -> Value { a + Value(b.matrix.map { -$0 }) }
    mutating func move(by offset: Value) { self += offset }
  }

  /// What is differentiated: a function of two matrices, and how a derivative goes back through it.
  private struct Rule: Sendable {
    let value: @Sendable (Matrix<Double>, Matrix<Double>) -> Matrix<Double>
    let back: @Sendable (Matrix<Double>, Matrix<Double>, Matrix<Double>) -> (Matrix<Double>, Matrix<Double>)

    static let product = Rule(value: { matmul($0, $1) }, back: { a, b, d in (matmul(d, b.T), matmul(a.T, d)) })
    static let times = Rule(value: { $0 * $1 }, back: { a, b, d in (d * b, d * a) })
    static let sum = Rule(value: { $0 + $1 }, back: { _, b, d in (d, b.rows == d.rows ? d : d.columnSums()) })
    /// Functions of the first matrix alone.
    static let tanh = Rule(
      value: { a, _ in MinimalMatrix.tanh(a) },
      back: { a, b, d in (d * (1 - MinimalMatrix.tanh(a) * MinimalMatrix.tanh(a)), 0 * b) })
    static let sigmoid = Rule(
      value: { a, _ in MinimalMatrix.sigmoid(a) },
      back: { a, b, d in (d * MinimalMatrix.sigmoid(a) * MinimalMatrix.sigmoid(-a), 0 * b) })
    static let exp = Rule(
      value: { a, _ in MinimalMatrix.exp(a) }, back: { a, b, d in (d * MinimalMatrix.exp(a), 0 * b) })
    static let log = Rule(value: { a, _ in MinimalMatrix.log(a) }, back: { a, b, d in (d / a, 0 * b) })
  }

  private func apply(_ rule: Rule, _ a: Value, _ b: Value) -> Value { Value(rule.value(a.matrix!, b.matrix!)) }
  @derivative(of: apply, wrt: (a, b))
  private func applyDerivative(_ rule: Rule, _ a: Value, _ b: Value) -> (
    value: Value, pullback: (Value) -> (Value, Value)
  ) {
    (
      apply(rule, a, b),
      { d in
        guard let d = d.matrix else { return (.zero, .zero) }
        let (dA, dB) = rule.back(a.matrix!, b.matrix!, d)
        return (Value(dA), Value(dB))
      }
    )
  }

  /// `⟨d, a⟩`
  private func weigh(_ a: Value, _ d: Matrix<Double>) -> Double { a.matrix!.dot(d) }
  @derivative(of: weigh, wrt: a)
  private func weighDerivative(_ a: Value, _ d: Matrix<Double>) -> (value: Double, pullback: (Double) -> Value) {
    (weigh(a, d), { Value($0 * d) })
  }

  private struct AutomaticGate: Differentiable {
    var W, U, b: Value
    init(_ gate: Gate<Double>) { (W, U, b) = (Value(gate.W), Value(gate.U), Value(gate.b)) }

    @differentiable(reverse)
    func callAsFunction(_ x: Value, _ h: Value) -> Value {
      apply(.sum, apply(.sum, apply(.product, x, W), apply(.product, h, U)), b)
    }
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
    let x = apply(.product, ids, m.table)
    let (i, f) = (apply(.sigmoid, m.input(x, s.h), s.h), apply(.sigmoid, m.forget(x, s.h), s.h))
    let (g, o) = (apply(.tanh, m.candidate(x, s.h), s.h), apply(.sigmoid, m.output(x, s.h), s.h))
    let c = apply(.sum, apply(.times, f, s.c), apply(.times, i, g))
    let h = apply(.times, o, apply(.tanh, c, s.h))
    let y = apply(.sum, apply(.product, h, m.W), m.b)
    let ones = Value(Matrix(7, 1, repeating: 1))
    let sums = apply(.log, apply(.product, apply(.exp, y, y), ones), ones)
    let loss = weigh(sums, Matrix(2, 1, repeating: 1)) - weigh(apply(.times, y, targets), Matrix(2, 7, repeating: 1))
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
