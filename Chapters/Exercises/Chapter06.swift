import Console
import Embeddings
import EmbeddingsExercises
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import VectorMath

/// The exercises of chapter 6: the parts of a language model.
public let chapter06: ExerciseChapter = .init(
  6, "Embeddings", page: "book/06-embeddings.md", folder: "Chapters/06-Embeddings/Exercises",
  exercises: [
    Exercise(
      "Scatter and add", file: "1-ScatterAdd.swift", minutes: 10,
      explanation: """
        The gradient of the table. A function is there, and has a mistake in it. Mend
        it.

            dTable[idₖ] += dxₖ        for every k
        """,
      hints: [
        "Take ids 3, 3 and go through the lines by hand. What does row 3 hold after each?",
        "All rows are fetched before the first is put back. It is as if NumPy did dTable[ids] += dx.",
        "Fetch, add, put back: the three for one k before the next k begins.",
      ],
      check: { EmbeddingsCheck.scatterAdd { addGradient($0, ids: $1, to: &$2) } }),
    Exercise(
      "Temperature by hand", file: "2-TemperatureByHand.swift", minutes: 15,
      explanation: """
        From logits to probabilities at a temperature τ, and from probabilities at 1
        to those at τ, for any logits and temperatures that a model may meet.

            pₖ = e^(yₖ/τ)  / Σⱼ e^(yⱼ/τ)
            qₖ = pₖ^(1/τ) / Σⱼ pⱼ^(1/τ)
        """,
      hints: [
        "The ratio of two probabilities is e to the difference of their logits, divided by τ.",
        "So a number may be subtracted from all logits. Which one keeps e^(…) finite, and the sum from being 0?",
        "p^(1/τ) is e^(ln p / τ): logarithms of probabilities are logits.",
      ],
      check: {
        EmbeddingsCheck.temperature(
          ofLogits: { probabilities($0, temperature: $1) }, ofProbabilities: { tempered($0, temperature: $1) })
      }),
    Exercise(
      "Write without the state", file: "3-WithoutTheState.swift", minutes: 20,
      explanation: """
        Let a model read every id from a state of zeros: what it then predicts, what
        it writes, and how many bits are lost.

            p(next | all ids so far)      with the state
            p(next | the last id)         without
        """,
      hints: [
        "Without a state, how many different predictions can a model of V ids make?",
        "model.read(ids, from: model.cell.zeroState(batch: B)) reads B streams. With B = ids.count each has one step.",
        "model.loss(reading, targets) is a mean in nats. A bit is ln 2 of them: Score knows.",
      ],
      check: {
        EmbeddingsCheck.withoutTheState(
          pairs: { pairs(of: $0) }, write: { writeWithoutState($0, $1, after: $2, using: &$3) },
          bits: { bits(of: $0, over: $1) })
      }),
    Exercise(
      "Words, and how to spell the others", file: "4-Words.swift", minutes: 20,
      explanation: """
        Pieces for a model of words: frequent words have an id, and all others are
        spelled, so that every text comes back as it was.

            "the" " cat" " saw" " a" " " "g" "o" "a" "t"
        """,
      hints: [
        "Count the words in a dictionary. counts.sorted { … } puts its pairs in order; two keys compare as a tuple.",
        "Characters have ids before any word, so a word of one character has one already.",
        "flatMap makes one list of the ids of all pieces: of a known word one id, of another one for each character.",
      ],
      check: {
        EmbeddingsCheck.words { text, count in
          let words = Words(of: text, atLeast: count)
          return (words.pieces, { words.ids(of: $0) }, { words.text(of: $0) })
        }
      }),
    Exercise(
      "Tie the two ends", file: "5-TiedWeights.swift", minutes: 25,
      explanation: """
        The table is the projection too. Write the logits, and the way back.

            x = table[ids]               [T·B × H]
            h = what the cell makes of x
            y = h·tableᵀ + b             [T·B × V]
        """,
      hints: [
        "Read the three lines upwards. The cell has a backward(_:through:), the embedding a gradient(_:ids:).",
        "y = h·W gives dW = hᵀ·dy and dh = dy·Wᵀ. Put W = tableᵀ, and transpose.",
        "The table has two kinds of readers: the rows looked up, and the product at the end. Add what both say.",
      ],
      check: {
        EmbeddingsCheck.tied(
          logits: { TiedModel(embedding: $0.embedding, cell: $0.cell, b: $0.b).logits($1) },
          backward: { parts, dLogits, run, ids in
            let model = TiedModel(embedding: parts.embedding, cell: parts.cell, b: parts.b)
            let gradient = model.backward(dLogits, through: run, ids: ids)
            return EmbeddingsCheck.Tied(embedding: gradient.embedding, cell: gradient.cell, b: gradient.b)
          })
      }),
  ])

