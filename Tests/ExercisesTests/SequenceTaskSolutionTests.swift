import ExerciseChecks
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import SequenceTasks
import Testing

/// Chapter 7's solutions, and wrong ones.
@Suite struct SequenceTaskSolutionTests {
  private typealias Check = SequenceTaskCheck
  private typealias Recurrent = Layer<GRU<Double>>
  private typealias Both = SequenceTasks.Bidirectional<Recurrent, Recurrent>

  @Test func solved() {
    for (verdict, words) in [
      (
        Check.oneMask({ OneMask($0, mask: $1) }) { OneMask<LSTM<Double>>.draw($0, $1, keep: $2, using: &$3) },
        "all 15 derivatives"
      ),
      (
        Check.attention({ Attention(v: $0)($1) }) {
          let back = Attention(v: $0).backward($1, through: $2)
          return (back.gradient.v, back.dh)
        }, "all outputs"
      ),
      (Check.shortcut { Shortcut($0) }, "all 19 derivatives"),
      (Check.mask(maskedLoss), "a frame of zeros counts"),
      (Check.around { Around($0, $1) }, "all 19 derivatives"),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  // MARK: - 7.1

  @Test("Kept as it is, swapped, one row for all, whole rows, always the same, too many columns.")
  func wrongDraws() {
    func verdict(_ draw: (_ B: Int, _ H: Int, _ keep: Double, inout SplitMix64) -> Matrix<Double>) -> Verdict {
      Check.oneMask({ OneMask($0, mask: $1) }, draw: draw)
    }
    func drawn(_ B: Int, _ H: Int, _ share: Double, _ kept: Double, _ random: inout SplitMix64) -> Matrix<Double> {
      Matrix(B, H, scalars: (0..<B * H).map { _ in random.uniform() < share ? kept : 0 })
    }
    #expect(verdict { drawn($0, $1, $2, 1 / $2, &$3) }.isSolved)
    expectWrong(verdict { drawn($0, $1, $2, 1, &$3) }, "multiplied by 1.00", "the mean of an output falls")
    expectWrong(verdict { drawn($0, $1, 1 - $2, 1 / $2, &$3) }, "swapped")
    expectWrong(verdict { drawn($0, $1, 0.9, 1 / $2, &$3) }, "share of 0.90")
    expectWrong(verdict { Matrix($0, $1) + drawn(1, $1, $2, 1 / $2, &$3) }, "All rows of the batch")
    expectWrong(verdict { matmul(drawn($0, 1, $2, 1 / $2, &$3), Matrix(1, $1, repeating: 1)) }, "as a whole")
    expectWrong(
      verdict { B, H, keep, _ in
        var random = SplitMix64(seed: 1)
        return drawn(B, H, keep, 1 / keep, &random)
      }, "draw from `random`")
    expectWrong(verdict { drawn($0, $1 + 1, $2, 1 / $2, &$3) }, "it is [100 × 91]")
  }

  @Test("Nothing masked; c too; c alone; before the step; and the way back without the mask, or with it too late.")
  func wrongMasking() {
    func verdict(
      before: Bool = false, h: Bool = true, c: Bool = false, back: Bool = true, late: Bool = false
    ) -> Verdict {
      Check.oneMask({ WronglyMasked($0, $1, before: before, h: h, c: c, back: back, late: late) }) {
        OneMask<LSTM<Double>>.draw($0, $1, keep: $2, using: &$3)
      }
    }
    #expect(verdict().isSolved)
    expectWrong(verdict(h: false), "Nothing is dropped")
    expectWrong(verdict(c: true), "c is masked too")
    expectWrong(verdict(h: false, c: true), "in the place of h")
    expectWrong(verdict(before: true, h: false), "who reads the output does not")
    expectWrong(verdict(back: false), "no notice of the mask")
    expectWrong(verdict(back: false, late: true), "what comes into it should be")
  }

  // MARK: - 7.2

  private func attention(_ v: Matrix<Double>, _ h: Sequences<Double>) -> Matrix<Double> { Attention(v: v)(h) }

  private func answered(_ answer: (_ v: Matrix<Double>, _ h: Sequences<Double>) -> Matrix<Double>) -> Verdict {
    Check.attention(answer) {
      let back = Attention(v: $0).backward($1, through: $2)
      return (back.gradient.v, back.dh)
    }
  }

  @Test("Padding that counts; the last output; a mean; no softmax, half of one, or the wrong way; exp that overflows.")
  func wrongAttention() {
    func rows(
      _ v: Matrix<Double>, _ h: Sequences<Double>, _ weights: (Matrix<Double>) -> Matrix<Double>
    ) -> Matrix<Double> {
      .stack(
        (0..<h.batch).map { b in
          let outputs = h.x.rows(at: h.places.filter { $0 % h.batch == b })
          return matmul(weights(matmul(outputs, v).transposed()), outputs)
        })
    }
    #expect(answered { rows($0, $1) { softmax($0) } }.isSolved)
    expectWrong(
      answered { attention($0, Sequences($1.x, batch: $1.batch)) }, "With lengths [5, 3, 1]", "behind a row's end")
    expectWrong(answered { $1.x.rows(at: $1.lastPlaces) }, "the last outputs")
    expectWrong(
      answered { rows($0, $1) { Matrix(1, $0.columns, repeating: 1 / Double($0.columns)) } }, "count the same")
    expectWrong(answered { rows($0, $1) { exp($0) } }, "do not add up to 1")
    expectWrong(answered { rows($0, $1) { $0 } }, "a softmax goes between")
    expectWrong(answered { rows($0, $1) { exp($0) / exp($0).sum() } }, "2000 times as long", "overflows")
    expectWrong(answered { Matrix($1.batch, $0.rows) }, "0 everywhere")
    expectWrong(
      answered { v, h in
        let (B, T) = (h.batch, h.steps)
        let a = (0..<T).map { softmax(matmul(h.x, v).rows($0 * B..<$0 * B + B).transposed()) }
        return .stack((0..<B).map { b in (0..<T).reduce(Matrix(1, 4)) { $0 + a[$1][0, b] * h.x.row($1 * B + b) } })
      }, "over the rows of a step")
    expectWrong(
      answered { v, h in
        let a = softmax(matmul(h.x, v).transposed())
        return .stack(
          (0..<h.batch).map { b in
            (0..<h.steps).reduce(Matrix(1, 4)) { $0 + a[0, $1 * h.batch + b] * h.x.row($1 * h.batch + b) }
          })
      }, "over all rows at once")
  }

  @Test("One reader of the outputs, or the other; a softmax as if its numbers were free; v forgotten; padding heard.")
  func wrongAttentionBackward() {
    func verdict(
      mean: Double = 1, weight: Double = 1, others: Double = 1, v: Double = 1, padding: Double = 0
    ) -> Verdict {
      Check.attention(attention) { vector, dy, h in
        var (dv, dh) = (Matrix(zerosLike: vector), Matrix(zerosLike: h.x))
        for b in 0..<h.batch {
          let places = h.places.filter { $0 % h.batch == b }
          let outputs = h.x.rows(at: places)
          let a = softmax(matmul(outputs, vector).transposed())
          let da = matmul(dy.row(b), outputs.T)
          let ds = a * (da - others * a.dot(da))
          dv += v * matmul(outputs.T, ds.transposed())
          dh.addRows(at: places, mean * matmul(a.T, dy.row(b)) + weight * matmul(ds.T, vector.T))
        }
        let rest = (0..<h.x.rows).filter { !h.places.contains($0) }
        dh.addRows(at: rest, Matrix(rest.count, 4, repeating: padding))
        return (dv, dh)
      }
    }
    #expect(verdict().isSolved)
    expectWrong(verdict(mean: 0), "its own weight, and the mean")
    expectWrong(verdict(weight: 0), "the mean, and its own weight")
    expectWrong(verdict(others: 0), "off every daₜ")
    expectWrong(verdict(v: 0), "v[")
    expectWrong(verdict(padding: 0.1), "h[")
  }

  // MARK: - 7.3

  @Test("x not added, or behind the end too; dropout lost; one reader; behind the end heard.")
  func wrongShortcuts() {
    func verdict(
      adds: Bool = true, everywhere: Bool = false, drops: Bool = true, readers: Int = 2, hears: Bool = false,
      forgets: Bool = false
    ) -> Verdict {
      Check.shortcut {
        WrongShortcut(
          layer: $0, adds: adds, everywhere: everywhere, drops: drops, readers: readers, hears: hears, forgets: forgets)
      }
    }
    #expect(verdict().isSolved)
    expectWrong(verdict(adds: false), "x is not added")
    expectWrong(verdict(everywhere: true), "With lengths [5, 3, 1]", "Behind a row's end they are not zero")
    expectWrong(verdict(drops: false), "and dropout", "pass the dropout on")
    expectWrong(verdict(readers: 1), "x has two readers")
    expectWrong(verdict(readers: 0), "x has two readers: the sum, and the layer")
    expectWrong(verdict(hears: true), "should not be heard")
    let forgotten = verdict(forgets: true)
    expectWrong(forgotten, "layer.cell", "never added?")
    #expect(!"\(forgotten)".contains("heard"), "\(forgotten)")
  }

  // MARK: - 7.4

  @Test("One of two mistakes mended; each sequence the same; the derivative forgotten.")
  func wrongMasks() {
    func verdict(
      guesses: Bool = false, loss: @escaping (_ data: Int, _ all: Int) -> Int = { data, _ in data },
      derivative: @escaping (_ data: Int, _ all: Int) -> Int = { data, _ in data }
    ) -> Verdict {
      Check.mask { logits, targets, x in
        let all = x.x.rows
        let places = guesses ? (0..<all).filter { x.x.row($0).squaredNorm() > 0 } : x.places
        let ones = Array(repeating: 1.0, count: places.count)
        let answer = weightedCrossEntropy(logits.rows(at: places), places.map { targets[$0] }, weights: ones)
        var dLogits = Matrix(zerosLike: logits)
        dLogits.addRows(at: places, answer.dAnswers / Double(derivative(places.count, all)))
        return (answer.loss / Double(loss(places.count, all)), dLogits)
      }
    }
    #expect(verdict().isSolved)
    #expect(verdict(guesses: true, loss: { $1 }, derivative: { $1 }).isUntouched)
    expectWrong(
      verdict(loss: { $1 }, derivative: { $1 }), "The mask is right; one mistake is left", "more steps of padding")
    expectWrong(verdict(guesses: true), "one mistake is left", "A frame of zeros is data")
    expectWrong(verdict(derivative: { $1 }), "its derivative", "by all steps")
    expectWrong(verdict(derivative: { _, _ in 1 }), "its derivative", "not divided")
    expectWrong(verdict(loss: { _, _ in 1 }), "the mean over the steps that are data is")
    expectWrong(
      Check.mask { logits, targets, x in
        let answer = weightedCrossEntropy(
          logits.rows(at: x.places), x.places.map { targets[$0] }, weights: x.weights(.perSequence))
        var dLogits = Matrix(zerosLike: logits)
        dLogits.addRows(at: x.places, answer.dAnswers)
        return (answer.loss, dLogits)
      }, "Each sequence counts the same")
  }

  // MARK: - 7.5

  @Test("Not moved, or half of it, or the wrong way, or by a row; behind the end not zero; and the same backward.")
  func wrongNeighbours() {
    func verdict(_ past: Int = -3, _ future: Int = 3, cuts: Bool = true) -> Verdict {
      Check.around { WrongAround(both: Both($0, $1), past: past, future: future, cuts: cuts) }
    }
    func back(_ past: Int = 3, _ future: Int = -3, cuts: Bool = true) -> Verdict {
      Check.around { WrongAround(both: Both($0, $1), back: (past, future), cutsBack: cuts) }
    }
    #expect(verdict().isSolved && back().isSolved)
    expectWrong(verdict(0, 0, cuts: false), "seen its own step")
    expectWrong(verdict(cuts: false), "With lengths", "are not zero")
    expectWrong(verdict(-1, 1), "B rows above")
    expectWrong(verdict(3, -3), "wrong way round")
    expectWrong(verdict(-3, -3), "Backward's half is moved the wrong way")
    expectWrong(verdict(3, 3), "Forward's half is moved the wrong way")
    expectWrong(verdict(-3, 0), "Backward's half has seen")
    expectWrong(verdict(0, 3), "Forward's half has seen")
    expectWrong(back(0, 0), "must be moved back")
    expectWrong(back(-3, 3), "the same way once more")
    expectWrong(back(cuts: false), "should not be heard")
    // Of the inputs all is right: nothing is said of padding.
    let forgotten = Check.around { WrongAround(both: Both($0, $1), forgets: true) }
    expectWrong(forgotten, "without lengths", "both.forward", "never added?")
    #expect(!"\(forgotten)".contains("heard"), "\(forgotten)")
  }
}

/// A masked LSTM, or one with the mask in another place.
private struct WronglyMasked: Cell {
  typealias Base = LSTM<Double>
  var cell: Base
  let mask: Matrix<Double>
  let (before, h, c, back, late): (Bool, Bool, Bool, Bool, Bool)

  init(_ cell: Base, _ mask: Matrix<Double>, before: Bool, h: Bool, c: Bool, back: Bool, late: Bool) {
    (self.cell, self.mask) = (cell, mask)
    (self.before, self.h, self.c, self.back, self.late) = (before, h, c, back, late)
  }

  var inputs: Int { cell.inputs }
  var hidden: Int { cell.hidden }
  func zeroState(batch B: Int) -> Base.State { cell.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> Base.Gates { cell.project(x) }

  func step(_ z: Base.Gates, from state: Base.State) -> (state: Base.State, trace: Base.Trace) {
    var state = state
    if before { state.h *= mask }
    var step = cell.step(z, from: state)
    if h { step.state.h *= mask }
    if c { step.state.c *= mask }
    return step
  }

  func backward(_ d: Base.State, through t: Base.Trace) -> (dz: Base.Gates, dBefore: Base.State) {
    var d = d
    if back { d.h *= mask }
    var step = cell.backward(d, through: t)
    if late { step.dBefore.h *= mask }
    return step
  }

  func addGradient(_ dz: Base.Gates, inputs x: Matrix<Double>, traces: [Base.Trace], to sum: inout WronglyMasked) {
    cell.addGradient(dz, inputs: x, traces: traces, to: &sum.cell)
  }

  func inputGradient(_ dz: Base.Gates) -> Matrix<Double> { cell.inputGradient(dz) }
  static func listArrays() -> [NamedArray<Self, Double>] { arrays(of: \.cell, named: "cell") }
}

/// A shortcut, or one with something missing.
private struct WrongShortcut: SequenceLayer {
  typealias Base = Layer<GRU<Double>>
  var layer: Base
  let adds, everywhere, drops: Bool
  let readers: Int
  let hears, forgets: Bool

  var inputs: Int { layer.inputs }
  var outputs: Int { layer.outputs }
  static func listArrays() -> [NamedArray<Self, Double>] { arrays(of: \.layer, named: "layer") }

  func read(_ x: Sequences<Double>, dropout: Dropout?) -> (outputs: Matrix<Double>, tape: (Base.Tape, [Int])) {
    var (h, tape) = layer.read(x, dropout: drops ? dropout : nil)
    let places = everywhere ? Array(0..<x.x.rows) : x.places
    if adds { h.addRows(at: places, x.x.rows(at: places)) }
    return (h, (tape, hears ? Array(0..<x.x.rows) : x.places))
  }

  func backward(
    _ d: Matrix<Double>, through tape: (Base.Tape, [Int])
  ) -> (gradient: WrongShortcut, dInputs: Matrix<Double>) {
    var (gradient, dInputs) = (self, Matrix<Double>(0, 0))
    (gradient.layer, dInputs) = layer.backward(d, through: tape.0)
    if readers == 0 { dInputs = Matrix(zerosLike: dInputs) }
    if readers != 1 { dInputs.addRows(at: tape.1, d.rows(at: tape.1)) }
    if forgets { gradient = gradient.zeros() }
    return (gradient, dInputs)
  }
}

/// Neighbours, or others: both halves are taken from so many rows further down.
private struct WrongAround: SequenceLayer {
  typealias Both = SequenceTasks.Bidirectional<Layer<GRU<Double>>, Layer<GRU<Double>>>
  var both: Both
  var past = -3, future = 3, cuts = true
  var back = (past: 3, future: -3), cutsBack = true
  var forgets = false

  var inputs: Int { both.inputs }
  var outputs: Int { both.outputs }
  static func listArrays() -> [NamedArray<Self, Double>] { arrays(of: \.both, named: "both") }

  private func moved(_ h: Matrix<Double>, _ past: Int, _ future: Int) -> Matrix<Double> {
    let middle = h.columns / 2
    var result = Matrix(zerosLike: h)
    for row in 0..<h.rows {
      for column in 0..<h.columns {
        let from = row + (column < middle ? past : future)
        if 0..<h.rows ~= from { result[row, column] = h[from, column] }
      }
    }
    return result
  }

  private func data(_ h: Matrix<Double>, _ x: Sequences<Double>) -> Matrix<Double> {
    var result = Matrix(zerosLike: h)
    result.addRows(at: x.places, h.rows(at: x.places))
    return result
  }

  func read(
    _ x: Sequences<Double>, dropout: Dropout?
  ) -> (outputs: Matrix<Double>, tape: (Both.Tape, Sequences<Double>)) {
    let (h, tape) = both.read(x, dropout: dropout)
    let answers = moved(h, past, future)
    return (cuts ? data(answers, x) : answers, (tape, x))
  }

  func backward(
    _ d: Matrix<Double>, through tape: (Both.Tape, Sequences<Double>)
  ) -> (gradient: WrongAround, dInputs: Matrix<Double>) {
    let d = moved(cutsBack ? data(d, tape.1) : d, back.past, back.future)
    var gradient = self
    let back = both.backward(d, through: tape.0)
    gradient.both = forgets ? both.zeros() : back.gradient
    return (gradient, back.dInputs)
  }
}
