import MinimalMatrix

/// Exercise 6.1, scatter and add: the gradient of the table.
///
///     dTable[idₖ] += dxₖ        for every k
///
/// What stands below looks like that, and there is a mistake in it.
/// `swift run exercises 6.1` checks you.

// MARK: - Yours

/// - Parameters:
///   - dx: the derivatives with respect to what was read, `[N × E]`
///   - ids: which rows of the table that was, `N` of them
///   - dTable: what other windows have left already, `[V × E]`
public func addGradient(
  _ dx: Matrix<Double>, ids: [Int], to dTable: inout Matrix<Double>
) {
  let sums = dTable.rows(at: ids) + dx
  for (k, id) in ids.enumerated() {
    dTable.setRows(from: id, to: sums.row(k))
  }
}
