import Foundation
import Testing

@testable import MinimalMatrix

/// Sums, maxima and softmax against the same in `Double`, in the plainest way.
@Suite struct ReductionTests {
  @Test(arguments: 0...40)
  func sums(columns: Int) {
    compareSums(Float.self, columns)
    compareSums(Double.self, columns)
  }

  private func compareSums<Scalar: MatrixScalar>(_: Scalar.Type, _ columns: Int) {
    var random = SplitMix64(seed: UInt64(columns))
    let x = Matrix<Scalar>.uniform(3, columns, scale: 2, using: &random)
    let y = Matrix<Scalar>.uniform(3, columns, scale: 2, using: &random)
    let (xs, ys) = (x.scalars.map { Double($0) }, y.scalars.map { Double($0) })
    // As many roundings as there are terms, each of half a unit in the last place of a partial sum.
    let tolerance = Double(max(1, x.count)) * 2 * Double(Scalar.ulpOfOne)
    func compare(_ found: [Scalar], _ expected: [Double], _ name: Comment) {
      #expect(difference(found, expected, tolerance: tolerance) == nil, "\(name) of \(x.shape), \(Scalar.self)")
    }
    let sum = xs.reduce(0, +)
    compare([x.sum()], [sum], "sum")
    compare([x.mean()], [sum / Double(xs.count)], "mean")
    compare([x.dot(y)], [zip(xs, ys).map { $0 * $1 }.reduce(0, +)], "dot")
    compare([x.squaredNorm()], [xs.map { $0 * $0 }.reduce(0, +)], "squaredNorm")
    let rows = (0..<3).map { Array(xs[$0 * columns..<($0 + 1) * columns]) }
    compare(Array(x.columnSums().scalars), (0..<columns).map { rows[0][$0] + rows[1][$0] + rows[2][$0] }, "columnSums")
    compare(Array(x.rowSums().scalars), rows.map { $0.reduce(0, +) }, "rowSums")
    var sums = x.rows(0..<1).columnSums()
    sums.addColumnSums(of: x.rows(1..<3))
    #expect(sums == x.columnSums(), "the sums of the pieces, \(x.shape), \(Scalar.self)")
    #expect(x.columnSums().shape == "[1 × \(columns)]")
    #expect(x.rowSums().shape == "[3 × 1]")
    guard columns > 0 else { return }
    #expect(x.rowMaxima() == Matrix(3, 1, scalars: rows.map { Scalar($0.max()!) }))
    #expect(x.rowArgMaxima() == rows.map { $0.firstIndex(of: $0.max()!)! })
  }

  @Test(arguments: 1...40)
  func softmaxOfEveryLength(columns: Int) {
    for scale in [1, 1e4, 1e30] {
      compareSoftmax(Float.self, columns, scale)
      compareSoftmax(Double.self, columns, scale)
    }
  }

