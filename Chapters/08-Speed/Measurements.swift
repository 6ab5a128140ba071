import Console
import ExplicitGates
import Foundation
import MinimalMatrix

/// The size of a training step: `T` steps of `B` rows, `D` inputs and `H` hidden units.
public struct Size: Equatable, Sendable {
  /// The time steps.
  public var T: Int
  /// The rows of the batch.
  public var B: Int
  /// The numbers in one input.
  public var D: Int
  /// The hidden units.
  public var H: Int

  /// A size of the given numbers.
  public init(T: Int, B: Int, D: Int, H: Int) { (self.T, self.B, self.D, self.H) = (T, B, D, H) }

  /// The floating-point operations of the products: forward one multiply-add for each weight and row, backward two.
  public var flop: Double { 3 * 2 * Double(T * B) * Double((D + H) * 4 * H) }

  /// An untrained cell, and inputs `[T·B × D]`.
  public func example(seed: UInt64) -> (cell: LSTM<Float>, x: Matrix<Float>) {
    var random = SplitMix64(seed: seed)
    let cell = LSTM<Float>(inputs: D, hidden: H, using: &random)
    return (cell, .uniform(T * B, D, scale: 1, using: &random))
  }
}

/// What was measured on one machine, in one run. Speeds are in 10⁹ floating-point operations a second.
public struct Measurements: Sendable {
  /// When, and on what.
  public var made: String
  /// The most that one core can do.
  public var peak: Double
  /// The bytes that it can read, in 10⁹ a second, from arrays of ``arrays`` bytes.
  public var bandwidths: [Double]
  /// The speed of every ``Product`` at every one of ``shapes``.
  public var products: [[Double]]
  /// Nanoseconds for an entry: `exp` and `tanh` of the C library, and of VectorMath.
  public var functions: [Double]
  /// The speed of every ``Aside``.
  public var asides: [Double]
  /// The training step at three sizes: with all rows, with four, and with one.
  public var steps: [Steps]

  /// The seconds that a training step takes.
  public struct Steps: Sendable {
    /// How large it is.
    public var size: Size
    /// By each version of ``Recipe/history``.
    public var versions: [Double]
    /// By chapter 3's own code, on one thread and on two.
    public var chapter3: [Double]
  }

  /// A part of the first-level cache, of the second-level cache, and more than any cache holds.
  public static let arrays = [16 << 10, 256 << 10, 128 << 20]

  /// `[m × k]·[k × n]`: one gate of one step, four side by side, and matrices that no cache holds beside each other.
  public static let shapes: [(m: Int, k: Int, n: Int)] = [(100, 200, 200), (100, 200, 800), (256, 1024, 1024)]
}

// MARK: - Measuring

extension Measurements {
  /// Measures all of it, the training step at `size` and with only four rows, and one: about half a minute. What takes long runs
  /// over fewer steps, and counts as many times as much.
  /// - Parameter report: told how much of all is done
  public static func now(_ size: Size, seed: UInt64, report: (_ done: Int, _ of: Int) -> Void) -> Measurements {
    var (done, total) = (0, 3 * (Recipe.history.count + 1) + Product.allCases.count + Aside.allCases.count)
    func tick() {
      done += 1
      report(done, total)
    }
    var peak = Machine.peak()
    let bandwidths = arrays.map(Machine.bandwidth)
    let products = Product.allCases.map { product in
      tick()
      return shapes.map { speed(of: product, $0.m, $0.k, $0.n) }
    }
    let asides = Aside.allCases.map { aside in
      tick()
      return aside.speed()
    }
    let steps = [size.B, 4, 1].map { rows in
      var size = size
      size.B = rows
      let versions = Recipe.history.map { version in
        tick()
        return time(version.recipe, size, seed: seed)
      }
      peak = max(peak, Machine.peak())
      tick()
      return Steps(size: size, versions: versions, chapter3: timeChapter3(size, seed: seed))
    }
    return Measurements(
      made: "just now", peak: peak, bandwidths: bandwidths, products: products, functions: timeFunctions(),
      asides: asides, steps: steps)
  }

  /// The seconds of one training step by a recipe.
  private static func time(_ recipe: Recipe, _ size: Size, seed: UInt64) -> Double {
    let isSlow = recipe.product == .entries || recipe.product == .rows
    var part = size
    part.T = max(1, size.T / (isSlow ? 10 : 1))
    let (cell, x) = part.example(seed: seed)
    var learner = Learner(recipe)
    let runs = recipe.product == .packed ? 7 : 1
    // Two threads work twice as long as the wall's clock says.
    let least = leastTime(runs: runs, clock: recipe.threads > 1 ? wallTime : processorTime) {
      _ = learner.answer(cell, x, batch: size.B)
    }
    return least * size.flop / part.flop
  }

  private static func timeChapter3(_ size: Size, seed: UInt64) -> [Double] {
    let (cell, x) = size.example(seed: seed)
    return [1, 2].map { threads in
      with(threads: threads) {
        leastTime(runs: 7, clock: threads > 1 ? wallTime : processorTime) { _ = cell.answer(x, batch: size.B) }
      }
    }
  }

