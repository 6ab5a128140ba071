import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

@testable import ManualBPTT

@Suite struct GradientTests {
  @Test(
    "Every derivative is what the centred differences say.",
    arguments: [Fixture.example, .zeroState, .oneStep, .oneRow])
  func centredDifferences(fixture: Fixture) {
    let (gradient, dh0) = fixture.network.backward(fixture.trace, fixture.targets)
    let checks = fixture.check(gradient, dh0: dh0)
    #expect(checks.map(\.name) == ["cell.Wx", "cell.Wh", "cell.b", "projection.W", "projection.b", "h0"])
    for check in checks { #expect(check.passes, "\(check)") }
  }

  @Test("A derivative that is zero on both sides is right: a character that never comes has no say.")
  func zeros() {
    let (gradient, dh0) = Fixture.example.network.backward(Fixture.example.trace, Fixture.example.targets)
    let check = Fixture.example.check(gradient, dh0: dh0)[0]
    #expect(check.analytic.row(3) == Matrix(1, 5) && check.numeric.row(3) == Matrix(1, 5))
    #expect(check.passes)
    #expect(ArrayCheck(name: "all", analytic: Matrix(2, 3), numeric: Matrix(2, 3)).passes)
  }

  @Test("The forward pass through all steps is chapter 1's, one step after the other.")
  func forward() {
    let fixture = Fixture.example
    let trace = fixture.trace
    var h = fixture.h0
    for t in 0..<3 {
      let rows = 2 * t..<2 * (t + 1)
      let step = fixture.network.read(Array(fixture.inputs[rows]), from: h)
      h = step.h
      #expect(agree(trace.after.rows(rows), step.h, to: 1e-14))
      #expect(agree(trace.logits.rows(rows), step.logits, to: 1e-14))
    }
    #expect(trace.before.rows(0..<2) == fixture.h0 && trace.last == trace.after.rows(4..<6))
  }
}

@Suite struct ArrayCheckTests {
  static let right = Matrix<Double>([[1, -2], [3, 0.5]])

  static func check(_ analytic: Matrix<Double>) -> ArrayCheck {
    ArrayCheck(name: "W", analytic: analytic, numeric: right)
  }

  @Test("A message names the array, the entry that is worst, and both values.")
  func worstEntry() {
    var wrong = Self.right
    wrong[0, 1] += 1e-5
    wrong[1, 0] += 1e-4
    let message = "\(Self.check(wrong))"
    #expect(message.hasPrefix("W[1, 0]: the backward pass says 3.0001e+00, the differences say 3.0000e+00: "))
  }

  @Test("A hundred thousandth too much is rejected, ten billionths are the noise of the subtraction.")
  func precision() {
    #expect(!Self.check(Self.right * (1 + 1e-5)).passes)
    #expect(Self.check(Self.right * (1 + 1e-8)).passes)
  }

  @Test(
    "No wrong factor is called one, and none is called nothing.",
    arguments: [
      (1 + 2e-6, "nearly right"), (1 + 3e-5, "everywhere 1.000030 times"), (0.5, "everywhere 0.5000 times"),
      (2e-5, "everywhere 2.000e-05 times"),
    ])
  func factors(factor: Double, likeness: String) {
    let check = Self.check(Self.right * factor)
    #expect(!check.passes && check.likeness.hasPrefix(likeness), "\(check)")
  }

  @Test("What is no number is never right.", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    var wrong = Self.right
    wrong[0, 0] = value
    #expect(!Self.check(wrong).passes)
    #expect(Self.check(wrong).likeness == "not a number, or infinite")
    #expect(!ArrayCheck(name: "W", analytic: Self.right, numeric: wrong).passes, "the loss may be the one that is")
  }

  @Test func aShapeIsComparedFirst() {
    #expect(!Self.check(Matrix(2, 3)).passes)
    #expect("\(Self.check(Matrix(2, 3)))" == "W: the gradient is [2 × 3], the array is [2 × 2]")
  }
}
