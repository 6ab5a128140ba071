import ExerciseChecks
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// Chapter 2's solutions, and wrong ones.
@Suite struct BPTTSolutionTests {
  @Test func solved() {
    for (verdict, words) in [
      (BPTTCheck.clip { clipped($0, to: $1) }, "no direction has changed"),
      // Of a derivative that is always 1 a running mean comes to 1, and a sum to 100.
      (rmsProp(), "step 100 is 0.100 long, that of Adagrad 0.010"),
      (
        BPTTCheck.mend { backwardThroughTime($0, $1, inputs: $2, states: $3, batch: $4) },
        "over one step and over three"
      ),
      (slow(), "is left 20 steps back"),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  // MARK: Clip by norm

  @Test("As handed out, each array by itself, it is untouched, and the length is named.")
  func apart() {
    let verdict = BPTTCheck.clip { gradient, limit in
      gradient.map { clipped([$0], to: limit)[0] }
    }
    guard case .untouched(let text) = verdict else { return #expect(Bool(false), "\(verdict)") }
    #expect(text.contains("arrays are 4.12 and 4.00 long is 5.74 long, the limit is 5.0"), "\(text)")
  }

  @Test("Entries instead of the length; stretched; by the square; 0 divided by 0; an array lost; one shortened alone.")
  func wrongClips() {
    func verdict(_ answer: @escaping ([Matrix<Double>], Double) -> [Matrix<Double>]) -> Verdict {
      BPTTCheck.clip(answer)
    }
    func squares(_ g: [Matrix<Double>]) -> Double { g.map { $0.squaredNorm() }.reduce(0, +) }
    expectWrong(
      verdict { gradient, limit in
        gradient.map { array in
          var array = array
          array.clamp(to: -limit...limit)
          return array
        }
      }, "Afterwards it is 5.74 long")
    expectWrong(
      verdict { gradient, limit in
        squares(gradient) > limit * limit
          ? gradient.map { array in
            var array = array
            array.clamp(to: -1...1)
            return array
          } : gradient
      }, "the direction has changed")
    expectWrong(
      verdict { g, limit in g.map { $0 * (limit / max(squares(g), 1e-9).squareRoot()) } }, "must stay as it was")
    expectWrong(
      verdict { g, limit in squares(g) > limit * limit ? g.map { $0 * (limit / squares(g)) } : g }, "0.87 long")
    expectWrong(
      verdict { g, limit in
        let factor = limit / squares(g).squareRoot()
        return g.map { $0 * (squares(g) <= limit * limit && squares(g) > 0 ? 1 : factor) }
      }, "divided by 0")
    expectWrong(verdict { g, limit in Array(clipped(g, to: limit).prefix(1)) }, "come back as [2 × 2]")
    expectWrong(verdict { g, limit in [clipped(g, to: limit)[0]] + g.dropFirst() }, "the direction has changed")
    expectWrong(verdict { g, _ in g.map { 0 * $0 } }, "must stay as it was")
  }

  // MARK: RMSProp

  private func rmsProp(
    _ step: @escaping (inout RMSProp, inout Matrix<Double>, Matrix<Double>) -> Void = { $0.update(&$1, by: $2) }
  ) -> Verdict {
    BPTTCheck.rmsProp { w, gradients, rate, decay, epsilon in
      var (w, optimiser) = (w, RMSProp(for: w, rate: rate, decay: decay, epsilon: epsilon))
      return gradients.map { g in
        step(&optimiser, &w, g)
        return w
      }
    }
  }

  @Test("Adagrad; no 1 − decay; swapped; g for g²; no memory; the old memory; no root; ε outside; uphill; plain.")
  func wrongSteps() {
    func move(_ o: RMSProp, _ w: inout Matrix<Double>, _ g: Matrix<Double>) { w -= o.rate * g / sqrt(o.m + o.epsilon) }
    expectWrong(
      rmsProp {
        $0.m += $2 * $2; move($0, &$1, $2)
      }, "That is Adagrad")
    expectWrong(
      rmsProp {
        $0.m = $0.decay * $0.m + $2 * $2; move($0, &$1, $2)
      }, "not multiplied by 1 − decay")
    expectWrong(
      rmsProp {
        $0.m = (1 - $0.decay) * $0.m + $0.decay * $2 * $2; move($0, &$1, $2)
      }, "after 1 step the", "swapped")
    expectWrong(
      rmsProp { o, w, g in
        o.m = o.decay * o.m + (1 - o.decay) * g
        w -= o.rate * g / sqrt(abs(o.m) + o.epsilon)
      }, "holds g, not g²")
    expectWrong(
      rmsProp {
        $0.m = (1 - $0.decay) * $2 * $2; move($0, &$1, $2)
      }, "after 2 steps", "its own g alone")
    expectWrong(
      rmsProp { o, w, g in
        move(o, &w, g)
        o.m = o.decay * o.m + (1 - o.decay) * g * g
      }, "change m first")
    expectWrong(
      rmsProp { o, w, g in
        o.m = o.decay * o.m + (1 - o.decay) * g * g
        w -= o.rate * g / (o.m + o.epsilon)
      }, "The root is missing")
    expectWrong(
      rmsProp { o, w, g in
        o.m = o.decay * o.m + (1 - o.decay) * g * g
        w -= o.rate * g / (sqrt(o.m) + o.epsilon)
      }, "inside the root")
    expectWrong(rmsProp { $0.update(&$1, by: -1 * $2) }, "It climbs")
    expectWrong(rmsProp { $1 -= $0.rate * $2 }, "plain descent")
    expectWrong(rmsProp { $0.update(&$1, by: 2 * $2) }, "they are [")
  }

  // MARK: The way back

  /// The way back with `keep` of the old state, and with what may be changed in it.
  private struct Way {
    var keep = 0.0
    var slope: (_ g: Matrix<Double>, _ h: Matrix<Double>) -> Matrix<Double> = { g, _ in 1 - g * g }
    var share: Double?
    var arrives = 1.0
    var carry: (_ dz: Matrix<Double>, _ dh: Matrix<Double>, _ Wh: Matrix<Double>) -> Matrix<Double> = { dz, _, Wh in
      matmul(dz, Wh.T)
    }
    var kept: Double?
    var change: (inout TanhCell<Double>, _ dz: Matrix<Double>, _ after: Matrix<Double>) -> Void = { _, _, _ in }

    func callAsFunction(
      _ cell: TanhCell<Double>, _ dOutput: Matrix<Double>, _ x: Matrix<Double>, _ states: Matrix<Double>, _ B: Int
    ) -> (gradient: TanhCell<Double>, dh0: Matrix<Double>) {
      var (dz, carried) = ([Matrix<Double>](), Matrix<Double>(B, states.columns))
      for t in (0..<dOutput.rows / B).reversed() {
        let (before, h) = (states.rows(t * B..<(t + 1) * B), states.rows((t + 1) * B..<(t + 2) * B))
        let dh = dOutput.rows(t * B..<(t + 1) * B) + arrives * carried
        let g = (h - keep * before) / (1 - keep)
        dz.insert((share ?? 1 - keep) * dh * slope(g, h), at: 0)
        carried = (kept ?? keep) * dh + carry(dz[0], dh, cell.Wh)
      }
      let all = Matrix.stack(dz)
      var gradient = TanhCell(
        Wx: matmul(x.T, all), Wh: matmul(states.rows(0..<x.rows).T, all), b: all.columnSums())
      change(&gradient, all, states.rows(B..<states.rows))
      return (gradient, carried)
    }
  }

  @Test("As handed out, Wh not transposed, it is untouched; h₀ is named and the mistake is not.")
  func notTransposed() {
    let verdict = BPTTCheck.mend(Way(carry: { dz, _, Wh in matmul(dz, Wh) }).callAsFunction)
    guard case .untouched(let text) = verdict else { return #expect(Bool(false), "\(verdict)") }
    #expect(text.hasPrefix("Of a window of one step Wx, Wh, b are right. h0["), "\(text)")
    #expect(!text.contains("transpose"), "\(text)")
  }

  @Test("Dropped; around the tanh; no slope; the state after; the last bias alone, and a mean; nothing for h₀; zeros.")
  func wrongWaysBack() {
    func verdict(_ way: Way) -> Verdict { BPTTCheck.mend(way.callAsFunction) }
    #expect(verdict(Way()).isSolved)
    expectWrong(verdict(Way(arrives: 0)), "Of 3 steps", "the carry is dropped")
    expectWrong(verdict(Way(carry: { _, dh, Wh in matmul(dh, Wh.T) })), "goes around the tanh")
    expectWrong(verdict(Way(slope: { g, _ in 1 + 0 * g })), "The slope of tanh is missing")
    expectWrong(verdict(Way(change: { $0.Wh = matmul($2.T, $1) })), "the state before the step")
    expectWrong(
      verdict(
        Way(change: {
          $0.b = $1.rows($1.rows - 2..<$1.rows).columnSums(); _ = $2
        })), "Of 3 steps", "sum over")
    expectWrong(
      verdict(
        Way(change: {
          $0.b *= 1 / Double($1.rows); _ = $2
        })), "b[", "a sum taken for a mean")
    expectWrong(verdict(Way(carry: { dz, _, _ in 0 * dz })), "h0[", "nothing arrives here")
    expectWrong(verdict(Way(carry: { dz, _, Wh in matmul(dz, Wh.T) / 2 })), "h0[", "0.5000 times")
    expectWrong(BPTTCheck.mend { cell, _, _, states, B in (cell.zeros(), Matrix(B, states.columns)) }, "Wx[")
  }

  private func slow(
    states: (TanhCell<Double>, Matrix<Double>, Matrix<Double>) -> Matrix<Double> = { slowStates($0, $1, from: $2) },
    backward: @escaping BPTTCheck.Backward = { slowBackward($0, $1, inputs: $2, states: $3, batch: $4) }
  ) -> Verdict { BPTTCheck.slow(states: states, backward: backward) }

  @Test("The simple cell's states; not halved; without h₀; and ways back without a ½, or with the wrong slope.")
  func wrongSlowCells() {
    expectWrong(
      slow(states: { cell, x, h0 in cell.unroll(matmul(x, cell.Wx) + cell.b, from: h0) }), "Nothing of the old")
    expectWrong(slow(states: { 2 * slowStates($0, $1, from: $2) }), "right before h0", "h₀ itself")
    expectWrong(slow(states: { slowStates($0, $1, from: $2).rows(2..<8) }), "are [6 × 4]")
    expectWrong(
      slow(states: { cell, x, h0 in
        var states = slowStates(cell, x, from: h0)
        states[7, 0] += 1e-6
        return states
      }), "right before h3")
    func way(_ change: (inout Way) -> Void) -> Verdict {
      var way = Way(keep: 0.5)
      change(&way)
      return slow(backward: way.callAsFunction)
    }
    #expect(way { _ in }.isSolved)
    expectWrong(way { $0.kept = 0 }, "½ dh is missing")
    expectWrong(way { $0.share = 1 }, "lacks a factor ½")
    expectWrong(way { $0.slope = { _, h in 1 - h * h } }, "made of h")
    expectWrong(way { $0.arrives = 0 }, "the carry is dropped")
    expectWrong(way { $0.carry = { dz, _, Wh in matmul(dz, Wh) } }, "not transposed")
    expectWrong(way { $0.kept = 1 }, "The states are right", "h0[")
    expectWrong(slow(backward: { cell, _, _, states, B in (cell.zeros(), Matrix(B, states.columns)) }), "Wx[")
  }
}
