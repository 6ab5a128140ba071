import MinimalMatrix
import NumpyStyleRNN

/// Exercise 1.3, how long it remembers: two copies of the state read two
/// different characters, and from then on the same ones.

// MARK: - Solution 1.3

func distances(
  in network: RNN<Double>, after a: Int, and b: Int, reading ids: [Int]
) -> [Double] {
  let zero = network.zeroState(batch: 1)
  var (h, k) = (zero, zero)
  return ([(a, b)] + ids.map { ($0, $0) }).map { one, other in
    h = network.read([one], from: h).h
    k = network.read([other], from: k).h
    return (h - k).squaredNorm().squareRoot()
  }
}
