import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - A sequence as its steps

/// How many steps of `B` rows a time-major sequence has. It must be whole
/// steps; no rows are no steps.
public func stepCount<Scalar>(
  of x: Matrix<Scalar>, batch B: Int, in caller: String = "steps"
) -> Int {
  require(
    x.rows == 0 || B > 0 && x.rows % B == 0,
    "\(caller): \(x.shape) is not whole steps of [\(B) × \(x.columns)]")
  return x.rows / max(B, 1)
}

/// The steps of a time-major sequence, `T` matrices `[B × N]`, each made when
/// it is asked for.
/// - Parameter x: `[T·B × N]`; it must be whole steps of `B` rows
public func steps<Scalar>(of x: Matrix<Scalar>, batch B: Int)
  -> some RandomAccessCollection<Matrix<Scalar>>
{
  (0..<stepCount(of: x, batch: B)).lazy.map { x.rows($0 * B..<($0 + 1) * B) }
}

// MARK: - Batch-major and time-major

/// Exchanges rows and columns: what was `[B][T]`, a row for each sequence,
/// becomes `[T][B]`, a row for each step, and the other way round. The rows
/// must have one length.
public func exchanged<Element>(_ rows: [[Element]]) -> [[Element]] {
  let length = rows.first?.count ?? 0
  for (b, row) in rows.enumerated() {
    require(
      row.count == length,
      "exchanged: row \(b) has the length \(row.count), row 0 has \(length)")
  }
  return (0..<length).map { t in rows.map { $0[t] } }
}

extension Matrix {
  /// From batch-major to time-major.
  ///
  /// Batch-major, a sequence stands whole, its steps below one another: row
  /// `b·T + t`. Time-major, a step stands whole, its `B` rows below one
  /// another: row `t·B + b`.
  /// - Parameter B: how many sequences there are, of one length; the rows must
  ///   be whole steps
  public func timeMajor(batch B: Int) -> Matrix {
    let T = stepCount(of: self, batch: B, in: "timeMajor")
    return rows(at: (0..<T).flatMap { t in (0..<B).map { b in b * T + t } })
  }

  /// From time-major to batch-major: undoes ``timeMajor(batch:)``. The rows
  /// must be whole steps.
  public func batchMajor(batch B: Int) -> Matrix {
    let T = stepCount(of: self, batch: B, in: "batchMajor")
    return rows(at: (0..<B).flatMap { b in (0..<T).map { t in t * B + b } })
  }
}

// MARK: - The projection, a map over time

extension Projection {
  /// The same projection after every step: a scan that carries nothing.
  ///
  ///     yₜ = hₜ·W + b
  ///
  /// It has the bits of one product over all steps, `[T·B × H]·[H × V]`: every
  /// row is projected by itself, in whatever company it stands.
  /// - Parameter h: it must be `[T·B × H]`, time-major
  public func map(overTime h: Matrix<Scalar>, batch B: Int) -> Matrix<Scalar> {
    .stack(steps(of: h, batch: B).map { self($0) }, columns: W.columns)
  }

  /// The gradient of that map. All steps share the weights, so what they say of
  /// them is carried from step to step and added up.
  ///
  ///     dW = Σₜ hₜᵀ·dyₜ      db = Σₜ Σ dyₜ over the rows      dhₜ = dyₜ·Wᵀ
  ///
  /// - Parameters:
  ///   - dy: it must be `[T·B × V]`
  ///   - h: what was projected, `[T·B × H]`
  public func backward(
    overTime dy: Matrix<Scalar>, through h: Matrix<Scalar>, batch B: Int
  ) -> (gradient: Projection, dh: Matrix<Scalar>) {
    require(
      h.rows == dy.rows && h.columns == W.rows && dy.columns == W.columns,
      "backward: derivatives \(dy.shape) of the projection of \(h.shape)")
    let (gradient, dh) = scan(
      over: zip(steps(of: h, batch: B), steps(of: dy, batch: B)).map { $0 },
      from: zeros()
    ) { sum, step in
      let (h, dy) = step
      var sum = sum
      sum.W.addProduct(h.T, dy)
      sum.b.addColumnSums(of: dy)
      return (sum, matmul(dy, W.T))
    }
    return (gradient, .stack(dh, columns: W.rows))
  }
}
