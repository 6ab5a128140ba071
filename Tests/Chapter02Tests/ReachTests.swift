import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

@Suite struct ReachTests {
  /// A cell whose `Wh` exchanges the three hidden units in a ring and multiplies them by `factor`.
  func ring(_ factor: Double) -> TanhCell<Double> {
    let Wh = factor * Matrix<Double>([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    return TanhCell(Wx: Matrix(2, 3), Wh: Wh, b: Matrix(1, 3))
  }

  @Test("Where tanh is straight, each step back multiplies the length by that of Wh.", arguments: [0.8, 1.25])
  func straight(factor: Double) {
    let lengths = ring(factor).reach(of: Matrix([[3, 0, -4]]), through: Matrix(20, 3))
    #expect(lengths.count == 20)
    var expected = 5.0
    for length in lengths {
      #expect(abs(length - expected) < 1e-12 * expected)
      expected *= factor
    }
  }

  @Test("Where tanh is at ½, it multiplies by 1 − ¼ besides.")
  func bent() {
    let lengths = ring(0.8).reach(of: Matrix([[3, 0, -4]]), through: Matrix(4, 3, repeating: 0.5))
    for (k, expected) in [5, 3, 1.8, 1.08].enumerated() { #expect(abs(lengths[k] - expected) < 1e-14) }
  }

  @Test("It is what the backward pass says of the state k steps before the last, if only the last is read.")
  func agreesWithTheBackwardPass() {
    let (cell, after) = (Fixture.example.network.cell, Fixture.example.trace.after)
    let dLast = Matrix<Double>.linspace(-1, 2, 2, 5)
    let lengths = cell.reach(of: dLast, through: after)
    #expect(lengths.count == 3)
    for k in 1..<3 {
      var dOutput = Matrix<Double>(2 * k, 5)
      dOutput.setRows(from: 2 * (k - 1), to: dLast)
      let (_, dh) = cell.backward(dOutput, through: after.rows(6 - 2 * k..<6), batch: 2)
      #expect(abs(lengths[k] - dh.squaredNorm().squareRoot()) < 1e-14)
    }
  }
}
