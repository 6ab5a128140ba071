import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan
import Testing

/// The classic mistakes of an unrolling.
enum Bug: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case notReversed = "the way back begins at the first step"
  case carryDropped = "the derivative of the carry is not handed on"
  case stateNotCarried = "every piece begins from the initial state"
  case wrongCheckpoint = "a piece is recomputed from the carry behind it"
  case lastPieceLeftOut = "what is left when T is cut evenly is not gone back through"
  case lastPieceFull = "the last piece is taken to be as long as the others"
  case outsideUnread = "the outside's word on the outputs is dropped"
  case piecesOverwrite = "a piece overwrites what the others have said of the weights"
  case weightsForward = "the pieces' words on the weights are added first piece first"
  case outputsReversed = "a reversed scan gives its outputs in the order in which they were made"
  case tracesUnreversed = "a reversed scan is gone back through as a forward one"

  var testDescription: String { rawValue }
  var isOfReversed: Bool { self == .outputsReversed || self == .tracesUnreversed }

  /// Where it must show in a comparison of bits. Every array counts: `gradient` stands for all of the cell's.
  var shows: Set<String> {
    switch self {
    case .notReversed, .carryDropped: ["dInputs", "dInitial", "gradient"]
    case .stateNotCarried: ["outputs", "last", "dInputs", "dInitial", "gradient"]
    case .wrongCheckpoint, .lastPieceLeftOut, .lastPieceFull, .outsideUnread: ["dInputs", "dInitial", "gradient"]
    case .piecesOverwrite, .weightsForward: ["gradient"]
    case .outputsReversed: ["outputs"]
    case .tracesUnreversed: ["dInputs", "dInitial", "gradient"]
    }
  }
}

extension Example {
  /// A checkpointed run in pieces of three, written out, with a bug or without.
  func pieced(_ bug: Bug?) -> Results {
    let (B, T, length) = (initial.h.rows, x.rows / initial.h.rows, 3)
    func part(_ m: Matrix<C.Scalar>, _ piece: Range<Int>) -> Matrix<C.Scalar> {
      m.rows(piece.lowerBound * B..<piece.upperBound * B)
    }
    let pieces = stride(from: 0, to: T, by: length).map { $0..<min($0 + length, T) }
    var (state, carries, outputs) = (initial, [C.State](), [Matrix<C.Scalar>]())
    for piece in pieces {
      carries.append(bug == .stateNotCarried ? initial : state)
      let run = cell.scanned(part(x, piece), from: carries.last!)
      (state, outputs) = (run.last, outputs + [run.outputs])
    }
    carries.append(state)

    var (d, gradient, dInputs) = (dLast, cell.zeros(), Matrix(zerosLike: x))
    var order = Array(pieces.indices.reversed())
    if bug == .notReversed { order.reverse() }
    var said: [C] = []
    for k in order {
      var piece = pieces[k]
      if bug == .lastPieceLeftOut && piece.count < length { continue }
      if bug == .lastPieceFull && piece.count < length { piece = T - length..<T }
      let again = cell.scanned(part(x, piece), from: carries[bug == .wrongCheckpoint ? k + 1 : k])
      var sum = bug == .piecesOverwrite || bug == .weightsForward ? cell.zeros() : gradient
      let (dx, dBefore) = cell.backward(
        bug == .outsideUnread ? nil : part(dOutputs, piece), last: d, through: again, addingTo: &sum)
      said.append(sum)
      gradient = sum
      d = bug == .carryDropped ? cell.zeroState(batch: B) : dBefore
      dInputs.setRows(from: piece.lowerBound * B, to: dx)
    }
    if bug == .weightsForward { gradient = said.reversed().dropFirst().reduce(said.last!, +) }
    return Results(outputs: .stack(outputs), last: state, (gradient, dInputs, d))
  }

  /// A reversed scan, with a bug or without.
  func reversed(_ bug: Bug?) -> Results {
    let (B, run) = (initial.h.rows, cell.scanned(x, from: initial, reversed: true))
    let claimed = Unrolled<C>(
      inputs: x, outputs: run.outputs, last: run.last, traces: run.traces, isReversed: bug != .tracesUnreversed)
    let outputs = bug == .outputsReversed ? run.outputs.reversed(inBlocksOf: B) : run.outputs
    return Results(outputs: outputs, last: run.last, cell.backward(dOutputs, last: dLast, through: claimed))
  }
}

@Suite struct PlantedBugTests {
  /// Seven steps in pieces of three: the last one is shorter.
  static var example: Example<LSTM<Double>> {
    var random = SplitMix64(seed: 1)
    return Example(LSTM(inputs: 4, hidden: 5, using: &random), steps: 7)
  }

  @Test("Without a bug both are the chapter's, bit for bit.")
  func noBug() {
    #expect(Self.example.pieced(nil).differences(from: Self.example.byCheckpoints(every: 3)) == [])
    #expect(Self.example.reversed(nil).differences(from: Self.example.byScan(reversed: true)) == [])
  }

  @Test(
    "The comparison of bits rejects every mistake, in the arrays where it shows, and in no other.",
    arguments: Bug.allCases)
  func rejected(bug: Bug) {
    let wrong = bug.isOfReversed ? Self.example.reversed(bug) : Self.example.pieced(bug)
    let right = bug.isOfReversed ? Self.example.byScan(reversed: true) : Self.example.byLoop
    let shown = wrong.differences(from: right).map { String($0.prefix { $0 != "." }) }
    #expect(Set(shown) == bug.shows)
  }

  @Test(
    "Centred differences reject it too, but for the order of a sum, which is a matter of the last bits.",
    arguments: Bug.allCases.filter { !$0.isOfReversed && $0 != .stateNotCarried })
  func differences(bug: Bug) {
    let example = Self.example
    let wrong = example.pieced(bug)
    func gradient(_ name: String) -> Matrix<Double> { wrong.arrays.first { $0.name == name }!.array }
    func loss(_ cell: LSTM<Double>) -> Double {
      let run = cell.run(example.x, from: example.initial)
      return example.loss(run.outputs, run.last)
    }
    let numeric = example.cell.check(gradient: example.cell, of: loss)
    let checks = numeric.map {
      ArrayCheck(name: $0.name, analytic: gradient("gradient.\($0.name)"), numeric: $0.numeric)
    }
    #expect(checks.count == 12 && checks.allSatisfy { $0.passes == (bug == .weightsForward) })
  }
}
