import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct AddingProblemTests {
  @Test("Two numbers of a row are marked, one in each half, and their sum is asked for.", arguments: [2, 7, 50])
  func rows(T: Int) {
    var problem = AddingProblem(steps: T, seed: 4)
    let (x, sums): (Matrix<Double>, Matrix<Double>) = problem.next(3)
    #expect(x.shape == "[\(3 * T) × 2]" && sums.shape == "[3 × 1]")
    for row in 0..<3 {
      let marked = (0..<T).filter { x[$0 * 3 + row, 1] == 1 }
      #expect(marked.count == 2 && marked[0] < T / 2 && marked[1] >= T / 2)
      #expect(marked.reduce(0) { $0 + x[$1 * 3 + row, 0] } == sums[row, 0])
    }
    #expect(x.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test("Who always answers 1 pays 1/6.")
  func floor() {
    var problem = AddingProblem(steps: 2, seed: 9)
    let (_, sums): (Matrix<Double>, Matrix<Double>) = problem.next(50_000)
    #expect(abs((sums - 1).squaredNorm() / 50_000 - AddingProblem.floor) < 0.002)
    #expect(abs(AddingProblem.floor - 0.1667) < 1e-4)
  }

  @Test("Over 50 steps an LSTM learns it; a tanh cell stays where one who knows nothing is.")
  func learning() {
    func end<C: Cell>(_ make: (inout SplitMix64) -> C) -> Double {
      var random = SplitMix64(seed: 1)
      var problem = AddingProblem(steps: 50, seed: random.next())
      var model = SequenceModel(make(&random), using: &random)
      return problem.train(&model, batches: 1000).suffix(100).reduce(0, +) / 100
    }
    #expect(end { LSTM<Float>(inputs: 2, hidden: 8, using: &$0) } < 0.02)
    #expect(abs(end { TanhCell<Float>(inputs: 2, hidden: 8, using: &$0) } - AddingProblem.floor) < 0.04)
  }
}
