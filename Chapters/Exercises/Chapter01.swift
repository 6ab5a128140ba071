import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import NumpyStyleRNNExercises
import VectorMath

/// The exercises of chapter 1: what a network costs, pays and remembers before it has learned anything.
public let chapter01: ExerciseChapter = .init(
  1, "A recurrent network", page: "book/01-numpy-style-rnn.md", folder: "Chapters/01-NumpyStyleRNN/Exercises",
  exercises: [
    Exercise(
      "Another text", file: "1-AnotherText.swift", minutes: 10,
      explanation: """
        Say of a text, before any network is made, how many characters it has, each
        counted once; how many numbers the five arrays hold together; and what an
        untrained network pays for a character, in nats.

            Wx [V × H]   Wh [H × H]   b [1 × H]   W [H × V]   b [1 × V]
        """,
      hints: [
        "Vocabulary(of: text) knows what a character is. Which shapes have a V in them?",
        "A network that knows nothing gives each of the V characters the same probability.",
        "Add up V·H, H·H, H, H·V and V. The loss is −ln(1/V).",
      ],
      check: { RNNCheck.forecast { forecast(for: $0, hidden: $1) } }),
    Exercise(
      "The loss that breaks", file: "2-TheLossThatBreaks.swift", minutes: 15,
      explanation: """
        The cross-entropy of a row of logits. A function is there: the equation, word
        for word. It fails as soon as a network is very sure. Mend it.

            loss = −ln (e^(y_target) / Σⱼ e^(yⱼ))
        """,
      hints: [
        "What is e^1000 in a Double, and what is e^−1000? Which of the two breaks which step?",
        "The logarithm of a quotient is a difference of logarithms, and ln e^y is y. So loss = ln Σ e^y − y_target.",
        "With m the largest logit, ln Σ e^y = m + ln Σ e^(y − m): no power is above 1, and one of them is 1.",
      ],
      check: { RNNCheck.crossEntropy { crossEntropyByHand($0, target: $1) } }),
    Exercise(
      "How long it remembers", file: "3-HowLongItRemembers.swift", minutes: 15,
      explanation: """
        Two copies of the state read two different characters, and from then on the
        same ones. How far apart are they after each?

            distance = ‖h − k‖ = √Σ (h − k)²
        """,
      hints: [
        "network.read([a], from: network.zeroState(batch: 1)) gives the state after a, and logits nobody needs here.",
        "There are two states, and both go on: each reads from where it is. What is the first distance, before any id?",
        "In a loop over the ids, (h, _) = network.read([id], from: h), then the same with k, then "
          + "(h − k).squaredNorm().squareRoot().",
      ],
      check: { RNNCheck.memory { distances(in: $0, after: $1, and: $2, reading: $3) } }),
  ])

/// The checks of chapter 1. They see what a function returns and nothing of how.
public enum RNNCheck {}

// MARK: - Another text

extension RNNCheck {
  /// Exercise 1.1: against a network that is made.
  /// - Parameter answer: from a text and `H` to `V`, the number of weights, and the loss
  public static func forecast(_ answer: (String, Int) -> (V: Int, weights: Int, loss: Double)) -> Verdict {
    let samples = [("abracadabra", 16), ("emma\nolivia\nava\n", 100), ("Zoë Zoë 👩‍🚀👩‍🚀\n", 3), ("aaa", 2)]
    if samples.allSatisfy({ answer($0, $1) == (0, 0, 0) }) { return .untouched() }
    for (text, H) in samples {
      let found = answer(text, H)
      let characters = Set(text)
      let V = characters.count
      var random = SplitMix64(seed: 1)
      let right = (
        weights: RNN<Double>(vocabulary: V, hidden: H, using: &random).count, loss: VectorMath.log(Double(V))
      )
      let call = "Of \(text.debugDescription), H = \(H): "
      if found.V != V {
        let (length, scalars, bytes) = (text.count, Set(text.unicodeScalars).count, Set(text.utf8).count)
        return .wrong(
          call + "V should be \(V), and is \(found.V)."
            + (found.V == length
              ? " A character counts once, however often it occurs."
              : found.V == bytes || found.V == scalars
                ? " A character is what a reader sees as one, be it of several codes." : ""))
      }
      if found.weights != right.weights {
        let lacking = right.weights - found.weights
        let biases = [H: "the cell's b", V: "the projection's b", H + V: "the two biases"][lacking]
        return .wrong(
          call + "the arrays hold \(right.weights) numbers, not \(found.weights)."
            + (biases.map {
              " \($0.prefix(1).uppercased())\($0.dropFirst()) hold\(lacking == H + V ? "" : "s") \(lacking)."
            }
              ?? (lacking == V * H
                ? " Two arrays have a V and an H." : lacking == H * H ? " The state reads itself: H × H." : ""))
        )
      }
      if !(abs(found.loss - right.loss) <= 1e-12) {
        let bits = abs(found.loss * VectorMath.log(2) - right.loss) < 1e-12
        let share = abs(found.loss - 1 / Double(V)) < 1e-12
        return .wrong(
          call + "the loss should be \(right.loss.decimal(places: 4)) nats, and is \(found.loss.decimal(places: 4))."
            + (bits ? " That is in bits." : share ? " That is the probability." : "")
            + (found.loss == -right.loss ? " A loss is not negative." : ""))
      }
    }
    let (V, weights, loss) = answer(samples[0].0, samples[0].1)
    return .solved(
      "Of \(samples[0].0) the network has V = \(V), \(weights) weights, and pays \(loss.decimal(places: 4)) nats: all "
        + "known before it runs.")
  }
}

