import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import WhileLoop
import WhileLoopExercises

/// The exercises of chapter 5: loops to be written, whose number of steps is data.
public let chapter05: ExerciseChapter = .init(
  5, "While loop", page: "book/05-while-loop.md", folder: "Chapters/05-WhileLoop/Exercises",
  exercises: [
    Exercise(
      "Stop when it has settled", file: "1-StopWhenSettled.swift", minutes: 5,
      explanation: """
        Each row of a batch takes steps as long as its own state is short, at most as
        many as there are inputs.

            row b takes step t      while |h_b|² < limit, from zeros
        """,
      hints: [
        "loop(_:from:while:) asks, before each step, whether a row goes on. It hands you the state of all rows.",
        "state.h.row(row).squaredNorm() is the square of a length.",
        "cell.loop(x, from: cell.zeroState(batch: B)) { row, _, state in … }, and in the braces the comparison with the "
          + "limit.",
      ],
      check: { WhileLoopCheck.settled { loopUntilSettled($0, over: $1, batch: $2, limit: $3) } }),
    Exercise(
      "An output unit with a residual", file: "2-ResidualOutput.swift", minutes: 15,
      explanation: """
        An output unit that adds something to what it gets, and its way back.

            y = h + tanh(h·W + b)
        """,
      hints: [
        "The backward step of tanh is dz = dy · (1 − a²), where a = tanh(h·W + b).",
        "From dz on it is a projection: dW = hᵀ·dz, db the sum of its rows.",
        "h has two readers, so two derivatives arrive.",
      ],
      check: { WhileLoopCheck.residual { Residual(W: $0, b: $1) } }),
    Exercise(
      "The backward pass of a square root", file: "3-SquareRoot.swift", minutes: 20,
      explanation: """
        Newton's iteration for √a, and the derivatives of the root with respect to a
        and to the number it began from.

            x ← (x + a / x) / 2      while |x² − a| > 10⁻¹²
        """,
      hints: [
        "A step leaves behind the x before it. a is read at every step, so da has a +=.",
        "x′ = (x + a/x) / 2, so ∂x′/∂a = 1/2x and ∂x′/∂x = (1 − a/x²) / 2.",
        "Growth.swift, of the same chapter, has another body and the same shape.",
      ],
      check: { WhileLoopCheck.squareRoot(squareRoot) }),
    Exercise(
      "A growing array as a stack", file: "4-Stack.swift", minutes: 20,
      explanation: """
        A growing tensor array as a stack: push writes, pop reads what is on top.

            push 1, push 2, pop, push 3, pop, pop      gives 2, 3, 1
        """,
      hints: [
        "After the first pop, the position is not empty. It was read.",
        "Never write there again: a push takes a new position, at the array's end.",
        "Then the element below the top need not be at the position before. Let every push note where it is.",
      ],
      check: {
        WhileLoopCheck.stack(Stack(), push: { $0.push($1) }, pop: { $0.pop() }, array: { $0.array })
      }),
  ])

/// The checks of chapter 5. They see what a function returns and nothing of how.
public enum WhileLoopCheck {
  /// Exercise 5.1: each row against itself, alone.
  public static func settled(
    _ answer: (GRU<Double>, Matrix<Double>, Int, Double) -> LoopRun<GRU<Double>>?
  ) -> Verdict {
    let (T, B, limit) = (40, 4, 0.6)
    var random = SplitMix64(seed: 1)
    let cell = GRU<Double>(inputs: 3, hidden: 5, using: &random)
    let x = Matrix<Double>.normal(T * B, 3, deviation: 1, using: &random)
    guard let found = answer(cell, x, B, limit) else { return .untouched() }
    let alone = (0..<B).map { stepsAlone(cell, x, row: $0, batch: B, limit: limit) }
    guard found.batch == B, found.inputs == x else {
      return .wrong("It has read inputs \(found.inputs.shape) in \(found.batch) rows; they are \(x.shape) in \(B).")
    }
    let (steps, right) = ((0..<B).map { row in found.rows.count { $0.contains(row) } }, alone.map(\.steps))
    guard steps == right else {
      let why =
        steps.allSatisfy { $0 == 0 }
        ? " From zeros, every state is short." : Set(steps).count == 1 ? " Each row stops by itself." : ""
      return .wrong("The rows take \(list(steps)) steps; alone they take \(list(right)).\(why)")
    }
    for (row, alone) in alone.enumerated() {
      guard abs(found.last.h.rows(row..<row + 1) - alone.h).scalars.allSatisfy({ $0 < 1e-12 }) else {
        return .wrong("Each row takes its steps, but the last state of row \(row) is not that of the row alone.")
      }
    }
    // Another limit, other steps.
    let (high, none) = (answer(cell, x, B, 100)?.steps ?? 0, answer(cell, x, B, 0)?.steps ?? 0)
    guard high == T && none == 0 else {
      return .wrong("With a limit of 100 it takes \(counted(high, "step")) of \(T), with one of 0 it takes \(none).")
    }
    return .solved("The rows took \(list(steps)) steps, each as many as alone.")
  }

