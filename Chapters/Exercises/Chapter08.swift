import Foundation
import MinimalMatrix
import Speed
import SpeedExercises

/// The exercises of chapter 8: work to be counted, and loops to be written. No check looks at a clock.
public let chapter08: ExerciseChapter = .init(
  8, "Speed", page: "book/08-speed.md", folder: "Chapters/08-Speed/Exercises",
  exercises: [
    Exercise(
      "Count the work", file: "1-CountTheWork.swift", minutes: 10,
      explanation: """
        Count the multiply-adds in the products of one training step: an LSTM and a
        projection, forward and backward, with or without the inputs' derivative.
        """,
      hints: [
        "Forward, every row meets every weight once. How many weights does the LSTM have, biases aside?",
        "(D + H)·4H in the LSTM, H·V in the projection, and T·B rows. Backward each product becomes two: which?",
        "One for the derivative of the weights, one for that of what was multiplied. Without dInputs one of D·4H less.",
      ],
      check: {
        SpeedCheck.work {
          multiplyAdds(steps: $0.T, batch: $0.B, inputs: $0.D, hidden: $0.H, logits: $1, dInputs: $2)
        }
      }),
    Exercise(
      "Walk in order", file: "2-WalkInOrder.swift", minutes: 15,
      explanation: """
        Write c += aᵀ·b so that the loops go over the entries as they lie in memory,
        and every entry adds its terms in order. The check counts jumps, not time.
        """,
      hints: [
        "Three loops, over p, i and j: six orders. Which of the three letters is the last of an index, and in how many?",
        "a[p·m + i], b[p·n + j], c[i·n + j]: with j innermost, b and c go from neighbour to neighbour.",
        "p outside, i in it, j inside: then a goes from neighbour to neighbour too.",
      ],
      check: { SpeedCheck.order { addTransposed($0, $1, to: $2, k: $3, m: $4, n: $5) } }),
    Exercise(
      "Two by two", file: "3-TwoByTwo.swift", minutes: 30,
      explanation: """
        Write c += a·b in tiles of two rows and two columns, four sums in local
        variables, also where a row or a column is left over. The check counts reads.
        """,
      hints: [
        "In one turn of p a tile reads two entries of a and two of b. What can four sums make of them?",
        "Before the loop over p read the four entries of c, after it write them: nothing of c in the loop.",
        "stride(from: 0, to: m - 1, by: 2) leaves the last row of an odd m alone; it and the last column: by entries.",
      ],
      check: { SpeedCheck.tiles { addByTwoByTwo($0, $1, to: $2, m: $3, k: $4, n: $5) } }),
    Exercise(
      "A rational tanh", file: "4-RationalTanh.swift", minutes: 20,
      explanation: """
        Write a tanh of a few operations, and find how wrong it is at most.

            tanh x ≈ x·(27 + x²) / (27 + 9x²)        from −3 to 3
        """,
      hints: [
        "What is the fraction beyond 3? Squared, an infinite x makes ∞ / ∞. What must be done first?",
        "Bring x between −3 and 3 before anything else, by min and max.",
        "Point number i of N lies at low + (high − low)·i / (N − 1). Keep the largest error so far, and its x.",
      ],
      check: { SpeedCheck.tanh(rationalTanh) { largestError(of: $0, against: $1, from: $2, to: $3, points: $4) } }),
  ])

/// The checks of chapter 8. They see numbers and bits, reads and jumps, and never a clock.
public enum SpeedCheck {
  /// Exercise 8.1.
  public static func work(_ answer: (_ size: Size, _ logits: Int, _ dInputs: Bool) -> Int) -> Verdict {
    // All letters differ, so that none can stand for another.
    let sizes = [Size(T: 2, B: 3, D: 5, H: 7), Size(T: 50, B: 100, D: 201, H: 200)]
    let cases = sizes.flatMap { size in [11, 0].flatMap { V in [true, false].map { (size, V, $0) } } }
    if cases.allSatisfy({ answer($0, $1, $2) == 0 }) { return .untouched() }
    for (size, V, dInputs) in cases {
      let (rows, W, U, P) = (size.T * size.B, size.D * 4 * size.H, size.H * 4 * size.H, size.H * V)
      let right = rows * (3 * (W + U + P) - (dInputs ? 0 : W))
      let found = answer(size, V, dInputs)
      if found == right { continue }
      let why =
        switch found {
        case 2 * right: "It counts operations: a multiply-add is two of them."
        case rows * (W + U + P): "That is the way forward alone."
        case 2 * rows * (W + U + P): "Backward, each product becomes two, not one."
        case rows * 3 * (W + U + P): "Without dInputs, dx = dz·Wᵀ falls out."
        case rows * (3 * (W + U) - (dInputs ? 0 : W)): "The projection has H·V weights more."
        case rows * (3 * ((W + U) / 4 + P) - (dInputs ? 0 : W / 4)): "There are four gates."
        case rows * (3 * (W + U + P) - (dInputs ? 0 : W + U)): "Without dInputs the state's derivative is needed still."
        default: "Forward, every row meets every weight; backward, twice."
        }
      return .wrong(
        "For T = \(size.T), B = \(size.B), D = \(size.D), H = \(size.H), V = \(V), \(dInputs ? "with" : "without") dInputs "
          + "it gives \(found); there are \(right). \(why)")
    }
    let step = Double(answer(sizes[1], 0, true)) * 2 / 1e9
    return .solved("Chapter 8's step, with one input more: \(String(format: "%.2f", step))·10⁹ operations.")
  }

