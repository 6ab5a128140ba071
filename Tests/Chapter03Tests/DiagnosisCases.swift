import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

@testable import ExplicitGates

/// Right cells, every size different.
enum Right {
  static func generator() -> SplitMix64 { SplitMix64(seed: 7) }
  static var tanh: TanhCell<Double> {
    var random = generator()
    return TanhCell(
      Wx: .uniform(4, 5, scale: 0.6, using: &random), Wh: .uniform(5, 5, scale: 0.6, using: &random),
      b: .uniform(1, 5, scale: 0.6, using: &random))
  }
  static var lstm: LSTM<Double> {
    var random = generator()
    return LSTM(inputs: 4, hidden: 5, using: &random)
  }
  static var gru: GRU<Double> {
    var random = generator()
    return GRU(inputs: 4, hidden: 5, using: &random)
  }
  static var resetAfter: ResetAfterGRU<Double> {
    var random = generator()
    return ResetAfterGRU(inputs: 4, hidden: 5, using: &random)
  }
}

// MARK: - The classics, in every cell

extension BugCase {
  static var all: [BugCase] {
    classics(Right.tanh, gate: "z", square: "Wh", bias: "b")
      + classics(Right.lstm, gate: "o", square: "forget.U", bias: "output.b")
      + classics(Right.gru, gate: "z", square: "update.U", bias: "reset.b")
      + classics(Right.resetAfter, gate: "r", square: "candidate.U", bias: "stateBias")
      + tanh + lstm + gru + resetAfter
  }

  /// What a wrapper can do to any cell.
  static func classics<C: Cell<Double>>(_ cell: C, gate: String, square: String, bias: String) -> [BugCase] {
    let dz = C.Gates.arrays.first { $0.name == gate }!.path
    let U = C.arrays.first { $0.name == square }!.path
    let b = C.arrays.first { $0.name == bias }!.path
    let all = C.arrays.map(\.name)
    return [
      BugCase("−dz", cell, .step { $0.dz[keyPath: dz] *= -1 }, says: ["dz.\(gate)"], step: 2, .sign),
      BugCase(
        "2·dz at step 1", cell, .step { $0.dz[keyPath: dz] *= 2 }, at: 1, says: ["dz.\(gate)"], step: 1, .factor(2)),
      BugCase("dz never set", cell, .step { $0.dz[keyPath: dz] *= 0 }, says: ["dz.\(gate)"], step: 2, .nothing),
      BugCase(
        "no carry through h", cell, .step { $0.dBefore.h *= 0 }, says: ["dBefore.h"], step: 2, .carryDropped("h")),
      BugCase(
        "no carry through h at step 0", cell, .step { $0.dBefore.h *= 0 }, at: 0, says: ["dBefore.h"], step: 0,
        .carryDropped("h")),
      BugCase(
        "dU transposed", cell, .gradient { $0[keyPath: U] = $0[keyPath: U].transposed() }, says: [square], step: 2,
        .transposed),
      BugCase("only the last step", cell, .onlyLast, says: all, step: 1, .onlyLastStep),
      BugCase("= for +=", cell, .overwrites, says: all, step: nil, .overwritten),
      BugCase("only the first step", cell, .onlyFirst, says: all, step: 2, .onlyFirstStep),
      BugCase("mean over the batch", cell, .gradient { $0 = $0.mapped { 0.5 * $0 } }, says: all, step: 2, .factor(0.5)),
      BugCase(
        "gradient clipped", cell, .gradient { $0 = $0.clipped(to: 1e-4) }, says: all, step: nil, .clippedValue(1e-4)),
      BugCase(
        "norm clipped", cell, .gradient { $0 = $0.mapped { [g = $0] x in 1e-2 / g.dot(g).squareRoot() * x } },
        says: all, step: nil, .clippedNorm),
      BugCase(
        "bias over the wrong axis", cell,
        Bug(gradient: {
          var result = $0.gradient($1, inputs: $2, traces: $3.map(\.inner))
          result[keyPath: b] = $1[keyPath: dz].rowSums()
          return result
        }), says: [bias], step: nil, .wrongAxis(given: "[6 × 1]", right: "[1 × 5]")),
      BugCase("−dx", cell, Bug(inputs: { -$0.inputGradient($1) }), says: ["inputs"], step: 2, .sign),
    ]
  }
}

// MARK: - Steps written wrong by hand

