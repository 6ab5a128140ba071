import Foundation
import Testing

@testable import MinimalMatrix

/// Operators and functions, entry by entry, against the same on single numbers.
@Suite struct ElementwiseTests {
  /// Four of the widest vectors, of 16, and what may be left.
  static let lengths = 0...67

  @Test(arguments: lengths)
  func operators(length: Int) {
    compareOperators(Float.self, rows: 1, columns: length)
    compareOperators(Double.self, rows: 1, columns: length)
    compareOperators(Float.self, rows: 3, columns: length)
    compareOperators(Double.self, rows: 3, columns: length)
    compareOperators(Float.self, rows: length, columns: 1)
  }

  private func compareOperators<Scalar: MatrixScalar>(_: Scalar.Type, rows: Int, columns: Int) {
    typealias M = Matrix<Scalar>
    let operators: [(String, (M, M) -> M, (inout M, M) -> Void, (Scalar, Scalar) -> Scalar)] = [
      ("+", { $0 + $1 }, { $0 += $1 }, { $0 + $1 }), ("-", { $0 - $1 }, { $0 -= $1 }, { $0 - $1 }),
      ("*", { $0 * $1 }, { $0 *= $1 }, { $0 * $1 }), ("/", { $0 / $1 }, { $0 /= $1 }, { $0 / $1 }),
    ]
    let withScalar: [(String, (M, Scalar) -> M, (Scalar) -> Scalar)] = [
      ("a + s", { $0 + $1 }, { $0 + 1.7 }), ("s + a", { $1 + $0 }, { 1.7 + $0 }),
      ("a - s", { $0 - $1 }, { $0 - 1.7 }), ("s - a", { $1 - $0 }, { 1.7 - $0 }),
      ("a * s", { $0 * $1 }, { $0 * 1.7 }), ("s * a", { $1 * $0 }, { 1.7 * $0 }),
      ("a / s", { $0 / $1 }, { $0 / 1.7 }), ("s / a", { $1 / $0 }, { 1.7 / $0 }),
      ("-a", { a, _ in -a }, { -$0 }),
      (
        "a += s",
        { a, s in
          var a = a
          a += s
          return a
        }, { $0 + 1.7 }
      ),
      (
        "a *= s",
        { a, s in
          var a = a
          a *= s
          return a
        }, { $0 * 1.7 }
      ),
    ]
    var random = SplitMix64(seed: UInt64(100 * rows + columns))
    let a = awkward(M.uniform(rows, columns, scale: 2, using: &random))
    let b = M.uniform(rows, columns, scale: 2, using: &random)
    let row = M.uniform(1, columns, scale: 2, using: &random)
    let repeated = M(rows, columns, scalars: (0..<rows).flatMap { _ in row.scalars })
    for (name, apply, applyInPlace, plain) in operators {
      for (second, whole, kind) in [(b, b, "matrix"), (row, repeated, "row")] {
        let expected = M(rows, columns, scalars: zip(a.scalars, whole.scalars).map { plain($0, $1) })
        #expect(difference(apply(a, second), expected) == nil, "\(a.shape) \(name) a \(kind), \(Scalar.self)")
        var inPlace = a
        applyInPlace(&inPlace, second)
        #expect(difference(inPlace, expected) == nil, "\(a.shape) \(name)= a \(kind), \(Scalar.self)")
      }
    }
    for (name, apply, plain) in withScalar {
      let expected = M(rows, columns, scalars: a.scalars.map(plain))
      #expect(difference(apply(a, 1.7), expected) == nil, "\(name) for \(a.shape), \(Scalar.self)")
    }
    var sum = a
    sum.add(-0.3, times: b)
    let expected = M(rows, columns, scalars: zip(a.scalars, b.scalars).map { $0.addingProduct(-0.3, $1) })
    #expect(difference(sum, expected) == nil, "add(_:times:) for \(a.shape), \(Scalar.self)")
    let squares = b * b
    var moved = a
    moved.add(-0.3, times: b, overRootOf: squares, plus: 0.1)
    let step = zip(b.scalars, squares.scalars).map { $0 / ($1.squareRoot() + 0.1) }
    let after = M(rows, columns, scalars: zip(a.scalars, step).map { $0.addingProduct(-0.3, $1) })
    #expect(difference(moved, after) == nil, "add(_:times:overRootOf:plus:) for \(a.shape), \(Scalar.self)")
    var other = a
    other.add(-0.3, times: b, overRootOfSum: squares, 0.1)
    let quotients = zip(b.scalars, squares.scalars).map { $0 / ($1 + 0.1).squareRoot() }
    let found = M(rows, columns, scalars: zip(a.scalars, quotients).map { $0.addingProduct(-0.3, $1) })
    #expect(difference(other, found) == nil, "add(_:times:overRootOfSum:_:) for \(a.shape), \(Scalar.self)")
  }

