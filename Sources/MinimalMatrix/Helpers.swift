import Dispatch
import Foundation
import Synchronization

/// A thread that works for others. When it is done it looks out for more work for a moment, and only then goes to sleep:
/// to wake it takes longer than most products take.
///
/// Unchecked, because the compiler does not see that the work behind the pointer lasts until nobody asks for it.
final class Helper: @unchecked Sendable {
  private let work = Atomic<UnsafePointer<() -> Void>?>(nil)
  private let isCalled = Signal()
  private let isDone = Signal()

  private init() {
    Thread { [self] in
      while true {
        isCalled.wait()
        // It may have been taken back; or, if an older call was heard late, be done already.
        guard let work = work.exchange(nil, ordering: .acquiringAndReleasing) else { continue }
        work.pointee()
        isDone.send()
      }
    }.start()
  }

  /// Calls `work` on so many helpers that no other call has, or fewer, and here; returns when all calls have.
  ///
  /// Nobody waits for a helper that is asleep still when the call here is done. So a single call must do all there is.
  static func call(_ count: Int, _ work: () -> Void) {
    withoutActuallyEscaping(work) { work in
      withUnsafePointer(to: work) { pointer in
        let helpers = take(count)
        for helper in helpers { helper.begin(pointer) }
        work()
        for helper in helpers { helper.end() }
        free.withLock { $0.helpers += helpers }
      }
    }
  }

  private func begin(_ work: UnsafePointer<() -> Void>) {
    self.work.store(work, ordering: .releasing)
    isCalled.send()
  }

  /// Takes the work back, or returns when it is done.
  private func end() {
    if work.exchange(nil, ordering: .acquiringAndReleasing) == nil { isDone.wait() }
  }

  private static let free = Locked((helpers: [Helper](), made: 0))
  /// More would only wait for each other.
  private static let most = ProcessInfo.processInfo.activeProcessorCount

  /// Helpers that no other call has, at most so many. New ones are made until there are `count` in all, or the most.
  private static func take(_ count: Int) -> [Helper] {
    free.withLock { free in
      while free.made < min(count, most) {
        free.helpers.append(Helper())
        free.made += 1
      }
      let helpers = Array(free.helpers.suffix(count))
      free.helpers.removeLast(helpers.count)
      return helpers
    }
  }
}

/// What one thread says to another that waits for it.
private final class Signal: Sendable {
  private enum State { static let (silent, said, asleep) = (0, 1, 2) }

  /// So long a thread looks out before it sleeps.
  private static let patience = DispatchTimeInterval.microseconds(100)

  private let state = Atomic(State.silent)
  private let semaphore = DispatchSemaphore(value: 0)

  /// Said twice before it is heard is said once.
  func send() {
    if state.exchange(State.said, ordering: .acquiringAndReleasing) == State.asleep { semaphore.signal() }
  }

  func wait() {
    let end = DispatchTime.now() + Self.patience
    while state.load(ordering: .relaxed) == State.silent && DispatchTime.now() < end {}
    let before = state.compareExchange(
      expected: State.silent, desired: State.asleep, ordering: .acquiringAndReleasing)
    if before.exchanged { semaphore.wait() }
    _ = state.exchange(State.silent, ordering: .acquiringAndReleasing)
  }
}