  /// How many steps a row takes alone, and its state after them.
  private static func stepsAlone(
    _ cell: GRU<Double>, _ x: Matrix<Double>, row: Int, batch B: Int, limit: Double
  ) -> (steps: Int, h: Matrix<Double>) {
    var (state, steps) = (cell.zeroState(batch: 1), 0)
    while steps * B < x.rows && state.h.squaredNorm() < limit {
      state = cell.step(cell.project(x.rows(at: [steps * B + row])), from: state).state
      steps += 1
    }
    return (steps, state.h)
  }

  private static func list(_ numbers: [Int]) -> String {
    numbers.dropLast().map(String.init).joined(separator: ", ") + " and \(numbers.last!)"
  }

  /// Exercise 5.2: the unit alone, then with a cell below it; the derivatives against centred differences.
  public static func residual<Unit: OutputUnit<Double>>(
    _ make: (_ W: Matrix<Double>, _ b: Matrix<Double>) -> Unit
  ) -> Verdict {
    var random = SplitMix64(seed: 1)
    let W = Matrix<Double>.normal(4, 4, deviation: 1, using: &random)
    let b = Matrix<Double>.normal(1, 4, deviation: 1, using: &random)
    let h = Matrix<Double>.normal(6, 4, deviation: 1, using: &random)
    let dy = Matrix<Double>.normal(6, 4, deviation: 1, using: &random)
    func truth(_ h: Matrix<Double>) -> Matrix<Double> { h + tanh(matmul(h, W) + b) }
    let unit = make(W, b)
    let (found, back) = (unit(h), unit.backward(dy, through: h))
    let none = Matrix(zerosLike: h)
    if found == none && back.gradient.fingerprint == unit.zeros().fingerprint && back.dh == none { return .untouched() }
    guard found.shape == h.shape, abs(found - truth(h)).scalars.allSatisfy({ $0 < 1e-12 }) else {
      let bare = found.shape == h.shape && abs(found + h - truth(h)).scalars.allSatisfy { $0 < 1e-12 }
      return .wrong("The answers \(found.shape) are not those of the equation." + (bare ? " h is not added." : ""))
    }
    let checks =
      unit.check(gradient: back.gradient) { $0(h).dot(dy) }
      + [ArrayCheck(name: "h", analytic: back.dh, numeric: centredDifferences(of: { truth($0).dot(dy) }, at: h))]
    if let wrong = checks.first(where: { !$0.passes }) {
      let misses = wrong.name == "h" && back.dh.shape == h.shape
      let oneReader = misses && ArrayCheck(name: "h", analytic: back.dh + dy, numeric: wrong.numeric).passes
      return .wrong("The answers are right. \(wrong)" + (oneReader ? " h has two readers." : ""))
    }
    let network = CustomRNN(recurrent: GRU<Double>(inputs: 3, hidden: 4, using: &random), output: unit)
    let x = Matrix<Double>.normal(6, 3, deviation: 1, using: &random)
    let gradient = network.backward(dy, through: network.read(x, batch: 2, lengths: [3, 2]))
    let all = network.check(gradient: gradient) { $0.read(x, batch: 2, lengths: [3, 2]).answers.dot(dy) }
    if let wrong = all.first(where: { !$0.passes }) { return .wrong("Alone the unit is right; in a network, \(wrong)") }
    return .solved("Alone, and with a GRU below it: all \(all.count) arrays of the network.")
  }

