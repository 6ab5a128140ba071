import ManualBPTT
import MinimalMatrix
import SequenceTasks

/// Exercise 7.2, attention over time: not the last output of a sequence, but a
/// weighted mean of all of them. How much each counts, it says itself.
///
///     a  = softmax of hₜ·v over the steps of one sequence
///     y  = Σ aₜ hₜ
///
/// What lies behind a row's end counts nothing.
public struct Attention: NamedArrays {
  /// What is looked for in an output, `[H × 1]`.
  public var v: Matrix<Double>

  public init(v: Matrix<Double>) { self.v = v }

  public static func listArrays() -> [NamedArray<Self, Double>] {
    [("v", \.v)]
  }
}

// MARK: - Solution 7.2

extension Attention {
  public func callAsFunction(_ h: Sequences<Double>) -> Matrix<Double> {
    .stack(rows(of: h).map { matmul($0.a, $0.h) })
  }

  public func backward(_ dy: Matrix<Double>, through h: Sequences<Double>)
    -> (gradient: Attention, dh: Matrix<Double>)
  {
    var (gradient, dh) = (zeros(), Matrix(zerosLike: h.x))
    for (b, row) in rows(of: h).enumerated() {
      let dy = dy.row(b)
      // y = Σ aₜ hₜ
      let da = matmul(dy, row.h.T)
      // a = softmax(s): more for one is less for all others
      let ds = row.a * (da - row.a.dot(da))
      // sₜ = hₜ·v
      gradient.v.addProduct(row.h.T, ds.transposed())
      // hₜ has two readers: the mean, and its own weight.
      let both = matmul(row.a.T, dy) + matmul(ds.T, v.T)
      dh.addRows(at: row.places, both)
    }
    return (gradient, dh)
  }

  /// For each row of the batch the steps that are data, their outputs, and
  /// their weights, `[1 × n]`.
  private func rows(of h: Sequences<Double>)
    -> [(places: [Int], h: Matrix<Double>, a: Matrix<Double>)]
  {
    (0..<h.batch).map { b in
      let places = h.places.filter { $0 % h.batch == b }
      let outputs = h.x.rows(at: places)
      let s = matmul(outputs, v)
      return (places, outputs, softmax(s.transposed()))
    }
  }
}
