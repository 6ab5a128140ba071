import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import SequenceTasks
import SequenceTasksExercises

/// The exercises of chapter 7: layers, what is read from them, and what counts.
public let chapter07: ExerciseChapter = .init(
  7, "Sequence tasks", page: "book/07-sequence-tasks.md", folder: "Chapters/07-SequenceTasks/Exercises",
  exercises: [
    Exercise(
      "One mask for a sequence", file: "1-OneMask.swift", minutes: 15,
      explanation: """
        Dropout with one mask for all steps of a sequence, for who reads the output and
        for the next step. Write the draw of the mask, the step, and its way back.

            h̃ₜ = m ⊙ hₜ      each entry of m is 1/keep with probability keep, else 0
        """,
      hints: [
        "random.uniform() is below keep with the probability keep.",
        "state.h is both: what is shown, and what the next step begins from. So it is masked once, after the step.",
        "The step ends with a product by m. So the way back begins with it: d.h *= mask, then the cell's own.",
      ],
      check: {
        SequenceTaskCheck.oneMask({ OneMask($0, mask: $1) }) {
          OneMask<LSTM<Double>>.draw($0, $1, keep: $2, using: &$3)
        }
      }),
    Exercise(
      "Attention over time", file: "2-Attention.swift", minutes: 30,
      explanation: """
        Not the last output of a sequence, but a weighted mean of all of them; how much
        each counts, it says itself. What lies behind a row's end counts nothing.

            a = softmax of hₜ·v over the steps of one sequence      y = Σ aₜ hₜ
        """,
      hints: [
        "Go row by row of the batch. Step t of row b is row t·B + b, and h.places are those that are data.",
        "daₜ = dy·hₜ. The backward pass of a softmax is dsₜ = aₜ (daₜ − Σ aᵤ daᵤ): more for one is less for all others.",
        "hₜ has two readers, the mean and its own weight: dhₜ = aₜ dy + dsₜ v, and dv = Σ dsₜ hₜ.",
      ],
      check: {
        SequenceTaskCheck.attention({ Attention(v: $0)($1) }) {
          let back = Attention(v: $0).backward($1, through: $2)
          return (back.gradient.v, back.dh)
        }
      }),
    Exercise(
      "A residual stack", file: "3-Shortcut.swift", minutes: 15,
      explanation: """
        A layer that answers with what it has read plus what it makes of it, so that
        layers can be stacked without each having to pass everything on.

            yₜ = layer(x)ₜ + xₜ      zero behind a row's end
        """,
      hints: [
        "Again shows how a layer wraps another. What lies behind a row's end in x may be anything; sequences.places "
          + "are the steps that are data.",
        "h.addRows(at: places, …) adds only there, and x.rows(at: places) takes only those.",
        "x has two readers, the layer and the sum: the way back adds dOutputs at the same places.",
      ],
      check: { SequenceTaskCheck.shortcut { Shortcut($0) } }),
    Exercise(
      "Mend the mask", file: "4-MendTheMask.swift", minutes: 15,
      explanation: """
        The loss of labels, one for each step, of rows with different lengths. It is
        written, and the network learns; it has two mistakes.

            loss = Σ mask ⊙ crossEntropy / Σ mask
        """,
      hints: [
        "A batch means the same with more padding behind it. Does the loss say so?",
        "What is the mean divided by? And what of a frame of zeros, a row of pixels without ink: is it padding?",
        "sequences.places knows the lengths. Take the mask from there, and divide by its sum, the derivative too.",
      ],
      check: { SequenceTaskCheck.mask(maskedLoss) }),
    Exercise(
      "Labels from the neighbours", file: "5-Around.swift", minutes: 30,
      explanation: """
        A label for every step out of all other steps: those before it, read forward,
        and those behind it, read from the end. The step itself is not seen.

            yₜ = (what forward shows at t − 1, what backward shows at t + 1)
        """,
      hints: [
        "`both` shows, at every step, what forward and backward show there. Each half only has to be moved.",
        "A step is B rows: Matrix.stack([zeros, all but the last step]) is a step later. Behind a row's end, zeros again.",
        "The way back: what was moved a step later comes back a step earlier, and the other way round.",
      ],
      check: { SequenceTaskCheck.around { Around($0, $1) } }),
  ])