  /// Exercise 5.3: the derivatives against those that go along with the iteration.
  public static func squareRoot(
    _ answer: (_ a: Double, _ start: Double) -> (root: Double, steps: Int, da: Double, dStart: Double)
  ) -> Verdict {
    // From 1.4142135 it is one step, whose end says little of its beginning; from 2 to √4 it is none.
    let samples: [(a: Double, start: Double)] = [(2, 1), (2, 10), (2, 1000), (0.3, 1), (2, 1.4142135), (4, 2)]
    if samples.allSatisfy({ answer($0.a, $0.start) == (0, 0, 0, 0) }) { return .untouched() }
    for (a, start) in samples {
      let found = answer(a, start)
      var (x, steps, da, dStart) = (start, 0, 0.0, 1.0)
      while abs(x * x - a) > 1e-12 {
        let slope = (1 - a / (x * x)) / 2
        (da, dStart) = (slope * da + 1 / (2 * x), slope * dStart)
        (x, steps) = ((x + a / x) / 2, steps + 1)
      }
      let at = "Of \(a), from \(start):"
      guard abs(found.root - x) <= 1e-14 * x, found.steps == steps else {
        return .wrong("\(at) the root is \(x) after \(counted(steps, "step")), not \(found.root) after \(found.steps).")
      }
      guard abs(found.da - da) <= 1e-10 * abs(da) else {
        let why = steps == 0 ? " No step has read a." : " a is read at every step."
        return .wrong("\(at) da is \(da), not \(found.da).\(why)")
      }
      guard abs(found.dStart - dStart) <= 1e-12 else {
        let why = steps == 0 ? " The loop takes no step." : ""
        return .wrong("\(at) dStart is \(dStart), not \(found.dStart).\(why)")
      }
    }
    return .solved("Roots, steps and derivatives of \(samples.count) loops, of \(samples.count - 1) and of no steps.")
  }

  /// Exercise 5.4: against an array of Swift, and what is left in the tensor array.
  public static func stack<Stack>(
    _ new: Stack, push: (inout Stack, Matrix<Double>) -> Void, pop: (inout Stack) -> Matrix<Double>,
    array: (Stack) -> TensorArray<Matrix<Double>>
  ) -> Verdict {
    // A positive number is pushed, 0 pops. The second example goes up and down, and never to the ground in between.
    let examples = [[1, 2, 0, 3, 0, 0], [1, 2, 3, 0, 0, 4, 5, 0, 6, 0, 0, 7, 0, 0]]
    for (number, example) in examples.enumerated() {
      var (stack, right, found, expected) = (new, [Int](), [Matrix<Double>](), [Int]())
      for element in example {
        if element > 0 {
          push(&stack, Matrix([[Double(element)]]))
          right.append(element)
        } else {
          found.append(pop(&stack))
          expected.append(right.removeLast())
        }
      }
      let left = array(stack)
      if number == 0 && left.count == 0 && found.allSatisfy({ $0 == Matrix(1, 1) }) { return .untouched() }
      let did = example.map { $0 > 0 ? "push \($0)" : "pop" }.joined(separator: ", ")
      guard found == expected.map({ Matrix([[Double($0)]]) }) else {
        let numbers = found.map { $0.count == 1 ? "\(Int($0[0, 0]))" : $0.shape }.joined(separator: ", ")
        return .wrong(
          "\(did): it pops \(numbers); it should be \(expected.map(String.init).joined(separator: ", ")).")
      }
      let picture = Array(repeating: "□", count: expected.count).joined(separator: " ")
      guard left.picture == picture else {
        return .wrong(
          "\(did): what it pops is right, but the array is left as “\(left.picture)”. "
            + "Each push has a position of its own, which its pop has read: “\(picture)”.")
      }
    }
    return .solved("Each position was written once and read once.")
  }
}
