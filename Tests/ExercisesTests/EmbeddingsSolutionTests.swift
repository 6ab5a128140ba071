import Embeddings
import ExerciseChecks
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// Chapter 6's solutions, and wrong ones.
@Suite struct EmbeddingsSolutionTests {
  typealias Model = EmbeddingsCheck.Model

  @Test func solved() {
    for (verdict, words) in [
      (EmbeddingsCheck.scatterAdd { addGradient($0, ids: $1, to: &$2) }, "one-hotᵀ"),
      // The page's numbers.
      (temperature(), "2.72 times as likely as the second at temperature 1, 7.39 times at 0.5, 1.65 times at 2"),
      (state(), "needs 0.016 bits for an id; without it writes abababababababababababab, and needs 1.187"),
      (words(), "“the” “␣” “g” “o” “a” “t”"),
      (tied(), "all 14 arrays"),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  // MARK: Scatter and add

  @Test("As handed out it is untouched and explained; the derivatives are those of the rows that are read.")
  func scatter() {
    let verdict = EmbeddingsCheck.scatterAdd { dx, ids, dTable in
      let sums = dTable.rows(at: ids) + dx
      for (k, id) in ids.enumerated() { dTable.setRows(from: id, to: sums.row(k)) }
    }
    guard case .untouched(let text) = verdict else { return #expect(Bool(false), "\(verdict)") }
    #expect(text.contains("row 1 was read twice, and has received dx[5] alone"), "\(text)")

    var random = SplitMix64(seed: 3)
    let (ids, dx) = ([3, 1, 3, 3, 0, 1], Matrix<Double>.normal(6, 4, deviation: 1, using: &random))
    var dTable = Matrix<Double>(5, 4)
    addGradient(dx, ids: ids, to: &dTable)
    let numeric = centredDifferences(of: { $0.rows(at: ids).dot(dx) }, at: .normal(5, 4, deviation: 1, using: &random))
    #expect(ArrayCheck(name: "table", analytic: dTable, numeric: numeric).passes)
  }

  @Test("Set, not added; the first reader alone; a mean; nothing kept of before; a row that nobody read; twice.")
  func wrongScatters() {
    func verdict(_ answer: (Matrix<Double>, [Int], inout Matrix<Double>) -> Void) -> Verdict {
      EmbeddingsCheck.scatterAdd(answer)
    }
    expectWrong(
      verdict { dx, ids, d in for (k, id) in ids.enumerated() { d.setRows(from: id, to: dx.row(k)) } }, "is gone")
    expectWrong(
      verdict { dx, ids, d in
        for id in Set(ids) { d.addRows(at: [id], dx.row(ids.firstIndex(of: id)!)) }
      }, "dx[1] alone")
    expectWrong(
      verdict { dx, ids, d in
        for (k, id) in ids.enumerated() { d.addRows(at: [id], dx.row(k) / Double(ids.count { $0 == id })) }
      }, "a mean, not the sum")
    expectWrong(
      verdict { dx, ids, d in
        d = Matrix(zerosLike: d)
        d.addRows(at: ids, dx)
      }, "What other windows had left there is gone", "row 0")
    expectWrong(
      verdict { dx, ids, d in
        d.addRows(at: ids, dx)
        d += 1e-6
      }, "row 0 was read once")
    expectWrong(
      verdict { dx, ids, d in
        d.addRows(at: ids, dx)
        if d.rows > 4 { d[4, 0] += 1 }
      }, "row 4 was read never, so it must stay")
    expectWrong(verdict { dx, ids, d in d.addRows(at: ids + ids, .stack([dx, dx])) }, "should have changed by")
    expectWrong(verdict { dx, ids, d in d = dx }, "dTable is [6 × 4] afterwards; it should stay [5 × 4]")
  }

  // MARK: Temperature

  private func temperature(
    _ first: ([Double], Double) -> [Double] = { probabilities($0, temperature: $1) },
    _ second: ([Double], Double) -> [Double] = { tempered($0, temperature: $1) }
  ) -> Verdict { EmbeddingsCheck.temperature(ofLogits: first, ofProbabilities: second) }

  @Test("Times τ; no τ; not divided by the sum; too large and too small for e; a sum of ones; nothing yet.")
  func wrongTemperatures() {
    func share(_ powers: [Double]) -> [Double] { powers.map { $0 / powers.reduce(0, +) } }
    expectWrong(temperature({ y, τ in probabilities(y, temperature: 1 / τ) }), "as if τ were 1/τ")
    expectWrong(temperature({ y, _ in probabilities(y, temperature: 1) }), "temperature: 0.5", "as if τ were 1.")
    expectWrong(temperature({ y, τ in y.map { exp($0 / τ) } }), "add up to 11.107")
    expectWrong(temperature({ y, τ in share(y.map { exp($0 / τ) }) }), "[1000, 999, 0]", "no number")
    expectWrong(temperature({ y, τ in share(y.map { exp(($0 - y[0]) / τ) }) }), "[0, 1000, 998]", "no number")
    expectWrong(temperature({ _, _ in [] }), "there should be as many")
    expectWrong(temperature({ probabilities($0, temperature: $1) }, { _, _ in [] }), "The first function is right")
    expectWrong(
      temperature({ probabilities($0, temperature: $1) }, { p, τ in share(p.map { pow($0, 1 / τ) }) }),
      "1000 equal ones")
    expectWrong(
      temperature({ probabilities($0, temperature: $1) }, { p, τ in share(p.map { pow($0, τ) }) }), "as if τ were 1/τ")
    expectWrong(
      temperature({ probabilities($0, temperature: $1) }, { p, τ in probabilities(p, temperature: τ) }), "it should be")
  }

  // MARK: Without the state

  private func state(
    pairs table: (Model) -> Matrix<Double> = { pairs(of: $0) },
    write: (Model, Int, Int, inout SplitMix64) -> [Int] = { writeWithoutState($0, $1, after: $2, using: &$3) },
    bits count: (Model, [Int]) -> (withState: Double, without: Double) = { bits(of: $0, over: $1) }
  ) -> Verdict { EmbeddingsCheck.withoutTheState(pairs: table, write: write, bits: count) }

  @Test("What is lost: of “aab aab …” a bit for each a, which no table of pairs can know.")
  func lesson() {
    let text = "\(state())"
    #expect(text.contains("writes aabaabaabaabaabaabaabaab, with its state"), "\(text)")
  }

  @Test("Logits; the transpose; one stream whose state goes on; the pairs of another model.")
  func wrongPairs() {
    expectWrong(
      state(pairs: { $0.read(Array(0..<$0.vocabulary), from: $0.cell.zeroState(batch: $0.vocabulary)).logits }),
      "logits")
    expectWrong(state(pairs: { pairs(of: $0).transposed() }), "transpose")
    expectWrong(
      state(pairs: { softmax($0.read(Array(0..<$0.vocabulary), from: $0.cell.zeroState(batch: 1)).logits) }),
      "one stream")
    expectWrong(state(pairs: { Matrix($0.vocabulary, $0.vocabulary, repeating: 0.2) }), "Row 0 of the pairs is [0.200")
    expectWrong(state(pairs: { _ in Matrix(1, 5) }), "are [1 × 5]; they should be [5 × 5]")
  }

  @Test("With the state; the likeliest always; without regard to the last id; too few; ids there are not; no chance.")
  func wrongWriting() {
    expectWrong(state(write: { $0.write($1, after: [$2], using: &$3) }), "without the state it should be")
    expectWrong(state(write: { $0.write($1, after: [$2], Choice(top: 1), using: &$3) }), "% are")
    expectWrong(
      state(write: { model, count, id, random in
        let table = log(pairs(of: model))
        return (0..<count).map { _ in sample(table.row(id), temperature: 1, using: &random) }
      }), "from the row of the last id")
    expectWrong(state(write: { writeWithoutState($0, $1 - 1, after: $2, using: &$3) }), "writes 19999 ids")
    expectWrong(
      state(write: { model, count, _, _ in Array(repeating: model.vocabulary, count: count) }), "does not have")
    expectWrong(
      state(write: {
        var fixed = SplitMix64(seed: 4)
        _ = $3
        return writeWithoutState($0, $1, after: $2, using: &fixed)
      }), "without drawing")
  }

  @Test("Another way to draw with the right probabilities is as good.")
  func anotherWayToDraw() {
    let verdict = state(write: { model, count, id, random in
      let table = pairs(of: model)
      var (last, written) = (id, [Int]())
      for _ in 0..<count {
        var left = 1 - random.uniform()
        last =
          table.row(last).scalars.indices.reversed().first { k in
            left -= table[last, k]
            return left <= 0
          } ?? 0
        written.append(last)
      }
      return written
    })
    #expect(verdict.isSolved, "\(verdict)")
  }

  @Test("Nats; swapped; the state carried in both, or in none; a sum.")
  func wrongBits() {
    expectWrong(
      state(bits: {
        let b = bits(of: $0, over: $1); return (b.0 * log(2), b.1 * log(2))
      }), "nats")
    expectWrong(
      state(bits: {
        let b = bits(of: $0, over: $1); return (b.1, b.0)
      }), "swapped")
    expectWrong(
      state(bits: {
        let b = bits(of: $0, over: $1); return (b.0, b.0)
      }), "went on in both")
    expectWrong(
      state(bits: {
        let b = bits(of: $0, over: $1); return (b.1, b.1)
      }), "from zeros")
    expectWrong(
      state(bits: {
        let b = bits(of: $0, over: $1); return (299 * b.0, 299 * b.1)
      }), "they should be")
  }

  // MARK: Words

  private func words(_ spoil: (inout [String]) -> Void = { _ in }, ids other: ((Words, String) -> [Int])? = nil)
    -> Verdict
  {
    EmbeddingsCheck.words { text, count in
      let words = Words(of: text, atLeast: count)
      var pieces = words.pieces
      spoil(&pieces)
      return (pieces, { other?(words, $0) ?? words.ids(of: $0) }, { words.text(of: $0) })
    }
  }

  @Test("Two ids for one piece; none for the unknown; a rare word; another order.")
  func wrongPieces() {
    expectWrong(words { $0.append("the") }, "“the” has two ids")
    expectWrong(words { $0.removeFirst() }, "the unknown piece has no id")
    expectWrong(words { $0.removeAll { $0 == "é" } }, "“é” has no id")
    expectWrong(words { $0.append(" dogs") }, "“␣dogs” has an id")
    expectWrong(words { $0.swapAt($0.count - 2, $0.count - 1) }, "not in order")
    expectWrong(words { $0 = Array($0.prefix(1) + $0.dropFirst().shuffled().sorted(by: >)) }, "not in order: id 1")
  }

  @Test("Unknown words lost; every word spelled; ids out of range; and a text that comes back without its spaces.")
  func wrongIds() {
    expectWrong(
      words(ids: { words, text in
        TokenKind.words.pieces(of: text).map { words.pieces.firstIndex(of: String($0)) ?? 0 }
      }), "spelled, not lost")
    expectWrong(
      words(ids: { words, text in text.map { words.pieces.firstIndex(of: String($0)) ?? 0 } }), "is one piece")
    expectWrong(words(ids: { $0.ids(of: $1) + [99] }), "ids without a piece")
    let verdict = EmbeddingsCheck.words { text, count in
      let words = Words(of: text, atLeast: count)
      return (words.pieces, { words.ids(of: $0) }, { words.text(of: $0).replacing(" ", with: "") })
    }
    expectWrong(verdict, "is “thecatsaw")
    let strict = EmbeddingsCheck.words { text, count in
      let words = Words(of: text, atLeast: count)
      return (words.pieces, { words.ids(of: $0).filter { $0 > 0 } }, { words.text(of: $0) })
    }
    expectWrong(strict, "no ω: that is id 0")
  }

  // MARK: Tied ends

  private func model(_ parts: EmbeddingsCheck.Tied) -> TiedModel {
    TiedModel(embedding: parts.embedding, cell: parts.cell, b: parts.b)
  }

  private func tied(
    logits spoilLogits: (EmbeddingsCheck.Tied, inout Matrix<Double>) -> Void = { _, _ in },
    gradient spoil: (inout TiedModel, TiedModel, Matrix<Double>, Run<LSTM<Double>>, [Int]) -> Void = { _, _, _, _, _ in
    }
  ) -> Verdict {
    EmbeddingsCheck.tied(
      logits: { parts, h in
        var logits = model(parts).logits(h)
        spoilLogits(parts, &logits)
        return logits
      },
      backward: { parts, dLogits, run, ids in
        let model = model(parts)
        var gradient = model.backward(dLogits, through: run, ids: ids)
        spoil(&gradient, model, dLogits, run, ids)
        return EmbeddingsCheck.Tied(embedding: gradient.embedding, cell: gradient.cell, b: gradient.b)
      })
  }

  @Test("No bias; one of the table's two readers; one overwriting the other; no bias' gradient; a cell without one.")
  func wrongTies() {
    func looked(_ model: TiedModel, _ dLogits: Matrix<Double>, _ run: Run<LSTM<Double>>, _ ids: [Int]) -> Matrix<Double>
    {
      let dh = matmul(dLogits, model.embedding.table)
      return model.embedding.gradient(model.cell.backward(dh, through: run).dInputs, ids: ids).table
    }
    expectWrong(tied(logits: { $1 = $1 - $0.b }), "b is not added")
    expectWrong(tied(logits: { $1 = 2 * $1 }), "not those of the equation")
    expectWrong(
      tied(gradient: { $0.embedding.table = looked($1, $2, $3, $4) }), "embedding.table",
      "the product at the end reads the table")
    expectWrong(
      tied(gradient: { gradient, _, d, run, _ in gradient.embedding.table = matmul(d.T, run.outputs) }),
      "the rows that were looked up read the table too")
    expectWrong(
      tied(gradient: { gradient, model, dLogits, run, ids in
        gradient.embedding.table = matmul(dLogits.T, run.outputs)
        for id in ids { gradient.embedding.table.setRows(from: id, to: looked(model, dLogits, run, ids).row(id)) }
      }), "overwritten")
    expectWrong(
      tied(gradient: { gradient, _, _, _, _ in gradient.b = 0 * gradient.b }), "b[0,", "nothing arrives here")
    expectWrong(
      tied(gradient: { gradient, _, _, _, _ in gradient.cell.forget.U = 0 * gradient.cell.forget.U }),
      "cell.forget.U")
  }
}
