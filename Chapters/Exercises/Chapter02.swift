import ManualBPTT
import ManualBPTTExercises
import MinimalMatrix
import NumpyStyleRNN

/// The exercises of chapter 2: what is done with a gradient, and how it is had.
public let chapter02: ExerciseChapter = .init(
  2, "Backpropagation through time", page: "book/02-manual-bptt.md", folder: "Chapters/02-ManualBPTT/Exercises",
  exercises: [
    Exercise(
      "Clip by norm", file: "1-ClipByNorm.swift", minutes: 10,
      explanation: """
        Shorten a gradient of several arrays to a limit, if it is longer, and keep its
        direction. A function is there, and has a mistake in it. Mend it.

            g ← g · limit / ‖g‖        if ‖g‖ > limit
        """,
      hints: [
        "What is the length of a gradient that is 4 long in one array and 4 in another? It is not 4.",
        "If one array is shortened and its neighbour is not, the step points elsewhere. There is one factor for all.",
        "The square of the norm is the sum of the squares of all arrays: squaredNorm() of each, added, then the root.",
      ],
      check: { BPTTCheck.clip { clipped($0, to: $1) } }),
    Exercise(
      "RMSProp, an Adagrad that forgets", file: "2-RMSProp.swift", minutes: 10,
      explanation: """
        Adagrad adds up all squares that ever were, so its steps only become smaller.
        Let it forget (Tieleman & Hinton, 2012):

            m ← decay · m + (1 − decay) · g²
            w ← w − rate · g / √(m + ε)

        Write the update.
        """,
      hints: [
        "Adagrad in Learning.swift has the same two lines. Which of them changes?",
        "First m, then w with the new m. Products and quotients of matrices go entry by entry.",
        "m = decay * m + (1 - decay) * g * g, and then w −= rate * g / sqrt(m + epsilon).",
      ],
      check: {
        BPTTCheck.rmsProp { w, gradients, rate, decay, epsilon in
          var (w, optimiser) = (w, RMSProp(for: w, rate: rate, decay: decay, epsilon: epsilon))
          return gradients.map { g in
            optimiser.update(&w, by: g)
            return w
          }
        }
      }),
    Exercise(
      "Mend the way back", file: "3-MendTheWayBack.swift", minutes: 15,
      explanation: """
        The way back through all the steps of the simple cell. A function is there, one
        thing in it is wrong, and all shapes fit. The check names an array and two
        numbers, but no mistake.

            hₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
        """,
      hints: [
        "Of a window of one step, which derivatives are right, and which line makes the one that is not?",
        "z = h·Wh. What does dz say to h? Take H = 2, write z₀ and z₁ as sums, and see in which of them h₀ stands.",
        "h₀ has a say in every entry of z, by row 0 of Wh. So dh₀ is dz times row 0: dh = dz·Whᵀ.",
      ],
      check: { BPTTCheck.mend { backwardThroughTime($0, $1, inputs: $2, states: $3, batch: $4) } }),
    Exercise(
      "A cell that lets go slowly", file: "4-LettingGoSlowly.swift", minutes: 30,
      explanation: """
        Half of the old state stays. Write the way forward and the way back.

            gₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
            hₜ = ½ hₜ₋₁ + ½ gₜ
        """,
      hints: [
        "cell.step(x, from: h) is g. The check looks at the states first: write them, and run it.",
        "hₜ₋₁ has three readers: the outside, the tanh, and the new state itself. Three derivatives add.",
        "Nobody kept g, but g = 2 hₜ − hₜ₋₁. With it, dz = ½ dh ⊙ (1 − g²), and what is carried is ½ dh + dz·Whᵀ.",
      ],
      check: {
        BPTTCheck.slow(
          states: { slowStates($0, $1, from: $2) },
          backward: { slowBackward($0, $1, inputs: $2, states: $3, batch: $4) })
      }),
  ])

/// The checks of chapter 2. They see what a function returns and nothing of how.
public enum BPTTCheck {}

// MARK: - Clip by norm

