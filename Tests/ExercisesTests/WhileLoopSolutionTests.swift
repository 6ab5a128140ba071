import ExerciseChecks
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Testing
import WhileLoop

/// Chapter 5's solutions, and wrong ones.
@Suite struct WhileLoopSolutionTests {
  @Test func solved() {
    for (verdict, words) in [
      // The page's numbers.
      (WhileLoopCheck.settled { loopUntilSettled($0, over: $1, batch: $2, limit: $3) }, "7, 2, 40 and 3 steps"),
      (WhileLoopCheck.residual { Residual(W: $0, b: $1) }, "all 11 arrays"),
      (WhileLoopCheck.squareRoot(squareRoot), "of no steps"),
      (WhileLoopCheck.stack(Stack(), push: { $0.push($1) }, pop: { $0.pop() }, array: { $0.array }), "read once"),
    ] {
      #expect(verdict.isSolved && "\(verdict)".contains(words), "\(verdict)")
    }
  }

  @Test("The wrong way round; all rows by the first one's state; the square root forgotten; the limit not heeded.")
  func wrongConditions() {
    func verdict(_ goesOn: @escaping (_ row: Int, _ h: Matrix<Double>, _ limit: Double) -> Bool) -> Verdict {
      WhileLoopCheck.settled { cell, x, B, limit in
        cell.loop(x, from: cell.zeroState(batch: B)) { row, _, state in goesOn(row, state.h, limit) }
      }
    }
    #expect(verdict { $1.row($0).squaredNorm() < $2 }.isSolved)
    expectWrong(verdict { $1.row($0).squaredNorm() >= $2 }, "0, 0, 0 and 0", "every state is short")
    expectWrong(verdict { _, h, limit in h.row(0).squaredNorm() < limit }, "by itself")
    expectWrong(verdict { $1.row($0).squaredNorm().squareRoot() < $2 }, "alone they take")
    expectWrong(verdict { row, h, _ in h.row(row).squaredNorm() < 0.6 }, "With a limit of 100")
  }

  @Test("Nothing added; one reader of h; the slope of tanh forgotten.")
  func wrongUnits() {
    func verdict(adds: Double = 1, readers: Double = 1, slope: Double = 1) -> Verdict {
      WhileLoopCheck.residual { WrongUnit(W: $0, b: $1, adds: adds, readers: readers, slope: slope) }
    }
    #expect(verdict().isSolved)
    expectWrong(verdict(adds: 0), "h is not added")
    expectWrong(verdict(readers: 0), "h[", "two readers")
    expectWrong(verdict(slope: 0), "W[")
  }

  @Test("One reading of a; the x after the step; no care for the start; the start's derivative of no steps.")
  func wrongRoots() {
    func verdict(keeps: Double = 1, after: Bool = false, start factor: Double = 1, until: Double = 1e-12) -> Verdict {
      WhileLoopCheck.squareRoot { a, start in
        let loop = whileLoop(
          { abs($0 * $0 - a) > until },
          { x -> Double in
            let before = x
            x = (x + a / x) / 2
            return after ? x : before
          }, start)
        let d = loop.backward((a: 0.0, x: 1.0)) { d, x, _ in
          d.a = keeps * d.a + d.x / (2 * x)
          d.x *= (1 - a / (x * x)) / 2
        }
        return (loop.last, loop.steps, d.a, factor * d.x)
      }
    }
    #expect(verdict().isSolved)
    expectWrong(verdict(keeps: 0), "every step")
    expectWrong(verdict(after: true), "da is")
    expectWrong(verdict(start: 0), "dStart is")
    expectWrong(verdict(until: 1e-4), "steps, not")
  }

  @Test("First in, first out; and an array of Swift beside an empty tensor array.")
  func wrongStacks() {
    typealias Pile = (elements: [Matrix<Double>], array: TensorArray<Matrix<Double>>)
    let new: Pile = ([], TensorArray("pile", grows: true))
    func verdict(last: Bool, writes: Bool) -> Verdict {
      WhileLoopCheck.stack(
        new,
        push: { pile, element in
          pile.elements.append(element)
          if writes { pile.array.write(element, at: pile.array.count) }
        }, pop: { last ? $0.elements.removeLast() : $0.elements.removeFirst() }, array: { $0.array })
    }
    expectWrong(verdict(last: false, writes: true), "pops 1, 2, 3; it should be 2, 3, 1")
    expectWrong(verdict(last: true, writes: false), "what it pops is right", "left as “”")
    expectWrong(verdict(last: true, writes: true), "“■ ■ ■”", "“□ □ □”")
  }
}

/// A residual unit, or one with parts of it missing: a factor of 0 in place of 1.
private struct WrongUnit: OutputUnit {
  var W, b: Matrix<Double>
  var adds, readers, slope: Double

  static func listArrays() -> [NamedArray<Self, Double>] { [("W", \.W), ("b", \.b)] }

  func callAsFunction(_ h: Matrix<Double>) -> Matrix<Double> { adds * h + tanh(matmul(h, W) + b) }

  func backward(_ dy: Matrix<Double>, through h: Matrix<Double>) -> (gradient: WrongUnit, dh: Matrix<Double>) {
    let a = tanh(matmul(h, W) + b)
    let dz = dy - slope * (dy * a * a)
    var gradient = self
    (gradient.W, gradient.b) = (matmul(h.T, dz), dz.columnSums())
    return (gradient, readers * dy + matmul(dz, W.T))
  }
}
