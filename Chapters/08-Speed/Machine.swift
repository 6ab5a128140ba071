import Foundation
import MinimalMatrix

// MARK: - The clock

/// The seconds that the processor has worked for this process: what else the machine does hardly counts. Two threads work
/// two seconds in one.
public func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The seconds on the wall, since a moment that is the same for all processes.
public func wallTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The least of the seconds that some runs of `body` take, after one that does not count.
///
/// What disturbs a run makes it longer, never shorter.
func leastTime(runs: Int, clock: () -> Double = processorTime, _ body: () -> Void) -> Double {
  body()
  return (0..<runs).map { _ in
    let start = clock()
    body()
    return clock() - start
  }.min() ?? 0
}

// MARK: - What one core can do

/// The roofs of a machine, one core of it.
public enum Machine {
  /// The most multiply-adds on registers, in 10⁹ floating-point operations a second: a multiply-add is two. The best of
  /// twenty moments.
  public static func peak() -> Double { (0..<20).map { _ in peakNow(processorTime) }.max() ?? 0 }

  /// The same in the next millisecond alone, by a clock: what a measurement nearby can be compared with, on a machine
  /// that runs now faster, now slower.
  ///
  /// Ten chains of fused multiply-adds on registers, of 32 or of 64 bytes: whichever this build runs faster here.
  public static func peakNow(_ clock: () -> Double = wallTime) -> Double {
    wideIsFaster ? peak(SIMD16<Float>.self, clock) : peak(SIMD8<Float>.self, clock)
  }

  private static let wideIsFaster: Bool = {
    let tries = (0..<9).map { _ in (peak(SIMD8<Float>.self, processorTime), peak(SIMD16<Float>.self, processorTime)) }
    return tries.map(\.1).max()! > tries.map(\.0).max()!
  }()

  @inline(never)
  private static func peak<V: SIMD>(_: V.Type, _ clock: () -> Double) -> Double where V.Scalar == Float {
    let steps = 640_000 / V.scalarCount
    let (factor, summand) = (V(repeating: 0.9999), V(repeating: 0.0001))
    var a0 = V(repeating: 0), a1 = V(repeating: 1), a2 = V(repeating: 2), a3 = V(repeating: 3), a4 = V(repeating: 4)
    var a5 = V(repeating: 5), a6 = V(repeating: 6), a7 = V(repeating: 7), a8 = V(repeating: 8), a9 = V(repeating: 9)
    let start = clock()
    for _ in 0..<steps {
      a0 = summand.addingProduct(a0, factor)
      a1 = summand.addingProduct(a1, factor)
      a2 = summand.addingProduct(a2, factor)
      a3 = summand.addingProduct(a3, factor)
      a4 = summand.addingProduct(a4, factor)
      a5 = summand.addingProduct(a5, factor)
      a6 = summand.addingProduct(a6, factor)
      a7 = summand.addingProduct(a7, factor)
      a8 = summand.addingProduct(a8, factor)
      a9 = summand.addingProduct(a9, factor)
    }
    let time = clock() - start
    let sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9
    // The sum is used, or the compiler would leave the work out.
    guard sum[0].isFinite else { return .nan }
    return 2 * Double(V.scalarCount * 10 * steps) / time / 1e9
  }

  /// How fast an array of so many bytes is read again and again, in 10⁹ bytes a second.
  public static func bandwidth(reading bytes: Int) -> Double {
    let count = max(1, bytes / 256) * 64
    let array = [Float](repeating: 1, count: count)
    let rounds = max(1, 32_000_000 / (4 * count))
    var total: Float = 0
    // Each round begins from what the last one found, or the compiler would do it once.
    let time = leastTime(runs: 9) { for _ in 0..<rounds { total = sum(array, from: total * 0) } }
    guard total > 0 else { return .nan }
    return Double(rounds * count * 4) / time / 1e9
  }

  /// Adds an array whose count is a multiple of 64 to `start`, in eight sums of eight.
  @inline(never)
  private static func sum(_ array: [Float], from start: Float) -> Float {
    array.withUnsafeBytes { bytes in
      func next(_ place: Int) -> SIMD8<Float> { bytes.loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self) }
      var a = SIMD8<Float>(repeating: start), b = a, c = a, d = a, e = a, f = a, g = a, h = a
      for place in stride(from: 0, to: bytes.count, by: 256) {
        a += next(place)
        b += next(place + 32)
        c += next(place + 64)
        d += next(place + 96)
        e += next(place + 128)
        f += next(place + 160)
        g += next(place + 192)
        h += next(place + 224)
      }
      return (a + b + c + d + e + f + g + h).sum()
    }
  }
}