extension BPTTCheck {
  /// Exercise 2.1: against one factor for all arrays.
  public static func clip(_ answer: ([Matrix<Double>], Double) -> [Matrix<Double>]) -> Verdict {
    let samples: [([Matrix<Double>], Double)] = [
      ([Matrix([[3, 0], [0, -1]]), Matrix([[2]])], 5), ([Matrix([[1, 4]]), Matrix([[-4], [0]])], 5),
      ([Matrix([[30, -40]]), Matrix([[0.5, 0.5]])], 5), ([Matrix(2, 3), Matrix(1, 3)], 5),
      ([Matrix([[0.3, -0.4]])], 0.1),
      ([Matrix([[3, 4]])], 5),
    ]
    var complaint: String?
    var isAsHandedOut = true
    for (gradient, limit) in samples {
      let found = answer(gradient, limit)
      let apart = gradient.map { $0 * min(1, limit / max(length([$0]), 1e-300)) }
      isAsHandedOut = isAsHandedOut && agree(found, apart)
      let norm = length(gradient)
      if agree(found, norm > limit ? gradient.map { $0 * (limit / norm) } : gradient) { continue }
      complaint = complaint ?? remark(found, gradient, norm, limit)
    }
    guard let complaint else {
      return .solved("The length of all arrays together is at most the limit, and no direction has changed.")
    }
    return isAsHandedOut ? .untouched(complaint) : .wrong(complaint)
  }

  private static func remark(
    _ found: [Matrix<Double>], _ gradient: [Matrix<Double>], _ norm: Double, _ limit: Double
  ) -> String {
    let lengths = gradient.map { length([$0]).decimal(places: 2) }.joined(separator: " and ")
    let start =
      "A gradient whose arrays are \(lengths) long is \(norm.decimal(places: 2)) long, the limit is \(limit). "
    guard found.map(\.shape) == gradient.map(\.shape) else {
      return start + "The arrays come back as \(found.map(\.shape).joined(separator: ", "))."
    }
    guard found.allSatisfy(\.isFinite) else { return start + "What comes back is not finite: was it divided by 0?" }
    if norm <= limit { return start + "It is not too long, and must stay as it was." }
    let left = length(found)
    let cosine = zip(found, gradient).map { $0.dot($1) }.reduce(0, +) / max(left * norm, 1e-300)
    if left == 0 { return start + "Nothing is left of it." }
    let direction =
      cosine > 1 - 1e-9
      ? "the direction is kept" : "the direction has changed, the cosine is \(cosine.decimal(places: 4))"
    return start + "Afterwards it is \(left.decimal(places: 2)) long, and \(direction)."
  }

  private static func length(_ arrays: [Matrix<Double>]) -> Double {
    arrays.map { $0.squaredNorm() }.reduce(0, +).squareRoot()
  }

  private static func agree(_ a: [Matrix<Double>], _ b: [Matrix<Double>]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { near($0, $1) }
  }

  /// Are the two of one shape, and the same but for rounding?
  private static func near(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
    a.shape == b.shape && abs(a - b).scalars.allSatisfy { $0 <= 1e-11 }
  }
}

// MARK: - RMSProp

extension BPTTCheck {
  /// Weights and the derivatives of every step, rate, decay and ε to the weights after every step.
  public typealias Descent = (Matrix<Double>, [Matrix<Double>], Double, Double, Double) -> [Matrix<Double>]

