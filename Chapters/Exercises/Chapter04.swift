import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Scan
import ScanExercises

/// The exercises of chapter 4: scans to be written.
public let chapter04: ExerciseChapter = .init(
  4, "Scan", page: "book/04-scan.md", folder: "Chapters/04-Scan/Exercises",
  exercises: [
    Exercise(
      "Running maximum", file: "1-RunningMaximum.swift", minutes: 5,
      explanation: """
        The largest element so far, or, reversed, from here on. One scan for both.

            yₜ = max(x₀, …, xₜ)
        """,
      hints: [
        "The carry is the largest element so far, and so is the output.",
        "What must the carry be before the first element, so that any element is at least as large?",
        "Int.min. The step makes of carry and element max(carry, x), twice: as the next carry and as the output.",
      ],
      check: { ScanCheck.runningMaximum(runningMaximum) }),
    Exercise(
      "A cumulative sum, backward", file: "2-CumulativeSumBackward.swift", minutes: 10,
      explanation: """
        Given the derivatives with respect to all outputs of a cumulative sum, give
        those with respect to its elements, as one scan.

            yₜ = x₀ + … + xₜ
        """,
      hints: [
        "In which outputs does xₜ have a say?",
        "In yₜ and in all later ones: dxₜ = dyₜ + dyₜ₊₁ + … How is dxₜ made of dxₜ₊₁?",
        "dxₜ = dyₜ + dxₜ₊₁, and behind the last step it is 0: a cumulative sum again, over the derivatives, "
          + "reversed: true.",
      ],
      check: { ScanCheck.cumulativeSum(cumulativeSumBackward) }),
    Exercise(
      "Both directions", file: "3-Bidirectional.swift", minutes: 15,
      explanation: """
        Two cells read a sequence from both ends, from zeros; what they show at a step
        is added. Write the outputs, and the way back.
        """,
      hints: [
        "scanned(x, from: …, reversed: true) leaves every output in the place of its input.",
        "A sum hands its derivative to both terms.",
        "The inputs have two readers, so two derivatives arrive.",
      ],
      check: {
        ScanCheck.bidirectional(
          outputs: { Bidirectional(forward: $0, reversed: $1).outputs($2, batch: 2) },
          backward: { one, other, dOutputs, x in
            let back = Bidirectional(forward: one, reversed: other).backward(dOutputs, inputs: x, batch: 2)
            return (back.gradient.forward, back.gradient.reversed, back.dInputs)
          })
      }),
    Exercise(
      "Checkpoints of checkpoints", file: "4-CheckpointsOfCheckpoints.swift", minutes: 30,
      explanation: """
        Cut a sequence in pieces of k·k steps, and these in pieces of k. On the way
        back there shall never be more than about 3·∛T carries and traces at a time.
        The check counts them.
        """,
      hints: [
        "Outside, Checkpoints(steps: …, every: k * k, from: …); its pieces are folded.",
        "goBack may do anything that leads from the derivative behind a piece to the one before it.",
        "So inside goBack: checkpointedScan over the piece, every: k, and then its backward.",
      ],
      check: { ScanCheck.nested(backThroughNestedPieces) }),
  ])

/// The checks of chapter 4. They see what a function returns and nothing of how.
public enum ScanCheck {
  /// Exercise 4.1.
  public static func runningMaximum(_ answer: ([Int], Bool) -> [Int]) -> Verdict {
    let samples = [[5, 7, 9, 4, 4, 7, 8, 5], [-3, -7, -2, -9], [4], []]
    if samples.allSatisfy({ answer($0, false).isEmpty && answer($0, true).isEmpty }) { return .untouched() }
    for x in samples {
      let right = x.indices.map { x[...$0].max()! }
      let rightReversed = x.indices.map { x[$0...].max()! }
      let (found, foundReversed) = (answer(x, false), answer(x, true))
      if found != right {
        return .wrong(
          "Of \(x) it gives \(found); the running maximum is \(right)."
            + (x.allSatisfy { $0 < 0 } ? " All elements are negative: what is the carry before the first?" : ""))
      }
      if foundReversed != rightReversed {
        return .wrong(
          "Reversed, of \(x) it gives \(foundReversed); it should be \(rightReversed)."
            + (foundReversed == rightReversed.reversed() ? " Every output has the place of its element." : ""))
      }
    }
    return .solved("Forward and reversed, of negative numbers, of one element and of none.")
  }

  /// Exercise 4.2.
  public static func cumulativeSum(_ answer: ([Double]) -> [Double]) -> Verdict {
    // Sums of these are exact in any order.
    let dy = [0.5, -1, 2, 4, -0.25]
    let (found, right) = (answer(dy), dy.indices.map { dy[$0...].reduce(0, +) })
    if found.isEmpty { return .untouched() }
    if found == right && answer([]).isEmpty {
      return .solved("A sum from the other end: every element has a say in all later outputs.")
    }
    let forward = dy.indices.map { dy[...$0].reduce(0, +) }
    return .wrong(
      "Of \(dy) it gives \(found); it should be \(right)."
        + (found == forward ? " An element has a say in all later outputs, not in the earlier ones." : ""))
  }