/// The checks of chapter 7. They see what a room answers and nothing of how.
public enum SequenceTaskCheck {
  /// A mistake that is known by the numbers that it makes.
  typealias Known = (numbers: Matrix<Double>, words: String)

  private static func agree(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
    a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) < 1e-9 }
  }

  /// What is said of `found`, which is not right: the mistake that makes the same numbers, if it is known.
  private static func words(for found: Matrix<Double>, _ known: [Known]) -> String {
    known.first { agree($0.numbers, found) }.map { " " + $0.words } ?? ""
  }

  private static func drawn<Model: NamedArrays<Double>>(_ model: Model, using random: inout SplitMix64) -> Model {
    model.mapped { .normal($0.rows, $0.columns, deviation: 0.5, using: &random) }
  }

  /// Three rows of five steps; what lies behind the ends is not zero.
  private static func sequences(_ D: Int, lengths: [Int]? = [5, 3, 1]) -> Sequences<Double> {
    var random = SplitMix64(seed: 2)
    return Sequences(.normal(15, D, deviation: 0.7, using: &random), batch: 3, lengths: lengths)
  }

  private static func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var random = SplitMix64(seed: seed)
    return .normal(rows, columns, deviation: 0.5, using: &random)
  }
}

// MARK: - 7.1

extension SequenceTaskCheck {
  /// Exercise 7.1: the draw; the outputs against a loop over the cell; the derivatives against centred differences.
  /// - Parameters:
  ///   - make: the cell with that mask
  ///   - draw: a mask `[B × H]`
  public static func oneMask<C: Cell<Double>>(
    _ make: (_ cell: LSTM<Double>, _ mask: Matrix<Double>) -> C,
    draw: (_ B: Int, _ H: Int, _ keep: Double, inout SplitMix64) -> Matrix<Double>
  ) -> Verdict where C.State == LSTM<Double>.State, C.Gates == LSTM<Double>.Gates {
    let (T, B, D, H) = (4, 2, 3, 5)
    var random = SplitMix64(seed: 1)
    let cell = drawn(LSTM<Double>(inputs: D, hidden: H, using: &random), using: &random)
    let mask = Matrix<Double>([[1.25, 0, 1.25, 1.25, 0], [0, 1.25, 1.25, 0, 1.25]])
    let masked = make(cell, mask)
    let trial = Trial(of: masked, batch: B, steps: T, seed: 3)
    let run = masked.run(trial.inputs, from: trial.initial)
    let back = masked.backward(trial.dOutputs, last: trial.dLast, through: run)
    var seeded = SplitMix64(seed: 4)
    let isSilent =
      run.outputs == Matrix(zerosLike: run.outputs) && back.dInputs == Matrix(zerosLike: trial.inputs)
      && draw(3, 4, 0.5, &seeded) == Matrix(3, 4)
    if isSilent { return .untouched() }
    if let fault = drawFault(draw) { return .wrong(fault) }
    if let fault = outputFault(run.outputs, of: cell, mask, trial.inputs, trial.initial) { return .wrong(fault) }
    func loss(_ cell: C, _ x: Matrix<Double>, _ initial: C.State) -> Double {
      let run = cell.run(x, from: initial)
      return run.outputs.dot(trial.dOutputs) + run.last.h.dot(trial.dLast.h) + run.last.c.dot(trial.dLast.c)
    }
    let differences = centredDifferences(of: { loss(masked, $0, trial.initial) }, at: trial.inputs)
    let checks =
      masked.check(gradient: back.gradient) { loss($0, trial.inputs, trial.initial) }
      + [ArrayCheck(name: "x", analytic: back.dInputs, numeric: differences)]
      + trial.initial.check(gradient: back.dInitial) { loss(masked, trial.inputs, $0) }
    guard let wrong = checks.first(where: { !$0.passes }) else {
      return .solved("The draw, the outputs, and all \(checks.count) derivatives.")
    }
    let why = stepFault(masked, cell, mask, trial.dLast, trial.inputs.rows(0..<B), trial.initial)
    return .wrong("The outputs are right. \(wrong)\(why)")
  }

