// A third opinion on exercise 6.5: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import Embeddings
  import ExplicitGates
  import MinimalMatrix
  import TestSupport
  import Testing
  import _Differentiation

  /// The equations of the exercise; the table is read by one-hot rows, and as the projection.
  private struct AutomaticModel: Differentiable {
    var table, b: Value
    var input, forget, candidate, output: AutomaticGate

    init(_ model: TiedModel) {
      (table, b) = (Value(model.embedding.table), Value(model.b))
      (input, forget) = (AutomaticGate(model.cell.input), AutomaticGate(model.cell.forget))
      (candidate, output) = (AutomaticGate(model.cell.candidate), AutomaticGate(model.cell.output))
    }
  }

  private struct Outcome: Differentiable {
    var h, c: Value
    var loss: Double
  }

  @differentiable(reverse,wrt: (m, before))
  private func step(_ m: AutomaticModel, _ before: Outcome, _ ids: Value, _ dLogits: Matrix<Double>) -> Outcome {
    let x = product(ids, m.table)
    let (i, f) = (squash(m.input(x, before.h)), squash(m.forget(x, before.h)))
    let (g, o) = (bend(m.candidate(x, before.h)), squash(m.output(x, before.h)))
    let c = sum(times(f, before.c), times(i, g))
    let h = times(o, bend(c))
    let y = addToRows(product(h, turned(m.table)), m.b)
    return Outcome(h: h, c: c, loss: before.loss + weigh(y, dLogits))
  }

  @differentiable(reverse,wrt: m)
  private func loss(_ m: AutomaticModel, _ ids: [Value], _ dLogits: [Matrix<Double>], _ zero: Matrix<Double>) -> Double
  {
    let start = Outcome(h: Value(zero), c: Value(zero), loss: 0)
    let first = step(m, start, ids[0], dLogits[0])
    let second = step(m, first, ids[1], dLogits[1])
    return step(m, second, ids[2], dLogits[2]).loss
  }

  @Suite struct TiedDifferentiableTests {
    @Test("The compiler finds the derivatives that the solution of 6.5 finds.")
    func compiler() {
      let (V, H, B) = (7, 4, 2)
      var random = SplitMix64(seed: 4)
      let model = TiedModel(
        embedding: Embedding(table: .normal(V, H, deviation: 0.7, using: &random)),
        cell: LSTM(inputs: H, hidden: H, using: &random), b: .normal(1, V, deviation: 1, using: &random))
      // Read twice in one step, and again in the next.
      let ids = [2, 2, 2, 5, 0, 5]
      let dLogits = Matrix<Double>.normal(6, V, deviation: 1, using: &random)
      let gradient = model.backward(
        dLogits, through: model.read(ids, from: model.cell.zeroState(batch: B)).run, ids: ids)

      let oneHot = Matrix<Double>.oneHot(ids, size: V)
      let steps = [0..<2, 2..<4, 4..<6]
      let d = _Differentiation.gradient(at: AutomaticModel(model)) {
        loss($0, steps.map { Value(oneHot.rows($0)) }, steps.map { dLogits.rows($0) }, Matrix(B, H))
      }
      let gates = [d.input, d.forget, d.candidate, d.output].flatMap { [$0.W, $0.U, $0.b] }
      let compilers = [d.table] + gates + [d.b]
      #expect(TiedModel.arrays.count == compilers.count)
      for ((name, path), value) in zip(TiedModel.arrays, compilers) {
        #expect(agree(gradient[keyPath: path], value.matrix!, to: 1e-12), "\(name)")
      }
    }
  }
#endif
