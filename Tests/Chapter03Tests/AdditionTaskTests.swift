import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// A small network, in Double, whose weights are no zeros.
private func smallModel<Scalar>(seed: UInt64 = 3) -> SequenceModel<LSTM<Scalar>> {
  var random = SplitMix64(seed: seed)
  let cell = LSTM<Scalar>(inputs: 2, hidden: 5, using: &random)
  return SequenceModel(cell, using: &random)
}

@Suite struct SumsTests {
  @Test("13 + 7 = 20 beside 2 + 6 = 8, least significant bit first, time-major.")
  func byHand() {
    let sums = Sums([13, 2], [7, 6], bits: 5)
    let x: Matrix<Double> = sums.inputs()
    #expect(x.shape == "[10 × 2]")
    #expect((0..<5).map { x[2 * $0, 0] } == [1, 0, 1, 1, 0], "13")
    #expect((0..<5).map { x[2 * $0, 1] } == [1, 1, 1, 0, 0], "7")
    #expect((0..<5).map { x[2 * $0 + 1, 0] } == [0, 1, 0, 0, 0], "2")
    #expect(sums.targets() == Matrix<Double>(10, 1, scalars: [0, 0, 0, 0, 1, 0, 0, 1, 1, 0]))
    #expect(sums.carries() == Matrix<Double>(10, 1, scalars: [1, 0, 1, 1, 1, 1, 1, 0, 0, 0]))
    #expect(sums.line(0, found: 20) == " 13 +  7 = 20  ✓")
    #expect(sums.line(1, found: 9) == "  2 +  6 =  9  ✗")
    #expect(Sums([13], [7], bits: 10).line(0, found: 20) == "  13 +   7 =   20  ✓")
  }

  @Test("Random numbers have one bit less than the sum, and all of their bits are used.", arguments: [1, 2, 10, 64])
  func random(bits: Int) {
    var random = SplitMix64(seed: 1)
    let sums = Sums(300, bits: bits, using: &random)
    let used = (sums.a + sums.b).reduce(0, |)
    #expect(used == (bits == 1 ? 0 : UInt64.max >> UInt64(65 - bits)))
    let targets: Matrix<Float> = sums.targets()
    for row in [0, 7, 299] {
      let sum = (0..<bits).reduce(UInt64(0)) { $0 | UInt64(targets[$1 * 300 + row, 0]) << UInt64($1) }
      #expect(sum == sums.a[row] + sums.b[row])
    }
  }
}

@Suite struct BitCrossEntropyTests {
  @Test("It is −ln of the probability of what is true.")
  func definition() {
    let y = Matrix<Double>.linspace(-3, 3, 7, 1)
    let loss = bitCrossEntropy(y, Matrix(7, 1, repeating: 1))
    let byDefinition = -log(sigmoid(y))
    for i in 0..<7 { #expect(abs(loss[i, 0] - byDefinition[i, 0]) < 1e-14) }
  }

  @Test("Ten thousand on the right side costs nothing, on the wrong side ten thousand.")
  func extremes() {
    func check<Scalar: MatrixScalar>(_: Scalar.Type) {
      let y = Matrix<Scalar>(4, 1, scalars: [1e4, -1e4, 1e4, -1e4])
      let targets = Matrix<Scalar>(4, 1, scalars: [1, 0, 0, 1])
      #expect(bitCrossEntropy(y, targets).scalars == [0, 0, 1e4, 1e4])
      #expect(bitCrossEntropyGradient(y, targets).scalars == [0, 0, 0.25, -0.25])
    }
    check(Float.self)
    check(Double.self)
  }
}

@Suite struct SequenceModelTests {
  @Test("Every array's gradient for sums, against centred differences.")
  func additionGradient() {
    let model: SequenceModel<LSTM<Double>> = smallModel()
    let sums = Sums([5, 2, 7], [3, 6, 1], bits: 4)
    let (x, targets): (Matrix<Double>, Matrix<Double>) = (sums.inputs(), sums.targets())
    let gradient = model.lossAndGradient(of: x, targets, batch: 3).gradient
    for check in model.check(gradient: gradient, of: { $0.lossAndGradient(of: x, targets, batch: 3).loss }) {
      #expect(check.passes, "\(check)")
    }
  }

