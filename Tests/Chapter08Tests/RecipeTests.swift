import ExplicitGates
import MinimalMatrix
import Speed
import Testing

@Suite struct RecipeTests {
  /// One of all, all different, around eight units, and what two threads share (2 000 000 multiply-adds a thread).
  static let sizes = [
    Size(T: 1, B: 1, D: 1, H: 1), Size(T: 3, B: 2, D: 5, H: 7), Size(T: 2, B: 3, D: 4, H: 8),
    Size(T: 4, B: 5, D: 17, H: 33), Size(T: 2, B: 61, D: 63, H: 141),
  ]

  /// A trained cell has no zeros where a new one has them: every bias here is a number of its own.
  static func example(_ size: Size) -> (cell: LSTM<Float>, x: Matrix<Float>) {
    var (cell, x) = size.example(seed: 5)
    var random = SplitMix64(seed: 6)
    for (_, path) in LSTM<Float>.arrays {
      let shape = cell[keyPath: path]
      cell[keyPath: path] += .normal(shape.rows, shape.columns, deviation: 0.1, using: &random)
    }
    x *= 2
    return (cell, x)
  }

  @Test("Every version gives chapter 3's bits; with the C library's functions those of version 1.", arguments: sizes)
  func bits(size: Size) {
    let (cell, x) = Self.example(size)
    let truth = cell.answer(x, batch: size.B)
    let answers = Recipe.history.map { version in
      var learner = Learner(version.recipe)
      return learner.answer(cell, x, batch: size.B)
    }
    for (version, answer) in zip(Recipe.history, answers) {
      let expected = version.recipe.hasVectorFunctions ? truth : answers[0]
      #expect(answer == expected, "\(version.idea)")
    }
    #expect(answers[0].distance(to: truth) < 3e-6)
  }

  @Test("Buffers that are kept do not remember: other inputs, other weights, other sizes between.")
  func buffers() {
    let versions = Recipe.history.filter(\.recipe.keepsBuffers)
    #expect(versions.count == 2)
    for version in versions {
      var learner = Learner(version.recipe)
      for size in [Self.sizes[1], Self.sizes[1], Self.sizes[3], Self.sizes[1]] {
        for scale in [3, 1] as [Float] {
          let (cell, x) = Self.example(size)
          #expect(learner.answer(cell, x * scale, batch: size.B) == cell.answer(x * scale, batch: size.B))
        }
      }
    }
  }

  @Test("Each version differs from the one before in one choice.")
  func history() {
    let recipes = Recipe.history.map(\.recipe)
    func choices(_ recipe: Recipe) -> [String] { Mirror(reflecting: recipe).children.map { "\($0.value)" } }
    for (before, after) in zip(recipes, recipes.dropFirst()) {
      #expect(zip(choices(before), choices(after)).count { $0 != $1 } == 1)
    }
  }

  /// In a process of its own: other tests change the number meanwhile.
  @Test("The number of threads is put back.")
  func threads() async {
    await #expect(processExitsWith: .success) {
      Threads.count = 7
      let (cell, x) = Self.example(Self.sizes[1])
      var learner = Learner(Recipe.history[0].recipe)
      _ = learner.answer(cell, x, batch: 2)
      precondition(Threads.count == 7)
    }
  }

  @Test("The distance is the largest difference over the largest entry, whatever the array.")
  func distance() {
    let (cell, x) = Self.example(Self.sizes[1])
    let answer = cell.answer(x, batch: 2)
    #expect(answer.distance(to: answer) == 0)
    for (name, path) in LSTM<Float>.arrays {
      var other = answer
      other.gradient[keyPath: path][0, 1] += abs(answer.gradient[keyPath: path]).scalars.max()! / 8
      #expect(abs(other.distance(to: answer) - 0.125) < 1e-6, "\(name)")
    }
    var other = answer
    other.loss *= 1.5
    #expect(abs(other.distance(to: answer) - 0.5) < 1e-6)
    other = answer
    other.dInputs *= 2
    #expect(abs(other.distance(to: answer) - 1) < 1e-6)
  }

  @Test("One sum, three orders: 2²⁴ swallows every 1 that is added to it, and none of the sums beside it.")
  func sums() {
    let sums = ThreeSums([16_777_216] + Array(repeating: 1, count: 15), Array(repeating: 1, count: 16))
    #expect(sums.exact == 16_777_231 && sums.inOrder == 16_777_216 && sums.roundedTwice == 16_777_216)
    #expect(sums.inEight == 16_777_230)
    // 1 + 2⁻¹² squared needs 25 bits: rounded before it is added, it loses the last one.
    let b: Float = 1 + 0x1p-12
    let fused = ThreeSums([-1, b], [1, b])
    #expect(fused.exact == 0x1p-11 + 0x1p-24 && Double(fused.inOrder) == fused.exact)
    #expect(fused.roundedTwice == 0x1p-11)
  }
}
