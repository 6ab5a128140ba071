import ManualBPTT
import MinimalMatrix

// MARK: - The task: adding, bit by bit

/// Sums to be found, bit by bit, least significant bit first: so a network can
/// add as people do, with a carry (the task of a small program that
/// taught many the LSTM: nivwusquorum, "tensorflow_rnn_example", 2016).
public struct Sums: Equatable, Sendable {
  /// The bits of a sum, `T`, from 1 to 64.
  public let bits: Int
  /// The numbers to be added, `B` pairs. They have one bit less than the sum.
  public let a, b: [UInt64]

  /// The given pairs, whose sums must have no more than `bits` bits.
  public init(_ a: [UInt64], _ b: [UInt64], bits: Int) {
    require((1...64).contains(bits), "Sums: \(bits) bits, not 1 to 64")
    require(a.count == b.count, "Sums: \(a.count) numbers and \(b.count)")
    for (a, b) in zip(a, b) {
      let (sum, overflows) = a.addingReportingOverflow(b)
      require(
        !overflows && sum >> UInt64(bits) == 0,
        "Sums: \(a) + \(b) has more than \(bits) bits")
    }
    (self.bits, self.a, self.b) = (bits, a, b)
  }

  /// Random pairs; all numbers that leave the sum its bits are equally likely.
  /// - Parameter heldOut: pairs that are not drawn; there must be others
  public init(
    _ B: Int, bits: Int, without heldOut: Sums? = nil,
    using random: inout SplitMix64
  ) {
    let unused = UInt64(64 - (bits - 1))
    let pairs = (0..<B).map { _ in
      while true {
        let (a, b) = (random.next() >> unused, random.next() >> unused)
        if heldOut?.contains(a, b) != true { return (a, b) }
      }
    }
    self.init(pairs.map { $0.0 }, pairs.map { $0.1 }, bits: bits)
  }

  /// `B`, how many there are.
  public var count: Int { a.count }

  /// Is this pair one of them?
  public func contains(_ a: UInt64, _ b: UInt64) -> Bool {
    zip(self.a, self.b).contains { $0 == (a, b) }
  }

  /// The two bits to read at each step, `[T·B × 2]`, time-major.
  public func inputs<Scalar: MatrixScalar>() -> Matrix<Scalar> {
    let (a, b): (Matrix<Scalar>, Matrix<Scalar>) = (column(a), column(b))
    let pairs = zip(a.scalars, b.scalars).flatMap { [$0, $1] }
    return Matrix(bits * count, 2, scalars: pairs)
  }

  /// The bit of the sum to answer at each step, `[T·B × 1]`, time-major.
  public func targets<Scalar: MatrixScalar>() -> Matrix<Scalar> {
    column(zip(a, b).map { $0 + $1 })
  }

  /// The carry out of each step, `[T·B × 1]`: what a network that adds has to
  /// remember, and what nobody tells it.
  public func carries<Scalar: MatrixScalar>() -> Matrix<Scalar> {
    // A bit of the sum is that of a, flipped by that of b and by the carry into
    // it, which is the carry out of the bit before.
    column(zip(a, b).map { (($0 + $1) ^ $0 ^ $1) >> 1 })
  }

  /// The bits of `B` numbers, one below the other, time-major.
  private func column<Scalar>(_ numbers: [UInt64]) -> Matrix<Scalar> {
    let scalars = (0..<bits).flatMap { t in
      numbers.map { Scalar($0 >> UInt64(t) & 1) }
    }
    return Matrix(bits * count, 1, scalars: scalars)
  }
}

// MARK: - How wrong a bit is

/// The cross-entropy of each bit in nats, `−ln σ(y)` where the target is 1 and
/// `−ln(1 − σ(y))` where it is 0, for logits of any size and targets of their
/// shape.
///
///     L = max(y, 0) − y·t + ln(1 + e^−|y|)
///
/// No `e` to a positive power, so nothing overflows; no logarithm of a
/// probability, so none that has become 0.
public func bitCrossEntropy<Scalar>(
  _ y: Matrix<Scalar>, _ targets: Matrix<Scalar>
) -> Matrix<Scalar> {
  // (y + |y|) / 2 is y or 0, whichever is larger.
  0.5 * (y + abs(y)) - y * targets + log(1 + exp(-abs(y)))
}

