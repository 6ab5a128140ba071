import ExplicitGates
import ManualBPTT
import MinimalMatrix
import WhileLoop

/// Exercise 5.1, stop when it has settled: each row of a batch takes steps as
/// long as its own state is short.
///
///     row b takes step t      while |h_b|² < limit, from zeros
///
/// Without that limit there are as many steps as `x` has.

// MARK: - Solution 5.1

func loopUntilSettled<C: Cell>(
  _ cell: C, over x: Matrix<C.Scalar>, batch B: Int, limit: C.Scalar
) -> LoopRun<C>? {
  cell.loop(x, from: cell.zeroState(batch: B)) { row, _, state in
    state.h.row(row).squaredNorm() < limit
  }
}
