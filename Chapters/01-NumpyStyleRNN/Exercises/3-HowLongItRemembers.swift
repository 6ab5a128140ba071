import MinimalMatrix
import NumpyStyleRNN

/// Exercise 1.3, how long it remembers: two copies of the state read two
/// different characters, and from then on the same ones.
///
///     h = read a, then ids       from zeros
///     k = read b, then ids       from zeros
///     distance = ‖h − k‖ = √Σ (h − k)²
///
/// `swift run exercises 1.3` checks you.

// MARK: - Yours

/// - Returns: the distance of the two states when `a` and `b` are read, and
///   then after each of `ids`: `ids.count + 1` numbers
public func distances(
  in network: RNN<Double>, after a: Int, and b: Int, reading ids: [Int]
) -> [Double] {
  []
}
