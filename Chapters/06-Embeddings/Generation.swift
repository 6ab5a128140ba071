import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN

// MARK: - How daring

/// How the next id is chosen among those predicted.
public struct Choice: Equatable, Sendable {
  /// The logits are divided by it: below 1 the likely becomes likelier.
  public var temperature: Double
  /// How many of the likeliest are possible at all; all of them if `nil`.
  public var top: Int?

  /// A choice; the temperature and `top` must be above 0.
  public init(temperature: Double = 1, top: Int? = nil) {
    require(
      temperature > 0 && top ?? 1 > 0,
      "Choice: temperature \(temperature), top \(top ?? 0)")
    (self.temperature, self.top) = (temperature, top)
  }

  /// Draws an id from logits `[1 × V]`. Of two that are equally likely, the one
  /// with the lower number counts as the likelier.
  public func draw<Scalar>(
    from logits: Matrix<Scalar>, using random: inout SplitMix64
  ) -> Int {
    var logits = logits
    if let top, top < logits.columns {
      let order = logits.scalars.indices.sorted {
        (logits[0, $1], $0) < (logits[0, $0], $1)
      }
      for id in order.dropFirst(top) { logits[0, id] = -.infinity }
    }
    return sample(logits, temperature: temperature, using: &random)
  }
}

// MARK: - Writing

/// A model that writes: an endless sequence of ids, each drawn from the
/// prediction and read in turn.
///
/// The model is the one that was trained. It reads one id at a time, `T = 1`,
/// in one stream, `B = 1`, and carries its state itself.
public struct Writer<C: Cell>: Sequence, IteratorProtocol {
  /// What writes.
  public let model: LanguageModel<C>
  /// How it chooses.
  public let choice: Choice
  /// Where chance comes from.
  public private(set) var random: SplitMix64
  /// What it has made of all it has read and written.
  public private(set) var reading: Reading<C>

  /// A writer that goes on behind `prime`.
  /// - Parameter prime: what it reads first; there must be at least one id
  public init(
    _ model: LanguageModel<C>, after prime: [Int], _ choice: Choice,
    using random: SplitMix64
  ) {
    require(!prime.isEmpty, "Writer: there is nothing to go on behind")
    (self.model, self.choice, self.random) = (model, choice, random)
    reading = model.read(prime, from: model.cell.zeroState(batch: 1))
  }

  /// The next id.
  public mutating func next() -> Int? {
    let logits = reading.logits.row(reading.logits.rows - 1)
    let id = choice.draw(from: logits, using: &random)
    reading = model.read([id], from: reading.run.last)
    return id
  }
}

extension LanguageModel {
  /// Writes `count` ids behind `prime`.
  public func write(
    _ count: Int, after prime: [Int], _ choice: Choice = Choice(),
    using random: inout SplitMix64
  ) -> [Int] {
    var writer = Writer(self, after: prime, choice, using: random)
    defer { random = writer.random }
    return (0..<count).map { _ in writer.next()! }
  }
}

// MARK: - What comes next

extension LanguageModel {
  /// The likeliest next ids after every step of a reading in one stream, each
  /// with its probability.
  public func likeliest(_ count: Int, in reading: Reading<C>)
    -> [[(id: Int, probability: Double)]]
  {
    let probabilities = softmax(reading.logits)
    return (0..<probabilities.rows).map { row in
      let order = (0..<probabilities.columns).sorted {
        (probabilities[row, $1], $0) < (probabilities[row, $0], $1)
      }
      return order.prefix(count).map { ($0, Double(probabilities[row, $0])) }
    }
  }
}
