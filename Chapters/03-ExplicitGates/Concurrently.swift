import Dispatch
import MinimalMatrix

// MARK: - Several trainings at once

/// The results of `body(0)`, `body(1)`, …, in order, worked out on as many
/// cores as there are. Each call must stand on its own: then the results do not
/// depend on how many cores that are.
public func concurrently<Result: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let results = Locked<[Int: Result]>([:])
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = body(index)
    results.withLock { $0[index] = result }
  }
  return results.withLock { results in (0..<count).map { results[$0]! } }
}