  private func compareSoftmax<Scalar: MatrixScalar>(_: Scalar.Type, _ columns: Int, _ scale: Double) {
    var random = SplitMix64(seed: UInt64(columns))
    let x = Matrix<Scalar>.uniform(5, columns, scale: scale, using: &random)
    let (p, sums) = (softmax(x), logSumExp(x))
    // The largest entry is subtracted with a rounding, which `exp` turns into a relative error: 2 units for differences
    // up to 4, none at all where the differences are so large that only one entry is left.
    let tolerance = 8 * Double(Scalar.ulpOfOne)
    for i in 0..<5 {
      let row = x.row(i).scalars.map { Double($0) }
      let top = row.max()!
      let powers = row.map { Foundation.exp($0 - top) }
      let total = powers.reduce(0, +)
      let found = p.row(i).scalars
      #expect(
        difference(found, powers.map { $0 / total }, tolerance: tolerance) == nil,
        "softmax of \(columns) up to \(scale), \(Scalar.self)")
      #expect(
        difference([sums[i, 0]], [top + Foundation.log(total)], tolerance: tolerance) == nil,
        "logSumExp of \(columns) up to \(scale), \(Scalar.self)")
      #expect((found.map { Double($0) }.reduce(0, +) - 1).magnitude <= Double(columns) * Double(Scalar.ulpOfOne))
      #expect(found.allSatisfy { $0 >= 0 })
    }
  }

  /// Infinities and NaN, wherever they stand in the row: in a whole vector, in the lanes, in the rest.
  @Test func infiniteAndNaN() {
    let infinity = Float.infinity
    for columns in [1, 5, 16, 33, 50] {
      let none = Matrix<Float>(2, columns, repeating: -infinity)
      #expect(logSumExp(none) == Matrix(2, 1, repeating: -infinity))
      #expect(softmax(none).scalars.allSatisfy { $0.isNaN })
      for j in 0..<columns {
        for other in [-infinity, -1e30, 0, 1e30] {
          var x = Matrix<Float>(2, columns, repeating: other)
          x[1, j] = infinity
          #expect(logSumExp(x)[1, 0] == infinity)
          #expect(softmax(x).row(1).scalars.allSatisfy { $0.isNaN })
          #expect(softmax(x).row(0).scalars.allSatisfy { $0.isNaN == (other == -infinity) })
          #expect(x.rowMaxima()[1, 0] == infinity)
          #expect(x.rowArgMaxima() == [0, j])
          #expect(!x.isFinite)

          x[1, j] = .nan
          #expect(logSumExp(x)[1, 0].isNaN)
          #expect(softmax(x).row(1).scalars.allSatisfy { $0.isNaN })
          #expect(x.rowMaxima()[1, 0].isNaN, "a NaN at \(j) of \(columns) is lost")
          #expect(x.rowArgMaxima() == [0, j])
          #expect(!x.isFinite)

          x[1, j] = 2e30
          #expect(logSumExp(x)[1, 0] == 2e30)
          #expect(softmax(x).row(1) == .oneHot([j], size: columns))
          #expect(x.rowMaxima()[1, 0] == 2e30)
          #expect(x.isFinite == (other.isFinite))
        }
      }
    }
  }

  @Test func ofNothing() {
    let empty = Matrix<Double>(0, 3)
    #expect(empty.sum() == 0)
    #expect(empty.mean().isNaN)
    #expect(empty.dot(empty) == 0)
    #expect(empty.isFinite)
    #expect(empty.columnSums() == Matrix(1, 3))
    #expect(empty.rowSums() == Matrix(0, 1))
    #expect(empty.rowMaxima() == Matrix(0, 1))
    #expect(empty.rowArgMaxima() == [])
    #expect(softmax(empty) == empty)
    #expect(logSumExp(Matrix<Double>(2, 0)) == Matrix(2, 1, repeating: -.infinity))
    #expect(Matrix<Double>(2, 0).rowSums() == Matrix(2, 1))
  }

  /// A row gives the same bits wherever it lies in memory: alone, or as any row of a matrix.
  @Test(arguments: 1...40)
  func wherever(columns: Int) {
    var random = SplitMix64(seed: UInt64(columns))
    let x = Matrix<Float>.uniform(7, columns, scale: 3, using: &random)
    let (sums, maxima, p, logs) = (x.rowSums(), x.rowMaxima(), softmax(x), logSumExp(x))
    for i in 0..<7 {
      let row = x.row(i)
      #expect(row.sum() == sums[i, 0])
      #expect(row.rowMaxima()[0, 0] == maxima[i, 0])
      #expect(softmax(row) == p.row(i))
      #expect(logSumExp(row)[0, 0] == logs[i, 0])
    }
  }

  @Test func theFirstOfEqualEntries() {
    #expect(Matrix<Float>([[1, 3, 3], [0, -0.0, 0], [2, 1, 2]]).rowArgMaxima() == [1, 0, 0])
  }
}