/// The checks of chapter 6. They see what a function returns and nothing of how.
public enum EmbeddingsCheck {}

// MARK: - Scatter and add

extension EmbeddingsCheck {
  /// Exercise 6.1: against the product with one-hot rows, added to what was there.
  /// - Parameter answer: from derivatives and ids, added to the derivative of a table
  public static func scatterAdd(_ answer: (Matrix<Double>, [Int], inout Matrix<Double>) -> Void) -> Verdict {
    var random = SplitMix64(seed: 1)
    var isAsHandedOut = true
    var complaint: String?
    for (ids, V) in [([3, 1, 3, 3, 0, 1], 5), ([2, 0, 1], 4), ([0, 0], 1)] {
      let before = Matrix<Double>.normal(V, 4, deviation: 1, using: &random)
      let dx = Matrix<Double>.normal(ids.count, 4, deviation: 1, using: &random)
      var found = before
      answer(dx, ids, &found)
      let right = before + matmul(Matrix.oneHot(ids, size: V).T, dx)
      var handedOut = before
      let sums = before.rows(at: ids) + dx
      for (k, id) in ids.enumerated() { handedOut.setRows(from: id, to: sums.row(k)) }
      isAsHandedOut = isAsHandedOut && found == handedOut
      if found.shape != right.shape {
        complaint = complaint ?? "dTable is \(found.shape) afterwards; it should stay \(right.shape)."
      } else if let row = (0..<V).first(where: { !near(found.row($0), right.row($0)) }) {
        complaint = complaint ?? remark(row, ids, dx, before: before.row(row), found: found.row(row))
      }
    }
    guard let complaint else { return .solved("The rows of one-hotᵀ·dx, added to what was there.") }
    return isAsHandedOut ? .untouched(complaint) : .wrong(complaint)
  }

  /// What happened to a row that is wrong.
  private static func remark(
    _ row: Int, _ ids: [Int], _ dx: Matrix<Double>, before: Matrix<Double>, found: Matrix<Double>
  ) -> String {
    let readers = ids.indices.filter { ids[$0] == row }
    let start = "The ids \(ids): row \(row) was read \(times(readers.count)), "
    if readers.isEmpty { return start + "so it must stay as it was." }
    let sum = readers.reduce(Matrix<Double>(1, dx.columns)) { $0 + dx.row($1) }
    for (received, lost) in [(found - before, ""), (found, " What other windows had left there is gone.")] {
      if near(received, sum) { return start + "and has received the derivatives of all its readers." + lost }
      if let one = readers.first(where: { near(received, dx.row($0)) }) {
        return start + "and has received dx[\(one)] alone. Every reader counts." + lost
      }
      if near(received, sum / Double(readers.count)) { return start + "and has received a mean, not the sum." + lost }
    }
    return start + "and should have changed by \(numbers(sum)); it has changed by \(numbers(found - before))."
  }

  private static func numbers(_ row: Matrix<Double>) -> String {
    "[" + row.scalars.map { $0.decimal(places: 3) }.joined(separator: ", ") + "]"
  }

  private static func times(_ count: Int) -> String {
    ["never", "once", "twice"].dropFirst(count).first ?? "\(count) times"
  }

