import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - A task with a long lag

/// The adding problem (Hochreiter & Schmidhuber 1997, section 5.4, with values
/// from 0 to 1): a long row of random numbers, two of which are marked, one in
/// each half; what is their sum? The answer is wanted after the last step only.
///
/// Who always answers 1, the mean, is wrong by 1/6 = 0.1667 on the average of
/// the squares: the variance of two uniform numbers. Who has kept the second
/// number only is wrong by 1/12. To do better than that one must have kept the
/// first, for half of the row or longer.
public struct AddingProblem {
  /// The mean squared error of the answer 1.
  public static let floor = 1.0 / 6
  /// `T`, the length of a row, at least 2.
  public let steps: Int
  private var random: SplitMix64

  /// An endless supply of rows of `T` steps.
  public init(steps T: Int, seed: UInt64) {
    require(T >= 2, "AddingProblem: rows of \(T) steps, not 2 or more")
    (steps, random) = (T, SplitMix64(seed: seed))
  }

  /// The next `B` rows.
  /// - Returns: at each step the number and whether it is marked (1 or 0),
  ///   `[T·B × 2]`, time-major; and the sums, `[B × 1]`.
  public mutating func next<Scalar: MatrixScalar>(_ B: Int)
    -> (x: Matrix<Scalar>, sums: Matrix<Scalar>)
  {
    var x = Matrix<Scalar>(steps * B, 2)
    var sums = Matrix<Scalar>(B, 1)
    for row in 0..<x.rows { x[row, 0] = Scalar(random.uniform()) }
    for row in 0..<B {
      let half = steps / 2
      for t in [random.below(half), half + random.below(steps - half)] {
        x[t * B + row, 1] = 1
        sums[row, 0] += x[t * B + row, 0]
      }
    }
    return (x, sums)
  }
}

// MARK: - Learning to keep a number

extension SequenceModel {
  /// Loss and gradient of one batch: the mean squared error of the answers
  /// after the last step. All other answers are free.
  ///
  ///     L = Σ (y − s)² / B      dL/dy = 2 (y − s) / B, at the last step only
  ///
  /// The inputs are `[T·B × 2]`, the sums `[B × 1]`.
  public func squaredErrorAndGradient(
    of x: Matrix<C.Scalar>, _ sums: Matrix<C.Scalar>
  ) -> (loss: C.Scalar, gradient: SequenceModel) {
    let B = sums.rows
    let (run, answers) = read(x, batch: B)
    let last = answers.rows - B
    let error = answers.rows(last..<answers.rows) - sums
    var dAnswers = Matrix(zerosLike: answers)
    dAnswers.setRows(from: last, to: 2 / C.Scalar(B) * error)
    let loss = error.squaredNorm() / C.Scalar(B)
    return (loss, backward(dAnswers, through: run))
  }
}

extension AddingProblem {
  /// Trains `model` with Adam, its gradients shortened to a norm of 1.
  /// - Returns: the mean squared error of every batch, before its update.
  public mutating func train<C: Cell>(
    _ model: inout SequenceModel<C>, batches: Int, batch B: Int = 16,
    rate: Double = 0.04
  ) -> [Double] {
    var optimiser = Adam(for: model, rate: rate)
    return (0..<batches).map { _ in
      let (x, sums): (Matrix<C.Scalar>, Matrix<C.Scalar>) = next(B)
      var (loss, gradient) = model.squaredErrorAndGradient(of: x, sums)
      gradient.clipNorm(to: 1)
      optimiser.update(&model, by: gradient)
      return Double(loss)
    }
  }
}