extension BugCase {
  static var tanh: [BugCase] {
    let cell = Right.tanh
    /// The step with another derivative of `d`.
    func step(_ dz: @escaping (Matrix<Double>, Matrix<Double>) -> Matrix<Double>) -> Bug<TanhCell<Double>> {
      .step {
        $0.dz.z = dz($0.d.h, $0.after.h)
        $0.dBefore.h = matmul($0.dz.z, $0.cell.Wh.T)
      }
    }
    return [
      BugCase("no 1 − h²", cell, step { d, _ in d }, says: ["dz.z"], step: 2, .slopeMissing(.tanh)),
      BugCase(
        "1 − h² twice", cell, step { d, h in d * (1 - h * h) * (1 - h * h) }, says: ["dz.z"], step: 2,
        .slopeTwice(.tanh)),
      BugCase(
        "h(1 − h)", cell, step { d, h in d * h * (1 - h) }, says: ["dz.z"], step: 2,
        .wrongSlope(used: .sigmoid, for: .tanh)),
      BugCase(
        "dz·Wh", cell, .step { $0.dBefore.h = matmul($0.dz.z, $0.cell.Wh) }, says: ["dBefore.h"], step: 2,
        .weightNotTransposed),
      BugCase("h after", cell, .offByOne, says: ["Wh"], step: 2, .shifted(1)),
    ]
  }

  static var lstm: [BugCase] {
    let cell = Right.lstm
    /// The step with another derivative of the cell.
    func step(_ dC: @escaping (LSTM<Double>.State, LSTM<Double>.Trace) -> Matrix<Double>) -> Bug<LSTM<Double>> {
      .step {
        let t = $0.t
        let dC = dC($0.d, t)
        $0.dz.i = dC * t.g * t.i * (1 - t.i)
        $0.dz.f = dC * t.before.c * t.f * (1 - t.f)
        $0.dz.g = dC * t.i * (1 - t.g * t.g)
        $0.dBefore.c = dC * t.f
      }
    }
    func dC(_ d: LSTM<Double>.State, _ t: LSTM<Double>.Trace) -> Matrix<Double> {
      d.c + d.h * t.o * (1 - t.tanhC * t.tanhC)
    }
    let throughC = ["dz.i", "dz.f", "dz.g"]
    return [
      BugCase(
        "no σ′ in f", cell, .step { $0.dz.f = dC($0.d, $0.t) * $0.before.c }, says: ["dz.f"], step: 2,
        .slopeMissing(.sigmoid)),
      BugCase(
        "no σ′ in o", cell, .step { $0.dz.o = $0.d.h * $0.t.tanhC }, says: ["dz.o"], step: 2, .slopeMissing(.sigmoid)),
      BugCase(
        "no tanh′ in g", cell, .step { $0.dz.g = dC($0.d, $0.t) * $0.t.i }, says: ["dz.g"], step: 2,
        .slopeMissing(.tanh)),
      BugCase(
        "tanh′ in i", cell, .step { $0.dz.i = dC($0.d, $0.t) * $0.t.g * (1 - $0.t.i * $0.t.i) }, says: ["dz.i"],
        step: 2, .wrongSlope(used: .tanh, for: .sigmoid)),
      BugCase(
        "no 1 − tanh² c", cell, step { d, t in d.c + d.h * t.o }, says: throughC, step: 2, .stateSlopeMissing("c")),
      BugCase(
        "dC without d.c", cell, step { d, t in d.h * t.o * (1 - t.tanhC * t.tanhC) }, says: throughC, step: 2,
        .carryIgnored("c")),
      BugCase("dC without d.h", cell, step { d, _ in d.c }, says: throughC, step: 2, .carryIgnored("h")),
      BugCase(
        "no o in dC", cell, step { d, t in d.c + d.h * (1 - t.tanhC * t.tanhC) }, says: throughC, step: 2,
        .gateMissing("o")),
      BugCase(
        "no carry through c", cell, .step { $0.dBefore.c *= 0 }, says: ["dBefore.c"], step: 2, .carryDropped("c")),
      BugCase(
        "carry past f", cell, .step { $0.dBefore.c = dC($0.d, $0.t) }, says: ["dBefore.c"], step: 2, .gateMissing("f")),
      BugCase(
        "dz.i and dz.f swapped", cell, .step { ($0.dz.i, $0.dz.f) = ($0.dz.f, $0.dz.i) }, says: ["dz.i", "dz.f"],
        step: 2, .swapped("dz.i", "dz.f")),
      BugCase(
        "i and g swapped as factors", cell,
        .step {
          $0.dz.i = dC($0.d, $0.t) * $0.t.i * $0.t.i * (1 - $0.t.i)
          $0.dz.g = dC($0.d, $0.t) * $0.t.g * (1 - $0.t.g * $0.t.g)
        }, says: ["dz.i", "dz.g"], step: 2, .factorsSwapped("i", "g")),
      BugCase(
        "c after in dF", cell, .step { $0.dz.f = dC($0.d, $0.t) * $0.after.c * $0.t.f * (1 - $0.t.f) }, says: ["dz.f"],
        step: 2, .shifted(1)),
      BugCase(
        "dH without o", cell, .step { $0.dBefore.h += -matmul($0.dz.o, $0.cell.output.U.T) }, says: ["dBefore.h"],
        step: 2, .wayThroughGateDropped("o")),
      BugCase(
        "dz·U", cell,
        .step {
          $0.dBefore.h = matmul($0.dz.i, $0.cell.input.U)
          $0.dBefore.h.addProduct($0.dz.f, $0.cell.forget.U)
          $0.dBefore.h.addProduct($0.dz.g, $0.cell.candidate.U)
          $0.dBefore.h.addProduct($0.dz.o, $0.cell.output.U)
        }, says: ["dBefore.h"], step: 2, .weightNotTransposed),
      BugCase(
        "U of i and f swapped", cell,
        .step {
          let difference: Matrix<Double> = $0.cell.forget.U - $0.cell.input.U
          $0.dBefore.h.addProduct($0.dz.i, difference.T)
          $0.dBefore.h.addProduct(-$0.dz.f, difference.T)
        },
        says: ["dBefore.h"], step: 2, .swapped("the weights of i", "f")),
      BugCase(
        "dz clipped", cell, .step { $0.dz = $0.dz.clipped(to: 1e-3) }, says: ["dz.i", "dz.f", "dz.g", "dz.o"], step: 2,
        .clippedValue(1e-3)),
      BugCase(
        "h after", cell, .offByOne, says: ["input.U", "forget.U", "candidate.U", "output.U"], step: 2, .shifted(1)),
      BugCase(
        "input.W and forget.W swapped", cell, .gradient { g in (g.input.W, g.forget.W) = (g.forget.W, g.input.W) },
        says: ["input.W", "forget.W"], step: 2, .swapped("input.W", "forget.W")),
      BugCase(
        "dx without g", cell, Bug(inputs: { $0.inputGradient($1) - matmul($1.g, $0.candidate.W.T) }), says: ["inputs"],
        step: 2, .wayThroughGateDropped("g")),
    ]
  }

