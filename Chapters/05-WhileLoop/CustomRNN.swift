import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan

// MARK: - An output unit

/// What makes an answer of a cell's output: one row of it, one answer.
public protocol OutputUnit<Scalar>: NamedArrays {
  /// The answers `[N × O]` for the outputs `[N × H]` of any steps.
  func callAsFunction(_ h: Matrix<Scalar>) -> Matrix<Scalar>

  /// The derivatives with respect to the unit's arrays and to `h`.
  /// - Parameters:
  ///   - dy: that with respect to the answers, `[N × O]`
  ///   - h: the outputs that were answered, `[N × H]`
  func backward(_ dy: Matrix<Scalar>, through h: Matrix<Scalar>)
    -> (gradient: Self, dh: Matrix<Scalar>)
}

extension Projection: OutputUnit {}

// MARK: - A recurrent unit and an output unit

/// A network of two parts, each of which can be replaced: a recurrent unit,
/// which is any cell, and an output unit. A while loop runs it.
///
/// It speaks batch-major, as data comes: row `b·T + t` is step `t` of row `b`.
public struct CustomRNN<C: Cell, Output: OutputUnit<C.Scalar>>: NamedArrays {
  /// What reads.
  public var recurrent: C
  /// What answers.
  public var output: Output

  /// A network of the given parts, which must have the same `H`.
  public init(recurrent: C, output: Output) {
    (self.recurrent, self.output) = (recurrent, output)
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.recurrent, named: "recurrent")
      + arrays(of: \.output, named: "output")
  }
}

extension CustomRNN: Sendable where C: Sendable, Output: Sendable {}

// MARK: - The network forward

extension CustomRNN {
  /// What a reading gives.
  public struct Reading {
    /// The answers to all steps, `[B·T × O]`, batch-major; 0 where a row had
    /// finished.
    public let answers: Matrix<C.Scalar>
    /// The loop around the recurrent unit, time-major.
    public let run: LoopRun<C>
  }

  /// Reads a batch of sequences from the zero state.
  /// - Parameters:
  ///   - x: the inputs `[B·T × D]`, batch-major
  ///   - lengths: how many steps each row has; without it, all that are there
  public func read(
    _ x: Matrix<C.Scalar>, batch B: Int, lengths: [Int]? = nil
  ) -> Reading {
    let (x, start) = (x.timeMajor(batch: B), recurrent.zeroState(batch: B))
    let run =
      lengths.map { recurrent.loop(x, from: start, lengths: $0) }
      ?? recurrent.loop(x, from: start)
    // An answer does not go round the loop: so all are made at once.
    let answers = output(run.outputs.rows(at: run.taken))
      .spread(over: x.rows, at: run.taken)
    return Reading(answers: answers.batchMajor(batch: B), run: run)
  }
}

// MARK: - The network backward

extension CustomRNN {
  /// The derivatives of the loss with respect to every array.
  /// - Parameter dAnswers: those with respect to the answers, `[B·T × O]`,
  ///   batch-major. An answer behind a row's end is 0 whatever the weights are.
  public func backward(_ dAnswers: Matrix<C.Scalar>, through reading: Reading)
    -> CustomRNN
  {
    let run = reading.run
    let dTaken = dAnswers.timeMajor(batch: run.batch).rows(at: run.taken)
    let (dOutput, dh) = output.backward(
      dTaken, through: run.outputs.rows(at: run.taken))
    let dOutputs = dh.spread(over: run.outputs.rows, at: run.taken)
    let dRecurrent = recurrent.backward(dOutputs, through: run).gradient
    return CustomRNN(recurrent: dRecurrent, output: dOutput)
  }
}
