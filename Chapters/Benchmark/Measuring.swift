import Dispatch
import Foundation
import MinimalMatrix

/// One measurement: what was run, and the seconds that one run of it took.
struct Measurement: Encodable {
  var workload: String
  var variant: String
  var threads: Int
  var dtype = "float32"
  var peer = "workbook"
  /// The median over the blocks of the mean over a block's runs, in seconds.
  var median_s: Double
  var min_s: Double
  /// Floating-point operations in 10⁹ a second, at the median.
  var gflops: Double?
  /// The median over the blocks of their operations over those of the machine's peak, measured before and after each block,
  /// times the threads.
  var share_of_peak: Double?

  /// Prints the measurement as one line of JSON.
  func report() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}

/// What a measurement found.
struct Timing {
  /// Seconds a run: the median over the blocks, and the least of them.
  let median, least: Double
  /// The median over the blocks of the runs a second over the speed of the machine just then, in 10⁹ operations a second.
  let runsPerPeak: Double
}

/// Runs `body` again and again, in blocks of about `block` seconds, and the machine's peak for a moment before and after
/// each block: a machine that is shared runs now faster, now slower, and the two together.
func measure(blocks: Int = 41, of block: Double = 0.04, _ body: () -> Void) -> Timing {
  func seconds(_ runs: Int) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<runs { body() }
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
  var runs = 1
  while seconds(runs) < block / 4 { runs *= 2 }
  runs = max(1, Int(Double(runs) * block / seconds(runs)))
  var times: [Double] = []
  var ratios: [Double] = []
  for _ in 0..<blocks {
    let before = peak()
    times.append(seconds(runs) / Double(runs))
    ratios.append(1 / times.last! / ((before + peak()) / 2))
  }
  return Timing(median: times.sorted()[blocks / 2], least: times.min()!, runsPerPeak: ratios.sorted()[blocks / 2])
}

/// The multiply-adds this build makes on one thread in the next millisecond, in 10⁹ floating-point operations a second.
///
/// Ten chains of fused multiply-adds on registers, of 32 or of 64 bytes: whichever this build runs faster here.
func peak() -> Double { wideIsFaster ? peak(SIMD16<Float>.self) : peak(SIMD8<Float>.self) }

private let wideIsFaster = {
  let tries = (0..<9).map { _ in (peak(SIMD8<Float>.self), peak(SIMD16<Float>.self)) }
  return tries.map(\.1).max()! > tries.map(\.0).max()!
}()

@inline(never)
private func peak<V: SIMD>(_: V.Type) -> Double where V.Scalar == Float {
  let steps = 640_000 / V.scalarCount
  let (factor, summand) = (V(repeating: 0.9999), V(repeating: 0.0001))
  let start = DispatchTime.now().uptimeNanoseconds
  var a0 = V(repeating: 0), a1 = V(repeating: 1), a2 = V(repeating: 2), a3 = V(repeating: 3), a4 = V(repeating: 4)
  var a5 = V(repeating: 5), a6 = V(repeating: 6), a7 = V(repeating: 7), a8 = V(repeating: 8), a9 = V(repeating: 9)
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
  let sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9
  // The sum is used, or the compiler would leave the work out.
  precondition(sum[0].isFinite)
  let time = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  return 2 * Double(V.scalarCount * 10 * steps) / time / 1e9
}
