import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import ManualBPTT
@testable import WhileLoop

/// Another output unit: the sum of the outputs, bent, with no matrix. It has one array.
private struct BentSum: OutputUnit {
  var scale: Matrix<Double>

  static func listArrays() -> [NamedArray<Self, Double>] { [("scale", \.scale)] }

  func callAsFunction(_ h: Matrix<Double>) -> Matrix<Double> { tanh((h * scale).rowSums()) }

  func backward(_ dy: Matrix<Double>, through h: Matrix<Double>) -> (gradient: Self, dh: Matrix<Double>) {
    let y = self(h)
    let dz = matmul(dy * (1 - y * y), Matrix(1, h.columns, repeating: 1))
    return (BentSum(scale: (dz * h).columnSums()), dz * scale)
  }
}

@Suite struct NetworkTests {
  private let lengths = [2, 0, 4]
  private let T = 5

  private func inputs() -> Matrix<Double> {
    var random = SplitMix64(seed: 4)
    return .normal(3 * T, 4, deviation: 0.7, using: &random)
  }

  private func projection() -> Projection<Double> {
    var random = SplitMix64(seed: 6)
    return Projection(
      W: .normal(5, 2, deviation: 0.7, using: &random), b: .normal(1, 2, deviation: 0.7, using: &random))
  }

  @Test(
    "Row by row, step by step, the answers are those to each row alone, in the order in which the data came.",
    arguments: Kind.allCases, [true, false])
  func batchMajor(kind: Kind, given: Bool) {
    func check<C: Cell<Double>>(_ cell: C) {
      let network = CustomRNN(recurrent: cell, output: projection())
      let x = inputs()
      let answers = network.read(x, batch: 3, lengths: given ? lengths : nil).answers
      #expect(answers.shape == "[15 × 2]")
      for row in 0..<3 {
        let length = given ? lengths[row] : T
        let own = x.rows(row * T..<row * T + length)
        let expected = network.output(cell.run(own, from: cell.zeroState(batch: 1)).outputs)
        #expect(answers.rows(row * T..<row * T + length) == expected, "row \(row)")
        let behind = answers.rows(row * T + length..<(row + 1) * T)
        #expect(behind == Matrix(zerosLike: behind), "behind row \(row)")
      }
    }
    check(kind.cell())
  }

  @Test("Every derivative of both units is what the differences say.", arguments: Kind.allCases, [true, false])
  func gradients(kind: Kind, given: Bool) {
    func check<C: Cell<Double>, Output: OutputUnit<Double>>(_ cell: C, _ output: Output) {
      let network = CustomRNN(recurrent: cell, output: output)
      let (x, lengths) = (inputs(), given ? lengths : nil)
      let reading = network.read(x, batch: 3, lengths: lengths)
      let weights = Matrix<Double>.linspace(-1, 2, reading.answers.rows, reading.answers.columns)
      let checks = network.check(gradient: network.backward(weights, through: reading)) {
        $0.read(x, batch: 3, lengths: lengths).answers.dot(weights)
      }
      #expect(checks.count == C.arrays.count + Output.arrays.count)
      for check in checks { #expect(check.passes, "\(check)") }
    }
    check(kind.cell(), projection())
    check(kind.cell(), BentSum(scale: .linspace(-1, 2, 1, 5)))
  }

  @Test("The loss of lines is the mean over their characters, whoever stands beside them, and so is its gradient.")
  func lines() {
    func check<C: Cell<Double>>(_ cell: C) {
      var random = SplitMix64(seed: 6)
      let output = Projection<Double>(W: .normal(5, 4, deviation: 0.7, using: &random), b: Matrix([[1, 0, 2, 3]]))
      let network = CustomRNN(recurrent: cell, output: output)
      let lines = [[1, 2, 3, 3], [], [2, 1]]
      let (loss, gradient) = network.lossAndGradient(of: Lines(lines, end: 0, vocabulary: 4))
      // Each character by chapter 1's cross-entropy.
      var sum = 0.0
      for line in lines {
        let x = Matrix<Double>.oneHot([0] + line, size: 4)
        let h = cell.run(x, from: cell.zeroState(batch: 1)).outputs
        sum += crossEntropy(output(h), line + [0]).sum()
      }
      #expect(abs(loss - sum / 9) < 1e-12)
      let checks = network.check(gradient: gradient) {
        $0.lossAndGradient(of: Lines(lines, end: 0, vocabulary: 4)).loss
      }
      for check in checks { #expect(check.passes, "\(check)") }
    }
    check(Kind.lstm.cell())
  }
}

@Suite struct WritingTests {
  private func network() -> CustomRNN<LSTM<Double>, Projection<Double>> {
    var random = SplitMix64(seed: 9)
    let cell = LSTM<Double>(inputs: 4, hidden: 5, using: &random).drawn(using: &random)
    return CustomRNN(
      recurrent: cell, output: Projection(W: .normal(5, 4, deviation: 1, using: &random), b: Matrix(1, 4)))
  }

  /// What `row` of a batch must write: chapter 3's step and chapter 1's sampling, with nobody beside it.
  private func alone(row: Int, of B: Int, atMost limit: Int) -> [Int] {
    let network = network()
    var seeds = SplitMix64(seed: 3)
    var random = (0..<B).map { _ in SplitMix64(seed: seeds.next()) }[row]
    var (state, id, line) = (network.recurrent.zeroState(batch: 1), 0, [Int]())
    while line.count < limit {
      let z = network.recurrent.project(.oneHot([id], size: 4))
      state = network.recurrent.step(z, from: state).state
      id = sample(network.output(state.h), temperature: 1, using: &random)
      if id == 0 { break }
      line.append(id)
    }
    return line
  }

  @Test("Each row writes what it would write alone, stops at its end mark, and no later than it may.")
  func rows() {
    var random = SplitMix64(seed: 3)
    let lines = network().write(lines: 40, end: 0, atMost: 7, vocabulary: 4, using: &random)
    #expect(lines == (0..<40).map { alone(row: $0, of: 40, atMost: 7) })
    #expect(!lines.joined().contains(0))
    let counts = lines.map(\.count)
    #expect(counts.max() == 7 && counts.min()! < 2 && Set(counts).count > 4, "\(counts)")
  }

  @Test("Nobody writes nothing, and nothing may be written.")
  func nothing() {
    var random = SplitMix64(seed: 3)
    #expect(network().write(lines: 0, end: 0, atMost: 7, vocabulary: 4, using: &random).isEmpty)
    #expect(network().write(lines: 2, end: 0, atMost: 0, vocabulary: 4, using: &random) == [[], []])
  }
}
