import ExplicitGates
import MinimalMatrix

// MARK: - A scan of scans

/// A long scan, of which only the carries between its pieces are kept.
///
/// Forward, every piece is run and forgotten. On the way back, the last piece
/// first, a piece is run once more from the carry before it, gone back through,
/// and forgotten again. So there is one run forward more; and with pieces of
/// `√T` steps, `√T` carries and the traces of `√T` steps are all there ever is
/// (Chen, Xu, Zhang & Guestrin, "Training deep nets with sublinear memory
/// cost", 2016).
public struct Checkpoints<Carry> {
  /// The steps of every piece, in order.
  public let pieces: [Range<Int>]
  /// The carry before every piece.
  public let carries: [Carry]
  /// The carry after the last one; the initial one where there is no step.
  public let last: Carry

  /// Runs the pieces one after the other: a scan whose elements are pieces, and
  /// whose outputs are the carries before them.
  /// - Parameters:
  ///   - T: the number of steps
  ///   - length: that of a piece, which must be above 0; the last one may be
  ///     shorter. `⌈√T⌉` if none is given.
  ///   - run: from the carry before a piece to the one behind it
  public init(
    steps T: Int, every length: Int? = nil, from initial: Carry,
    run: (Carry, Range<Int>) -> Carry
  ) {
    pieces = cut(T, every: length)
    (last, carries) = scan(over: pieces, from: initial) { carry, piece in
      (run(carry, piece), carry)
    }
  }

  /// The way back: a scan in reverse, whose elements are the pieces.
  /// - Parameters:
  ///   - dLast: the derivative with respect to the last carry
  ///   - goBack: runs a piece once more from the carry before it, and goes back
  ///     through it from the derivative behind it to the one before it
  /// - Returns: the derivative with respect to the initial carry, and what
  ///   every piece left behind, in order.
  public func backward<DCarry, Output>(
    from dLast: DCarry,
    _ goBack: (DCarry, (carry: Carry, piece: Range<Int>)) -> (DCarry, Output)
  ) -> (dInitial: DCarry, outputs: [Output]) {
    let (dInitial, outputs) = scan(
      over: pieces.indices, from: dLast, reversed: true
    ) { d, k in
      goBack(d, (carries[k], pieces[k]))
    }
    return (dInitial, outputs)
  }
}

/// The steps `0..<T` in pieces of `length`, or of `⌈√T⌉` if none is given, in
/// order; the last one may be shorter. A length must be above 0.
public func cut(_ T: Int, every length: Int? = nil) -> [Range<Int>] {
  let squareRoot = Int(Double(T).squareRoot().rounded(.up))
  let length = length ?? max(1, squareRoot)
  require(length > 0, "cut: \(T) steps in pieces of \(length)")
  return stride(from: 0, to: T, by: length).map { $0..<min($0 + length, T) }
}

// MARK: - Checkpoints over any elements

/// A scan that keeps only every `length`-th carry.
///
///     cₜ₊₁ = step(cₜ, xₜ)
///
/// - Returns: what ``Checkpoints/backward(over:from:step:back:)`` needs.
public func checkpointedScan<Elements: RandomAccessCollection, Carry>(
  over elements: Elements, from initial: Carry, every length: Int? = nil,
  _ step: (Carry, Elements.Element) -> Carry
) -> Checkpoints<Carry> {
  Checkpoints(steps: elements.count, every: length, from: initial) {
    carry, piece in
    fold(over: elements.part(piece), from: carry, step)
  }
}

extension Checkpoints {
  /// The way back through ``checkpointedScan(over:from:every:_:)``.
  /// - Parameters:
  ///   - elements: the same ones
  ///   - dLast: the derivative with respect to the last carry
  ///   - step: the same step, which this time leaves a trace
  ///   - back: from the derivative behind a step to the one before it, and what
  ///     is to be said of the element
  public func backward<Elements: RandomAccessCollection, Trace, DCarry, Output>(
    over elements: Elements, from dLast: DCarry,
    step: (Carry, Elements.Element) -> (Carry, Trace),
    back: (DCarry, Trace) -> (DCarry, Output)
  ) -> (dInitial: DCarry, outputs: [Output]) {
    let (dInitial, outputs) = backward(from: dLast) { d, start in
      let part = elements.part(start.piece)
      let traces = scan(over: part, from: start.carry, step).outputs
      let back = scan(over: traces, from: d, reversed: true, back)
      return (back.last, back.outputs)
    }
    return (dInitial, outputs.flatMap { $0 })
  }
}

extension RandomAccessCollection {
  /// Elements by their place, from 0, whatever the indices are.
  fileprivate func part(_ places: Range<Int>) -> SubSequence {
    dropFirst(places.lowerBound).prefix(places.count)
  }
}
