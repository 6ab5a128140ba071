import WhileLoop

/// Exercise 5.3, the way back through Newton's iteration for √a.
///
///     x ← (x + a / x) / 2      while |x² − a| > 10⁻¹²
///
/// Write the loop, and with `Loop.backward` the derivatives of the root with
/// respect to `a` and to the number it began from.
/// `swift run exercises 5.3` checks you.

// MARK: - Yours

public func squareRoot(of a: Double, from start: Double)
  -> (root: Double, steps: Int, da: Double, dStart: Double)
{
  (0, 0, 0, 0)
}
