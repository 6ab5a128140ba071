import Scan

/// Exercise 4.4, checkpoints of checkpoints: pieces that are cut in pieces
/// themselves.
///
/// From the carry before the first element and the derivative behind the last
/// step, give what `scan` and `scan` in reverse would give, with about 3·∛T
/// carries and traces at a time. Outer pieces have `k·k` steps, inner ones `k`.
/// `swift run exercises 4.4` checks you.

// MARK: - Yours

/// - Parameters:
///   - step: from a carry and an element to the next carry
///   - leave: the same, with a trace
///   - back: from the derivative behind a step and its trace to the derivative
///     before it, and that of the element
/// - Returns: the derivative with respect to the initial carry, and those with
///   respect to the elements, in order. (nil: not written yet.)
public func backThroughNestedPieces<Carry, Trace, DCarry>(
  _ x: [Double], from initial: Carry, k: Int, dLast: DCarry,
  step: (Carry, Double) -> Carry,
  leave: (Carry, Double) -> (Carry, Trace),
  back: (DCarry, Trace) -> (DCarry, Double)
) -> (dInitial: DCarry, dx: [Double])? {
  nil
}