  /// What is wrong with the masks that are drawn.
  private static func drawFault(
    _ draw: (_ B: Int, _ H: Int, _ keep: Double, inout SplitMix64) -> Matrix<Double>
  ) -> String? {
    let (B, H, keep) = (100, 90, 0.8)
    var random = SplitMix64(seed: 5)
    let mask = draw(B, H, keep, &random)
    guard mask.shape == Matrix<Double>(B, H).shape else {
      return "A mask for \(B) rows of \(H) units should be [\(B) × \(H)]; it is \(mask.shape)."
    }
    let share = Double(mask.scalars.count { $0 != 0 }) / Double(mask.count)
    if let other = mask.scalars.first(where: { $0 != 0 && abs($0 - 1 / keep) > 1e-12 }) {
      let why = other == 1 ? " So the mean of an output falls." : ""
      return "With keep = \(keep), what is kept is multiplied by \(other.decimal(places: 2)), not by 1/keep.\(why)"
    }
    let rows = (0..<B).map { Array(mask.row($0).scalars) }
    if Set(rows).count == 1 { return "All rows of the batch have the same mask: they should drop on their own." }
    if rows.allSatisfy({ Set($0).count == 1 }) { return "A row is dropped as a whole: each unit should by itself." }
    // Five deviations of such a share are 0.02.
    if abs(share - keep) > 0.02 {
      let why = abs(share - (1 - keep)) < 0.02 ? " Kept and dropped are swapped." : ""
      return "With keep = \(keep), a share of \(share.decimal(places: 2)) is kept.\(why)"
    }
    return draw(B, H, keep, &random) == mask ? "Every draw gives the same mask: draw from `random`." : nil
  }

  private static func outputFault(
    _ found: Matrix<Double>, of cell: LSTM<Double>, _ mask: Matrix<Double>, _ x: Matrix<Double>,
    _ initial: LSTM<Double>.State
  ) -> String? {
    let (B, ones) = (mask.rows, Matrix(mask.rows, mask.columns, repeating: 1.0))
    func outputs(before: Matrix<Double>, h: Matrix<Double>, c: Matrix<Double>) -> Matrix<Double> {
      var (state, outputs) = (initial, [Matrix<Double>]())
      for first in stride(from: 0, to: x.rows, by: B) {
        state.h *= before
        state = cell.step(cell.project(x.rows(first..<first + B)), from: state).state
        (state.h, state.c) = (state.h * h, state.c * c)
        outputs.append(state.h)
      }
      return .stack(outputs)
    }
    if agree(found, outputs(before: ones, h: mask, c: ones)) { return nil }
    return "The outputs \(found.shape) are not those of the equation."
      + words(
        for: found,
        [
          (Matrix(zerosLike: found), "They are 0 everywhere."),
          (outputs(before: ones, h: ones, c: ones), "Nothing is dropped."),
          (outputs(before: ones, h: mask, c: mask), "c is masked too; it should keep all."),
          (outputs(before: ones, h: ones, c: mask), "c is masked in the place of h."),
          (
            outputs(before: mask, h: ones, c: ones),
            "The next step reads what is masked; who reads the output does not."
          ),
        ])
  }

  /// What one step backward does with the mask, if it is known.
  private static func stepFault<C: Cell<Double>>(
    _ masked: C, _ cell: LSTM<Double>, _ mask: Matrix<Double>, _ d: C.State, _ x: Matrix<Double>, _ before: C.State
  ) -> String where C.State == LSTM<Double>.State, C.Gates == LSTM<Double>.Gates {
    let found = masked.backward(d, through: masked.step(masked.project(x), from: before).trace)
    let plain = cell.backward(d, through: cell.step(cell.project(x), from: before).trace)
    guard agree(found.dz.o, plain.dz.o) else { return "" }
    return words(
      for: found.dBefore.h,
      [
        (plain.dBefore.h, "The way back takes no notice of the mask."),
        (plain.dBefore.h * mask, "What leaves a step backward is masked; what comes into it should be."),
      ])
  }
}

// MARK: - 7.2

