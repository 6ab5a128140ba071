import Foundation

/// One measurement, as it stands in a line of JSON: what was run, and the seconds that one run of it took.
///
/// The same work measured elsewhere, in another framework, is compared by lines of this format: see ``Peers``.
struct Measurement: Codable {
  /// What was run, such as `W3-fwd`, `W4-write` or `cost-T`.
  var workload: String
  /// By which code, or, of a product, its shape.
  var variant: String
  var threads: Int
  var dtype = "float32"
  var peer = "workbook"
  /// The median over the blocks of the mean over a block's runs, in seconds.
  var median_s: Double?
  var min_s: Double?
  /// Floating-point operations of the products, in 10⁹ a second, at the median.
  var gflops: Double?
  /// The median over the blocks of their operations over those of the machine's peak, measured before and after each block,
  /// times the threads.
  var share_of_peak: Double?
  /// Of an unrolling: its time over that of chapter 3's `for`.
  var over_for: Double?
  /// The most memory that the process had, above what it had before the work, and what the work's traces need on paper.
  var peak_bytes: Int?
  var paper_bytes: Int?
  /// The seconds of each peer, where there are any to compare with; who of them is fastest, and how many times as long
  /// that one takes.
  var peers: [String: Double]?
  var fastest_peer: String?
  var ratio: Double?

  /// A measurement of what is not timed in blocks.
  init(_ workload: String, _ variant: String, threads: Int) {
    (self.workload, self.variant, self.threads) = (workload, variant, threads)
  }

  /// What ``measure(blocks:of:_:)`` found.
  /// - Parameter flop: the floating-point operations of the products in one run; `nil` where they do not matter
  init(_ workload: String, _ variant: String, threads: Int, _ time: Timing, flop: Double? = nil) {
    self.init(workload, variant, threads: threads)
    (median_s, min_s) = (time.median, time.least)
    gflops = flop.map { $0 / time.median / 1e9 }
    share_of_peak = flop.map { $0 / 1e9 * time.runsPerPeak / Double(threads) }
  }

  /// The measurement as one line of JSON.
  var line: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// What others are compared by: a product's shape belongs to it, the name of the code does not.
  var work: String { workload == "W6" ? "W6 \(variant)" : workload }
}