  /// Are the two of one shape, and the same but for rounding?
  private static func near(_ a: Matrix<Double>, _ b: Matrix<Double>, to bound: Double = 1e-12) -> Bool {
    a.shape == b.shape && abs(a - b).scalars.allSatisfy { $0 <= bound }
  }
}

// MARK: - Temperature

extension EmbeddingsCheck {
  /// Exercise 6.2: against logits and probabilities whose answers are known.
  public static func temperature(
    ofLogits: ([Double], Double) -> [Double], ofProbabilities: ([Double], Double) -> [Double]
  ) -> Verdict {
    let none = -Double.infinity
    let logits: [([Double], Double)] = [
      ([2, 1, 0], 1), ([2, 1, 0], 0.5), ([2, 1, 0], 2), ([5], 3), ([1, 3, 3, none, -5], 0.7), ([1000, 999, 0], 1),
      ([-1000, -1001], 1), ([0, 1000, 998], 1), ([20, 10, 0], 0.005), ([3, -4], 100),
    ]
    let first = ofLogits([2, 1, 0], 1), second = ofProbabilities([0.5, 0.3, 0.2], 1)
    if first.isEmpty && second.isEmpty { return .untouched() }
    for (y, τ) in logits {
      let call = "probabilities(\(list(y)), temperature: \(τ))"
      if let complaint = complaint(ofLogits(y, τ), softmax(y, τ), call, powers: { softmax(y, $0(τ)) }) {
        return .wrong(complaint)
      }
    }
    let tails = Array(repeating: 0.001, count: 1000)
    let given: [([Double], Double)] = [
      ([0.5, 0.3, 0.2], 1), ([0.5, 0.3, 0.2], 0.5), ([0.5, 0.3, 0.2], 2), ([0.75, 0, 0.25], 0.7), ([1], 3),
      ([0.6, 0.4], 0.005), (tails, 0.005), ([0.9, 0.1], 100),
    ]
    for (p, τ) in given {
      let call = "tempered(\(p.count > 9 ? "1000 equal ones" : list(p)), temperature: \(τ))"
      let y = p.map { VectorMath.log($0) }
      if let complaint = complaint(ofProbabilities(p, τ), softmax(y, τ), call, powers: { softmax(y, $0(τ)) }) {
        return .wrong("The first function is right. \(complaint)")
      }
    }
    let ratios = [1, 0.5, 2].map { τ in ofLogits([2, 1, 0], τ) }.map { ($0[0] / $0[1]).decimal(places: 2) }
    return .solved(
      "Of the logits 2, 1, 0 the first is \(ratios[0]) times as likely as the second at temperature 1, "
        + "\(ratios[1]) times at 0.5, \(ratios[2]) times at 2.")
  }

  private static func softmax(_ y: [Double], _ τ: Double) -> [Double] {
    Array(MinimalMatrix.softmax(Matrix(1, y.count, scalars: y) / τ).scalars)
  }

  private static func list(_ numbers: [Double]) -> String {
    "[" + numbers.map { $0 == $0.rounded() && $0.isFinite ? "\(Int($0))" : "\($0)" }.joined(separator: ", ") + "]"
  }

  /// What is wrong with probabilities, if anything is.
  /// - Parameter powers: the answer with another temperature than was asked for
  private static func complaint(
    _ found: [Double], _ right: [Double], _ call: String, powers: ((Double) -> Double) -> [Double]
  ) -> String? {
    func isNear(_ a: [Double], _ b: [Double]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-9 }
    }
    if isNear(found, right) { return nil }
    let start = "\(call): "
    if found.count != right.count {
      return start + "there should be as many as were given, and there are \(found.count)."
    }
    if found.contains(where: \.isNaN) {
      return start
        + "that is no number. What may be subtracted from all logits, so that nothing is too large or too small?"
    }
    let sum = found.reduce(0, +)
    let result = found.prefix(5).map { $0.decimal(places: 3) }.joined(separator: ", ")
    let wanted = right.prefix(5).map { $0.decimal(places: 3) }.joined(separator: ", ")
    let (shown, should) = (found.count > 5 ? result + " …" : result, right.count > 5 ? wanted + " …" : wanted)
    var text = start + "it gives \(shown); it should be \(should)."
    if abs(sum - 1) > 1e-9 { text += " They add up to \(sum.decimal(places: 3)), and not to 1." }
    if isNear(found, powers { 1 / $0 }) { text += " It is as if τ were 1/τ." }
    if isNear(found, powers { _ in 1 }) { text += " It is as if τ were 1." }
    return text
  }
}

