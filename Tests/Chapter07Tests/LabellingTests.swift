import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@testable import SequenceTasks

@Suite struct LabellingTests {
  @Test("The digits follow the rule as often as is said, each is an image of its label, and so many rows are lost.")
  func digits() {
    let images = LabelledImages.digits.subset(Array(0..<60))
    var digits = DamagedDigits(images, seed: 3)
    let (B, T) = (40, 25)
    let (sequences, labels) = digits.next(B, steps: T)
    #expect(sequences.x.shape == "[1000 × 64]" && sequences.batch == B && labels.count == 1000)
    // A digit that breaks the rule is any digit, so now and then the right one: 0.9 + 0.1 / 10.
    let follows = (B..<T * B).count { labels[$0] == (labels[$0 - B] + 3) % 10 }
    #expect(abs(Double(follows) / 960 - 0.91) < 0.03, "three standard deviations")
    var (lost, inked) = (0, 0)
    for (place, label) in labels.enumerated() {
      let pixels = Array(sequences.x.row(place).scalars)
      func isLost(_ row: Int) -> Bool { pixels[8 * row..<8 * row + 8].allSatisfy { $0 == 0 } }
      func isWhatIsLeft(of index: Int) -> Bool {
        let image = images.image(index)
        return (0..<8).allSatisfy { isLost($0) || Array(pixels[8 * $0..<8 * $0 + 8]) == Array(image.row($0).scalars) }
      }
      let whole = (0..<images.count).first { images.labels[$0] == label && isWhatIsLeft(of: $0) }
      guard let whole else {
        Issue.record("place \(place) is no image of a \(label)")
        return
      }
      let rows = (0..<8).filter { row in images.image(whole).row(row).scalars.contains { $0 > 0 } }
      inked += rows.count
      lost += rows.count { isLost($0) }
    }
    // An image all of whose rows but a few are lost may be taken for another one: hence the wide bound.
    #expect(abs(Double(lost) / Double(inked) - 0.6) < 0.03)
  }

  @Test("Who knows the rule finds the digits that are the likeliest of all thousand sequences of three.")
  func knowing() {
    var random = SplitMix64(seed: 4)
    var different = 0
    for _ in 0..<40 {
      let alone = softmax(Matrix<Float>.normal(6, 10, deviation: 2, using: &random))
      let found = knowingTheRule(alone, batch: 2)
      for row in 0..<2 {
        var marginals = Array(repeating: Array(repeating: 0.0, count: 10), count: 3)
        for number in 0..<1000 {
          let digits = [number / 100, number / 10 % 10, number % 10]
          var p = 1.0
          for t in 0..<3 {
            p *= Double(alone[t * 2 + row, digits[t]])
            if t > 0 { p *= (digits[t] == (digits[t - 1] + 3) % 10 ? 0.9 : 0) + 0.01 }
          }
          for t in 0..<3 { marginals[t][digits[t]] += p }
        }
        for t in 0..<3 {
          #expect(found[t * 2 + row] == (0...9).max { marginals[t][$0] < marginals[t][$1] })
          if found[t * 2 + row] != alone.row(t * 2 + row).rowArgMaxima()[0] { different += 1 }
        }
      }
    }
    #expect(different > 40, "the rule makes a difference")
  }

  @Test("A labeller learns to name images, and more of them when it sees their neighbours.")
  func neighbours() {
    let (training, heldOut) = LabelledImages.digits.splitByChance()
    let trial = LabellingTrial(hidden: 24, batches: 100, steps: 10, seed: 1, on: training, heldOut: heldOut)
    #expect(trial.alone > 0.5 && trial.forward > trial.alone + 0.02 && trial.both > trial.forward + 0.02, "\(trial)")
    #expect(trial.knowing > trial.alone + 0.1, "\(trial)")
  }
}

@Suite struct ClassifyingTests {
  @Test("Held out is what is not learned from; together they are all images.")
  func parts() {
    for (training, heldOut) in [LabelledImages.digits.splitByChance(), LabelledImages.digits.splitByOrder()] {
      #expect(training.count == 1438 && heldOut.count == 359)
      let (learned, held) = (fingerprints(training), fingerprints(heldOut))
      #expect(learned.isDisjoint(with: held))
      #expect(learned.union(held) == fingerprints(.digits))
    }
    // No two of the images are alike, so the sets above hold them all.
    #expect(fingerprints(.digits).count == 1797)
    let (_, late) = LabelledImages.digits.splitByOrder()
    #expect(late.image(358) == LabelledImages.digits.image(1796) && late.labels[358] == 8)
  }

  private func fingerprints(_ images: LabelledImages) -> Set<[Float]> {
    Set((0..<images.count).map { images.image($0).scalars + [Float(images.labels[$0])] })
  }

  @Test("What is named after so many rows is what is named of the images cut there; in pieces or not.")
  func byRow() {
    var random = SplitMix64(seed: 2)
    let network = SequenceNetwork(
      Layer(GRU<Float>(inputs: 8, hidden: 12, using: &random)), answers: 10, using: &random)
    var trainer = SequenceTrainer(network, rate: 0.01, seed: 1)
    for _ in 0..<60 { _ = trainer.classify(.digits, batch: 32) }
    // More than one piece, and the last one not whole.
    let images = LabelledImages.digits.subset(Array(0..<1203))
    let shares = trainer.network.accuracyByRow(on: images)
    #expect(shares.count == 8 && shares[7] > 0.4 && Set(shares).count > 4, "\(shares)")
    for (t, share) in shares.enumerated() {
      let lengths = Array(repeating: t + 1, count: 1203)
      #expect(share == trainer.network.accuracy(on: images, lengths: lengths))
    }
    #expect(shares[7] == trainer.network.accuracy(on: images))
  }

