import Foundation
import Testing

@testable import MinimalMatrix

/// What a matrix and a number look like in print.
@Suite struct PrintingTests {
  @Test func small() {
    #expect("\(Matrix<Double>([[0.1, -0.25], [1, 3.14159]]))" == "[[ 0.1000 -0.2500]\n [ 1.0000  3.1416]]")
    #expect("\(Matrix<Float>([[1, 2.5, -3]]))" == "[[ 1.0000  2.5000 -3.0000]]")
    #expect("\(Matrix<Float>([[1], [-20], [300]]))" == "[[  1.0000]\n [-20.0000]\n [300.0000]]")
    #expect("\(Matrix<Float>([[0, -0.0]]))" == "[[0.0000 0.0000]]")
  }

  @Test func empty() {
    #expect("\(Matrix<Float>(0, 0))" == "[]")
    #expect("\(Matrix<Float>(0, 3))" == "[]")
    #expect("\(Matrix<Float>(2, 0))" == "[[]\n []]")
  }

  @Test func notANumber() {
    let x = Matrix<Float>([[.nan, -.infinity], [.infinity, 1]])
    #expect("\(x)" == "[[   nan   -inf]\n [   inf 1.0000]]")
    #expect("\(Matrix<Double>([[.nan]]))" == "[[nan]]")
  }

  @Test func hugeAndTiny() {
    #expect("\(Matrix<Double>([[1e5, -0.5]]))" == "[[ 1.0000e+05 -5.0000e-01]]")
    #expect("\(Matrix<Double>([[99_999, 0]]))" == "[[99999.0000     0.0000]]")
    #expect("\(Matrix<Double>([[0.01, 0]]))" == "[[0.0100 0.0000]]")
    #expect("\(Matrix<Double>([[0.00999, 0]]))" == "[[9.9900e-03 0.0000e+00]]")
    #expect(
      "\(Matrix<Double>([[1e-300, .nan], [-2.5e300, 0]]))"
        == "[[ 1.0000e-300          nan]\n [-2.5000e+300   0.0000e+00]]")
    #expect("\(Matrix<Float>([[.greatestFiniteMagnitude, .leastNonzeroMagnitude]]))" == "[[3.4028e+38 1.4013e-45]]")
  }

  @Test func large() {
    #expect("\(Matrix<Float>.linspace(1, 8, 1, 8))" == "[[\((1...8).map { "\($0).0000" }.joined(separator: " "))]]")
    #expect(
      "\(Matrix<Float>.linspace(0, 80, 9, 9))" == """
        [[ 0.0000  1.0000  2.0000 ...  6.0000  7.0000  8.0000]
         [ 9.0000 10.0000 11.0000 ... 15.0000 16.0000 17.0000]
         [18.0000 19.0000 20.0000 ... 24.0000 25.0000 26.0000]
         ...
         [54.0000 55.0000 56.0000 ... 60.0000 61.0000 62.0000]
         [63.0000 64.0000 65.0000 ... 69.0000 70.0000 71.0000]
         [72.0000 73.0000 74.0000 ... 78.0000 79.0000 80.0000]]
        """)
    // What is not shown does not choose the format.
    var x = Matrix<Float>(9, 1, repeating: 1)
    x[4, 0] = 1e20
    #expect("\(x)" == "[[1.0000]\n [1.0000]\n [1.0000]\n ...\n [1.0000]\n [1.0000]\n [1.0000]]")
  }

  @Test func decimals() {
    let cases: [(Double, Int, String)] = [
      (-0.25, 1, "-0.2"), (0.75, 1, "0.8"), (2.5, 0, "2"), (3.5, 0, "4"), (1.005, 2, "1.00"), (0.05, 1, "0.1"),
      (-0.04, 1, "0.0"), (9.995, 1, "10.0"), (0, 3, "0.000"), (1234.5678, 2, "1234.57"), (0.001, 3, "0.001"),
      (1e15, 0, "1000000000000000"), (1e15, 1, "1.0e+15"), (.infinity, 2, "inf"), (-.infinity, 2, "-inf"),
      (.nan, 2, "nan"), (0.1, 14, "0.10000000000000"),
    ]
    for (number, places, text) in cases { #expect(number.decimal(places: places) == text) }
  }

  @Test func exponents() {
    let cases: [(Double, Int, String)] = [
      (1.25e-7, 4, "1.2500e-07"), (-1.25e-7, 1, "-1.2e-07"), (0, 2, "0.00e+00"), (1, 0, "1e+00"), (9.96, 1, "1.0e+01"),
      (9.5, 0, "1e+01"), (1e100, 3, "1.000e+100"),
      (.leastNonzeroMagnitude, 2, "4.94e-324"), (.greatestFiniteMagnitude, 4, "1.7977e+308"),
      (123_456, 14, "1.23456000000000e+05"), (.nan, 1, "nan"), (-.infinity, 1, "-inf"),
    ]
    for (number, places, text) in cases { #expect(number.scientific(places: places) == text) }
    for exponent in -300...300 {
      let sign = exponent < 0 ? "-" : "+"
      let digits = (exponent.magnitude < 10 ? "0" : "") + "\(exponent.magnitude)"
      #expect(Double("1e\(exponent)")!.scientific(places: 4) == "1.0000e\(sign)\(digits)")
    }
  }

  /// C's `printf` rounds exactly. So do decimals; with an exponent, a half may go either way.
  @Test func likePrintf() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<5000 {
      let places = random.below(7)
      let size = Double(random.pick([1e-3, 1, 1e3, 1e6]))
      // Half of them are short decimals, which come close to the halves.
      let number = random.below(2) == 0 ? size * random.normal() : (size * random.normal() * 1e3).rounded() / 1e3 * 0.5
      let text = String(format: "%.\(places)f", number.magnitude)
      #expect(number.magnitude.decimal(places: places) == text)
      let large = number.magnitude + 1
      #expect(large.scientific(places: places).count == String(format: "%.\(places)e", large).count)
      let shown = Double(large.scientific(places: places))!
      #expect((shown - large).magnitude <= 0.500000001 * pow(10, floor(log10(large)) - Double(places)))
    }
  }
}