  @Test(arguments: lengths)
  func functions(length: Int) {
    compareFunctions(Float.self, length)
    compareFunctions(Double.self, length)
  }

  private func compareFunctions<Scalar: MatrixScalar>(_: Scalar.Type, _ length: Int) {
    var random = SplitMix64(seed: UInt64(length))
    let x = awkward(Matrix<Scalar>.uniform(1, length, scale: 6, using: &random))
    func each(_ function: (Scalar) -> Scalar) -> Matrix<Scalar> { Matrix(1, length, scalars: x.scalars.map(function)) }
    #expect(difference(sqrt(x), each { $0.squareRoot() }) == nil, "sqrt of \(length), \(Scalar.self)")
    #expect(difference(abs(x), each { $0.magnitude }) == nil, "abs of \(length), \(Scalar.self)")
    let clamped = each { $0.isNaN ? $0 : $0 < -1 ? -1 : $0 > 1.5 ? 1.5 : $0 }
    var inRange = x
    inRange.clamp(to: -1...1.5)
    #expect(difference(inRange, clamped) == nil, "clamp of \(length), \(Scalar.self)")

    // How exact these are is VectorMath's affair; here, that each is the function of its name, in every lane.
    let tolerance = 4 * Double(Scalar.ulpOfOne)
    let functions: [(String, (Matrix<Scalar>) -> Matrix<Scalar>, (Double) -> Double)] = [
      ("exp", { exp($0) }, { Foundation.exp($0) }), ("log", { log($0) }, { Foundation.log($0) }),
      ("tanh", { tanh($0) }, { Foundation.tanh($0) }), ("sigmoid", { sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }),
    ]
    for (name, function, plain) in functions {
      let y = function(x)
      #expect(y.shape == x.shape)
      let differs = difference(y.scalars, x.scalars.map { plain(Double($0)) }, tolerance: tolerance)
      #expect(differs == nil, "\(name) of \(length), \(Scalar.self)")
      // An entry has the same bits in every lane, and in the rest.
      let alone = x.scalars.map { function(Matrix(1, 1, repeating: $0))[0, 0] }
      #expect(difference(y, Matrix(1, length, scalars: alone)) == nil, "\(name) of \(length) together and alone")
    }
  }

  /// The matrix with some entries that are easily done wrong: both zeros, both infinities, NaN.
  private func awkward<Scalar>(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
    let specials: [Scalar] = [-0.0, 0, .infinity, -.infinity, .nan]
    let entries = x.scalars.enumerated().map { i, value in i % 3 == 2 ? specials[i / 3 % 5] : value }
    return Matrix(x.rows, x.columns, scalars: entries)
  }

  @Test func aValueIsCopiedWhenItIsChanged() {
    let a = Matrix<Float>([[1, 2], [3, 4]])
    var b = a
    b += a
    b += b
    b[0, 0] = 9
    #expect(a == Matrix([[1, 2], [3, 4]]))
    #expect(b == Matrix([[9, 8], [12, 16]]))
  }
}
