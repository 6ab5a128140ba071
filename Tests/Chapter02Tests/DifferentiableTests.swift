// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import ManualBPTT
  import MinimalMatrix
  import NumpyStyleRNN
  import TestSupport
  import Testing
  import _Differentiation

  // The loss, with its derivative; the other operations are in TestSupport.

  /// `Σ ln Σ exp y − ⟨y, onehot⟩` over the rows.
  private func surprise(_ y: Value, _ oneHot: Matrix<Double>) -> Double {
    logSumExp(y.matrix!).sum() - y.matrix!.dot(oneHot)
  }
  @derivative(of: surprise, wrt: y)
  private func surpriseDerivative(_ y: Value, _ oneHot: Matrix<Double>)
    -> (value: Double, pullback: (Double) -> Value)
  {
    (surprise(y, oneHot), { d in Value(d * (softmax(y.matrix!) - oneHot)) })
  }

  /// Everything that the loss depends on.
  private struct Model: Differentiable {
    var Wx, Wh, b, W, c, h0: Value

    init(_ fixture: Fixture) {
      let (cell, projection) = (fixture.network.cell, fixture.network.projection)
      (Wx, Wh, b) = (Value(cell.Wx), Value(cell.Wh), Value(cell.b))
      (W, c, h0) = (Value(projection.W), Value(projection.b), Value(fixture.h0))
    }
  }

  /// The loss of a window as chapter 1 would compute it: step by step, with one-hot rows.
  @differentiable(reverse,wrt: model)
  private func loss(_ model: Model, _ inputs: [Value], _ targets: [Matrix<Double>], batch: Double) -> Double {
    var h = model.h0
    var total = 0.0
    for t in 0..<withoutDerivative(at: inputs.count) {
      let x = withoutDerivative(at: inputs[t])
      h = bend(addToRows(sum(product(x, model.Wx), product(h, model.Wh)), model.b))
      total += surprise(addToRows(product(h, model.W), model.c), targets[t])
    }
    return total / batch
  }

  @Suite struct DifferentiableTests {
    @Test(
      "The loss and every derivative are those of the compiler.",
      arguments: [Fixture.example, .zeroState, .oneStep, .oneRow])
    func compiler(fixture: Fixture) {
      let (B, V) = (fixture.h0.rows, fixture.network.vocabulary)
      func steps(_ ids: [Int]) -> [Matrix<Double>] {
        let rows = Matrix<Double>.oneHot(ids, size: V)
        return (0..<ids.count / B).map { rows.rows($0 * B..<($0 + 1) * B) }
      }
      let (inputs, targets) = (steps(fixture.inputs).map { Value($0) }, steps(fixture.targets))
      let (value, gradient) = valueWithGradient(at: Model(fixture)) {
        loss($0, inputs, targets, batch: Double(B))
      }
      let trace = fixture.trace
      #expect(abs(value - fixture.network.loss(trace, fixture.targets)) < 1e-12)
      let (ours, dh0) = fixture.network.backward(trace, fixture.targets)
      for (name, path, compilers) in [
        ("cell.Wx", \RNN<Double>.cell.Wx, gradient.Wx), ("cell.Wh", \.cell.Wh, gradient.Wh),
        ("cell.b", \.cell.b, gradient.b), ("projection.W", \.projection.W, gradient.W),
        ("projection.b", \.projection.b, gradient.c),
      ] {
        #expect(agree(ours[keyPath: path], compilers.matrix!, to: 1e-10), "\(name)")
      }
      #expect(agree(dh0, gradient.h0.matrix!, to: 1e-10), "h0")
    }
  }
#endif