extension SequenceTaskCheck {
  /// Exercise 7.2: the answers row by row, the derivatives against centred differences of those.
  public static func attention(
    _ answer: (_ v: Matrix<Double>, _ h: Sequences<Double>) -> Matrix<Double>,
    backward: (_ v: Matrix<Double>, _ dy: Matrix<Double>, _ h: Sequences<Double>) -> (Matrix<Double>, Matrix<Double>)
  ) -> Verdict {
    let (v, dy) = (normal(4, 1, seed: 6), normal(3, 4, seed: 7))
    let samples = [sequences(4, lengths: nil), sequences(4)]
    let isSilent = samples.allSatisfy { h in
      let back = backward(v, dy, h)
      return [answer(v, h), back.0, back.1].allSatisfy { $0 == Matrix(zerosLike: $0) }
    }
    if isSilent { return .untouched() }
    for h in samples {
      let found = answer(v, h)
      guard agree(found, attended(h, v)) else {
        let which = h.lengths.map { "With lengths \($0)" } ?? "Without lengths"
        return .wrong("\(which), the answers \(found.shape) are not those of the equation." + answerFault(found, h, v))
      }
    }
    // Rows that are sure of themselves.
    guard agree(answer(2000 * v, samples[1]), attended(samples[1], 2000 * v)) else {
      return .wrong("With a v 2000 times as long the answers are wrong: exp overflows. softmax takes care of that.")
    }
    for h in samples {
      let (dv, dh) = backward(v, dy, h)
      let which = h.lengths.map { "with lengths \($0), " } ?? ""
      func moved(_ x: Matrix<Double>) -> Sequences<Double> { Sequences(x, batch: h.batch, lengths: h.lengths) }
      let checks = [
        ArrayCheck(name: "v", analytic: dv, numeric: centredDifferences(of: { attended(h, $0).dot(dy) }, at: v)),
        ArrayCheck(
          name: "h", analytic: dh, numeric: centredDifferences(of: { attended(moved($0), v).dot(dy) }, at: h.x)),
      ]
      guard let wrong = checks.last(where: { !$0.passes }) else { continue }
      return .wrong("The answers are right; \(which)the way back is not. \(wrong)" + attentionFault(dh, dv, h, v, dy))
    }
    return .solved("The answers, with lengths and without, and the derivatives with respect to v and to all outputs.")
  }

  /// The weighted means of the outputs. - Parameter weights: of some steps, out of their scores `[1 × n]`
  private static func attended(
    _ h: Sequences<Double>, _ v: Matrix<Double>, weights: (Matrix<Double>) -> Matrix<Double> = { softmax($0) }
  ) -> Matrix<Double> {
    .stack(
      (0..<h.batch).map { b in
        let outputs = h.x.rows(at: h.places.filter { $0 % h.batch == b })
        return matmul(weights(matmul(outputs, v).transposed()), outputs)
      })
  }

  private static func answerFault(_ found: Matrix<Double>, _ h: Sequences<Double>, _ v: Matrix<Double>) -> String {
    let (B, scores) = (h.batch, matmul(h.x, v))
    /// Weighted with one number for each row of `h.x`.
    func weighted(_ weights: [Double]) -> Matrix<Double> {
      .stack(
        (0..<B).map { b in
          stride(from: b, to: h.x.rows, by: B).reduce(Matrix(1, h.x.columns)) { $0 + weights[$1] * h.x.row($1) }
        })
    }
    let steps = stride(from: 0, to: h.x.rows, by: B).map { scores.rows($0..<$0 + B).transposed() }
    return words(
      for: found,
      [
        (Matrix(zerosLike: found), "They are 0 everywhere."),
        (attended(Sequences(h.x, batch: B), v), "What lies behind a row's end counts too."),
        (h.x.rows(at: h.lastPlaces), "They are the last outputs."),
        (attended(h, v) { Matrix(1, $0.columns, repeating: 1 / Double($0.columns)) }, "All steps count the same."),
        (attended(h, v) { exp($0) }, "The weights of a row do not add up to 1."),
        (attended(h, v) { $0 }, "The scores themselves are the weights; a softmax goes between."),
        (
          weighted(steps.flatMap { softmax($0).scalars }),
          "The softmax runs over the rows of a step, not over the steps of a row."
        ),
        (
          weighted(Array(softmax(scores.transposed()).scalars)),
          "The softmax runs over all rows at once: one for each is meant."
        ),
      ])
  }

