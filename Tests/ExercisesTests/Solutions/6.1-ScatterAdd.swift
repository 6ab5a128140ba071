import MinimalMatrix

/// Exercise 6.1, scatter and add: the gradient of the table.
///
///     dTable[idₖ] += dxₖ        for every k

// MARK: - Solution 6.1

func addGradient(
  _ dx: Matrix<Double>, ids: [Int], to dTable: inout Matrix<Double>
) {
  for (k, id) in ids.enumerated() {
    dTable.setRows(from: id, to: dTable.row(id) + dx.row(k))
  }
}