  @Test("Every array's gradient for the adding problem, against centred differences.")
  func addingGradient() {
    let model: SequenceModel<LSTM<Double>> = smallModel()
    var problem = AddingProblem(steps: 5, seed: 1)
    let (x, sums): (Matrix<Double>, Matrix<Double>) = problem.next(3)
    let gradient = model.squaredErrorAndGradient(of: x, sums).gradient
    for check in model.check(gradient: gradient, of: { $0.squaredErrorAndGradient(of: x, sums).loss }) {
      #expect(check.passes, "\(check)")
    }
  }

  @Test("A sum is the same in a batch of any size, bit for bit.")
  func batches() {
    let model: SequenceModel<LSTM<Float>> = smallModel()
    var random = SplitMix64(seed: 2)
    let sums = Sums(100, bits: 20, using: &random)
    let all = model.read(sums.inputs(), batch: 100).answers
    #expect(model.answers(to: sums.inputs(), batch: 100) == all)
    for row in [0, 41, 99] {
      let alone = model.read(Sums([sums.a[row]], [sums.b[row]], bits: 20).inputs(), batch: 1).answers
      #expect(Array(alone.scalars) == (0..<20).map { all[$0 * 100 + row, 0] })
    }
  }

  @Test("How far the derivative reaches is what centred differences say.")
  func reach() {
    let model: SequenceModel<LSTM<Double>> = smallModel()
    let x = Matrix<Double>.linspace(-1, 1, 4, 2)
    func outputs(_ state: LSTM<Double>.State) -> Double { model.cell.run(x, from: state).last.h.sum() }
    let zero = model.cell.zeroState(batch: 1)
    let dh = centredDifferences(of: { outputs(.init(h: $0, c: zero.c)) }, at: zero.h)
    let dc = centredDifferences(of: { outputs(.init(h: zero.h, c: $0)) }, at: zero.c)
    let length = (dh.squaredNorm() + dc.squaredNorm()).squareRoot()
    #expect(abs(model.reach(through: x, batch: 1) - length) < 1e-8 * length)
  }
}

@Suite struct AdditionTrainerTests {
  @Test("No sum that is held out is ever trained on; all others are.")
  func heldOut() {
    var random = SplitMix64(seed: 4)
    let heldOut = Sums(20, bits: 4, using: &random)
    func seen(_ trainer: inout AdditionTrainer<LSTM<Double>>) -> Set<[UInt64]> {
      (0..<100).reduce(into: []) { seen, _ in
        let sums = trainer.next()
        seen.formUnion(zip(sums.a, sums.b).map { [$0, $1] })
      }
    }
    let kept = Set(zip(heldOut.a, heldOut.b).map { [$0, $1] })
    let model: SequenceModel<LSTM<Double>> = smallModel()
    var trainer = AdditionTrainer(model, bits: 4, without: heldOut, seed: 1)
    let all = seen(&trainer)
    #expect(all.isDisjoint(with: kept) && all.count == 64 - kept.count)
    // To learn until they are right is to hold them out.
    trainer = AdditionTrainer(model, bits: 4, seed: 1)
    #expect(!seen(&trainer).isDisjoint(with: kept))
    _ = trainer.learn(until: heldOut, limit: 1)
    #expect(seen(&trainer).isDisjoint(with: kept))
  }

