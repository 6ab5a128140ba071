import WhileLoop

/// Exercise 5.3, the way back through Newton's iteration for √a.
///
///     x ← (x + a / x) / 2      while |x² − a| > 10⁻¹²
///
/// Write the loop, and with `Loop.backward` the derivatives of the root with
/// respect to `a` and to the number it began from.

// MARK: - Solution 5.3

func squareRoot(of a: Double, from start: Double)
  -> (root: Double, steps: Int, da: Double, dStart: Double)
{
  let loop = whileLoop(
    { abs($0 * $0 - a) > 1e-12 },
    { x -> Double in
      let before = x
      x = (before + a / before) / 2
      return before
    }, start, maximumIterations: 100)
  let d = loop.backward((a: 0.0, x: 1.0)) { d, x, _ in
    d.a += d.x / (2 * x)
    d.x *= (1 - a / (x * x)) / 2
  }
  return (loop.last, loop.steps, d.a, d.x)
}
