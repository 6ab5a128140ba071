import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan
import Testing
import WhileLoop

@testable import SequenceTasks

/// Three layers as one cell, with and without dropout.
private typealias Three<S: MatrixScalar> = Stack<
  Stack<Dropped<LSTM<S>>, Dropped<GRU<S>>>, Dropped<TanhCell<S>>
>

@Suite struct StackTests {
  private func cells<S: MatrixScalar>(_: S.Type) -> (LSTM<S>, GRU<S>, TanhCell<S>) {
    var random = SplitMix64(seed: 6)
    return (
      LSTM(inputs: 4, hidden: 19, using: &random).drawn(using: &random),
      GRU(inputs: 19, hidden: 18, using: &random).drawn(using: &random),
      TanhCell(inputs: 18, hidden: 17, using: &random).drawn(using: &random)
    )
  }

  @Test(
    "A stack as a cell gives the bits of layer after layer, by every unrolling, forward and backward.",
    arguments: Dropping.allCases, [nil, [2, 5, 1]])
  func stackIsLayerAfterLayer(dropping: Dropping, lengths: [Int]?) {
    func check<S: MatrixScalar>(_: S.Type) {
      let (a, b, c) = cells(S.self)
      let whole = Then(Then(Layer(a), Layer(b)), Layer(c))
      let (ab, ofC) = dropping.dropout.map { $0.split() } ?? (nil, nil)
      let (ofA, ofB) = ab.map { $0.split() } ?? (nil, nil)
      let stack: Three<S> = Stack(Stack(Dropped(a, ofA), Dropped(b, ofB)), Dropped(c, ofC))
      var random = SplitMix64(seed: 2)
      let x = Matrix<S>.normal(15, 4, deviation: 0.7, using: &random)
      let dOutputs = Matrix<S>.normal(15, 17, deviation: 0.7, using: &random)
      let (expected, tape) = whole.read(Sequences(x, batch: 3, lengths: lengths), dropout: dropping.dropout)
      let (gradient, dInputs) = whole.backward(dOutputs, through: tape)
      let start = stack.zeroState(batch: 3)

      func compare(
        _ outputs: Matrix<S>, _ back: (gradient: Three<S>, dInputs: Matrix<S>, dInitial: Three<S>.State), _ how: String
      ) {
        #expect(outputs.shape == expected.shape && outputs.fingerprint == expected.fingerprint, "\(how)")
        #expect(back.gradient.fingerprint == gradient.fingerprint && back.gradient.count == gradient.count, "\(how)")
        #expect(back.dInputs.fingerprint == dInputs.fingerprint, "\(how)")
      }
      if let lengths {
        let run = stack.loop(x, from: start, lengths: lengths)
        compare(run.outputs, stack.backward(dOutputs, through: run), "loop")
      } else {
        let run = stack.run(x, from: start)
        compare(run.outputs, stack.backward(dOutputs, through: run), "run")
        let scan = stack.scanned(x, from: start)
        compare(scan.outputs, stack.backward(dOutputs, through: scan), "scan")
        let pieces = stack.checkpointed(x, from: start, every: 2, keepsOutputs: true)
        compare(pieces.outputs!, stack.backward(dOutputs, through: pieces), "checkpoints")
        let loop = stack.loop(x, from: start)
        compare(loop.outputs, stack.backward(dOutputs, through: loop), "while")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("Every layer has weights of its own; a layer used again has not.")
  func ownWeights() {
    var random = SplitMix64(seed: 1)
    func arrays<L: SequenceLayer<Double>>(_ layer: L) -> [Matrix<Double>] { L.arrays.map { layer[keyPath: $0.path] } }
    let three = arrays(CellKind.lstm.layers(3, inputs: 6, hidden: 6, using: &random))
    #expect(three.count == 36)
    let weights = three.filter { $0.rows > 1 }
    #expect(Set(weights.map(\.fingerprint)).count == 24, "no two begin equal")
    let one = CellKind.lstm.layer(inputs: 6, hidden: 6, using: &random) as any SequenceLayer<Double>
    func again<L: SequenceLayer<Double>>(_ layer: L) -> Int { arrays(Again(Again(layer))).count }
    #expect(again(one) == 12)
  }

  @Test("What does not fit is refused, with both numbers.")
  func refusals() async {
    let stack = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SplitMix64(seed: 1)
      _ = Stack(
        LSTM<Double>(inputs: 4, hidden: 5, using: &random), GRU<Double>(inputs: 6, hidden: 7, using: &random))
    }
    expectStop(stack, "Stack: the upper cell reads 6 numbers, the lower one shows 5")
    let keep = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Dropout(keep: 0, seed: 1)
    }
    expectStop(keep, "Dropout: a keep probability of 0.0 is not above 0 and at most 1")
    let lengths = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Sequences(Matrix<Double>(6, 4), batch: 2, lengths: [3, 4])
    }
    expectStop(lengths, "Sequences: lengths [3, 4] for 2 rows of 3 steps")
    let fewer = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Sequences(Matrix<Double>(6, 4), batch: 2, lengths: [3, -1])
    }
    expectStop(fewer, "Sequences: lengths [3, -1] for 2 rows of 3 steps")
    let one = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Sequences(Matrix<Double>(6, 4), batch: 2, lengths: [3])
    }
    expectStop(one, "Sequences: lengths [3] for 2 rows of 3 steps")
    let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Sequences(Matrix<Double>(6, 4), batch: 2, lengths: [3, 0]).lastPlaces
    }
    expectStop(empty, "lastPlaces: row 1 has the length 0")
  }
}

/// The program must stop, and say this.
func expectStop(_ result: ExitTest.Result?, _ message: String, at location: SourceLocation = #_sourceLocation) {
  let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(said.contains(message + "\n"), "it said: \(said)", sourceLocation: location)
}