// MARK: - The loss that breaks

extension RNNCheck {
  /// Exercise 1.2: against the chapter's own, which subtracts the largest logit.
  /// - Parameter answer: from logits and the true class to the loss
  public static func crossEntropy(_ answer: ([Double], Int) -> Double) -> Verdict {
    let samples: [([Double], Int)] = [
      ([2, 1, 0], 0), ([2, 1, 0], 2), ([0, 0, 0, 0], 3), ([-1.5], 0), ([0, 1000], 0), ([0, 1000], 1),
      ([-1000, -1001], 0), ([1000, 999, 998], 2), ([-.infinity, 3, 3], 1),
    ]
    func handedOut(_ y: [Double], _ target: Int) -> Double {
      let powers = y.map { VectorMath.exp($0) }
      return -VectorMath.log(powers[target] / powers.reduce(0, +))
    }
    let found = samples.map { answer($0, $1) }
    let asHandedOut = zip(samples, found).allSatisfy { sample, loss in
      let old = handedOut(sample.0, sample.1)
      return old == loss || old.isNaN && loss.isNaN
    }
    for ((y, target), loss) in zip(samples, found) {
      let right = NumpyStyleRNN.crossEntropy(Matrix(1, y.count, scalars: y), [target])[0, 0]
      if abs(loss - right) <= 1e-12 * max(1, right) { continue }
      let start =
        "Of the logits \(list(y)), target \(target): the loss should be \(brief(right)), and is \(brief(loss))."
      let overflows = loss == .infinity && !answer([1000, 1000], 0).isFinite
      let complaint = start + (overflows ? " e^1000 is infinite." : remark(y, target, loss, right))
      return asHandedOut ? .untouched(complaint) : .wrong(complaint)
    }
    return .solved("Right where e^1000 is infinite and e^−1000 is 0: no power above 1, and no logarithm of 0.")
  }

  /// What a wrong loss looks like.
  private static func remark(_ y: [Double], _ target: Int, _ loss: Double, _ right: Double) -> String {
    if loss.isNaN {
      return y.max()! > 0 ? " e^\(brief(y.max()!)) is infinite." : " All powers are 0, and 0/0 is no number."
    }
    if loss == .infinity { return " Its probability is 0 in a Double, and the logarithm of 0 is gone for good." }
    if abs(loss + right) < 1e-9 { return " The sign is the other one." }
    if abs(loss * VectorMath.log(2) - right) < 1e-9 { return " That is in bits." }
    if abs(loss - VectorMath.exp(-right)) < 1e-9 { return " That is the probability itself." }
    if right > 100 && loss > 0 && loss < right { return " A bound on the probability hides how wrong the guess is." }
    return ""
  }

  private static func brief(_ x: Double) -> String {
    if x.isNaN { return "NaN" }
    return x.isInfinite ? (x < 0 ? "−∞" : "∞") : x == x.rounded() ? "\(Int(x))" : x.decimal(places: 4)
  }

  private static func list(_ numbers: [Double]) -> String { "[" + numbers.map(brief).joined(separator: ", ") + "]" }
}