/// The derivative of the mean of ``bitCrossEntropy(_:_:)`` over all bits with
/// respect to the logits, in their shape: `(σ(y) − t) / (T·B)`.
public func bitCrossEntropyGradient<Scalar>(
  _ y: Matrix<Scalar>, _ targets: Matrix<Scalar>
) -> Matrix<Scalar> {
  (sigmoid(y) - targets) / Scalar(y.count)
}

// MARK: - A network that adds

extension SequenceModel {
  /// The sums as the network finds them: a bit is 1 where its logit is above 0.
  public func add(_ sums: Sums) -> [UInt64] {
    let logits = answers(to: sums.inputs(), batch: sums.count)
    return (0..<sums.count).map { row in
      (0..<sums.bits).reduce(0) { sum, t in
        sum | (logits[t * sums.count + row, 0] > 0 ? 1 << UInt64(t) : 0)
      }
    }
  }

  /// The share of bits that are right, from 0 to 1.
  public func bitAccuracy(on sums: Sums) -> Double {
    let wrong = zip(add(sums), zip(sums.a, sums.b)).reduce(0) {
      $0 + ($1.0 ^ ($1.1.0 + $1.1.1)).nonzeroBitCount
    }
    return 1 - Double(wrong) / Double(sums.bits * sums.count)
  }

  /// Loss and gradient of some sums: the mean over all bits, in nats. The
  /// inputs are `[T·B × 2]`, the targets `[T·B × 1]`.
  public func lossAndGradient(
    of x: Matrix<C.Scalar>, _ targets: Matrix<C.Scalar>, batch B: Int
  ) -> (loss: C.Scalar, gradient: SequenceModel) {
    let (run, logits) = read(x, batch: B)
    let loss = bitCrossEntropy(logits, targets).mean()
    let dLogits = bitCrossEntropyGradient(logits, targets)
    return (loss, backward(dLogits, through: run))
  }
}

extension Sums {
  /// A sum as a person writes it, with what the network says it is:
  /// `  13 +   7 =   20  ✓`.
  public func line(_ row: Int, found: UInt64) -> String {
    func text(_ number: UInt64, bits: Int) -> String {
      let widest = String(UInt64.max >> UInt64(64 - bits))
      let digits = String(number)
      return String(repeating: " ", count: widest.count - digits.count) + digits
    }
    let terms = [a[row], b[row]].map { text($0, bits: bits - 1) }
    return " \(terms[0]) + \(terms[1]) = \(text(found, bits: bits))  "
      + (found == a[row] + b[row] ? "✓" : "✗")
  }
}

// MARK: - Learning to add

/// A network that learns to add: itself, its optimiser, and an endless supply
/// of random sums.
public struct AdditionTrainer<C: Cell> {
  /// The network, which becomes better.
  public private(set) var model: SequenceModel<C>
  private var optimiser: Adam<SequenceModel<C>>
  private var random: SplitMix64
  private var heldOut: Sums?
  private let bits, batch: Int

  /// - Parameters:
  ///   - model: at its beginning
  ///   - bits: `T`, the bits of a sum
  ///   - B: the sums of one step
  ///   - rate: see ``Adam``
  ///   - heldOut: sums that it must not see
  ///   - seed: of the sums; two trainers with one seed see the same ones
  public init(
    _ model: SequenceModel<C>, bits: Int = 10, batch B: Int = 16,
    rate: Double = 0.01, without heldOut: Sums? = nil, seed: UInt64
  ) {
    (self.model, self.heldOut) = (model, heldOut)
    optimiser = Adam(for: model, rate: rate)
    random = SplitMix64(seed: seed)
    (self.bits, batch) = (bits, B)
  }

  /// New sums for one step.
  public mutating func next() -> Sums {
    Sums(batch, bits: bits, without: heldOut, using: &random)
  }

  /// One step on new sums.
  /// - Returns: their loss before the update, in nats a bit.
  public mutating func step() -> Double { step(on: next()) }

