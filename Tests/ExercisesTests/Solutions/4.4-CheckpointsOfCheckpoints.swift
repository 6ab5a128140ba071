import Scan

/// Exercise 4.4, checkpoints of checkpoints: pieces that are cut in pieces
/// themselves.
///
/// From the carry before the first element and the derivative behind the last
/// step, give what `scan` and `scan` in reverse would give, with about 3·∛T
/// carries and traces at a time. Outer pieces have `k·k` steps, inner ones `k`.

// MARK: - Solution 4.4

func backThroughNestedPieces<Carry, Trace, DCarry>(
  _ x: [Double], from initial: Carry, k: Int, dLast: DCarry,
  step: (Carry, Double) -> Carry,
  leave: (Carry, Double) -> (Carry, Trace),
  back: (DCarry, Trace) -> (DCarry, Double)
) -> (dInitial: DCarry, dx: [Double])? {
  let outer = Checkpoints(steps: x.count, every: k * k, from: initial) {
    carry, piece in
    fold(over: x[piece], from: carry, step)
  }
  let (dInitial, pieces) = outer.backward(from: dLast) { d, start in
    let inner = checkpointedScan(
      over: x[start.piece], from: start.carry, every: k, step)
    return inner.backward(
      over: x[start.piece], from: d, step: leave, back: back)
  }
  return (dInitial, pieces.flatMap { $0 })
}
