import Foundation
import Synchronization

/// How many threads large work may use, and how they share it: a product, a batch, a matrix gone through entry by entry.
///
/// The results are the same bits whatever the number; only the time differs.
public enum Threads {
  private static let setting = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

  /// It must be 1 or more; at first it is the number of processors.
  public static var count: Int {
    get { setting.load(ordering: .relaxed) }
    set {
      require(newValue >= 1, "Threads: the number of threads cannot be \(newValue)")
      setting.store(newValue, ordering: .relaxed)
    }
  }

  /// Calls `body` with every number below `pieces`, on so many threads at most, and returns when all calls have.
  ///
  /// A thread that is done with a piece takes the next one. So with more pieces than threads, a core that is slower than
  /// the others, or has something else to do, does less, and nobody waits for it long. Each call must stand on its own;
  /// one that shares work itself has the help of threads that no other call has, if there are any.
  ///
  /// Fewer than no pieces, or no thread, stop the program with both numbers.
  public static func share(_ pieces: Int, on threads: Int = count, _ body: (Int) -> Void) {
    require(pieces >= 0 && threads >= 1, "Threads: \(pieces) pieces for \(threads) threads")
    let next = Atomic(0)
    Helper.call(max(1, min(threads, pieces)) - 1) {
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieces else { return }
        body(piece)
      }
    }
  }
}