  private static func attentionFault(
    _ foundH: Matrix<Double>, _ foundV: Matrix<Double>, _ h: Sequences<Double>, _ v: Matrix<Double>,
    _ dy: Matrix<Double>
  ) -> String {
    /// - Parameters say which parts are there: 1 or 0.
    func back(mean: Double = 1, weight: Double = 1, others: Double = 1) -> (dv: Matrix<Double>, dh: Matrix<Double>) {
      var (dv, dh) = (Matrix(zerosLike: v), Matrix(zerosLike: h.x))
      for b in 0..<h.batch {
        let places = h.places.filter { $0 % h.batch == b }
        let outputs = h.x.rows(at: places)
        let a = softmax(matmul(outputs, v).transposed())
        let da = matmul(dy.row(b), outputs.T)
        let ds = a * (da - others * a.dot(da))
        dv += matmul(outputs.T, ds.transposed())
        dh.addRows(at: places, mean * matmul(a.T, dy.row(b)) + weight * matmul(ds.T, v.T))
      }
      return (dv, dh)
    }
    let rest = "A softmax backward takes Σ aᵤ daᵤ off every daₜ."
    let ofH = words(
      for: foundH,
      [
        (back(weight: 0).dh, "hₜ has two readers: the mean, and its own weight."),
        (back(mean: 0).dh, "hₜ has two readers: its own weight, and the mean."), (back(others: 0).dh, rest),
      ])
    return ofH.isEmpty ? words(for: foundV, [(back(others: 0).dv, rest)]) : ofH
  }
}

// MARK: - 7.3

extension SequenceTaskCheck {
  /// Exercise 7.3: alone, with lengths and with dropout, then two in a stack.
  public static func shortcut<S: SequenceLayer<Double>>(_ make: (Layer<GRU<Double>>) -> S) -> Verdict {
    var random = SplitMix64(seed: 8)
    func layer() -> Layer<GRU<Double>> {
      Layer(drawn(GRU<Double>(inputs: 4, hidden: 4, using: &random), using: &random))
    }
    let (lower, upper, dOutputs) = (layer(), layer(), normal(15, 4, seed: 9))
    let dropout = Dropout(keep: 0.6, seed: 5)
    let samples = [(sequences(4, lengths: nil), nil), (sequences(4), nil), (sequences(4), dropout)]
    let first = make(lower).read(samples[0].0, dropout: nil)
    let back = make(lower).backward(dOutputs, through: first.tape)
    let isSilent =
      first.outputs == Matrix(zerosLike: dOutputs) && back.dInputs == Matrix(zerosLike: dOutputs)
      && back.gradient.norm == 0
    if isSilent { return .untouched() }
    for (x, dropout) in samples {
      let found = make(lower).read(x, dropout: dropout).outputs
      guard agree(found, added(lower, x, dropout)) else {
        return .wrong(
          "\(name(x, dropout)), the outputs are not those of the equation." + sumFault(found, lower, x, dropout))
      }
    }
    for (x, dropout) in samples {
      let (wrong, dInputs, numeric, _) = differences(make(lower), x, dOutputs, dropout)
      guard let wrong else { continue }
      // If the inputs' derivative is right, no mistake is known by it.
      let padding = Set(0..<15).subtracting(x.places).sorted()
      var heard = numeric
      heard.addRows(at: padding, dOutputs.rows(at: padding))
      let why = words(
        for: dInputs,
        [
          (numeric - only(dOutputs, at: x.places), "x has two readers."),
          (numeric - dOutputs, "x has two readers."),
          (heard, "What comes back behind a row's end should not be heard."),
          (only(dOutputs, at: x.places), "x has two readers: the sum, and the layer."),
        ])
      return .wrong(
        "The outputs are right; \(name(x, dropout).lowercased()), the way back is not. \(wrong)"
          + (wrong.name == "x" ? why : ""))
    }
    let stack = differences(Then(make(lower), make(upper)), sequences(4), dOutputs, dropout)
    if let wrong = stack.wrong { return .wrong("Alone the layer is right; one above the other, \(wrong)") }
    return .solved("Alone, with lengths and dropout, and two in a stack: all \(stack.count) derivatives.")
  }