  /// Exercise 4.3: the outputs against two runs, the gradient against centred differences of those.
  public static func bidirectional(
    outputs: (LSTM<Double>, LSTM<Double>, Matrix<Double>) -> Matrix<Double>,
    backward: (LSTM<Double>, LSTM<Double>, Matrix<Double>, Matrix<Double>)
      -> (LSTM<Double>, LSTM<Double>, Matrix<Double>)
  ) -> Verdict {
    var random = SplitMix64(seed: 1)
    let one = LSTM<Double>(inputs: 3, hidden: 4, using: &random)
    let other = LSTM<Double>(inputs: 3, hidden: 4, using: &random)
    let x = Matrix<Double>.normal(10, 3, deviation: 1, using: &random)
    let dOutputs = Matrix<Double>.normal(10, 4, deviation: 1, using: &random)
    func truth(_ a: LSTM<Double>, _ b: LSTM<Double>, _ x: Matrix<Double>, reversed: Bool = true) -> Matrix<Double> {
      let zero = a.zeroState(batch: 2)
      return a.scanned(x, from: zero).outputs + b.scanned(x, from: zero, reversed: reversed).outputs
    }
    let found = outputs(one, other, x)
    let back = backward(one, other, dOutputs, x)
    if found == Matrix(10, 4) && back.0 == one.zeros() && back.1 == one.zeros() { return .untouched() }
    let right = truth(one, other, x)
    guard found.shape == right.shape, abs(found - right).scalars.allSatisfy({ $0 < 1e-12 }) else {
      let both = truth(one, other, x, reversed: false)
      let alike = found.shape == both.shape && abs(found - both).scalars.allSatisfy { $0 < 1e-12 }
      return .wrong(
        "The outputs \(found.shape) are not those of the equation."
          + (alike ? " It is as if both cells read forward." : ""))
    }
    let numeric = centredDifferences(of: { truth(one, other, $0).dot(dOutputs) }, at: x)
    let checks =
      one.check(gradient: back.0) { truth($0, other, x).dot(dOutputs) }
      + other.check(gradient: back.1) { truth(one, $0, x).dot(dOutputs) }
      + [ArrayCheck(name: "x", analytic: back.2, numeric: numeric)]
    let wrong = checks.enumerated().first { !$0.element.passes }
    guard let (index, check) = wrong else { return .solved("The outputs, and all \(checks.count) derivatives.") }
    let whose = index < 12 ? "Of the forward cell, " : index < 24 ? "Of the reversed cell, " : ""
    return .wrong("The outputs are right. \(whose)\(check)")
  }

  /// A carry or a trace that is counted while it is there.
  public final class Counted {
    /// What it is worth.
    public let value: (c: Double, x: Double)
    private let count: (Int) -> Void

    init(_ c: Double, _ x: Double = 0, _ count: @escaping (Int) -> Void) {
      (value, self.count) = ((c, x), count)
      count(1)
    }
    deinit { count(-1) }
  }

  /// Exercise 4.4: the derivatives bit for bit, and how much there is at a time.
  public static func nested(
    _ answer: (
      [Double], Counted, Int, Double, (Counted, Double) -> Counted, (Counted, Double) -> (Counted, Counted),
      (Double, Counted) -> (Double, Double)
    ) -> (dInitial: Double, dx: [Double])?
  ) -> Verdict {
    // The last pieces are shorter than the others, outside and inside.
    let (T, k) = (973, 10)
    let x = (0..<T).map { Double($0 % 7) / 10 }
    var (alive, most) = (0, 0)
    func count(_ change: Int) {
      alive += change
      most = max(most, alive)
    }
    func step(_ c: Counted, _ x: Double) -> Counted {
      let c = c.value.c
      return Counted(0.9 * c + x * c * (1 - c), 0, count)
    }
    func leave(_ c: Counted, _ x: Double) -> (Counted, Counted) { (step(c, x), Counted(c.value.c, x, count)) }
    func back(_ d: Double, _ t: Counted) -> (Double, Double) {
      let (c, x) = t.value
      return (d * (0.9 + x * (1 - 2 * c)), d * c * (1 - c))
    }
    let first = Counted(0.3, 0, count)
    let right = scan(over: scan(over: x, from: first, leave).outputs, from: 1.0, reversed: true, back)
    most = alive
    guard let found = answer(x, first, k, 1.0, step, leave, back) else { return .untouched() }
    guard found.dInitial == right.last && found.dx == right.outputs else {
      let place = zip(found.dx, right.outputs).enumerated().reversed().first { $0.element.0 != $0.element.1 }?.offset
      if found.dx.count != T { return .wrong("It gives derivatives of \(found.dx.count) elements; there are \(T).") }
      let from = place.map { "from step \($0) backward" } ?? "before the first step"
      return .wrong("The derivatives are not those of the plain scan: \(from).")
    }
    guard most <= 3 * k + 8 else {
      return .wrong("The derivatives are right, but there were \(most) carries and traces at a time, for T = \(T).")
    }
    return .solved("The bits of the plain scan, with \(most) carries and traces at a time for T = \(T).")
  }
}