  /// Shapes for products: single, odd and even, all different.
  private static let shapes = [(m: 1, k: 1, n: 1), (6, 5, 8), (7, 4, 9), (8, 9, 5), (3, 11, 6), (1, 6, 7), (9, 3, 1)]

  private static func example(_ rows: Int, _ columns: Int, seed: Int) -> Matrix<Float> {
    var random = SplitMix64(seed: UInt64(seed))
    return .normal(rows, columns, deviation: 1, using: &random)
  }

  /// The first place where the two differ, in words; nil if they are the same bits.
  private static func difference(_ found: Matrix<Float>, _ right: Matrix<Float>, _ start: Matrix<Float>) -> String? {
    for i in 0..<right.rows {
      for j in 0..<right.columns where found[i, j].bitPattern != right[i, j].bitPattern {
        let place = "c[\(i), \(j)] of [\(right.rows) × \(right.columns)]"
        if found[i, j] == start[i, j] { return "\(place) is as it was: it was left out." }
        if abs(found[i, j] - (right[i, j] - start[i, j])) < 1e-5 {
          return "\(place) has lost what was there before: add to it."
        }
        if abs(found[i, j] - right[i, j]) < 1e-4 {
          return "\(place) has other bits, by \(found[i, j] - right[i, j]): in order of p, each term by addProduct."
        }
        return "\(place) is \(found[i, j]) and should be \(right[i, j])."
      }
    }
    return nil
  }

  /// A product as an answer made it, its sizes, and what it read and wrote.
  private typealias Attempt = (ribbons: [Ribbon], m: Int, k: Int, n: Int)

  /// Both products, `c += a·b`, on all shapes: every bit first, and then what the memory was asked for.
  /// - Parameters:
  ///   - remark: what is said behind the first place that is wrong
  ///   - waste: what is said where the bits are right; none if there is nothing to say
  private static func judge(
    transposed: Bool, praise: String, _ answer: (Attempt) -> Void, remark: (Attempt) -> String = { _ in "" },
    waste: (Attempt) -> String?
  ) -> Verdict {
    var (worst, isUntouched): (String?, Bool) = (nil, true)
    for (m, k, n) in shapes {
      let a = transposed ? example(k, m, seed: 1) : example(m, k, seed: 1)
      let (b, start) = (example(k, n, seed: 2), example(m, n, seed: 3))
      var right = start
      if transposed { right.addProduct(a.T, b) } else { right.addProduct(a, b) }
      let attempt = (ribbons: [a, b, start].map(Ribbon.init), m: m, k: k, n: n)
      answer(attempt)
      if attempt.ribbons.contains(where: { $0.reads + $0.writes > 0 }) { isUntouched = false }
      if isUntouched { continue }
      if let why = difference(attempt.ribbons[2].matrix(m, n), right, start) {
        return .wrong(why + (worst == nil ? remark(attempt) : ""))
      }
      worst = waste(attempt) ?? worst
    }
    if isUntouched { return .untouched() }
    return worst.map { .wrong("The bits are right. \($0)") } ?? .solved("The same bits, \(praise).")
  }

  /// Exercise 8.2.
  public static func order(
    _ answer: (_ a: Ribbon, _ b: Ribbon, _ c: Ribbon, _ k: Int, _ m: Int, _ n: Int) -> Void
  ) -> Verdict {
    judge(transposed: true, praise: "and neighbours are read one after the other") { ribbons, m, k, n in
      answer(ribbons[0], ribbons[1], ribbons[2], k, m, n)
    } waste: { ribbons, m, k, n in
      // b goes back to the beginning of a row for every entry of a, and c once for every row of a.
      let (jumps, allowed) = (ribbons.map(\.jumps).reduce(0, +), k * m + k)
      let names = zip(["a", "b", "c"], ribbons).map { "\($1.jumps) in \($0)" }.joined(separator: ", ")
      return jumps <= allowed
        ? nil
        : "Of [\(k) × \(m)]ᵀ·[\(k) × \(n)] it jumps \(jumps) times, \(names); \(allowed) are enough. "
          + "Which letter is innermost, and which outermost?"
    }
  }