// MARK: - How long it remembers

extension RNNCheck {
  /// Exercise 1.3: against the equation of the cell, row by row of a batch of two.
  /// - Parameter answer: from a network, two characters and what follows them to the distances of the states
  public static func memory(_ answer: (RNN<Double>, Int, Int, [Int]) -> [Double]) -> Verdict {
    var random = SplitMix64(seed: 1)
    let small = RNN<Double>(vocabulary: 5, hidden: 16, deviation: 0.01, using: &random)
    var large = RNN<Double>(vocabulary: 5, hidden: 16, deviation: 0.25, using: &random)
    large.cell.b = .normal(1, 16, deviation: 0.1, using: &random)
    let ids = [0, 3, 3, 4]
    let samples = [(small, 1, 2, ids), (large, 1, 2, ids), (large, 4, 0, [2]), (large, 3, 1, []), (large, 2, 2, [1])]
    if samples.allSatisfy({ answer($0, $1, $2, $3).isEmpty }) { return .untouched() }
    for (network, a, b, ids) in samples {
      let (found, right) = (answer(network, a, b, ids), truth(network, a, b, ids))
      if near(found, right) { continue }
      let call = "After \(a) and \(b), reading \(ids): "
      if found.count != right.count {
        return .wrong(
          call + "there should be \(right.count) distances, and there are \(found.count)."
            + (near(found, Array(right.dropFirst())) ? " The first is that after \(a) and \(b) themselves." : ""))
      }
      let remark =
        mistakes.first { near(found, $0.answer(network, a, b, ids)) }.map { " \($0.remark)" } ?? ""
      return .wrong(call + "the distances should be \(digits(right)); they are \(digits(found)).\(remark)")
    }
    func factor(_ network: RNN<Double>) -> String {
      let d = answer(network, 1, 2, ids)
      return VectorMath.exp(VectorMath.log(d[4] / d[0]) / 4).decimal(places: 2)
    }
    return .solved(
      "A difference is multiplied by about \(factor(small)) at each step with weights of deviation 0.01, by "
        + "\(factor(large)) with 0.25: no memory worth the name, and some.")
  }

  private static func truth(_ network: RNN<Double>, _ a: Int, _ b: Int, _ ids: [Int]) -> [Double] {
    distances(network, a, b, ids) { ($0 - $1).squaredNorm().squareRoot() }
  }

  /// The distances of two states, which read `a` and `b`, after each id that both read then; or one of the mistakes in it.
  static func distances(
    _ network: RNN<Double>, _ a: Int, _ b: Int, _ ids: [Int], both: Bool = true, carried: Bool = true,
    _ distance: (Matrix<Double>, Matrix<Double>) -> Double
  ) -> [Double] {
    let zero = network.zeroState(batch: 1)
    var (h, k) = (network.read([a], from: zero).h, network.read([b], from: zero).h)
    return [distance(h, k)]
      + ids.map { id in
        h = network.read([id], from: carried ? h : zero).h
        if both { k = network.read([id], from: carried ? k : zero).h }
        return distance(h, k)
      }
  }

  private typealias Mistake = (remark: String, answer: (RNN<Double>, Int, Int, [Int]) -> [Double])

  private static var mistakes: [Mistake] {
    func length(_ d: Matrix<Double>) -> Double { d.squaredNorm().squareRoot() }
    return [
      ("The root is missing.", { distances($0, $1, $2, $3) { ($0 - $1).squaredNorm() } }),
      ("These are sums of magnitudes.", { distances($0, $1, $2, $3) { abs($0 - $1).sum() } }),
      (
        "Every read begins from zeros: carry the states.",
        { distances($0, $1, $2, $3, carried: false) { length($0 - $1) } }
      ),
      ("One of the two states does not go on.", { distances($0, $1, $2, $3, both: false) { length($0 - $1) } }),
      (
        "These are distances of the logits.",
        { network, a, b, ids in
          distances(network, a, b, ids) { length(network.projection($0) - network.projection($1)) }
        }
      ),
    ]
  }

  private static func digits(_ numbers: [Double]) -> String {
    "[" + numbers.map { $0.scientific(places: 1) }.joined(separator: ", ") + "]"
  }

  private static func near(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-12 + 1e-9 * abs($1) }
  }
}