  @Test("A confusion is counted in the row of what it is and the column of what was said.")
  func counts() {
    let (answers, labels) = ([3, 3, 7, 0], [3, 5, 5, 0])
    let counts = confusion(answers, labels)
    #expect(counts[5][3] == 1 && counts[5][7] == 1 && counts[3][3] == 1 && counts[0][0] == 1)
    #expect(counts.joined().reduce(0, +) == 4)
    #expect(accuracyOf(answers, labels) == 0.5)
  }

  @Test("Damage wipes whole rows out, as many as asked for; a guessed length is the number of rows with ink.")
  func damage() {
    let images = LabelledImages.digits
    let faint = images.damaged(0.15, seed: 1)
    let wiped = (0..<images.rows.rows).filter { faint.rows.row($0) != images.rows.row($0) }
    let share = Double(wiped.count) / Double(images.rows.rows - images.blankRows)
    #expect(abs(share - 0.15) < 0.01 && faint.labels == images.labels)
    for row in wiped { #expect(faint.rows.row(row) == Matrix(1, 8)) }
    #expect(faint.blankRows == images.blankRows + wiped.count)
    let rows = Matrix<Float>([[0, 0], [1, 0], [0, 0], [0, 2], [0, 0], [0, 0]])
    let gaps = LabelledImages(rows: rows, labels: [4, 5], height: 3)
    #expect(gaps.guessedLengths == [1, 1] && gaps.blankRows == 4)
  }
}

@Suite struct LengthsTests {
  @Test("Every step counts the same, or every sequence that has a step; together they are 1.")
  func weights() {
    let sequences = Sequences(Matrix<Double>(12, 1), batch: 3, lengths: [2, 0, 4])
    #expect(sequences.places == [0, 2, 3, 5, 8, 11])
    #expect(sequences.weights(.perStep) == Array(repeating: 1.0 / 6, count: 6))
    #expect(sequences.weights(.perSequence) == [0.25, 0.125, 0.25, 0.125, 0.125, 0.125])
    let whole = Sequences(Matrix<Double>(12, 1), batch: 3)
    #expect(whole.weights(.perStep) == whole.weights(.perSequence) && whole.lastPlaces == [9, 10, 11])
  }

  @Test("What stands in the padding, and how much of it there is, changes no loss and no gradient.")
  func padding() {
    var random = SplitMix64(seed: 3)
    func cell() -> LSTM<Double> { LSTM(inputs: 4, hidden: 5, using: &random) }
    let network = SequenceNetwork(
      Then(Bidirectional(Layer(cell()), Layer(cell())), Layer(GRU(inputs: 10, hidden: 6, using: &random))),
      answers: 3, using: &random)
    let x = Matrix<Double>.normal(10, 4, deviation: 0.7, using: &random)
    let lengths = [5, 2]
    func result(_ x: Matrix<Double>, _ readout: Readout) -> (Double, UInt64) {
      let sequences = Sequences(x, batch: 2, lengths: lengths)
      let targets = readout == .last ? [2, 0] : [0, 1, 2, 1, 0, 2, 1]
      let weights = readout == .last ? [0.5, 0.5] : sequences.weights(.perSequence)
      let (loss, gradient) = network.lossAndGradient(of: sequences, readout, dropout: Dropping.perStep.dropout) {
        weightedCrossEntropy($0, targets, weights: weights)
      }
      return (loss, gradient.fingerprint)
    }
    var other = x
    for place in [5, 7, 9] { for column in 0..<4 { other[place, column] = 1e6 } }
    let longer = Matrix.stack([other, Matrix(6, 4, repeating: .infinity)])
    for readout in [Readout.last, .every] {
      #expect(result(other, readout) == result(x, readout))
      #expect(result(longer, readout) == result(x, readout))
    }
  }

  @Test("What goes wrong, as the page says it: at the last step, with padding in the mean, with dropout left on.")
  func mistakes() {
    var random = SplitMix64(seed: 5)
    let network = SequenceNetwork(
      Layer(LSTM<Double>(inputs: 4, hidden: 5, using: &random)), answers: 3, using: &random
    ).drawn(using: &random)
    let sequences = Question(outputs: 1, lengths: [2, 5, 3]).x
    let h = network.layers.read(sequences, dropout: nil).outputs
    // The output of the last step instead of the last relevant one: a short row's answer is the bias.
    let last = network.projection(h.rows(12..<15))
    #expect(last.row(0) == network.projection.b && last.row(2) == network.projection.b)
    #expect(last.row(1) != network.projection.b)
    #expect(network.answers(to: sequences, .last).row(0) != network.projection.b)
    // A mean over all steps falls when padding is added, though nothing was learned.
    let losses = crossEntropy(network.answers(to: sequences, .every), Array(repeating: 0, count: 10)).sum()
    #expect(losses / 15 > losses / 18 && losses / 10 > losses / 15)
    // With dropout left on, one question has two answers.
    let each = [UInt64(1), 2].map { network.layers.read(sequences, dropout: Dropout(keep: 0.5, seed: $0)).outputs }
    #expect(each[0] != each[1])
  }
}