// MARK: - Without the state

extension EmbeddingsCheck {
  /// The models of this chapter's checks.
  public typealias Model = LanguageModel<LSTM<Double>>

  /// Exercise 6.3: every prediction, how often each pair is written, and the bits; then what a model that has learned
  /// loses.
  public static func withoutTheState(
    pairs: (Model) -> Matrix<Double>, write: (Model, Int, Int, inout SplitMix64) -> [Int],
    bits: (Model, [Int]) -> (withState: Double, without: Double)
  ) -> Verdict {
    // Its gates are wild, so that the state has much to say.
    var random = SplitMix64(seed: 1)
    var model = Model(vocabulary: 5, width: 3, hidden: 4, using: &random)
    model = model.mapped { .normal($0.rows, $0.columns, deviation: 1.2, using: &random) }
    let table = truePairs(of: model)
    let text = model.write(300, after: [0], using: &random)
    var drawn = SplitMix64(seed: 2)
    let (found, short, counted) = (pairs(model), write(model, 10, 3, &drawn), bits(model, text))
    if found == Matrix(5, 5) && short.isEmpty && counted == (0, 0) { return .untouched() }

    if let complaint = complaint(aboutPairs: found, table, model) { return .wrong(complaint) }
    if let complaint = complaint(aboutWriting: write, table, model) {
      return .wrong("The pairs are right. \(complaint)")
    }
    if let complaint = complaint(aboutBits: counted, trueBits(of: model, over: text)) {
      return .wrong("The pairs and the writing are right. \(complaint)")
    }
    return .solved(lesson(pairs: pairs, write: write, bits: bits))
  }

  private static func truePairs(of model: Model) -> Matrix<Double> {
    .stack(
      (0..<model.vocabulary).map { id in
        MinimalMatrix.softmax(model.read([id], from: model.cell.zeroState(batch: 1)).logits)
      })
  }

  private static func trueBits(of model: Model, over ids: [Int]) -> (withState: Double, without: Double) {
    let zero = model.cell.zeroState(batch: 1)
    let (inputs, targets) = (Array(ids.dropLast()), Array(ids.dropFirst()))
    let alone = zip(inputs, targets).map { model.loss(model.read([$0], from: zero), [$1]) }
    let nats = (model.loss(model.read(inputs, from: zero), targets), alone.reduce(0, +) / Double(alone.count))
    return (nats.0 / VectorMath.log(2), nats.1 / VectorMath.log(2))
  }

  private static func complaint(aboutPairs found: Matrix<Double>, _ right: Matrix<Double>, _ model: Model) -> String? {
    if near(found, right) { return nil }
    guard found.shape == right.shape else { return "The pairs are \(found.shape); they should be \(right.shape)." }
    if near(found, right.transposed()) { return "The pairs are the transpose: a row belongs to the id that was read." }
    if near(MinimalMatrix.softmax(found), right) { return "The pairs are logits; softmax makes probabilities of them." }
    let one = MinimalMatrix.softmax(model.read(Array(0..<5), from: model.cell.zeroState(batch: 1)).logits)
    if near(found, one) {
      return "Row 0 of the pairs is right, the others are not: they come from one stream, whose state went on."
    }
    let row = (0..<right.rows).first { !near(found.row($0), right.row($0)) }!
    return "Row \(row) of the pairs is \(numbers(found.row(row))); from zeros the model predicts "
      + "\(numbers(right.row(row))) after \(row)."
  }