  private static func name(_ x: Sequences<Double>, _ dropout: Dropout?) -> String {
    (x.lengths.map { "With lengths \($0)" } ?? "Without lengths") + (dropout == nil ? "" : " and dropout")
  }

  /// The rows at some places; zeros at all others.
  private static func only(_ x: Matrix<Double>, at places: [Int]) -> Matrix<Double> {
    var result = Matrix(zerosLike: x)
    result.addRows(at: places, x.rows(at: places))
    return result
  }

  private static func added(
    _ layer: Layer<GRU<Double>>, _ x: Sequences<Double>, _ dropout: Dropout?
  ) -> Matrix<Double> {
    layer.read(x, dropout: dropout).outputs + only(x.x, at: x.places)
  }

  private static func sumFault(
    _ found: Matrix<Double>, _ layer: Layer<GRU<Double>>, _ x: Sequences<Double>, _ dropout: Dropout?
  ) -> String {
    let h = layer.read(x, dropout: dropout).outputs
    return words(
      for: found,
      [
        (Matrix(zerosLike: found), "They are 0 everywhere."), (h, "x is not added."),
        (h + x.x, "Behind a row's end they are not zero."),
        (added(layer, x, nil), "Nothing is dropped: pass the dropout on to the layer."),
      ])
  }

  /// The first derivative of a layer that is not what the centred differences say, what it says of the inputs, what they
  /// say, and how many derivatives there are.
  private static func differences<L: SequenceLayer<Double>>(
    _ layer: L, _ x: Sequences<Double>, _ dOutputs: Matrix<Double>, _ dropout: Dropout?
  ) -> (wrong: ArrayCheck?, dInputs: Matrix<Double>, numeric: Matrix<Double>, count: Int) {
    func loss(_ layer: L, _ inputs: Matrix<Double>) -> Double {
      let x = Sequences(inputs, batch: x.batch, lengths: x.lengths)
      return layer.read(x, dropout: dropout).outputs.dot(dOutputs)
    }
    let back = layer.backward(dOutputs, through: layer.read(x, dropout: dropout).tape)
    let numeric = centredDifferences(of: { loss(layer, $0) }, at: x.x)
    let checks =
      [ArrayCheck(name: "x", analytic: back.dInputs, numeric: numeric)]
      + layer.check(gradient: back.gradient) { loss($0, x.x) }
    return (checks.first { !$0.passes }, back.dInputs, numeric, checks.count)
  }
}

// MARK: - 7.4

