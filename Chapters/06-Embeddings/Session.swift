import Console
import ExplicitGates
import Foundation
import MinimalMatrix
import Safetensors
import Synchronization

// MARK: - Being interrupted

/// Whether someone has asked the program to stop, with Ctrl-C or `kill`.
public enum Interruption {
  private static let asked = Atomic(false)

  /// From now on the first Ctrl-C is only noted; a second one ends the program
  /// as ever.
  public static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        Interruption.asked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    // Whoever started us may have blocked them.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Has someone asked?
  public static var isAsked: Bool { asked.load(ordering: .relaxed) }
}

// MARK: - Training, and saving in between

/// What happens in a training, for whoever shows it.
public enum TrainingEvent {
  /// A step was done; its loss in nats.
  case step(Int, loss: Double)
  /// The model was tested on the held-out text: the mean loss of the steps
  /// since the last look, and that of the test.
  case look(Int, learned: Double, heldOut: Double)
  /// The training was saved.
  case saved(Int)
}

extension Checkpoint {
  /// Trains until all is done, or someone asks to stop.
  ///
  /// It is saved at every look, at least once a minute, and at the end. When it
  /// is saved changes nothing in what is learned, so a training that was killed
  /// and resumed ends with the bits of one that was not.
  /// - Parameters:
  ///   - file: where to save; nowhere if `nil`
  ///   - isAsked: has someone asked to stop?
  ///   - show: is told what happens; it may let the model write
  /// - Throws: a `Failure` if the training cannot be saved, or the loss is no
  ///   number any more.
  public mutating func train(
    savingTo file: String? = nil, until isAsked: () -> Bool = { false },
    _ show: (TrainingEvent, inout Checkpoint) -> Void
  ) throws(Failure) {
    var recent: [Double] = []
    var lastSave = ContinuousClock.now
    func save(_ checkpoint: inout Checkpoint) throws(Failure) {
      guard let file else { return }
      try checkpoint.safetensors.write(to: file)
      lastSave = .now
      show(.saved(checkpoint.trainer.step), &checkpoint)
    }
    while !trainer.isFinished && !isAsked() {
      let loss = trainer.advance()
      try requireSound(loss)
      recent.append(loss)
      show(.step(trainer.step, loss: loss), &self)
      if trainer.isTimeToLook {
        let learned = recent.reduce(0, +) / Double(recent.count)
        let heldOut = trainer.look()
        try requireSound(heldOut)
        show(.look(trainer.step, learned: learned, heldOut: heldOut), &self)
        recent = []
        try save(&self)
      } else if ContinuousClock.now - lastSave > .seconds(60) {
        try save(&self)
      }
    }
    if !recent.isEmpty { try save(&self) }
  }

  /// A loss whose perplexity is too large for a number, or no number at all,
  /// comes from weights that no further step will mend.
  private func requireSound(_ loss: Double) throws(Failure) {
    guard Score(nats: loss).perplexity.isFinite else {
      throw .failed(
        "the loss is \(loss.scientific(places: 1)) nats at step "
          + "\(trainer.step): try a smaller --rate than \(trainer.plan.rate).")
    }
  }
}