  static var gru: [BugCase] {
    let cell = Right.gru
    return [
      BugCase(
        "no σ′ in r", cell, .step { $0.dz.r = $0.dz.r / ($0.t.r * (1 - $0.t.r)) }, says: ["dz.r"], step: 2,
        .slopeMissing(.sigmoid)),
      BugCase(
        "no σ′ in z", cell, .step { $0.dz.z = $0.d.h * ($0.before.h - $0.t.n) }, says: ["dz.z"], step: 2,
        .slopeMissing(.sigmoid)),
      BugCase(
        "no tanh′ in n", cell,
        .step {
          let t = $0.t
          $0.dz.n = $0.d.h * (1 - t.z)
          $0.dz.r = matmul($0.dz.n, $0.cell.candidate.U.T) * t.before.h * t.r * (1 - t.r)
        }, says: ["dz.n"], step: 2, .slopeMissing(.tanh)),
      BugCase(
        "n and h swapped in dZ", cell, .step { $0.dz.z = $0.d.h * ($0.t.n - $0.before.h) * $0.t.z * (1 - $0.t.z) },
        says: ["dz.z"], step: 2, .sign),
      BugCase(
        "no z in dH", cell, .step { $0.dBefore.h += $0.d.h * (1 - $0.t.z) }, says: ["dBefore.h"], step: 2,
        .gateMissing("z")),
      BugCase(
        "no way past the gates", cell, .step { $0.dBefore.h += -($0.d.h * $0.t.z) }, says: ["dBefore.h"], step: 2,
        .wayPastGatesDropped),
      BugCase(
        "only the way past the gates", cell, .step { $0.dBefore.h = $0.d.h * $0.t.z }, says: ["dBefore.h"], step: 2,
        .wayThroughGatesDropped),
      BugCase(
        "no r in dH", cell, .step { $0.dBefore.h += matmul($0.dz.n, $0.cell.candidate.U.T) * (1 - $0.t.r) },
        says: ["dBefore.h"], step: 2, .gateMissing("r")),
      BugCase(
        "no r in dUn", cell,
        Bug(gradient: { cell, dz, x, traces in
          var result = cell.gradient(dz, inputs: x, traces: traces.map(\.inner))
          result.candidate.U = matmul(Matrix.stack(traces.map(\.before.h)).T, dz.n)
          return result
        }), says: ["candidate.U"], step: 2, .plainState),
    ]
  }

  static var resetAfter: [BugCase] {
    let cell = Right.resetAfter
    return [
      BugCase(
        "no 1 − z in dN", cell, .step { $0.dz.n = $0.d.h * (1 - $0.t.n * $0.t.n) }, says: ["dz.n"], step: 2,
        .gateMissing("z")),
      BugCase(
        "no U of z", cell, .step { $0.dBefore.h += -matmul($0.dz.z, $0.cell.update.U.T) }, says: ["dBefore.h"], step: 2,
        .wayThroughGateDropped("z")),
      BugCase(
        "no r in dS", cell, .gradient { $0.stateBias = $0.candidate.b }, says: ["stateBias"], step: 2,
        .taken(from: "candidate.b")),
      BugCase(
        "no r in dH", cell, .step { $0.dBefore.h += matmul($0.dz.n * (1 - $0.t.r), $0.cell.candidate.U.T) },
        says: ["dBefore.h"], step: 2, .gateMissing("r")),
      BugCase(
        "no way past the gates", cell, .step { $0.dBefore.h += -($0.d.h * $0.t.z) }, says: ["dBefore.h"], step: 2,
        .wayPastGatesDropped),
    ]
  }
}