extension SequenceTaskCheck {
  /// Exercise 7.4: batches with frames of zeros, with padding that is not zeros, with more padding.
  public static func mask(
    _ answer: (_ logits: Matrix<Double>, _ targets: [Int], _ sequences: Sequences<Double>) -> (Double, Matrix<Double>)
  ) -> Verdict {
    typealias Answer = (loss: Double, dLogits: Matrix<Double>)
    let lengths = [4, 2, 3]
    func sample(steps T: Int, _ change: (inout Matrix<Double>) -> Void = { _ in }) -> Sequences<Double> {
      var x = only(
        normal(T * 3, 2, seed: 10), at: Sequences(Matrix<Double>(T * 3, 2), batch: 3, lengths: lengths).places)
      change(&x)
      return Sequences(x, batch: 3, lengths: lengths)
    }
    let plain = sample(steps: 4)
    // Row 0 shows nothing at step 1; row 1 has something behind its end.
    let samples = [
      plain, sample(steps: 7), sample(steps: 4) { ($0[3, 0], $0[3, 1]) = (0, 0) }, sample(steps: 4) { $0[7, 0] = 1 },
    ]
    let (logits, targets) = (normal(21, 5, seed: 11), (0..<21).map { $0 % 5 })
    func ask(_ x: Sequences<Double>) -> Answer {
      answer(logits.rows(0..<x.x.rows), Array(targets[..<x.x.rows]), x)
    }
    /// What somebody answers who knows the lengths or guesses them, and divides by one or the other.
    func answered(_ x: Sequences<Double>, guesses: Bool, divides: (_ counting: Int) -> Double) -> Answer {
      let places = guesses ? (0..<x.x.rows).filter { x.x.row($0).squaredNorm() > 0 } : x.places
      let weights = Array(repeating: 1 / divides(places.count), count: places.count)
      let (loss, d) = weightedCrossEntropy(logits.rows(at: places), places.map { targets[$0] }, weights: weights)
      var dLogits = Matrix<Double>(x.x.rows, 5)
      dLogits.addRows(at: places, d)
      return (loss, dLogits)
    }
    func matches(_ right: (Sequences<Double>) -> Answer) -> Bool {
      samples.allSatisfy { abs(ask($0).0 - right($0).loss) < 1e-9 && agree(ask($0).1, right($0).dLogits) }
    }
    func losses(_ a: Sequences<Double>, _ b: Sequences<Double>) -> String {
      "from \(ask(a).0.decimal(places: 3)) to \(ask(b).0.decimal(places: 3))"
    }
    let padded = "With three more steps of padding the loss goes \(losses(plain, samples[1]))."
    let guessed =
      "A frame of zeros is data: one of them moves the loss \(losses(plain, samples[2])), and the logits have not changed."
    if matches({ x in answered(x, guesses: true) { _ in Double(x.x.rows) } }) { return .untouched(padded) }
    if matches({ x in answered(x, guesses: false) { _ in Double(x.x.rows) } }) {
      return .wrong("The mask is right; one mistake is left. \(padded)")
    }
    if matches({ x in answered(x, guesses: true) { Double($0) } }) {
      return .wrong("What it is divided by is right; one mistake is left. \(guessed)")
    }
    for x in samples {
      let (found, right) = (ask(x), answered(x, guesses: false) { Double($0) })
      guard abs(found.loss - right.loss) < 1e-9 else {
        let each = weightedCrossEntropy(
          logits.rows(at: x.places), x.places.map { targets[$0] }, weights: x.weights(.perSequence))
        let why = abs(found.loss - each.loss) < 1e-9 ? " Each sequence counts the same; each step should." : ""
        return .wrong(
          "It says a loss of \(found.loss.decimal(places: 3)); the mean over the steps that are data is "
            + "\(right.loss.decimal(places: 3)).\(why)")
      }
    }
    for x in samples {
      let (found, right) = (ask(x).1, answered(x, guesses: false) { Double($0) }.dLogits)
      guard agree(found, right) else {
        let count = Double(x.places.count)
        let known: [Known] = [
          (right * count, "It is not divided."), (right * (count / Double(x.x.rows)), "It is divided by all steps."),
        ]
        return .wrong("The loss is right; its derivative \(found.shape) is not." + words(for: found, known))
      }
    }
    return .solved("More padding changes nothing, and a frame of zeros counts.")
  }
}

// MARK: - 7.5

extension SequenceTaskCheck {
  /// Exercise 7.5: each answer against two runs over the other steps of its row alone.
  public static func around<A: SequenceLayer<Double>>(
    _ make: (_ forward: Layer<GRU<Double>>, _ backward: Layer<GRU<Double>>) -> A
  ) -> Verdict {
    var random = SplitMix64(seed: 12)
    func layer() -> Layer<GRU<Double>> {
      Layer(drawn(GRU<Double>(inputs: 4, hidden: 3, using: &random), using: &random))
    }
    let (one, other, dOutputs) = (layer(), layer(), normal(15, 6, seed: 13))
    let (layers, dropout) = (make(one, other), Dropout(keep: 0.6, seed: 5))
    let samples = [(sequences(4, lengths: nil), nil), (sequences(4), nil), (sequences(4), dropout)]
    let first = layers.read(samples[0].0, dropout: nil)
    let back = layers.backward(dOutputs, through: first.tape)
    let isSilent =
      first.outputs == Matrix(15, 6) && back.dInputs == Matrix(15, 4) && back.gradient.norm == 0
    if isSilent { return .untouched() }
    for (x, dropout) in samples {
      let found = layers.read(x, dropout: dropout).outputs
      let h = Bidirectional(one, other).read(x, dropout: dropout).outputs
      let right = dropout == nil ? alone(one, other, x) : only(moved(h, past: -3, future: 3), at: x.places)
      guard agree(found, right) else {
        return .wrong(
          "\(name(x, dropout)), the answers \(found.shape) are not those of the equation." + moveFault(found, h, x))
      }
    }
    for (x, dropout) in samples {
      let (wrong, dInputs, _, _) = differences(layers, x, dOutputs, dropout)
      guard let wrong else { continue }
      return .wrong(
        "The answers are right; \(name(x, dropout).lowercased()), the way back is not. \(wrong)"
          + (wrong.name == "x" ? backFault(dInputs, Bidirectional(one, other), x, dOutputs, dropout) : ""))
    }
    let count = differences(layers, sequences(4), dOutputs, dropout).count
    return .solved("No answer has seen its own step, and all \(count) derivatives are right.")
  }

