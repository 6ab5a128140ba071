import Speed

/// Exercise 8.2, walk in order: the product that makes a weight's gradient,
/// with its loops in the order in which the entries lie in memory.
///
///     c[m × n] += aᵀ·b        a is [k × m], b is [k × n]
///
/// A ``Ribbon`` holds a matrix row by row and counts its jumps: a reader that
/// goes somewhere else than to the next entry. Every entry of `c` adds its `k`
/// terms in order, `p = 0, 1, …`, each by `addProduct`; so the bits are those of
/// every other product. `swift run exercises 8.2` checks you.

// MARK: - Yours

public func addTransposed(
  _ a: Ribbon, _ b: Ribbon, to c: Ribbon, k: Int, m: Int, n: Int
) {
}