  /// What is wrong with the writing: its number of ids, their range, chance, or how often an id comes after another.
  private static func complaint(
    aboutWriting write: (Model, Int, Int, inout SplitMix64) -> [Int], _ table: Matrix<Double>, _ model: Model
  ) -> String? {
    let (N, first) = (20_000, 3)
    var random = SplitMix64(seed: 3)
    let written = write(model, N, first, &random)
    guard written.count == N else { return "It writes \(counted(written.count, "id")) when it is asked for \(N)." }
    guard written.allSatisfy({ (0..<5).contains($0) }) else { return "It writes ids that the model does not have." }
    if random.state == SplitMix64(seed: 3).state { return "It writes without drawing: random has not been used." }
    var counts = Matrix<Double>(5, 5)
    for (before, id) in zip([first] + written, written) { counts[before, id] += 1 }
    for k in 0..<5 {
      let n = counts.row(k).sum()
      for id in 0..<5 {
        // Five standard deviations, and a little for what is rare.
        let p = table[k, id]
        guard abs(counts[k, id] - n * p) > 5 * (n * p * (1 - p)).squareRoot() + 5 else { continue }
        return "Of the ids written after \(k), \((100 * counts[k, id] / n).decimal(places: 1)) % are \(id); "
          + "without the state it should be \((100 * p).decimal(places: 1)) %. "
          + "Does it draw from the row of the last id, and from nothing else?"
      }
    }
    return nil
  }

  private static func complaint(
    aboutBits found: (withState: Double, without: Double), _ right: (withState: Double, without: Double)
  ) -> String? {
    func are(_ a: (Double, Double), _ b: (Double, Double)) -> Bool { abs(a.0 - b.0) < 1e-9 && abs(a.1 - b.1) < 1e-9 }
    if are(found, right) { return nil }
    let (a, b) = (right.withState.decimal(places: 4), right.without.decimal(places: 4))
    let text =
      "The bits are \(found.withState.decimal(places: 4)) with the state and \(found.without.decimal(places: 4)) "
      + "without; they should be \(a) and \(b)."
    let ln2 = VectorMath.log(2.0)
    if are(found, (right.withState * ln2, right.without * ln2)) { return text + " Those are nats." }
    if are(found, (right.without, right.withState)) { return text + " They are swapped." }
    if are(found, (right.withState, right.withState)) { return text + " The state went on in both." }
    if are(found, (right.without, right.without)) { return text + " Both begin every id from zeros." }
    return text + " The first id of the text is read, and is no target."
  }

  /// What a model loses that has learned “aab aab …”: whether an a is the first or the second, only the state knows.
  private static func lesson(
    pairs: (Model) -> Matrix<Double>, write: (Model, Int, Int, inout SplitMix64) -> [Int],
    bits: (Model, [Int]) -> (withState: Double, without: Double)
  ) -> String {
    var random = SplitMix64(seed: 1)
    let text = (0..<1200).map { $0 % 3 / 2 }
    var plan = Plan()
    (plan.batch, plan.window, plan.steps) = (4, 12, 200)
    let model = Model(vocabulary: 2, width: 4, hidden: 8, using: &random)
    // The text is long enough for this plan.
    var trainer = try! LanguageTrainer(model, on: text, plan, seed: 1)
    while trainer.step < plan.steps { _ = trainer.advance() }
    let (kept, lost) = bits(trainer.model, Array(text.prefix(301)))
    func letters(_ ids: [Int]) -> String { ids.map { ["a", "b"][$0] }.joined() }
    let with = letters(trainer.model.write(24, after: [1], using: &random))
    let without = letters(write(trainer.model, 24, 1, &random))
    return "A model that has learned “aabaabaab…” writes \(with), with its state, and needs "
      + "\(kept.decimal(places: 3)) bits for an id; without it writes \(without), and needs \(lost.decimal(places: 3))."
  }
}

// MARK: - Words