  private static func speed(of product: Product, _ m: Int, _ k: Int, _ n: Int) -> Double {
    // The slow ones take each row for itself: a few rows tell.
    let isSlow = product == .entries || product == .rows
    let m = isSlow ? m / 8 : m
    var random = SplitMix64(seed: 1)
    let a = Matrix<Float>.uniform(m, k, scale: 1, using: &random)
    let b = Matrix<Float>.uniform(k, n, scale: 1, using: &random)
    var c = Matrix<Float>(m, n)
    let flop = 2 * Double(m * k * n)
    let repeats = max(1, Int((product == .packed ? 3e8 : 3e7) / flop))
    let time = with(threads: 1) {
      leastTime(runs: isSlow ? 2 : 10) { for _ in 0..<repeats { product.add(a, b, to: &c) } }
    }
    return Double(repeats) * flop / time / 1e9
  }

  private static func timeFunctions() -> [Double] {
    let x = Matrix<Float>.linspace(-4, 4, 100, 200)
    let count = Double(x.count)
    return [
      leastTime(runs: 9) { _ = Array(x.scalars).map { Foundation.exp($0) } },
      leastTime(runs: 9) { _ = Array(x.scalars).map { Foundation.tanh($0) } },
      leastTime(runs: 99) { _ = MinimalMatrix.exp(x) },
      leastTime(runs: 99) { _ = MinimalMatrix.tanh(x) },
    ].map { $0 / count * 1e9 }
  }
}

// MARK: - Tables

extension Measurements {
  /// Everything, in lines of at most 80 columns.
  public var table: [String] { machineLines + productLines + asideLines + functionLines + versionLines }

  private var machineLines: [String] {
    let speeds = bandwidths.map { $0.decimal(places: 0) }
    return [
      "One core: \(peak.decimal(places: 0)) GFLOP/s at most, fused multiply-adds on registers. It reads",
      "\(speeds[0]) GB/s from the first-level cache, \(speeds[1]) from the second, \(speeds[2]) from memory.",
    ]
  }

  private func share(_ speed: Double) -> String { (100 * speed / peak).decimal(places: 1).aligned(to: 6) + " %" }

  private var productLines: [String] {
    let sizes = Self.shapes.map { ["\($0.m) × \($0.k)", "times \($0.k) × \($0.n)"] }
    let heads = [0, 1].map { line in sizes.map { $0[line].aligned(to: 18) }.joined() }
    return ["", "The product, GFLOP/s and share of the peak:", "             " + heads[0], "             " + heads[1]]
      + zip(Product.allCases, products).map { product, speeds in
        "\(product)".padded(to: 13)
          + speeds.map { ($0.decimal(places: 1) + share($0)).aligned(to: 18) }.joined()
      }
  }

  private var asideLines: [String] {
    ["", "Beside them, at 100 × 200 times 200 × 800, GFLOP/s:"]
      + zip(Aside.allCases, asides).map { aside, speed in
        aside.rawValue.padded(to: 34) + speed.decimal(places: 1).aligned(to: 6) + share(speed).aligned(to: 10)
      }
  }

  private var functionLines: [String] {
    let ns = functions.map { $0.decimal(places: 2) }
    return [
      "", "Nanoseconds for an entry: exp \(ns[0]) in the C library, \(ns[2]) in vectors;",
      "tanh \(ns[1]) in the C library, \(ns[3]) in vectors.",
    ]
  }

  private var versionLines: [String] {
    func cells(_ seconds: Double, after before: Double?, _ step: Steps, cores: Int) -> String {
      let gain = before.map { "×" + ($0 / seconds).decimal(places: 2) } ?? ""
      let speed = step.size.flop / seconds / 1e9 / Double(cores)
      let places = seconds < 0.1 ? 2 : seconds < 1 ? 1 : 0
      return (1000 * seconds).decimal(places: places).aligned(to: 9) + gain.aligned(to: 7) + share(speed)
    }
    // That of one row is left to an exercise.
    let steps = steps.prefix(2)
    let size = steps[0].size
    let rows = steps.map { "B = \($0.size.B)".aligned(to: 24) }.joined()
    let history = Recipe.history.enumerated().map { index, version in
      "\(index + 1)".aligned(to: 2) + "  " + version.idea.padded(to: 28)
        + steps.map { step in
          let before = index == 0 ? nil : step.versions[index - 1]
          return cells(step.versions[index], after: before, step, cores: version.recipe.threads)
        }.joined()
    }
    let own = ["chapter 3's own", "chapter 3's, two threads"].enumerated().map { index, name in
      "    " + name.padded(to: 28) + steps.map { cells($0.chapter3[index], after: nil, $0, cores: index + 1) }.joined()
    }
    return [
      "", "A training step, forward and backward: T = \(size.T), D = \(size.D), H = \(size.H).",
      String(repeating: " ", count: 32) + rows,
      String(repeating: " ", count: 32) + steps.map { _ in "       ms   gain of peak" }.joined(),
    ] + history + own
  }
}
