import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Testing

@testable import WhileLoop

private typealias Array2 = TensorArray<Matrix<Double>>

/// A matrix whose entries say who it is.
private func element(_ value: Double, _ rows: Int = 2, _ columns: Int = 3) -> Matrix<Double> {
  Matrix(rows, columns, repeating: value)
}

@Suite struct TensorArrayTests {
  @Test("What is written is read, in any order, and stacked in the order of the positions.")
  func order() {
    var array = Array2("a", size: 3)
    for t in [2, 0, 1] { array.write(element(Double(t)), at: t) }
    var same = array
    #expect([1, 0, 2].map { array.read($0)[1, 2] } == [1, 0, 2])
    #expect(same.stack() == Matrix.stack([element(0), element(1), element(2)]))
  }

  @Test("A growing array grows as far as it is written; one of a fixed size does not need to.")
  func growing() {
    var array = Array2("a", grows: true)
    for t in 0..<4 { array.write(element(Double(t)), at: t) }
    #expect(array.count == 4)
    array.write(element(6), at: 6)
    #expect(array.count == 7 && array.read(6) == element(6))
    #expect(array.gather([3, 1]) == Matrix.stack([element(3), element(1)]))
  }

  @Test("Unstack and stack undo each other, for matrices and for a cell's state.")
  func unstack() {
    let whole = Matrix<Double>.linspace(1, 18, 6, 3)
    var array = Array2(unstack: whole, rows: 2, "a")
    #expect(array.count == 3)
    var same = array
    #expect(array.read(1) == whole.rows(2..<4))
    #expect(same.stack() == whole)
    let state = LSTM.State(h: whole, c: 2 * whole)
    var states = TensorArray(unstack: state, rows: 3, "states")
    #expect(states.count == 2)
    #expect(states.stack() == state)
    let none = Array2(unstack: Matrix(0, 3), rows: 2, "none")
    #expect(none.count == 0)
  }

  @Test("An array that keeps what is read is read again.")
  func kept() {
    var array = Array2(unstack: .linspace(1, 18, 6, 3), rows: 2, "a", clearAfterRead: false)
    #expect(array.read(1) == array.read(1))
    #expect(array.gather([2, 2]) == Matrix.stack([array.read(2), array.read(2)]))
    #expect(array.stack() == .linspace(1, 18, 6, 3))
  }

  /// The derivative of a function of a matrix against the differences.
  private func check(
    _ x: Matrix<Double>, _ value: (Matrix<Double>) -> Double, _ derivative: Matrix<Double>,
    at location: SourceLocation = #_sourceLocation
  ) {
    let numeric = centredDifferences(of: value, at: x)
    let check = ArrayCheck(name: "x", analytic: derivative, numeric: numeric)
    #expect(check.passes, "\(check)", sourceLocation: location)
  }

  @Test("Backward: what is read several times has the sum, what is not read has 0, and unstack's is stack.")
  func readsAdd() {
    let x = Matrix<Double>.linspace(-1, 2, 8, 3)
    let weights = (0..<3).map { Matrix<Double>.linspace(1, Double($0) - 1, 2, 3) }
    func loss(_ x: Matrix<Double>) -> Double {
      var array = Array2(unstack: x, rows: 2, "a", clearAfterRead: false)
      // Twice position 3, once 0, and never 1 and 2.
      return (array.read(3) * array.read(3)).dot(weights[0]) + array.read(0).dot(weights[1])
    }
    let array = Array2(unstack: x, rows: 2, "a")
    var d = array.derivative()
    d.add(x.rows(6..<8) * weights[0], at: 3)
    d.add(weights[1], at: 0)
    d.add(x.rows(6..<8) * weights[0], at: 3)
    #expect(d.read(2) == element(0))
    check(x, loss, d.stack())
  }

  @Test("Backward: gather's is to add at every index, also where one comes twice.")
  func gathers() {
    let (x, weights) = (Matrix<Double>.linspace(-1, 2, 8, 3), Matrix<Double>.linspace(3, 1, 6, 3))
    func gathered(_ x: Matrix<Double>) -> Matrix<Double> {
      var array = Array2(unstack: x, rows: 2, "a", clearAfterRead: false)
      return array.gather([3, 0, 3])
    }
    var d = Array2(unstack: x, rows: 2, "a").derivative()
    d.add(weights * 2 * gathered(x), at: [3, 0, 3])
    check(x, { (gathered($0) * gathered($0)).dot(weights) }, d.stack())
  }