extension EmbeddingsCheck {
  /// Exercise 6.4: the list of pieces, texts there and back, and every id.
  /// - Parameter answer: from a text and how often a word must occur, the pieces, and the way to ids and back
  public static func words(
    _ answer: (String, Int) -> (pieces: [String], ids: (String) -> [Int], text: ([Int]) -> String)
  ) -> Verdict {
    let learned = "the cat saw the cat,\nthe dog saw a cat; a dog and a b é!"
    let other = "the goat, a cat,\nsaw a dog and the dogs"
    var isUntouched = true
    for count in [2, 3, 1] {
      let found = answer(learned, count)
      let (ids, unseen) = (found.ids(learned), found.ids(other))
      isUntouched = isUntouched && found.pieces.isEmpty && ids.isEmpty && unseen.isEmpty
      if isUntouched { continue }
      let right = Spelling(of: learned, atLeast: count)
      if let complaint = complaint(aboutPieces: found.pieces, right, count) { return .wrong(complaint) }
      for (text, ids) in [(learned, ids), (other, unseen), ("", found.ids(""))] {
        if let complaint = complaint(aboutIds: ids, of: text, right, count) {
          return .wrong("The pieces are right. \(complaint)")
        }
        let again = found.text(ids)
        guard again == text else {
          return .wrong("Pieces and ids are right, but the text of the ids of “\(shown(text))” is “\(shown(again))”.")
        }
      }
      let strange = found.ids("a cat ω")
      guard strange == right.ids(of: "a cat ω") else {
        return .wrong(
          "“a cat ω” should be \(right.ids(of: "a cat ω")), not \(strange). The text has no ω: that is id 0.")
      }
    }
    if isUntouched { return .untouched() }
    let right = Spelling(of: learned, atLeast: 2)
    let ids = right.ids(of: other)
    let pieces = ids.map { "“\(shown(right.pieces[$0]))”" }.joined(separator: " ")
    return .solved("A text it has never seen comes back from \(ids.count) ids: \(pieces)")
  }

  /// What the exercise asks for, from the two rules and no more.
  private struct Spelling {
    var pieces: [String]
    init(of text: String, atLeast count: Int) {
      let words = TokenKind.words.pieces(of: text).map { String($0) }
      let frequent = Set(words).filter { word in word.count > 1 && words.count { $0 == word } >= count }
      let order = frequent.sorted { a, b in
        let (m, n) = (words.count { $0 == a }, words.count { $0 == b })
        return m == n ? a < b : m > n
      }
      pieces = [Tokens.unknown] + Set(text).sorted().map { String($0) } + order
    }
    func ids(of text: String) -> [Int] {
      TokenKind.words.pieces(of: text).flatMap { word in
        pieces.firstIndex(of: String(word)).map { [$0] } ?? word.map { pieces.firstIndex(of: String($0)) ?? 0 }
      }
    }
  }

  private static func shown(_ text: String) -> String { text.map { NumpyStyleRNN.shown($0) }.joined() }

  private static func complaint(aboutPieces found: [String], _ right: Spelling, _ count: Int) -> String? {
    if found == right.pieces { return nil }
    let start = "With words that occur at least \(["once", "twice"].dropFirst(count - 1).first ?? "\(count) times"): "
    if let piece = found.first(where: { piece in found.count { $0 == piece } > 1 }) {
      return start + "“\(shown(piece))” has two ids."
    }
    if let missing = right.pieces.first(where: { !found.contains($0) }) {
      let what = missing == Tokens.unknown ? "the unknown piece" : "“\(shown(missing))”"
      return start + "\(what) has no id."
    }
    if let more = found.first(where: { !right.pieces.contains($0) }) {
      return start + "“\(shown(more))” has an id; it is too rare, or no piece of the text."
    }
    let place = zip(found, right.pieces).enumerated().first { $0.element.0 != $0.element.1 }!
    return start + "the pieces are right, and not in order: id \(place.offset) is “\(shown(place.element.0))” and "
      + "should be “\(shown(place.element.1))”."
  }

  private static func complaint(aboutIds found: [Int], of text: String, _ right: Spelling, _ count: Int) -> String? {
    let wanted = right.ids(of: text)
    if found == wanted { return nil }
    guard found.allSatisfy(right.pieces.indices.contains) else { return "There are ids without a piece: \(found)." }
    func cut(_ ids: [Int]) -> String { ids.map { "“\(shown(right.pieces[$0]))”" }.joined(separator: " ") }
    let start = "“\(shown(text))” is cut into \(cut(found)); it should be \(cut(wanted))."
    if found.contains(0) { return start + " A word without an id is spelled, not lost." }
    if found.count > wanted.count { return start + " A word that has an id is one piece." }
    return start
  }
}

