import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix

/// The two ways to come back through a long sequence.
public enum Strategy: String, CaseIterable, Sendable { case plain, checkpointed }

/// What one run forward and backward took, in a process of its own: a peak never goes down.
public struct Cost: Codable, Equatable, Sendable {
  /// `T`.
  public let steps: Int
  /// Of the processor, from the inputs to the gradient: what else the machine does hardly counts.
  public let seconds: Double
  /// The most memory that the process ever had, in bytes.
  public let peak: Int
  /// Of the gradient's bits: those of both strategies must be equal.
  public let fingerprint: UInt64
}

/// Runs an LSTM of 8 inputs over `T` steps of 4 rows, and back from a loss on its last state.
///
/// - Parameters:
///   - runs: how many runs; the least time counts
public func measure(_ strategy: Strategy, steps T: Int, hidden H: Int = 32, runs: Int = 1) -> Cost {
  var random = SplitMix64(seed: 1)
  let cell = LSTM<Float>(inputs: 8, hidden: H, using: &random)
  let x = Matrix<Float>.uniform(T * 4, 8, scale: 1, using: &random)
  let (initial, dLast) = (cell.zeroState(batch: 4), LSTM<Float>.State(h: Matrix(4, H, repeating: 1), c: Matrix(4, H)))
  var (least, fingerprint) = (Double.infinity, UInt64(0))
  for _ in 0..<max(1, runs) {
    let start = processorTime()
    let gradient =
      switch strategy {
      case .plain: cell.backward(last: dLast, through: cell.scanned(x, from: initial)).gradient
      case .checkpointed: cell.backward(last: dLast, through: cell.checkpointed(x, from: initial)).gradient
      }
    least = min(least, processorTime() - start)
    fingerprint = gradient.fingerprint
  }
  return Cost(steps: T, seconds: least, peak: peakMemory(), fingerprint: fingerprint)
}

/// The seconds that the processor has worked for this process.
private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The most memory that this process ever had, in bytes; 0 where the system does not say.
public func peakMemory() -> Int {
  #if os(Linux)
    // ru_maxrss would count what the parent had when it started us.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return 1024 * (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
  #else
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #endif
}
