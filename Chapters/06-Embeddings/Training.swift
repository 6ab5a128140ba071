import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - What a training is asked for

/// The numbers that make a training what it is.
public struct Plan: Equatable, Sendable, Codable {
  /// `B`, streams read side by side.
  public var batch = 16
  /// `T`, steps until the derivatives are cut off.
  public var window = 32
  /// How far a step of Adam goes at first; at the end it is a twentieth of it.
  public var rate = 0.02
  /// The longest that a gradient may be; see `clipNorm`.
  public var clip = 1.0
  /// Steps in all.
  public var steps = 600
  /// The part of the text, its end, that is held out to be tested on.
  public var heldOut = 0.05
  /// Steps from one look at that part to the next.
  public var every = 100
  /// The looks without a better one after which it stops early.
  public var patience = 5

  /// The numbers of the chapter.
  public init() {}

  /// The rate of a step, the first one being 0: it falls in a straight line.
  /// Large steps find the valley, small ones its floor.
  public func rate(at step: Int) -> Double {
    rate * (1 - 0.95 * Double(step) / Double(steps))
  }
}

// MARK: - A training

/// A model in training: itself and all that its next step depends on. So a
/// copy of it, on a disk or elsewhere, goes on as if nothing had happened.
public struct LanguageTrainer<C: Cell> {
  /// The model, which becomes better.
  public internal(set) var model: LanguageModel<C>
  /// What the optimiser remembers.
  public internal(set) var optimiser: Adam<LanguageModel<C>>
  /// The text that is learned from, and where in it we are.
  public internal(set) var streams: Streams
  /// The text that is held out to be tested on.
  public let heldOut: Streams
  /// The state that the last window has left, `B` rows.
  public internal(set) var state: C.State
  /// Steps done.
  public internal(set) var step = 0
  /// The best loss so far on the held-out text, in nats, and the looks since.
  public internal(set) var best = (loss: Double.infinity, looksSince: 0)
  /// Where chance comes from, for whoever lets the model write in between.
  public var random: SplitMix64
  /// What was asked for.
  public internal(set) var plan: Plan

  /// A training that begins.
  /// - Parameter ids: the whole text; its end is held out
  /// - Throws: a failure if the text is too short, see ``Streams``.
  public init(
    _ model: LanguageModel<C>, on ids: [Int], _ plan: Plan, seed: UInt64
  ) throws(Failure) {
    (streams, heldOut) = try Self.split(ids, plan)
    self.model = model
    self.plan = plan
    optimiser = Adam(for: model, rate: plan.rate)
    state = model.cell.zeroState(batch: plan.batch)
    random = SplitMix64(seed: seed)
  }

  /// The streams of the text to learn from, and of its end, to be tested on.
  static func split(_ ids: [Int], _ plan: Plan) throws(Failure)
    -> (learned: Streams, heldOut: Streams)
  {
    let kept = min(max(Int(Double(ids.count) * plan.heldOut), 2), ids.count)
    let learned = Array(ids.dropLast(kept))
    let T = min(plan.window, kept - 1)
    return (
      try Streams(learned, streams: plan.batch, steps: plan.window),
      try Streams(
        Array(ids.suffix(kept)), streams: min(plan.batch, (kept - 1) / T),
        steps: T)
    )
  }
}

// MARK: - A step

extension LanguageTrainer {
  /// Forward, backward, clip, update: one window of all streams. The
  /// derivatives stop at the window's edge, the state does not: that is
  /// truncated BPTT.
  /// - Returns: the loss before the update, in nats.
  public mutating func advance() -> Double {
    let (inputs, targets, begins) = streams.next()
    if begins { state = model.cell.zeroState(batch: plan.batch) }
    let reading = model.read(inputs, from: state)
    let loss = model.loss(reading, targets)
    var (gradient, _) = model.backward(reading, targets)
    gradient.clipNorm(to: plan.clip)
    optimiser.rate = plan.rate(at: step)
    optimiser.update(&model, by: gradient)
    state = reading.run.last
    step += 1
    return Double(loss)
  }

  /// Is it time to look at the held-out text?
  public var isTimeToLook: Bool { step % plan.every == 0 || step == plan.steps }

  /// Is there nothing more to do: all steps done, or too long no better?
  public var isFinished: Bool {
    step >= plan.steps || best.looksSince >= plan.patience
  }

  /// Tests the model on the held-out text.
  /// - Returns: the loss in nats.
  public mutating func look() -> Double {
    let loss = model.loss(over: heldOut)
    best =
      loss < best.loss ? (loss, 0) : (best.loss, best.looksSince + 1)
    return loss
  }
}

extension LanguageTrainer {
  /// Plans more steps than there were.
  public mutating func extend(by steps: Int) { plan.steps += steps }
}