// MARK: - Tied ends

extension EmbeddingsCheck {
  /// A model whose table is its projection, and its gradient.
  public struct Tied: NamedArrays {
    /// The table, `[V × H]`.
    public var embedding: Embedding<Double>
    /// The cell.
    public var cell: LSTM<Double>
    /// The bias of the logits, `[1 × V]`.
    public var b: Matrix<Double>

    /// A model of these parts.
    public init(embedding: Embedding<Double>, cell: LSTM<Double>, b: Matrix<Double>) {
      (self.embedding, self.cell, self.b) = (embedding, cell, b)
    }

    public static func listArrays() -> [NamedArray<Self, Double>] {
      arrays(of: \.embedding, named: "embedding") + arrays(of: \.cell, named: "cell") + [("b", \.b)]
    }
  }

  /// Exercise 6.5: the logits against the equation, the gradient against centred differences of it.
  public static func tied(
    logits: (Tied, _ h: Matrix<Double>) -> Matrix<Double>,
    backward: (Tied, _ dLogits: Matrix<Double>, Run<LSTM<Double>>, _ ids: [Int]) -> Tied
  ) -> Verdict {
    let (V, H, B, ids) = (7, 4, 2, [0, 2, 2, 2, 5, 0])
    var random = SplitMix64(seed: 1)
    var model = Tied(
      embedding: Embedding(table: .normal(V, H, deviation: 0.7, using: &random)),
      cell: LSTM(inputs: H, hidden: H, using: &random), b: .normal(1, V, deviation: 1, using: &random))
    model.cell = model.cell.mapped { .normal($0.rows, $0.columns, deviation: 0.7, using: &random) }
    let dLogits = Matrix<Double>.normal(ids.count, V, deviation: 0.3, using: &random)
    func read(_ model: Tied, _ x: Matrix<Double>) -> Run<LSTM<Double>> {
      model.cell.run(x, from: model.cell.zeroState(batch: B))
    }
    func loss(_ model: Tied, reads looked: Matrix<Double>, _ projects: Matrix<Double>) -> Double {
      (matmul(read(model, looked.rows(at: ids)).outputs, projects.T) + model.b).dot(dLogits)
    }
    let table = model.embedding.table
    let run = read(model, table.rows(at: ids))
    let (found, gradient) = (logits(model, run.outputs), backward(model, dLogits, run, ids))
    if found == Matrix(ids.count, V) && gradient.fingerprint == model.zeros().fingerprint { return .untouched() }
    let product = matmul(run.outputs, table.T)
    guard near(found, product + model.b) else {
      return .wrong(
        "The logits \(found.shape) are not those of the equation, \(product.shape)."
          + (near(found, product) ? " b is not added." : ""))
    }
    let checks = model.check(gradient: gradient) { loss($0, reads: $0.embedding.table, $0.embedding.table) }
    guard let wrong = checks.first(where: { !$0.passes }) else {
      return .solved("The logits, and all \(checks.count) arrays. The table has heard both its readers.")
    }
    var text = "The logits are right. \(wrong)"
    if wrong.name == "embedding.table" && wrong.analytic.shape == table.shape {
      let looked = centredDifferences(of: { loss(model, reads: $0, table) }, at: table)
      let projected = centredDifferences(of: { loss(model, reads: table, $0) }, at: table)
      var last = projected
      for id in Set(ids) {
        last.setRows(from: id, to: looked.row(id))
      }
      for (likeness, says) in [
        (looked, "That is what the rows that were looked up say; the product at the end reads the table too."),
        (projected, "That is what the product at the end says; the rows that were looked up read the table too."),
        (last, "What the product at the end said of the rows looked up is overwritten, not added to."),
      ] where near(wrong.analytic, likeness, to: 1e-6) { text += ". " + says }
    }
    return .wrong(text)
  }
}