  /// Exercise 2.2: three weights over some steps, against the two lines.
  public static func rmsProp(_ answer: Descent) -> Verdict {
    let w = Matrix<Double>([[0.5, -2, 1]])
    let gradients = [[1, -0.2, 0], [0.5, -0.2, 0.001], [-2, 0.3, 0], [0.1, 40, 0]].map { Matrix<Double>([$0]) }
    let (rate, decay, epsilon) = (0.1, 0.9, 1e-4)
    let found = answer(w, gradients, rate, decay, epsilon)
    if found.allSatisfy({ $0 == w }) { return .untouched() }
    let right = descent()(w, gradients, rate, decay, epsilon)
    if let t = found.indices.first(where: { !near(found[$0], right[$0]) }) {
      let mistake = mistakes.first { agree(found, $0.descent(w, gradients, rate, decay, epsilon)) }
      guard found[t].shape == w.shape else {
        return .wrong("The weights become \(found[t].shape); they are \(w.shape).")
      }
      return .wrong(
        "From \(numbers(w)), rate 0.1, decay 0.9, ε 1e-4: after \(t + 1) step\(t == 0 ? "" : "s") the weights should be "
          + "\(numbers(right[t])); they are \(numbers(found[t]))." + (mistake.map { " " + $0.remark } ?? ""))
    }
    // With a derivative that is always 1, how long is step 100?
    let ones = Array(repeating: Matrix<Double>([[1]]), count: 100)
    func last(_ descent: Descent) -> String {
      let path = descent(Matrix([[0]]), ones, rate, decay, epsilon)
      return (path[98] - path[99])[0, 0].decimal(places: 3)
    }
    let adagrad: Descent = descent(memory: { $0 + $1 * $1 })
    return .solved(
      "With a rate of 0.1 and a derivative that is always 1, its step 100 is \(last(answer)) long, that of Adagrad "
        + "\(last(adagrad)).")
  }

  /// The rule with another memory, another step, or a memory that is late.
  private static func descent(
    late: Bool = false,
    step: @escaping (Matrix<Double>, Matrix<Double>, Double) -> Matrix<Double> = {
      $0 / sqrt($1 + $2)
    }, memory: ((Matrix<Double>, Matrix<Double>) -> Matrix<Double>)? = nil
  ) -> Descent {
    { w, gradients, rate, decay, epsilon in
      var (w, m) = (w, Matrix(zerosLike: w))
      return gradients.map { g in
        let old = m
        m = memory?(m, g) ?? decay * m + (1 - decay) * g * g
        w -= rate * step(g, late ? old : m, epsilon)
        return w
      }
    }
  }

  private static var mistakes: [(remark: String, descent: Descent)] {
    [
      ("That is Adagrad: the memory never forgets.", descent(memory: { $0 + $1 * $1 })),
      ("The new square is not multiplied by 1 − decay.", descent(memory: { 0.9 * $0 + $1 * $1 })),
      ("decay and 1 − decay are swapped.", descent(memory: { 0.1 * $0 + 0.9 * $1 * $1 })),
      ("The memory holds g, not g².", descent(step: { $0 / sqrt(abs($1) + $2) }, memory: { 0.9 * $0 + 0.1 * $1 })),
      ("Nothing is remembered: every step knows its own g alone.", descent(memory: { _, g in 0.1 * g * g })),
      ("w moves by the old m: change m first.", descent(late: true)),
      ("The root is missing.", descent(step: { $0 / ($1 + $2) })),
      ("ε stands inside the root.", descent(step: { $0 / (sqrt($1) + $2) })),
      ("It climbs: the step should go against the derivative.", descent(step: { -1 * $0 / sqrt($1 + $2) })),
      ("That is plain descent: nothing is divided by the root.", descent(step: { g, _, _ in g })),
    ]
  }

  private static func numbers(_ row: Matrix<Double>) -> String {
    "[" + row.scalars.map { $0.decimal(places: 4) }.joined(separator: ", ") + "]"
  }
}

// MARK: - The way back

extension BPTTCheck {
  /// A cell, what the outside says of its states, inputs, states and `B` to the derivatives.
  public typealias Backward = (TanhCell<Double>, Matrix<Double>, Matrix<Double>, Matrix<Double>, Int)
    -> (gradient: TanhCell<Double>, dh0: Matrix<Double>)

