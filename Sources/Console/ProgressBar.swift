import Foundation

/// A bar on standard error that shows how far a long loop is, its loss and the time left.
///
///     let bar = ProgressBar("Training", total: steps)
///     for step in 0..<steps {
///       …
///       bar.update(step + 1, loss: loss)
///     }
///
/// It shows on a terminal only, is drawn at most ten times a second, and erases itself when it is no longer used, also when
/// the loop throws. Call it every step: without a terminal that costs about a nanosecond. Before printing a line in the
/// middle, ``erase()`` it; the next update draws it again.
public final class ProgressBar {
  private let label: String
  private let total: Int
  private let isVisible: Bool
  private let start = ContinuousClock.now
  private var nextDrawing: ContinuousClock.Instant
  private var isDrawn = false

  /// - Parameters:
  ///   - label: what is going on
  ///   - total: the steps that make it complete
  public init(_ label: String, total: Int) {
    self.label = label
    self.total = total
    isVisible = Terminal.error.isTTY && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    nextDrawing = start + Self.interval
  }

  deinit { erase() }

  /// Says that `done` steps are behind us.
  /// - Parameter loss: the loss to show, in nats; `nil` for work that has none.
  public func update(_ done: Int, loss: Double? = nil) {
    guard isVisible else { return }
    draw(done, loss)
  }

  /// Takes the bar off the screen.
  public func erase() {
    guard isDrawn else { return }
    writeError("\r\u{1B}[K")
    isDrawn = false
  }

  private static let interval = Duration.milliseconds(100)

  private func draw(_ done: Int, _ loss: Double?) {
    let now = ContinuousClock.now
    guard now >= nextDrawing else { return }
    nextDrawing = now + Self.interval
    isDrawn = true
    // One column stays free: a full line would make some terminals go to the next.
    let width = terminalWidth(isTTY: true, columns: Terminal.error.columns) - 1
    let text = progressText(
      label, done: done, total: total, loss: loss, elapsed: (now - start) / .seconds(1), width: width)
    writeError("\r" + text + "\u{1B}[K")
  }
}

/// `Training  ███████░░░░░░░   54 %  loss 2.3121  0:12 left`, exactly `width` columns, or less where only the bar's
/// neighbours fit.
/// - Parameter elapsed: seconds since the start.
func progressText(
  _ label: String, done: Int, total: Int, loss: Double?, elapsed: Double, width: Int
) -> String {
  let fraction = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
  let left = fraction > 0 ? clock(elapsed / fraction * (1 - fraction)) : "-:--"
  let facts = [
    String(format: "%3.0f %%", (fraction * 100).rounded(.down)), loss.map { String(format: "loss %.4f", $0) },
    left + " left",
  ].compactMap { $0 }.joined(separator: "  ")
  let room = width - label.count - facts.count - 4
  guard room >= 5 else { return String("\(label)  \(facts)".prefix(width)) }
  let full = Int(fraction * Double(room))
  let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
  return "\(label)  \(bar)  \(facts)"
}

/// `1:05` for 65 seconds, `2:00:00` for two hours.
private func clock(_ seconds: Double) -> String {
  let whole = Int(min(seconds, 359_999).rounded(.up))
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
