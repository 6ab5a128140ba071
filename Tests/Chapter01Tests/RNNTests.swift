import MinimalMatrix
import NumpyStyleRNN
import TestSupport
import Testing

/// Numbers of sizes that all differ, `B, D, H, V = 2, 4, 5, 3`, and what PyTorch 2.13 computes from them in `float64`:
///
///     ls = lambda a, b, r, c: torch.linspace(a, b, r * c, dtype=torch.float64).reshape(r, c)
///     x, h = ls(-1, 1.5, 2, 4), ls(-0.9, 0.8, 2, 5)
///     Wx, Wh, b = ls(-0.7, 0.9, 4, 5), ls(0.8, -0.6, 5, 5), ls(-0.3, 0.2, 1, 5)
///     W, c = ls(-1.1, 0.6, 5, 3), ls(0.4, -0.2, 1, 3)
///     h = torch.tanh(x @ Wx + h @ Wh + b)
///     y = h @ W + c
///     loss = torch.nn.functional.cross_entropy(y, torch.tensor([2, 0]), reduction="none")
private enum Example {
  static let x = Matrix<Double>.linspace(-1, 1.5, 2, 4)
  static let h = Matrix<Double>.linspace(-0.9, 0.8, 2, 5)
  static let cell = TanhCell<Double>(
    Wx: .linspace(-0.7, 0.9, 4, 5), Wh: .linspace(0.8, -0.6, 5, 5), b: .linspace(-0.3, 0.2, 1, 5))
  static let projection = Projection<Double>(W: .linspace(-1.1, 0.6, 5, 3), b: .linspace(0.4, -0.2, 1, 3))
  static let targets = [2, 0]

  static let newState = Matrix<Double>([
    [-0.4912596198570186, -0.3942273510832181, -0.28753005493056466, -0.17318451046868746, -0.0539714521807123],
    [0.09417153580442315, 0.3978695862189435, 0.6338221674892781, 0.7911292832804635, 0.8855906803533884],
  ])
  static let logits = Matrix<Double>([
    [1.3191826669812485, 0.8491616612323669, 0.37914065548348524],
    [0.07890477236081528, 0.11921845310003254, 0.15953213383925008],
  ])
  static let loss = Matrix<Double>([[1.6409592094483931], [1.1394676270080206]])
}

@Suite struct CellTests {
  @Test func aStepIsPyTorchsStep() {
    #expect(agree(Example.cell.step(Example.x, from: Example.h), Example.newState, to: 1e-14))
  }

  @Test func aStepByHand() {
    // z = 1·0.5 + 2·(−0.25) + 0.5·0.2 + 0.1 = 0.2, and tanh 0.2 = 0.197375320224904…
    let cell = TanhCell<Double>(Wx: Matrix([[0.5], [-0.25]]), Wh: Matrix([[0.2]]), b: Matrix([[0.1]]))
    let h = cell.step(Matrix([[1, 2]]), from: Matrix([[0.5]]))
    #expect(agree(h, Matrix([[0.197375320224904]]), to: 1e-15))
  }

  @Test func aOneHotRowTimesWxIsARowOfWxBitForBit() {
    var random = SplitMix64(seed: 1)
    let ids = [6, 0, 3, 3, 10]
    func compare<Scalar: MatrixScalar>(_ W: Matrix<Scalar>) -> Bool {
      matmul(Matrix.oneHot(ids, size: W.rows), W) == W.rows(at: ids)
        && Array(W.rows(at: ids).scalars) == ids.flatMap { id in (0..<W.columns).map { W[id, $0] } }
    }
    #expect(compare(Matrix<Float>.normal(11, 37, deviation: 1, using: &random)))
    #expect(compare(Matrix<Double>.normal(11, 37, deviation: 1, using: &random)))
  }
}

@Suite struct LossTests {
  @Test func theProjectionIsPyTorchs() {
    #expect(agree(Example.projection(Example.newState), Example.logits, to: 1e-14))
  }

  @Test func theCrossEntropyIsPyTorchs() {
    #expect(agree(crossEntropy(Example.logits, Example.targets), Example.loss, to: 1e-14))
  }

  @Test func theCrossEntropyByHand() {
    // The probabilities of the logits ln 1, ln 2, ln 5 are 1/8, 2/8, 5/8.
    let (ln2, ln5) = (0.6931471805599453, 1.6094379124341003)
    let loss = crossEntropy(Matrix([[0, ln2, ln5], [0, ln2, ln5]]), [0, 1])
    #expect(agree(loss, Matrix([[3 * ln2], [2 * ln2]]), to: 1e-15))
  }

  @Test("Logits of any size have a finite loss: e to the 1000 is infinite, and the softmax of −1000 is 0.")
  func hugeLogits() {
    let loss = crossEntropy(Matrix<Float>([[1000, 0], [1000, 0], [-1000, 1000]]), [0, 1, 0])
    #expect(loss.scalars == [0, 1000, 2000])
  }

  @Test func anUntrainedNetworkFindsEveryCharacterEquallyLikely() {
    let (V, steps) = (53, 200)
    var random = SplitMix64(seed: 1)
    let network = RNN<Float>(vocabulary: V, hidden: 100, using: &random)
    var h = network.zeroState(batch: 1)
    var total: Float = 0
    for _ in 0..<steps {
      let (next, logits) = network.read([random.below(V)], from: h)
      total += crossEntropy(logits, [random.below(V)])[0, 0]
      h = next
    }
    let lnV: Float = 3.970292
    #expect(abs(total / Float(steps) - lnV) < 1e-3)
  }

  @Test func theSameSeedGivesTheSameNetwork() {
    func network(_ seed: UInt64) -> RNN<Float> {
      var random = SplitMix64(seed: seed)
      return RNN(vocabulary: 3, hidden: 4, using: &random)
    }
    #expect(network(1) == network(1))
    #expect(network(1) != network(2))
    #expect(network(1).cell.Wx.shape == "[3 × 4]" && network(1).projection.W.shape == "[4 × 3]")
  }
}