  /// Exercise 2.3: against centred differences, over windows of one step and of three.
  public static func mend(_ answer: Backward) -> Verdict {
    let asHandedOut = [1, 3].allSatisfy { T in
      let window = Window(steps: T)
      return window.agrees(answer, window.backward(.notTransposed))
    }
    for T in [1, 3] {
      guard let complaint = Window(steps: T).complaint(about: answer) else { continue }
      if !asHandedOut { return .wrong("Of \(T) step\(T == 1 ? "" : "s"): \(complaint)") }
      let checks = Window(steps: 1).checks(of: answer)
      let right = checks.filter(\.passes).map(\.name).joined(separator: ", ")
      return .untouched("Of a window of one step \(right) are right. \(checks.first { !$0.passes }!).")
    }
    return .solved("Wx, Wh, b and h₀: all as the differences say, over one step and over three.")
  }

  /// Exercise 2.4: the states against the equation, then the gradient against centred differences.
  public static func slow(
    states answer: (TanhCell<Double>, Matrix<Double>, Matrix<Double>) -> Matrix<Double>, backward: Backward
  ) -> Verdict {
    let window = Window(steps: 3, keep: 0.5)
    let (found, right) = (answer(window.cell, window.x, window.h0), window.states)
    let back = backward(window.cell, window.dOutput, window.x, right, Window.B)
    let nothing = back.gradient.Wh.squaredNorm() == 0 && back.dh0.squaredNorm() == 0
    if found == Matrix(zerosLike: right) && nothing { return .untouched() }
    guard near(found, right) else {
      guard found.shape == right.shape else {
        return .wrong("The states are \(found.shape); h₀ and those of 3 steps with 2 rows each are \(right.shape).")
      }
      let t = (0...3).first { !near(found.rows($0 * 2..<$0 * 2 + 2), right.rows($0 * 2..<$0 * 2 + 2)) }!
      let plain = Window(steps: 3).states
      let remark =
        near(found, plain) ? " Nothing of the old state stays." : t == 0 ? " The first rows are h₀ itself." : ""
      return .wrong("The states are right before h\(t), and from there on they are not.\(remark)")
    }
    for T in [1, 3] {
      if let complaint = Window(steps: T, keep: 0.5).complaint(about: backward) {
        return .wrong("The states are right. Of the way back over \(T) step\(T == 1 ? "" : "s"): \(complaint)")
      }
    }
    // How far a derivative reaches: 20 steps back, by the way through ½ h and without it.
    func reach(_ keep: Double) -> String {
      let window = Window(steps: 20, keep: keep)
      let dh0 = window.backward()(window.cell, window.lastAlone, window.x, window.states, Window.B).dh0
      return (dh0.squaredNorm() / window.lastAlone.squaredNorm()).squareRoot().scientific(places: 1)
    }
    return .solved(
      "States and gradients. Of a derivative, \(reach(0.5)) is left 20 steps back; of the simple cell's, \(reach(0)).")
  }

  /// A cell, and a few steps of it: `h ← keep·h + (1 − keep)·tanh(…)`.
  private struct Window {
    static let B = 2
    let cell: TanhCell<Double>
    let x: Matrix<Double>, h0: Matrix<Double>, dOutput: Matrix<Double>
    let keep: Double

    init(steps T: Int, keep: Double = 0) {
      var random = SplitMix64(seed: 1)
      func normal(_ rows: Int, _ columns: Int) -> Matrix<Double> {
        .normal(rows, columns, deviation: 0.4, using: &random)
      }
      cell = TanhCell(Wx: normal(3, 4), Wh: normal(4, 4), b: normal(1, 4))
      h0 = normal(Self.B, 4)
      x = normal(T * Self.B, 3)
      dOutput = normal(T * Self.B, 4)
      self.keep = keep
    }

    var states: Matrix<Double> { states(cell, h0) }

    /// A derivative with respect to the last state and no other.
    var lastAlone: Matrix<Double> {
      var d = Matrix(zerosLike: dOutput)
      d.setRows(from: d.rows - Self.B, to: dOutput.rows(d.rows - Self.B..<d.rows))
      return d
    }

    private func states(_ cell: TanhCell<Double>, _ h0: Matrix<Double>) -> Matrix<Double> {
      var states = [h0]
      for t in 0..<x.rows / Self.B {
        states.append(keep * states[t] + (1 - keep) * cell.step(x.rows(t * Self.B..<(t + 1) * Self.B), from: states[t]))
      }
      return .stack(states)
    }