  /// One step on the given sums.
  public mutating func step(on sums: Sums) -> Double {
    step(on: sums.inputs(), sums.targets(), batch: sums.count)
  }

  /// One step on sums already taken to pieces, `[T·B × 2]` and `[T·B × 1]`, see
  /// ``Sums/inputs()``.
  public mutating func step(
    on x: Matrix<C.Scalar>, _ targets: Matrix<C.Scalar>, batch B: Int
  ) -> Double {
    let (loss, gradient) = model.lossAndGradient(of: x, targets, batch: B)
    optimiser.update(&model, by: gradient)
    return Double(loss)
  }

  /// Steps until all bits of `heldOut` are right, looked at every ten steps, or
  /// until `limit` steps are done. It does not train on these sums.
  /// - Returns: the loss of every step, and whether all bits became right.
  public mutating func learn(until heldOut: Sums, limit: Int)
    -> (losses: [Double], allRight: Bool)
  {
    self.heldOut = heldOut
    var losses: [Double] = []
    while losses.count < limit {
      losses.append(step())
      if losses.count % 10 == 0 && model.bitAccuracy(on: heldOut) == 1 {
        return (losses, true)
      }
    }
    return (losses, model.bitAccuracy(on: heldOut) == 1)
  }
}

// MARK: - The same sums for every cell

/// How one network learned to add.
public struct AdditionLesson: Sendable {
  /// The loss of every step, in nats a bit.
  public let losses: [Double]
  /// Were all bits of the held-out sums right in the end?
  public let allRight: Bool

  /// Trains a network around the cell that `make` draws, once for each of some
  /// seeds, until it adds 100 held-out sums without a fault. The same seed
  /// means the same sums, whatever the cell.
  public static func learn<C: Cell & Sendable>(
    seeds: Int, from first: UInt64 = 1, limit: Int,
    _ make: @Sendable (inout SplitMix64) -> C
  ) -> [AdditionLesson] {
    concurrently(seeds) { index in
      var random = SplitMix64(seed: first &+ UInt64(index))
      let heldOut = Sums(100, bits: 10, using: &random)
      let sums = random.next()
      let model = SequenceModel(make(&random), using: &random)
      var trainer = AdditionTrainer(model, seed: sums)
      let (losses, allRight) = trainer.learn(until: heldOut, limit: limit)
      return AdditionLesson(losses: losses, allRight: allRight)
    }
  }
}

// MARK: - Where the carry is kept

extension SequenceModel {
  /// How closely each column of `values` follows the carry over some sums: the
  /// correlation of the two, from −1 to 1, and 0 where one of them is constant.
  /// - Parameters:
  ///   - values: after each step, `[T·B × H]`
  ///   - carries: out of each step, `[T·B × 1]`
  public static func correlations(
    of values: Matrix<C.Scalar>, with carries: Matrix<C.Scalar>
  ) -> [Double] {
    let n = C.Scalar(values.rows)
    let centred = values - values.columnSums() / n
    let carry = carries - carries.mean()
    let products = matmul(carry.T, centred)
    let squares = (centred * centred).columnSums() * carry.squaredNorm()
    return zip(products.scalars, squares.scalars).map { product, square in
      square > 0 ? Double(product / square.squareRoot()) : 0
    }
  }
}

extension SequenceModel {
  /// The unit of an LSTM whose memory follows the carry most closely over the
  /// given sums, and its correlation with it.
  public func carryUnit<Scalar>(over sums: Sums)
    -> (unit: Int, correlation: Double)
  where C == LSTM<Scalar> {
    let run = read(sums.inputs(), batch: sums.count).run
    let found = Self.correlations(of: run.cells(), with: sums.carries())
    let unit = found.indices.max { abs(found[$0]) < abs(found[$1]) } ?? 0
    return (unit, found[unit])
  }
}

extension Run {
  /// The memories `c` of an LSTM after every step, `[T·B × H]`: each step left
  /// behind the one it began from, and the last is in the last state.
  public func cells<Scalar>() -> Matrix<Scalar> where C == LSTM<Scalar> {
    Matrix.stack(traces.dropFirst(parts.count).map(\.before.c) + [last.c])
  }
}
