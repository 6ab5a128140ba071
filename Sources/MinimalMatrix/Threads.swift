import Foundation
import Synchronization

/// How many threads a large product may use.
///
/// The results are the same bits whatever the number; only the time differs.
public enum Threads {
  private static let setting = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

  /// From 1 up; at first the number of processors.
  public static var count: Int {
    get { setting.load(ordering: .relaxed) }
    set {
      require(newValue >= 1, "Threads: the number of threads cannot be \(newValue)")
      setting.store(newValue, ordering: .relaxed)
    }
  }
}
