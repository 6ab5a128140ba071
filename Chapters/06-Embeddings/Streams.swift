import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import VectorMath

// MARK: - One text, B streams

/// A text cut into `B` streams of equal length, which are read side by side,
/// `T` steps at a time.
///
///     the text     a b c d e f g h i j k l m      B = 3: streams of 4
///     stream 0     a b c d                        and of each step the
///     stream 1     e f g h                        next letter as target
///     stream 2     i j k l
///
/// Row `b` of every window goes on where row `b` of the window before stopped.
/// So the state after a window is the right one to begin the next with, row
/// for row, and the text is read in order although it is read `B` times at
/// once. At the end of the streams they begin again.
public struct Streams: Sendable {
  /// The ids of the text.
  public let ids: [Int]
  /// How many streams there are.
  public let B: Int
  /// The steps of a window.
  public let T: Int
  /// How many steps of each stream have been read in this pass.
  public private(set) var place: Int

  /// The beginning of a text, or some place in it. `B` and `T` must be above 0.
  /// - Parameter place: where to go on, from 0 up
  /// - Throws: a failure that says how many ids are missing, if the streams
  ///   hold no window, or that there is no such place.
  public init(_ ids: [Int], streams B: Int, steps T: Int, from place: Int = 0)
    throws(Failure)
  {
    require(B > 0 && T > 0, "Streams: \(B) streams of \(T) steps")
    let (steps, overflows) = B.multipliedReportingOverflow(by: T)
    guard !overflows, steps < ids.count else {
      throw .usage(
        "the text to learn from has \(counted(ids.count, "piece")) and needs "
          + (overflows ? "more than can be counted" : "\(steps + 1)")
          + " for \(counted(B, "stream")) of \(counted(T, "step"))"
          + ": take a longer text, a smaller --batch or a smaller --window.")
    }
    guard place >= 0, place <= (ids.count - 1) / B else {
      throw .failed("there is no step \(place) in streams of \(ids.count / B).")
    }
    (self.ids, self.B, self.T, self.place) = (ids, B, T, place)
  }

  /// The steps of one stream.
  public var length: Int { (ids.count - 1) / B }
  /// The windows of one pass.
  public var windows: Int { length / T }

  /// The next window: `T·B` ids to read, time-major, those that come after
  /// each, and whether the streams begin again here.
  public mutating func next()
    -> (inputs: [Int], targets: [Int], begins: Bool)
  {
    if place + T > length { place = 0 }
    let begins = place == 0
    let starts = (place..<place + T).flatMap { t in
      (0..<B).map { b in b * length + t }
    }
    place += T
    return (starts.map { ids[$0] }, starts.map { ids[$0 + 1] }, begins)
  }
}

// MARK: - How well a text is predicted

/// A mean cross-entropy, and the other names it goes by.
public struct Score: Equatable, Sendable {
  /// Nats for each id, the natural logarithm's unit.
  public let nats: Double
  /// Characters of text for each id.
  public let characters: Double

  /// How many ids are as good as equally likely: `eⁿᵃᵗˢ`.
  public var perplexity: Double { exp(nats) }
  /// `nats / ln 2`, for each character and not each id: so that models of
  /// characters, bytes and words can be compared.
  public var bitsPerCharacter: Double { nats / log(2) / characters }

  /// - Parameter characters: in one id; 1 for a model of characters
  public init(nats: Double, characters: Double = 1) {
    (self.nats, self.characters) = (nats, characters)
  }
}

extension LanguageModel {
  /// The mean cross-entropy in nats over the whole windows of some streams.
  /// - Parameter carriesState: does each window begin with the state that the
  ///   one before has left? If not, with zeros.
  public func loss(over streams: Streams, carriesState: Bool = true) -> Double {
    var (streams, sum) = (streams, 0.0)
    var state = cell.zeroState(batch: streams.B)
    for _ in 0..<streams.windows {
      let (inputs, targets, begins) = streams.next()
      if begins || !carriesState { state = cell.zeroState(batch: streams.B) }
      let (outputs, last) = cell.outputs(of: embedding(inputs), from: state)
      sum += Double(crossEntropy(projection(outputs), targets).mean())
      state = last
    }
    return sum / Double(streams.windows)
  }
}
