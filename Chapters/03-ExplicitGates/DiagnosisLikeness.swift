import MinimalMatrix

// MARK: - Two answers side by side

/// What a backward pass says of one array, and what the differences say.
struct Comparison {
  let name: String
  let given, right: Matrix<Double>

  var agrees: Bool { given.agrees(with: right) }

  /// The entry that is furthest off.
  var worst: (row: Int, column: Int) {
    guard given.shape == right.shape else { return (0, 0) }
    let errors = zip(given.scalars, right.scalars).map(error)
    let i = errors.indices.max { errors[$0] < errors[$1] } ?? 0
    return (i / max(right.columns, 1), i % max(right.columns, 1))
  }
}

/// How far two derivatives are apart, relative to the larger; what is below
/// 10⁻⁴ counts as 10⁻⁴. What is no number is never right.
private func error(_ a: Double, _ b: Double) -> Double {
  let error = abs(a - b) / max(abs(a), abs(b), 1e-4)
  return error.isNaN ? .infinity : error
}

extension Matrix<Double> {
  /// The same to six digits, entry by entry.
  func agrees(with other: Matrix) -> Bool {
    shape == other.shape && zip(scalars, other.scalars).allSatisfy { error($0, $1) <= 1e-6 }
  }

  var isZero: Bool { scalars.allSatisfy { abs($0) < 1e-9 } }
}

// MARK: - Mistakes that show in the two answers alone

extension Comparison {
  /// Is the answer of another shape, or not made of numbers?
  var malformed: Mistake? {
    if given.shape != right.shape {
      let isBias = right.rows == 1 && given.columns == 1
      if isBias { return .wrongAxis(given: given.shape, right: right.shape) }
      let isTransposed = given.isFinite && given.transposed().agrees(with: right)
      return isTransposed ? .transposed : .shape(given: given.shape, right: right.shape)
    }
    return given.isFinite ? nil : .notFinite
  }

  /// Is one a multiple of the other, or its transpose?
  var simple: Mistake? {
    if given.agrees(with: -right) { return .sign }
    let squares = right.squaredNorm()
    let factor = squares > 0 ? given.dot(right) / squares : 0
    if factor != 0 && given.agrees(with: factor * right) {
      return .factor((factor * 1e6).rounded() / 1e6)
    }
    if right.rows == right.columns && given.agrees(with: right.transposed()) {
      return .transposed
    }
    return nil
  }

  /// The answer does not double when the question does: something cuts it off.
  var clipped: Mistake? {
    let limit = given.scalars.map(abs).max() ?? 0
    let isCut = zip(given.scalars, right.scalars).allSatisfy { given, right in
      error(given, right) <= 1e-6
        || (error(abs(given), limit) <= 1e-9 && given * right > 0 && abs(right) > limit)
    }
    if isCut { return .clippedValue(limit) }
    if case .factor = simple { return .clippedNorm }
    return nil
  }
}

extension Mistake {
  /// Answer `i` is the right one for `j`: both are, or only this.
  static func swapped(_ i: Int, _ j: Int, _ all: [Comparison]) -> Mistake {
    guard all[j].given.agrees(with: all[i].right) else { return .taken(from: all[j].name) }
    return .swapped(all[min(i, j)].name, all[max(i, j)].name)
  }
}

// MARK: - Mistakes that show when a gate is moved

/// What a forgotten factor depends on: a function of a gate before squashing.
///
/// Nobody tells us where that gate stands. But if `right / given` is the
/// derivative of a sigmoid, it says where, up to a few possibilities; and when
/// we move the gate by a known amount, the ratio must become what the function
/// says. A ratio that does so in every entry is that function of that gate.
struct Law: Sendable {
  let ratio: @Sendable (Double) -> Double
  /// Where the function has the value `ratio`.
  let arguments: @Sendable (Double) -> [Double]

  /// Is `before` this function of something that was moved by `δ` to make
  /// `after`?
  func explains(_ before: [Double], _ after: [Double], movedBy δ: Double) -> Bool {
    before.count >= 4
      && zip(before, after).allSatisfy { before, after in
        arguments(before).contains { abs(ratio($0 + δ) - after) <= 1e-4 * max(1, abs(after)) }
      }
  }
}

extension Law {
  static let sigmoid = Law(ratio: σ, arguments: logits)
  static let oneMinusSigmoid = Law(ratio: { 1 - σ($0) }, arguments: { logits(1 - $0) })
  static let tanh = Law(ratio: { 2 * σ(2 * $0) - 1 }, arguments: artanh)

  /// `σ(1 − σ)`: two gates have it, one above and one below a half.
  static let sigmoidSlope = Law(
    ratio: { σ($0) * (1 - σ($0)) },
    arguments: { ratio in
      roots(1 - 4 * ratio).flatMap { logits((1 + $0) / 2) }
    })
  /// `1 − tanh²`.
  static let tanhSlope = Law(
    ratio: { 1 - square(tanh.ratio($0)) },
    arguments: { ratio in roots(1 - ratio).flatMap(artanh) })
  /// `a(1 − a) / (1 − a²)` for a sigmoid `a`: tanh's derivative was taken.
  static let tanhSlopeForSigmoid = Law(
    ratio: { σ($0) / (1 + σ($0)) }, arguments: { logits($0 / (1 - $0)) })
  /// `(1 − a²) / a(1 − a)` for a tanh `a`: the sigmoid's derivative was taken.
  static let sigmoidSlopeForTanh = Law(
    ratio: { 1 + 1 / tanh.ratio($0) }, arguments: { artanh(1 / ($0 - 1)) })
}

private func square(_ x: Double) -> Double { x * x }

private func σ(_ p: Double) -> Double { sigmoid(Matrix([[p]]))[0, 0] }

private func logits(_ a: Double) -> [Double] {
  a > 0 && a < 1 ? [log(Matrix([[a / (1 - a)]]))[0, 0]] : []
}

private func artanh(_ a: Double) -> [Double] { logits((1 + a) / 2).map { $0 / 2 } }

/// Both square roots, where the differences' error may have made zero negative.
private func roots(_ x: Double) -> [Double] {
  x < -1e-6 ? [] : [max(x, 0).squareRoot(), -max(x, 0).squareRoot()]
}
