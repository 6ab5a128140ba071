import Console
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - Names side by side

/// Some lines of a text, side by side: before each stands the line's end, which
/// says "begin", and the network is to guess every character and the end.
public struct Lines<Scalar: MatrixScalar> {
  /// One-hot characters, `[B·T × V]`, batch-major. Behind a line's end: zeros.
  public let inputs: Matrix<Scalar>
  /// For each row its number of steps.
  public let lengths: [Int]
  /// The characters to guess, row after row, without padding.
  public let targets: [Int]

  /// - Parameters:
  ///   - lines: the ids of each line's characters, without its end
  ///   - end: the id of the end of a line
  ///   - V: how many characters there are
  public init(_ lines: [[Int]], end: Int, vocabulary V: Int) {
    lengths = lines.map { $0.count + 1 }
    targets = lines.flatMap { $0 + [end] }
    let T = lengths.max() ?? 0
    var inputs = Matrix<Scalar>(lines.count * T, V)
    for (row, line) in lines.enumerated() {
      for (t, id) in ([end] + line).enumerated() { inputs[row * T + t, id] = 1 }
    }
    self.inputs = inputs
  }

  /// The rows of `inputs` that hold a character.
  var places: [Int] {
    let T = lengths.max() ?? 0
    return lengths.enumerated().flatMap { row, length in
      (0..<length).map { row * T + $0 }
    }
  }
}

// MARK: - Learning names of any length

extension CustomRNN {
  /// The loss of guessing the lines, and its gradient.
  /// - Returns: the mean over the characters of the cross-entropy in nats. A
  ///   line twice as long counts twice; padding does not count.
  public func lossAndGradient(of lines: Lines<C.Scalar>)
    -> (loss: Double, gradient: CustomRNN)
  {
    let (targets, places) = (lines.targets, lines.places)
    let reading = read(
      lines.inputs, batch: lines.lengths.count, lengths: lines.lengths)
    let logits = reading.answers.rows(at: places)
    let loss = Double(crossEntropy(logits, targets).mean())
    let dLogits = crossEntropyGradient(logits, targets, batch: targets.count)
    let dAnswers = dLogits.spread(over: lines.inputs.rows, at: places)
    return (loss, backward(dAnswers, through: reading))
  }
}

// MARK: - Writing until an end mark

extension CustomRNN {
  /// Writes `B` lines side by side, each until it draws the end mark.
  ///
  /// How many steps that takes, nobody knows before. A row that has finished
  /// takes no further step; the loop ends with the last row. Each row has its
  /// own random numbers, so what it writes does not depend on its neighbours.
  /// - Parameters:
  ///   - end: what every line begins after and ends with, not written
  ///   - limit: how many characters a line has at most
  ///   - V: how many characters there are
  /// - Returns: the ids of each line.
  public func write(
    lines B: Int, end: Int, atMost limit: Int, vocabulary V: Int,
    temperature: Double = 1, using random: inout SplitMix64
  ) -> [[Int]] {
    let start = Writing(
      state: recurrent.zeroState(batch: B), rows: Array(0..<B),
      randoms: (0..<B).map { _ in SplitMix64(seed: random.next()) },
      next: Array(repeating: end, count: B),
      lines: Array(repeating: [], count: B))
    let loop = whileLoop(
      { limit > 0 && !$0.rows.isEmpty },
      { v in
        let x = Matrix<C.Scalar>.oneHot(v.next, size: V)
        v.state =
          recurrent.step(
            recurrent.project(x), from: v.state, rows: v.rows
          ).state
        let logits = output(v.state.h.rows(at: v.rows))
        for (k, row) in v.rows.enumerated() {
          v.next[row] = sample(
            logits.row(k), temperature: temperature, using: &v.randoms[row])
          if v.next[row] != end { v.lines[row].append(v.next[row]) }
        }
        v.rows = v.rows.filter {
          v.next[$0] != end && v.lines[$0].count < limit
        }
      }, start, maximumIterations: limit)
    return loop.last.lines
  }

  /// What the loop that writes carries.
  private struct Writing {
    var state: C.State
    var rows: [Int]
    var randoms: [SplitMix64]
    var next: [Int]
    var lines: [[Int]]
  }
}