  @Test("It stops as soon as every held-out bit is right, and not one look earlier.", arguments: [1, 2, 3] as [UInt64])
  func stops(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let heldOut = Sums(100, bits: 10, using: &random)
    let cell = GRU<Float>(inputs: 2, hidden: 20, using: &random)
    let start = SequenceModel(cell, using: &random)
    var trainer = AdditionTrainer(start, without: heldOut, seed: seed)
    var again = trainer
    let (losses, allRight) = trainer.learn(until: heldOut, limit: 1000)
    #expect(allRight && losses.count % 10 == 0)
    for step in 0..<losses.count {
      if step % 10 == 0 { #expect(again.model.bitAccuracy(on: heldOut) < 1, "after \(step) steps") }
      #expect(again.step() == losses[step])
    }
    #expect(again.model == trainer.model && again.model.bitAccuracy(on: heldOut) == 1)
  }

  @Test("A bit is 1 where it is likelier than not, and accuracy counts bits.")
  func threshold() {
    var model: SequenceModel<LSTM<Double>> = smallModel()
    model.projection.W *= 0
    let sums = Sums([3, 0], [4, 1], bits: 4)
    for (logit, sum, accuracy) in [(0.01, 15, 0.5), (-0.01, 0, 0.5)] as [(Double, UInt64, Double)] {
      model.projection.b[0, 0] = logit
      #expect(model.add(sums) == [sum, sum])
      #expect(model.bitAccuracy(on: sums) == accuracy)
    }
  }
}

@Suite struct LearningToAddTests {
  static let learned: SequenceModel<LSTM<Float>> = {
    var random = SplitMix64(seed: 1)
    let cell = LSTM<Float>(inputs: 2, hidden: 20, using: &random)
    var trainer = AdditionTrainer(SequenceModel(cell, using: &random), seed: 2)
    for _ in 0..<1000 { _ = trainer.step() }
    return trainer.model
  }()

  @Test("After 1000 steps on 10 bits, sums it has never seen are right, of any length and in any batch.")
  func everySumIsRight() {
    var random = SplitMix64(seed: 77)
    for bits in [5, 10, 20, 64] {
      for B in [1, 100, 1000] {
        let sums = Sums(B, bits: bits, using: &random)
        #expect(Self.learned.bitAccuracy(on: sums) == 1, "\(bits) bits, a batch of \(B)")
        let allRight = Self.learned.add(sums) == zip(sums.a, sums.b).map { $0 + $1 }
        #expect(allRight)
      }
    }
  }

  @Test("A network that has learned nothing has about half of the bits right, and says so.")
  func accuracyOfNothing() {
    var random = SplitMix64(seed: 5)
    let model: SequenceModel<LSTM<Float>> = smallModel()
    let accuracy = model.bitAccuracy(on: Sums(1000, bits: 10, using: &random))
    #expect(accuracy > 0.4 && accuracy < 0.6)
  }

  @Test("A memory of the trained network follows the carry.")
  func carry() {
    var random = SplitMix64(seed: 78)
    let sums = Sums(500, bits: 10, using: &random)
    let (unit, correlation) = Self.learned.carryUnit(over: sums)
    #expect(abs(correlation) > 0.7)
    // The memories lie in the order of the steps, and belong to the states after them.
    let run = Self.learned.read(sums.inputs(), batch: 500).run
    #expect(run.cells().row(4999) == run.last.c.row(499))
    // The last row of the last part, as the second step found it.
    let found = run.traces[2 * run.parts.count - 1].before.c
    #expect(run.cells().row(499)[0, unit] == found[found.rows - 1, unit])
  }

  @Test("The same seed gives the same lessons on any number of cores, another seed others.")
  func lessons() {
    func losses(from seed: UInt64) -> [[Double]] {
      AdditionLesson.learn(seeds: 3, from: seed, limit: 20) { TanhCell<Float>(inputs: 2, hidden: 6, using: &$0) }
        .map(\.losses)
    }
    #expect(losses(from: 1) == losses(from: 1))
    #expect(losses(from: 1)[1] == losses(from: 2)[0])
    #expect(losses(from: 1)[0] != losses(from: 2)[0])
  }
}
