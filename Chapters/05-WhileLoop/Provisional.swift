import MinimalMatrix

extension Matrix {
  func timeMajor(batch B: Int) -> Matrix {
    let T = B > 0 ? rows / B : 0
    return rows(at: (0..<T).flatMap { t in (0..<B).map { $0 * T + t } })
  }
  func batchMajor(batch B: Int) -> Matrix {
    let T = B > 0 ? rows / B : 0
    return rows(at: (0..<B).flatMap { b in (0..<T).map { $0 * B + b } })
  }
}