  @Test("Backward: write's is to read, stack's is to unstack.")
  func writes() {
    let (x, weights) = (Matrix<Double>.linspace(-1, 2, 2, 3), Matrix<Double>.linspace(3, 1, 6, 3))
    func stacked(_ x: Matrix<Double>) -> (TensorArray<Matrix<Double>>, Matrix<Double>) {
      var array = Array2("a", size: 3)
      array.write(x, at: 1)
      array.write(x * x, at: 0)
      array.write(element(5), at: 2)
      var read = array
      return (array, read.stack())
    }
    let d = stacked(x).0.derivative(unstack: weights)
    check(x, { stacked($0).1.dot(weights) }, d.read(1) + 2 * x * d.read(0))
    #expect(d.gather([2, 0]) == Matrix.stack([weights.rows(4..<6), weights.rows(0..<2)]))
  }
}

@Suite struct TensorArrayRefusalTests {
  @Test func writtenTwice() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", size: 3)
      array.write(element(0), at: 1)
      array.write(element(0), at: 1)
    }
    expectStop(result, "TensorArray outputs: write at 1, which was written")
  }

  @Test func writtenAfterRead() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", size: 3)
      array.write(element(0), at: 1)
      _ = array.read(1)
      array.write(element(0), at: 1)
    }
    expectStop(result, "TensorArray outputs: write at 1, which was written")
  }

  @Test func readTwice() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", size: 3)
      array.write(element(0), at: 1)
      _ = array.read(1)
      _ = array.read(1)
    }
    expectStop(result, "TensorArray outputs: read at 1, which was read before")
  }

  @Test func readBeforeWritten() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", size: 3)
      _ = array.read(2)
    }
    expectStop(result, "TensorArray outputs: read at 2, which was never written")
  }

  @Test(arguments: [-1, 3])
  func outOfRange(t: Int) async {
    let write = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [t = t as Int] in
      var array = Array2("outputs", size: 3)
      array.write(element(0), at: t)
    }
    expectStop(write, "TensorArray outputs: write at \(t), outside 0..<3")
    let read = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [t = t as Int] in
      var array = Array2("outputs", size: 3)
      _ = array.read(t)
    }
    expectStop(read, "TensorArray outputs: read at \(t), outside 0..<3")
    let derivative = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [t = t as Int] in
      _ = Array2(unstack: element(0, 6), rows: 2, "outputs").derivative().read(t)
    }
    expectStop(derivative, "derivative of TensorArray outputs: position \(t), outside 0..<3")
  }

  @Test func aGrowingArrayHasNoPositionBelowZero() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", grows: true)
      array.write(element(0), at: -1)
    }
    expectStop(result, "TensorArray outputs: write at -1, outside 0..<0")
  }

  @Test func stackedWithHoles() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", grows: true)
      for t in [0, 1, 3] { array.write(element(0), at: t) }
      _ = array.stack()
    }
    expectStop(result, "TensorArray outputs: stack of 4 positions, of which 2 is empty")
  }

  @Test func otherShapes() async {
    let write = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs", size: 3)
      array.write(element(0), at: 0)
      array.write(element(0, 2, 4), at: 1)
    }
    expectStop(write, "TensorArray outputs: write at 1 of [2 × 4], where the first element was [2 × 3]")
    let states = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = TensorArray<LSTM<Double>.State>("states", size: 3)
      array.write(LSTM.State(h: element(0), c: element(0)), at: 0)
      array.write(LSTM.State(h: element(0), c: element(0, 1)), at: 1)
    }
    expectStop(
      states,
      "TensorArray states: write at 1 of h [2 × 3] c [1 × 3], where the first element was h [2 × 3] c [2 × 3]")
    let derivative = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var d = Array2(unstack: element(0, 6), rows: 2, "outputs").derivative()
      d.add(element(0, 1, 3), at: 2)
      _ = d.stack()
    }
    expectStop(derivative, "derivative of TensorArray outputs: [1 × 3] at 2, where the element is [2 × 3]")
  }

  @Test func othersThatCannotBe() async {
    let size = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Array2("outputs", size: -1)
    }
    expectStop(size, "TensorArray outputs: a size of -1")
    let steps = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Array2(unstack: element(0, 5), rows: 2, "outputs")
    }
    expectStop(steps, "TensorArray outputs: [5 × 3] is not whole steps of 2 rows")
    let nothing = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var array = Array2("outputs")
      _ = array.stack()
    }
    expectStop(nothing, "TensorArray outputs: stack of no positions")
    let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Array2("outputs").derivative()
    }
    expectStop(shape, "TensorArray outputs: derivative of an array never written")
    let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var d = Array2(unstack: element(0, 6), rows: 2, "outputs").derivative()
      d.add(element(0, 6), at: [0, 1])
    }
    expectStop(
      count, "derivative of TensorArray outputs: [6 × 3] at 2 positions of [2 × 3]")
    let stack = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Array2(unstack: element(0, 6), rows: 2, "outputs").derivative(unstack: element(0, 4))
    }
    expectStop(
      stack, "derivative of TensorArray outputs: [4 × 3] of the stack of 3 elements [2 × 3]")
  }
}
