import Foundation
import Synchronization

/// How many threads large work may use: a product, a batch, a matrix gone through entry by entry.
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
}