  /// Exercise 8.3.
  public static func tiles(
    _ answer: (_ a: Ribbon, _ b: Ribbon, _ c: Ribbon, _ m: Int, _ k: Int, _ n: Int) -> Void
  ) -> Verdict {
    judge(transposed: false, praise: "edges too, with half the reads") { ribbons, m, k, n in
      answer(ribbons[0], ribbons[1], ribbons[2], m, k, n)
    } remark: { _, m, _, n in
      m % 2 + n % 2 > 0 ? " (m = \(m), n = \(n): is it at an edge?)" : ""
    } waste: { ribbons, m, k, n in
      // Four reads for the four entries of a tile, two for one at the edge.
      let inTiles = (m / 2 * 2) * (n / 2 * 2)
      let (reads, allowed) = (ribbons[0].reads + ribbons[1].reads, k * (inTiles + 2 * (m * n - inTiles)))
      if reads > allowed {
        return "Of [\(m) × \(k)]·[\(k) × \(n)] it reads \(reads) numbers of a and b; \(allowed) are enough."
      }
      if ribbons[2].reads <= m * n && ribbons[2].writes <= m * n { return nil }
      return "It reads entries of c \(ribbons[2].reads) times and writes \(ribbons[2].writes) times; "
        + "there are \(m * n): keep the sums in variables while p runs."
    }
  }

  /// Exercise 8.4.
  public static func tanh(
    _ answer: @escaping (Float) -> Float,
    _ search: (
      _ f: (Double) -> Double, _ g: (Double) -> Double, _ low: Double, _ high: Double, _ points: Int
    ) -> (error: Double, x: Double)
  ) -> Verdict {
    let places: [Float] = [0, 0.1, -0.1, 0.5, 1, -1, 2, 2.75, -2.75, 3, -3, 3.5, -4, 100, -1e30, .infinity, -.infinity]
    let isUnwritten = places.allSatisfy { answer($0) == 0 }
    let isUnsearched = search({ _ in 1 }, { _ in 0 }, 0, 1, 2).error < 0
    if isUnwritten && isUnsearched { return .untouched() }
    if isUnwritten { return .wrong("rationalTanh is 0 everywhere.") }
    for x in places {
      let inside = max(-3, min(3, Double(x)))
      let right = inside * (27 + inside * inside) / (27 + 9 * inside * inside)
      let found = answer(x)
      if abs(Double(found) - right) < 1e-6 { continue }
      return .wrong(
        "Of \(x) rationalTanh is \(found); it should be \(Float(right))."
          + (abs(x) > 3 ? " Beyond 3 it stays at 1, beyond −3 at −1." : ""))
    }
    if isUnsearched { return .wrong("rationalTanh is right; largestError is not written yet.") }
    // Largest at an end, in the middle, below 0, and twice.
    typealias Sample = (f: (Double) -> Double, low: Double, high: Double, points: Int, error: Double, x: Double)
    let samples: [Sample] = [
      ({ $0 }, 0, 2, 2, 2, 2), ({ 1 - $0 * $0 }, -2, 1, 4, 3, -2), ({ 4 - $0 * $0 }, -1, 1, 3, 4, 0),
      ({ -$0 * $0 }, -1, 1, 3, 1, -1),
    ]
    for (f, low, high, points, error, x) in samples {
      let found = search(f, { _ in 0 }, low, high, points)
      if abs(found.error - error) > 1e-12 || abs(found.x - x) > 1e-12 {
        let why =
          found.error < error
          ? (x == high ? " Both ends belong to the points." : " An error may be below 0: take its size.")
          : found.error == error ? " Where it is reached twice, the first one counts." : ""
        return .wrong(
          "On \(points) points from \(low) to \(high) an error is \(error) at \(x); largestError finds \(found.error) at "
            + "\(found.x).\(why)")
      }
    }
    let (error, x) = search({ Double(answer(Float($0))) }, { Foundation.tanh($0) }, -5, 5, 1001)
    let (size, place) = (String(format: "%.4f", error), String(format: "%.2f", abs(x)))
    return .solved("It is wrong by \(size) at most, at ±\(place); VectorMath's by less than 1e-6.")
  }
}