  /// The answers, for every row by itself.
  private static func alone(
    _ forward: Layer<GRU<Double>>, _ backward: Layer<GRU<Double>>, _ x: Sequences<Double>
  ) -> Matrix<Double> {
    var answers = Matrix<Double>(x.x.rows, forward.outputs + backward.outputs)
    for b in 0..<x.batch {
      let places = x.places.filter { $0 % x.batch == b }
      for (t, place) in places.enumerated() {
        func last(_ layer: Layer<GRU<Double>>, _ places: [Int]) -> Matrix<Double> {
          let h = layer.cell.run(x.x.rows(at: places), from: layer.cell.zeroState(batch: 1)).last.h
          return places.isEmpty ? Matrix(zerosLike: h) : h
        }
        let past = last(forward, Array(places[..<t]))
        answers.setRows(from: place, to: past.beside(last(backward, places[(t + 1)...].reversed())))
      }
    }
    return answers
  }

  /// Both halves of `h` taken from so many rows further down; zeros where there is none.
  private static func moved(_ h: Matrix<Double>, past: Int, future: Int) -> Matrix<Double> {
    let middle = h.columns / 2
    func half(_ columns: Range<Int>, _ shift: Int) -> Matrix<Double> {
      var result = Matrix<Double>(h.rows, middle)
      let rows = (0..<h.rows).filter { 0..<h.rows ~= $0 + shift }
      result.addRows(at: rows, h.columns(columns).rows(at: rows.map { $0 + shift }))
      return result
    }
    return half(0..<middle, past).beside(half(middle..<h.columns, future))
  }

  private static func moveFault(_ found: Matrix<Double>, _ h: Matrix<Double>, _ x: Sequences<Double>) -> String {
    let B = x.batch
    func data(_ past: Int, _ future: Int) -> Matrix<Double> { only(moved(h, past: past, future: future), at: x.places) }
    return words(
      for: found,
      [
        (Matrix(zerosLike: found), "They are 0 everywhere."), (h, "Every answer has seen its own step."),
        (moved(h, past: -B, future: B), "Behind a row's end they are not zero."),
        (data(-1, 1), "The row above is another sequence: the step before stands B rows above."),
        (data(B, -B), "It is the wrong way round: every answer has seen its own step, and more."),
        (data(-B, -B), "Backward's half is moved the wrong way."),
        (data(B, B), "Forward's half is moved the wrong way."),
        (data(-B, 0), "Backward's half has seen its own step."), (data(0, B), "Forward's half has seen its own step."),
      ])
  }

  private static func backFault(
    _ found: Matrix<Double>, _ both: Bidirectional<Layer<GRU<Double>>, Layer<GRU<Double>>>, _ x: Sequences<Double>,
    _ dOutputs: Matrix<Double>, _ dropout: Dropout?
  ) -> String {
    let (B, data) = (x.batch, only(dOutputs, at: x.places))
    func back(_ d: Matrix<Double>) -> Matrix<Double> {
      both.backward(d, through: both.read(x, dropout: dropout).tape).dInputs
    }
    return words(
      for: found,
      [
        (back(data), "What was moved must be moved back."),
        (back(moved(data, past: -B, future: B)), "It is moved the same way once more; it should be moved back."),
        (back(moved(dOutputs, past: B, future: -B)), "What comes back behind a row's end should not be heard."),
      ])
  }
}