    private func loss(_ cell: TanhCell<Double>, _ h0: Matrix<Double>) -> Double {
      let states = states(cell, h0)
      return states.rows(Self.B..<states.rows).dot(dOutput)
    }

    func checks(of answer: Backward) -> [ArrayCheck] {
      let (gradient, dh0) = answer(cell, dOutput, x, states, Self.B)
      return cell.check(gradient: gradient) { loss($0, h0) }
        + [ArrayCheck(name: "h0", analytic: dh0, numeric: centredDifferences(of: { loss(cell, $0) }, at: h0))]
    }

    /// The first array that is wrong, and what has gone wrong if one known mistake gives the same numbers.
    func complaint(about answer: Backward) -> String? {
      guard let wrong = checks(of: answer).first(where: { !$0.passes }) else { return nil }
      let mistake = Mistake.allCases.first { agrees(answer, backward($0)) }
      return mistake.map { "\(wrong.name) is wrong. \($0.remark)" } ?? "\(wrong)."
    }

    /// Do the two give the same derivatives?
    func agrees(_ one: Backward, _ other: Backward) -> Bool {
      let (a, b) = (one(cell, dOutput, x, states, Self.B), other(cell, dOutput, x, states, Self.B))
      return near(a.gradient.Wx, b.gradient.Wx) && near(a.gradient.Wh, b.gradient.Wh)
        && near(a.gradient.b, b.gradient.b) && near(a.dh0, b.dh0)
    }

    /// One thing that can go wrong on the way back.
    enum Mistake: CaseIterable {
      case dropped, notTransposed, aroundTanh, keptNothing, noSlope, slopeOfState, noHalf, stateAfter, lastBias

      var remark: String {
        switch self {
        case .dropped: "What step t+1 says of hₜ never arrives: the carry is dropped."
        case .notTransposed: "dh = dz·Whᵀ, and Wh was not transposed."
        case .aroundTanh: "The carry is made of dh, not of dz: it goes around the tanh."
        case .keptNothing: "The half of the old state that stays says nothing: ½ dh is missing in the carry."
        case .noSlope: "The slope of tanh is missing."
        case .slopeOfState: "The slope is made of h, and it is g that came out of the tanh."
        case .noHalf: "dz lacks a factor ½: half of the tanh is in the state."
        case .stateAfter: "Wh was multiplied by the state before the step, not by that after it."
        case .lastBias: "b is read at every step: its derivative is the sum over all rows of all steps."
        }
      }
    }

    /// The way back, right or with a mistake.
    func backward(_ mistake: Mistake? = nil) -> Backward {
      { [keep] cell, dOutput, x, states, B in
        let (before, after) = (states.rows(0..<dOutput.rows), states.rows(B..<states.rows))
        let g = mistake == .slopeOfState ? after : (1 / (1 - keep)) * (after - keep * before)
        let slope = (mistake == .noHalf ? 1 : 1 - keep) * (mistake == .noSlope ? 1 - 0 * g : 1 - g * g)
        var dz = Matrix(zerosLike: after)
        var carried = Matrix<Double>(B, after.columns)
        for t in (0..<dOutput.rows / B).reversed() {
          let rows = t * B..<(t + 1) * B
          let dh = dOutput.rows(rows) + (mistake == .dropped ? 0 : 1) * carried
          let dzt = dh * slope.rows(rows)
          carried =
            matmul(mistake == .aroundTanh ? dh : dzt, mistake == .notTransposed ? cell.Wh : cell.Wh.transposed())
            + (mistake == .keptNothing ? 0 : keep) * dh
          dz.setRows(from: rows.lowerBound, to: dzt)
        }
        let db = mistake == .lastBias ? dz.rows(dz.rows - B..<dz.rows) : dz
        let gradient = TanhCell(
          Wx: matmul(x.T, dz), Wh: matmul((mistake == .stateAfter ? after : before).T, dz), b: db.columnSums())
        return (gradient, carried)
      }
    }
  }
}
