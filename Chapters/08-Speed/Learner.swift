import ExplicitGates
import MinimalMatrix

// MARK: - Whoever follows a recipe

/// Follows a recipe, again and again, and keeps the buffers between if the
/// recipe says so.
public struct Learner {
  /// What it follows.
  public let recipe: Recipe
  private var kept: Workspace?

  /// A learner without buffers.
  public init(_ recipe: Recipe) { self.recipe = recipe }

  /// One training step: the loss of a cell over a sequence, and all
  /// derivatives.
  /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major. It must
  ///   hold whole steps of `B` rows, at least one.
  public mutating func answer(
    _ cell: LSTM<Float>, _ x: Matrix<Float>, batch B: Int
  ) -> Answer {
    require(
      B > 0 && x.rows > 0 && x.rows % B == 0 && x.columns == cell.inputs,
      "answer: \(x.shape) is not whole steps of [\(B) × \(cell.inputs)]")
    return with(threads: recipe.threads) {
      recipe.hasOneLoop
        ? answerInWorkspace(cell, x, batch: B)
        : recipe.answerByArrays(cell, x, batch: B)
    }
  }

  private mutating func answerInWorkspace(
    _ cell: LSTM<Float>, _ x: Matrix<Float>, batch B: Int
  ) -> Answer {
    let (T, D, H) = (x.rows / B, x.columns, cell.hidden)
    var space = kept ?? Workspace(batch: B, steps: T, inputs: D, hidden: H)
    // Nobody else may hold them, or what is changed would be copied.
    kept = nil
    if !space.fits(batch: B, steps: T, inputs: D, hidden: H) {
      space = Workspace(batch: B, steps: T, inputs: D, hidden: H)
    }
    let answer = space.answer(cell, x)
    if recipe.keepsBuffers { kept = space }
    return answer
  }
}

/// Runs `body` while products may use so many threads.
func with<Result>(threads: Int, _ body: () -> Result) -> Result {
  let before = Threads.count
  Threads.count = threads
  defer { Threads.count = before }
  return body()
}
