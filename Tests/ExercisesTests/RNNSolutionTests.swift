import Foundation
import MinimalMatrix
import NumpyStyleRNN
import Testing

@testable import ExerciseChecks

/// Is the verdict wrong, and does it say these words?
func expectWrong(_ verdict: Verdict, _ words: String..., at place: SourceLocation = #_sourceLocation) {
  guard case .wrong(let text) = verdict else {
    Issue.record("not found wrong: \(verdict)", sourceLocation: place)
    return
  }
  for word in words { #expect(text.contains(word), "\(text)", sourceLocation: place) }
}

@Suite struct RoomTests {
  @Test("All chapters: every room is untouched, its page leads to it, and page and program have three hints each.")
  func complete() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let chapters = [chapter01, chapter02, chapter03, chapter04, chapter05, chapter06, chapter07, chapter08]
    #expect(chapters.map { $0.exercises.count } == [3, 4, 8, 4, 4, 5, 5, 4])
    for chapter in chapters {
      let page = try String(contentsOf: root.appending(path: chapter.page), encoding: .utf8)
      let sections = page.components(separatedBy: "\n### \(chapter.number).").dropFirst()
      #expect(chapter.exercises.count == sections.count, "chapter \(chapter.number)")
      for (exercise, section) in zip(chapter.exercises, sections) {
        let room = section.components(separatedBy: "\n### ")[0]
        #expect(exercise.check().isUntouched, "\(exercise.title)")
        #expect(room.contains("(../\(chapter.folder)/\(exercise.file))"), "\(exercise.title): the way to the room")
        #expect(exercise.hints.count == 3 && exercise.title.count <= 42, "\(exercise.title)")
        #expect(
          !exercise.explanation.split(separator: "\n").contains { $0.count > 80 }, "\(exercise.title): 80 columns")
        for hint in ["First", "Second", "Third"] {
          #expect(
            room.components(separatedBy: "<summary>\(hint) hint</summary>").count == 2,
            "\(exercise.title): \(hint) hint")
        }
        #expect(room.components(separatedBy: "hint</summary>").count == 4, "\(exercise.title): hints of the page")
      }
    }
  }
}

