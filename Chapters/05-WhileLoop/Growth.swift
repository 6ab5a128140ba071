// MARK: - A loop of one number, there and back

/// Money that grows by a factor each year until there is enough:
///
///     x ← x · rate      while x < goal
public struct Growth {
  /// The factor of each year.
  public var rate: Double
  /// What there is in the beginning.
  public var start = 1.0
  /// When it is enough.
  public var goal = 100.0

  /// Money, what it grows by, and what is enough.
  public init(rate: Double, start: Double = 1, goal: Double = 100) {
    (self.rate, self.start, self.goal) = (rate, start, goal)
  }

  /// The loop. A step leaves behind what there was before it.
  public var loop: Loop<Double, Double> {
    whileLoop(
      { x in x < goal },
      { x in
        let before = x
        x = before * rate
        return before
      }, start, maximumIterations: 10_000)
  }

  /// The derivatives of the amount after the loop.
  public var derivative: (rate: Double, start: Double) {
    let d = loop.backward((rate: 0.0, x: 1.0)) { d, before, _ in
      // x′ = before · rate: a product, and rate is read at every step.
      d.rate += d.x * before
      d.x *= rate
    }
    return (d.rate, d.x)
  }
}
