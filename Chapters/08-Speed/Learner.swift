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
  /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major
  public mutating func answer(
    _ cell: LSTM<Float>, _ x: Matrix<Float>, batch B: Int
  ) -> Answer {
    require(
      B > 0 && x.rows > 0 && x.rows % B == 0 && x.columns == cell.inputs,
      "answer: \(x.shape) is not whole steps of [\(B) × \(cell.inputs)]")
    let threads = Threads.count
    Threads.count = recipe.threads
    defer { Threads.count = threads }
    guard recipe.hasOneLoop else {
      return recipe.answerByArrays(cell, x, batch: B)
    }
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