/// Chapter 1's solutions, and wrong ones.
@Suite struct RNNSolutionTests {
  @Test func solved() {
    for (verdict, words) in [
      // The page's numbers.
      (RNNCheck.forecast { forecast(for: $0, hidden: $1) }, "V = 5, 437 weights, and pays 1.6094 nats"),
      (RNNCheck.crossEntropy { crossEntropyByHand($0, target: $1) }, "no logarithm of 0"),
      (memory(), "by about 0.03 at each step with weights of deviation 0.01"),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  @Test("The chapter's own network reads a or b, and then line breaks: the page's five distances.")
  func chapter() {
    var random = SplitMix64(seed: 1)
    let network = RNN<Double>(vocabulary: 27, hidden: 16, using: &random)
    let found = distances(in: network, after: 1, and: 2, reading: [0, 0, 0, 0]).map { $0.scientific(places: 1) }
    #expect(found == ["3.2e-02", "1.2e-03", "5.2e-05", "2.1e-06", "7.7e-08"])
  }

  // MARK: Another text

  private func forecasts(_ spoil: @escaping (inout (V: Int, weights: Int, loss: Double), String, Int) -> Void)
    -> Verdict
  {
    RNNCheck.forecast { text, H in
      var answer = forecast(for: text, hidden: H)
      spoil(&answer, text, H)
      return answer
    }
  }

  @Test("All letters; codes and bytes for characters; no biases, one of them, a matrix less; bits; 1/V; a minus.")
  func wrongForecasts() {
    expectWrong(forecasts { answer, text, _ in answer.V = text.count }, "counts once")
    expectWrong(forecasts { answer, text, _ in answer.V = Set(text.unicodeScalars).count }, "Zoë", "of several codes")
    expectWrong(forecasts { answer, text, _ in answer.V = Set(text.utf8).count }, "of several codes")
    expectWrong(
      forecasts {
        $0.weights -= $0.V + $2; _ = $1
      }, "The two biases hold 21")
    expectWrong(
      forecasts {
        $0.weights -= $2; _ = $1
      }, "The cell's b holds 16")
    expectWrong(
      forecasts {
        $0.weights -= $0.V; _ = ($1, $2)
      }, "The projection's b holds 5")
    expectWrong(
      forecasts {
        $0.weights -= $0.V * $2; _ = $1
      }, "Two arrays have a V and an H")
    expectWrong(
      forecasts {
        $0.weights -= $2 * $2; _ = $1
      }, "The state reads itself")
    expectWrong(
      forecasts {
        $0.loss = log2(Double($0.V)); _ = ($1, $2)
      }, "in bits")
    expectWrong(
      forecasts {
        $0.loss = 1 / Double($0.V); _ = ($1, $2)
      }, "the probability")
    expectWrong(
      forecasts {
        $0.loss *= -1; _ = ($1, $2)
      }, "not negative")
    expectWrong(
      forecasts {
        $0.loss = .nan; _ = ($1, $2)
      }, "the loss should be 1.6094")
  }

  // MARK: The loss that breaks

  @Test("As handed out it is untouched, and says where the probability is 0.")
  func textbook() {
    let verdict = RNNCheck.crossEntropy { y, target in
      let powers = y.map { exp($0) }
      return -log(powers[target] / powers.reduce(0, +))
    }
    guard case .untouched(let text) = verdict else { return #expect(Bool(false), "\(verdict)") }
    #expect(text.contains("[0, 1000], target 0: the loss should be 1000, and is ∞"), "\(text)")
  }

  @Test("Shifted, and then the logarithm of 0; not shifted; bounded; bits; a minus; the probability; nothing.")
  func wrongLosses() {
    func verdict(_ answer: @escaping ([Double], Int) -> Double) -> Verdict { RNNCheck.crossEntropy(answer) }
    func shifted(_ y: [Double], _ target: Int) -> Double {
      let powers = y.map { exp($0 - y.max()!) }
      return powers[target] / powers.reduce(0, +)
    }
    expectWrong(verdict { -log(shifted($0, $1)) }, "gone for good")
    expectWrong(verdict { y, target in log(y.reduce(0) { $0 + exp($1) }) - y[target] }, "e^1000 is infinite")
    expectWrong(verdict { -log(max(shifted($0, $1), 1e-12)) }, "A bound on the probability")
    expectWrong(verdict { crossEntropyByHand($0, target: $1) / log(2) }, "in bits")
    expectWrong(verdict { -crossEntropyByHand($0, target: $1) }, "The sign")
    expectWrong(verdict { exp(-crossEntropyByHand($0, target: $1)) }, "the probability itself")
    expectWrong(verdict { _, _ in 0 }, "should be 0.4076, and is 0")
    expectWrong(
      verdict {
        $0.max()! > 0 ? crossEntropyByHand($0, target: $1) : -log(exp($0[$1]) / $0.map { exp($0) }.reduce(0, +))
      }, "[-1000, -1001]")
  }

  // MARK: How long it remembers

  private func memory(
    _ answer: (RNN<Double>, Int, Int, [Int]) -> [Double] = { distances(in: $0, after: $1, and: $2, reading: $3) }
  ) -> Verdict { RNNCheck.memory(answer) }

  @Test("No root; magnitudes; states not carried; one that stands; logits; the first missing; one too many.")
  func wrongDistances() {
    func length(_ h: Matrix<Double>, _ k: Matrix<Double>) -> Double { (h - k).squaredNorm().squareRoot() }
    expectWrong(memory { RNNCheck.distances($0, $1, $2, $3) { ($0 - $1).squaredNorm() } }, "The root is missing")
    expectWrong(memory { RNNCheck.distances($0, $1, $2, $3) { abs($0 - $1).sum() } }, "sums of magnitudes")
    expectWrong(memory { RNNCheck.distances($0, $1, $2, $3, carried: false, length) }, "carry the states")
    expectWrong(memory { RNNCheck.distances($0, $1, $2, $3, both: false, length) }, "One of the two states")
    expectWrong(
      memory { network, a, b, ids in
        RNNCheck.distances(network, a, b, ids) { length(network.projection($0), network.projection($1)) }
      }, "of the logits")
    expectWrong(
      memory { Array(RNNCheck.distances($0, $1, $2, $3, length).dropFirst()) }, "The first is that after 1 and 2")
    expectWrong(
      memory { RNNCheck.distances($0, $1, $2, $3 + [0], length) }, "there should be 5 distances, and there are 6")
    expectWrong(memory { RNNCheck.distances($0, $1, $2, $3, length).map { 2 * $0 } }, "they are [")
  }
}
