import Foundation

/// A value that several threads share, of which one at a time holds it.
///
/// `Synchronization.Mutex` would do the same. But on Linux its lock is a system call of its own making, which the thread
/// sanitizer cannot see: it reports a race for every value that is guarded by one, even for a counter. It does see this lock.
public final class Locked<Value>: @unchecked Sendable {
  @usableFromInline let lock = NSLock()
  @usableFromInline var value: Value

  /// A value that nobody holds.
  public init(_ value: Value) { self.value = value }

  /// Waits until no other thread holds the value, and gives it to `body`, which must not ask for it a second time.
  @inlinable
  public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
