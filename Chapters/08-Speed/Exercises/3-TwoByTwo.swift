import Speed

/// Exercise 8.3, two by two: a product in tiles of two rows and two columns.
///
///     c[m × n] += a·b         a is [m × k], b is [k × n]
///
/// The four sums of a tile stay in local variables while `p` runs, so that each
/// number that is read is used twice: all together half as many reads of `a` and
/// `b` as entry by entry, and one of each entry of `c`. Where `m` or `n` is odd,
/// a row or a column is left, which may be done entry by entry. Every entry adds
/// its terms in order, by `addProduct`. `swift run exercises 8.3` checks you.

// MARK: - Yours

public func addByTwoByTwo(
  _ a: Ribbon, _ b: Ribbon, to c: Ribbon, m: Int, k: Int, n: Int
) {
}
