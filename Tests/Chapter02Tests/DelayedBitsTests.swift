import Foundation
import ManualBPTT
import Testing

@Suite struct DelayedBitsTests {
  @Test func theFloorsAreTheEntropies() {
    #expect(abs(DelayedBits.floors.nothing - 0.6616) < 5e-5)
    #expect(abs(DelayedBits.floors.near - 0.5192) < 5e-5)
    #expect(abs(DelayedBits.floors.both - 0.4545) < 5e-5)
  }

  /// The mean loss over many sampled steps of one who is told `chance(near, far)`, and the deviation of that mean.
  func loss(_ chance: (_ near: Int, _ far: Int) -> Double) -> (mean: Double, deviation: Double) {
    let (B, T) = (4, 10_000)
    var bits = DelayedBits(batch: B, seed: 1)
    let (inputs, targets) = bits.next(T)
    let losses = (8 * B..<T * B).map { i in
      let p = chance(inputs[i - 3 * B], inputs[i - 8 * B])
      return -log(targets[i] == 1 ? p : 1 - p)
    }
    let mean = losses.reduce(0, +) / Double(losses.count)
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)
    return (mean, (variance / Double(losses.count)).squareRoot())
  }

  /// The probabilities below are written out, not asked of the chapter: ½, ¼, 1, ¾ for the bits 00, 01, 10, 11.
  @Test("One who knows both bits, the near one or neither reaches that floor, within five deviations.")
  func oracles() {
    let both = loss { near, far in [[0.5, 0.25], [1, 0.75]][near][far] }
    #expect(abs(both.mean - DelayedBits.floors.both) < 5 * both.deviation)
    let near = loss { near, _ in [0.375, 0.875][near] }
    #expect(abs(near.mean - DelayedBits.floors.near) < 5 * near.deviation)
    let nothing = loss { _, _ in 0.625 }
    #expect(abs(nothing.mean - DelayedBits.floors.nothing) < 5 * nothing.deviation)
    #expect(5 * (both.deviation + near.deviation) < 0.03, "which tells the floors apart")
  }

  @Test func twoPiecesAreTheOneStream() {
    var (whole, pieces) = (DelayedBits(batch: 3, seed: 2), DelayedBits(batch: 3, seed: 2))
    let (inputs, targets) = whole.next(30)
    let (first, second) = (pieces.next(11), pieces.next(19))
    #expect(inputs.count == 90)
    #expect(first.inputs + second.inputs == inputs)
    #expect(first.targets + second.targets == targets)
  }

  @Test func theRowsOfABatchDiffer() {
    var bits = DelayedBits(batch: 2, seed: 3)
    let inputs = bits.next(40).inputs
    let first = stride(from: 0, to: 80, by: 2).map { inputs[$0] }
    let second = stride(from: 1, to: 80, by: 2).map { inputs[$0] }
    #expect(first != second)
  }
}
