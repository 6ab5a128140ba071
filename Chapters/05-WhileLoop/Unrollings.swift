import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Scan

// MARK: - What every unrolling must give

/// What a network is asked: a sequence, a state to begin from, and what is said
/// of every output and of the last state.
public struct Question<C: Cell> {
  /// The inputs `[T·B × D]`, time-major, and the derivatives `[T·B × H]`.
  public let x, dOutputs: Matrix<C.Scalar>
  /// The state before, and the derivative with respect to the last one.
  public let initial, dLast: C.State

  /// A question at random.
  public init(
    to cell: C, steps T: Int, batch B: Int, using random: inout SplitMix64
  ) {
    func drawn(_ rows: Int, _ columns: Int) -> Matrix<C.Scalar> {
      .normal(rows, columns, deviation: 0.7, using: &random)
    }
    x = drawn(T * B, cell.inputs)
    dOutputs = drawn(T * B, cell.hidden)
    func state() -> C.State {
      cell.zeroState(batch: B).mapped { drawn($0.rows, $0.columns) }
    }
    (initial, dLast) = (state(), state())
  }
}

/// What it answers, forward and backward.
public struct Answer<C: Cell> {
  /// The outputs of all steps, `[T·B × H]`.
  public let outputs: Matrix<C.Scalar>
  /// The state after the last step of every row.
  public let last: C.State
  /// The derivatives; those with respect to the inputs are `[T·B × D]`.
  public let back: (gradient: C, dInputs: Matrix<C.Scalar>, dInitial: C.State)

  /// The fingerprints of all of it.
  public var fingerprints: [UInt64] {
    [
      outputs.fingerprint, last.fingerprint, back.gradient.fingerprint,
      back.dInputs.fingerprint, back.dInitial.fingerprint,
    ]
  }
}

// MARK: - Written out by hand

extension Cell {
  /// Three steps without any loop.
  public func byHand(_ q: Question<Self>) -> Answer<Self> {
    let B = q.initial.h.rows
    let (one, two, three) = (0..<B, B..<2 * B, 2 * B..<3 * B)
    let z = project(q.x)
    let (s1, t1) = step(z.rows(one), from: q.initial)
    let (s2, t2) = step(z.rows(two), from: s1)
    let (s3, t3) = step(z.rows(three), from: s2)

    var d = q.dLast
    d.h += q.dOutputs.rows(three)
    let (dz3, d2) = backward(d, through: t3)
    d = d2
    d.h += q.dOutputs.rows(two)
    let (dz2, d1) = backward(d, through: t2)
    d = d1
    d.h += q.dOutputs.rows(one)
    let (dz1, d0) = backward(d, through: t1)

    let x = Matrix.stack([q.x.rows(three), q.x.rows(two), q.x.rows(one)])
    let gradient = gradient(
      .stack([dz3, dz2, dz1]), inputs: x, traces: [t3, t2, t1])
    let dInputs = [dz1, dz2, dz3].map { inputGradient($0) }
    return Answer(
      outputs: .stack([s1.h, s2.h, s3.h]), last: s3,
      back: (gradient, .stack(dInputs), d0))
  }
}

// MARK: - The loops

extension Cell {
  /// Chapter 3's `for`.
  public func byFor(_ q: Question<Self>) -> Answer<Self> {
    let run = run(q.x, from: q.initial)
    return Answer(
      outputs: run.outputs, last: run.last,
      back: backward(q.dOutputs, last: q.dLast, through: run))
  }

  /// Chapter 4's scan.
  public func byScan(_ q: Question<Self>) -> Answer<Self> {
    let run = scanned(q.x, from: q.initial)
    return Answer(
      outputs: run.outputs, last: run.last,
      back: backward(q.dOutputs, last: q.dLast, through: run))
  }

  /// Chapter 4's scan with checkpoints, here after every second step.
  public func byCheckpoints(_ q: Question<Self>) -> Answer<Self> {
    let run = checkpointed(q.x, from: q.initial, every: 2, keepsOutputs: true)
    return Answer(
      outputs: run.outputs!, last: run.last,
      back: backward(q.dOutputs, last: q.dLast, through: run))
  }

  /// This chapter's while loop.
  public func byWhile(_ q: Question<Self>) -> Answer<Self> {
    let run = loop(q.x, from: q.initial)
    return Answer(
      outputs: run.outputs, last: run.last,
      back: backward(q.dOutputs, last: q.dLast, through: run))
  }
}
