// A third opinion: the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import ExplicitGates
  import ManualBPTT
  import MinimalMatrix
  import NumpyStyleRNN
  import TestSupport
  import Testing
  import _Differentiation

  @testable import SequenceTasks

  // The operations that sequences need, each with its derivative. `nil` comes back as it came.

  /// Some rows of `a`, in that order.
  private func picked(_ a: Value, _ rows: [Int]) -> Value { Value(a.matrix!.rows(at: rows)) }
  @derivative(of: picked, wrt: a)
  private func pickedDerivative(_ a: Value, _ rows: [Int]) -> (value: Value, pullback: (Value) -> Value) {
    (
      picked(a, rows),
      { d in
        Value(
          d.matrix.map {
            var sum = Matrix(zerosLike: a.matrix!)
            sum.addRows(at: rows, $0)
            return sum
          })
      }
    )
  }

  /// `b` below `a`.
  private func below(_ a: Value, _ b: Value) -> Value { Value(Matrix.stack([a.matrix!, b.matrix!])) }
  @derivative(of: below)
  private func belowDerivative(_ a: Value, _ b: Value) -> (value: Value, pullback: (Value) -> (Value, Value)) {
    let (middle, end) = (a.matrix!.rows, a.matrix!.rows + b.matrix!.rows)
    return (
      below(a, b), { d in (Value(d.matrix.map { $0.rows(0..<middle) }), Value(d.matrix.map { $0.rows(middle..<end) })) }
    )
  }

  /// `a`, and to the right of it `b`: their transposes one below the other.
  @differentiable(reverse)
  private func beside(_ a: Value, _ b: Value) -> Value { turned(below(turned(a), turned(b))) }

  // MARK: - The chapter's equations

  /// An LSTM, or a GRU, whose fourth gate has no say.
  private struct AutomaticCell: Differentiable {
    var first, second, third, fourth: AutomaticGate
    @noDerivative let isGRU: Bool

    init(_ cell: LSTM<Double>) {
      (first, second) = (AutomaticGate(cell.input), AutomaticGate(cell.forget))
      (third, fourth, isGRU) = (AutomaticGate(cell.candidate), AutomaticGate(cell.output), false)
    }

    init(_ cell: GRU<Double>) {
      (first, second) = (AutomaticGate(cell.reset), AutomaticGate(cell.update))
      (third, fourth, isGRU) = (AutomaticGate(cell.candidate), AutomaticGate(cell.candidate), true)
    }

    /// The outputs of one sequence, one row a step, in the order in which its rows are read.
    @differentiable(reverse)
    func read(_ x: Value, _ order: [Int]) -> Value {
      let zero = withoutDerivative(at: Value(Matrix(1, fourth.U.matrix!.rows)))
      var (h, c, outputs) = (zero, zero, withoutDerivative(at: Value(Matrix(0, fourth.U.matrix!.rows))))
      var k = 0
      while k < withoutDerivative(at: order.count) {
        let x = picked(x, [order[k]])
        let (a, b) = (squash(first(x, h)), squash(second(x, h)))
        if isGRU {
          let n = bend(third(x, times(a, h)))
          h = sum(times(rest(b), n), times(b, h))
        } else {
          c = sum(times(b, c), times(a, bend(third(x, h))))
          h = times(squash(fourth(x, h)), bend(c))
        }
        outputs = below(outputs, h)
        k += 1
      }
      return outputs
    }
  }

  /// Both directions over a sequence, its outputs masked.
  @differentiable(reverse,wrt: (ahead, back, x))
  private func readBoth(
    _ ahead: AutomaticCell, _ back: AutomaticCell, _ x: Value, _ steps: Int, _ masks: [Matrix<Double>]
  ) -> Value {
    let turned = Array((0..<steps).reversed())
    let one = times(ahead.read(x, Array(0..<steps)), withoutDerivative(at: Value(masks[0])))
    let other = times(back.read(x, turned), withoutDerivative(at: Value(masks[1])))
    return beside(one, picked(other, turned))
  }

  private struct Model: Differentiable {
    var ahead, back, upperAhead, upperBack: AutomaticCell
    /// The inputs of all rows, `[T·B × D]`.
    var x: Value
  }

  /// What one row of the batch adds to the loss; `places` are its steps, `masks` those of the four cells.
  @differentiable(reverse,wrt: m)
  private func loss(_ m: Model, _ places: [Int], _ masks: [Matrix<Double>], _ dOutputs: Matrix<Double>) -> Double {
    let below = readBoth(m.ahead, m.back, picked(m.x, places), places.count, [masks[0], masks[1]])
    let above = readBoth(m.upperAhead, m.upperBack, below, places.count, [masks[2], masks[3]])
    return weigh(above, dOutputs)
  }

  // MARK: - Ours and the compiler's

  @Suite struct DifferentiableTests {
    @Test(
      "Both directions twice, with masks and lengths: every derivative is the compiler's.",
      arguments: Dropping.allCases, [nil, [2, 5, 0]])
    func compiler(dropping: Dropping, lengths: [Int]?) {
      var random = SplitMix64(seed: 8)
      func lstm(_ D: Int, _ H: Int) -> LSTM<Double> { LSTM(inputs: D, hidden: H, using: &random).drawn(using: &random) }
      func gru(_ D: Int, _ H: Int) -> GRU<Double> { GRU(inputs: D, hidden: H, using: &random).drawn(using: &random) }
      let (ahead, back, upperAhead, upperBack) = (gru(4, 2), lstm(4, 3), lstm(5, 6), gru(5, 7))
      let layers = Then(
        Bidirectional(Layer(ahead), Layer(back)), Bidirectional(Layer(upperAhead), Layer(upperBack)))
      let question = Question(outputs: 13, lengths: lengths)
      let (outputs, tape) = layers.read(question.x, dropout: dropping.dropout)
      let (gradient, dInputs) = layers.backward(question.dOutputs, through: tape)

      let model = Model(
        ahead: AutomaticCell(ahead), back: AutomaticCell(back), upperAhead: AutomaticCell(upperAhead),
        upperBack: AutomaticCell(upperBack), x: Value(question.x.x))
      var (total, d) = (0.0, Model.TangentVector.zero)
      for row in 0..<3 {
        let places = question.x.places.filter { $0 % 3 == row }
        guard !places.isEmpty else { continue }
        let masks = masks(dropping.dropout, row: row, steps: places.count, units: [2, 3, 6, 7])
        let (value, own) = valueWithGradient(at: model) {
          loss($0, places, masks, question.dOutputs.rows(at: places))
        }
        total += value
        d += own
      }
      #expect(abs(total - question.dOutputs.dot(outputs)) < 1e-12)
      func gates(_ cell: AutomaticCell.TangentVector, _ count: Int) -> [Value] {
        [cell.first, cell.second, cell.third, cell.fourth].prefix(count).flatMap { [$0.W, $0.U, $0.b] }
      }
      let compilers =
        gates(d.ahead, 3) + gates(d.back, 4) + gates(d.upperAhead, 4) + gates(d.upperBack, 3) + [d.x]
      let arrays = type(of: layers).arrays
      let ours = arrays.map { ($0.name, gradient[keyPath: $0.path]) } + [("x", dInputs)]
      #expect(ours.count == compilers.count && ours.count == 43)
      for ((name, array), value) in zip(ours, compilers) {
        #expect(agree(array, value.matrix!, to: 1e-12), "\(name)")
      }
    }

    /// The masks of one row for four cells, in the order in which each reads.
    private func masks(_ dropout: Dropout?, row: Int, steps: Int, units: [Int]) -> [Matrix<Double>] {
      guard let dropout else { return units.map { Matrix(steps, $0, repeating: 1) } }
      let (below, above) = dropout.split()
      let each = [below.split().0, below.split().1, above.split().0, above.split().1]
      return zip(each, units).map { dropout, H in
        dropout.mask(rows: Array(repeating: row, count: steps), steps: Array(0..<steps), units: H)
      }
    }
  }
#endif
