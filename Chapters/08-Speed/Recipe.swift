import ExplicitGates
import MinimalMatrix

// MARK: - A version is a recipe

/// The choices by which one training step differs from another. The answer is
/// the same.
public struct Recipe: Equatable, Sendable {
  /// How to multiply.
  public var product = Product.entries
  /// `exp` and `tanh`: the C library's, one number at a time, or VectorMath's?
  public var hasVectorFunctions = false
  /// `[B × H]·[H × 4H]` once, or `[B × H]·[H × H]` four times?
  public var hasGatesSideBySide = false
  /// `x·W` of all steps before the loop over time, or in each of its turns? And
  /// `dx = dz·Wᵀ` after the way back, or on it?
  public var projectsAhead = false
  /// The weights' gradient from all steps after the way back, or on it?
  public var gathersGradient = false
  /// The gates in one loop over their entries, or an array for each operation?
  public var hasOneLoop = false
  /// The arrays of the last training step once more, or new ones?
  public var keepsBuffers = false
  /// How many threads a product may use.
  public var threads = 1
}

// MARK: - The history

extension Recipe {
  /// Every version, with the idea that it adds to the one before.
  public static let history: [(idea: String, recipe: Recipe)] = {
    var recipe = Recipe()
    var history = [("triple loop", recipe)]
    func then(_ idea: String, _ change: (inout Recipe) -> Void) {
      change(&recipe)
      history.append((idea, recipe))
    }
    then("loops in another order") { $0.product = .rows }
    then("eight at a time") { $0.product = .vectors }
    then("a tile in registers") { $0.product = .tiles }
    then("packed for the caches") { $0.product = .packed }
    then("exp and tanh in vectors") { $0.hasVectorFunctions = true }
    then("gates side by side") { $0.hasGatesSideBySide = true }
    then("inputs projected ahead") { $0.projectsAhead = true }
    then("one product for the weights") { $0.gathersGradient = true }
    then("one loop for the gates") { $0.hasOneLoop = true }
    then("buffers kept") { $0.keepsBuffers = true }
    then("two threads") { $0.threads = 2 }
    return history
  }()
}
