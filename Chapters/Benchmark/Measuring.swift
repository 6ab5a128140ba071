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
  /// `gflops` over that of the machine's measured peak on as many threads.
  var share_of_peak: Double?

  /// Prints the measurement as one line of JSON.
  func report() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}

/// Runs `body` again and again, in blocks of about `block` seconds.
/// - Returns: the median and the least of the blocks, as seconds a run.
func measure(blocks: Int = 9, of block: Double = 0.2, _ body: () -> Void) -> (median: Double, least: Double) {
  func seconds(_ runs: Int) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<runs { body() }
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
  var runs = 1
  while seconds(runs) < block / 4 { runs *= 2 }
  runs = max(1, Int(Double(runs) * block / seconds(runs)))
  let times = (0..<blocks).map { _ in seconds(runs) / Double(runs) }.sorted()
  return (times[blocks / 2], times[0])
}

/// The most multiply-adds this build can make on one thread, in 10⁹ floating-point operations a second.
///
/// Ten chains of fused multiply-adds on registers, for vectors of 32 and of 64 bytes; the better of the two.
func peak() -> Double { max(peak(SIMD8<Float>.self), peak(SIMD16<Float>.self)) }

@inline(never)
private func peak<V: SIMD>(_: V.Type) -> Double where V.Scalar == Float {
  let steps = 200_000
  let (factor, summand) = (V(repeating: 0.9999), V(repeating: 0.0001))
  var sink = V()
  let time = measure(of: 0.05) {
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
    sink += a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9
  }
  // The sum is used, or the compiler would leave the work out.
  precondition(sink[0].isFinite)
  return 2 * Double(V.scalarCount * 10 * steps) / time.least / 1e9
}
