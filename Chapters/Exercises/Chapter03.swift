import ExplicitGates
import ExplicitGatesExercises
import MinimalMatrix

/// The exercises of chapter 3: cells to be changed.
public let chapter03: ExerciseChapter = .init(
  3, "Explicit gates", page: "book/03-explicit-gates.md", folder: "Chapters/03-ExplicitGates/Exercises",
  exercises: [
    Exercise(
      "Coupled input and forget gates", file: "1-CoupledGates.swift", minutes: 20,
      explanation: """
        What is forgotten makes room for what is written: one gate of the LSTM decides
        both.

            f  = 1 − i
            c′ = f ⊙ c + i ⊙ g

        The rest is the LSTM's. Write the forward and the backward step.
        """,
      hints: [
        "Write the forward step first; the check says when it is right. Then read the LSTM's backward step in "
          + "LSTM.swift, and put 1 − i for f.",
        "In c′ = (1 − i) ⊙ c + i ⊙ g the gate i has two readers. What does each say to it?",
        "dI = dC ⊙ (g − c), with c the memory before the step; and dc = dC ⊙ (1 − i).",
      ],
      check: { CellCheck.coupledGates { CoupledGates<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "No forget gate", file: "2-NoForgetGate.swift", minutes: 15,
      explanation: """
        The LSTM as it was first published (Hochreiter & Schmidhuber, 1997): the memory
        is added to, and never forgets.

            c′ = c + i ⊙ g

        The rest is the LSTM's. Write the forward and the backward step. Before you run
        the check, say what dc, the derivative handed to the memory before, will be.
        """,
      hints: [
        "A forget gate that always stands at 1 is no gate. Put f = 1 into every line of the LSTM's backward step.",
        "There are three gates, so three terms in dh; and nothing is left of dF.",
        "dc = dC. From step to step the derivative of the memory is handed on as it is.",
      ],
      check: { CellCheck.noForgetGate { NoForgetGate<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "No output gate", file: "3-NoOutputGate.swift", minutes: 15,
      explanation: """
        Show the memory at every step, wanted or not:

            h′ = tanh c′

        The rest is the LSTM's, with three gates. Write the forward and the backward
        step.
        """,
      hints: [
        "An output gate that always stands at 1 is no gate. Put o = 1 into every line of the LSTM's backward step.",
        "What is the slope o(1 − o) of a gate that is fully open? So what would its dz be?",
        "dC = dc′ + dh′ ⊙ (1 − tanh² c′). All below that line is the LSTM's, without o.",
      ],
      check: { CellCheck.noOutputGate { NoOutputGate<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "A minimal gated unit", file: "4-MinimalGatedUnit.swift", minutes: 25,
      explanation: """
        One gate for the GRU's two (G.-B. Zhou et al., 2016): the candidate sees of the
        old state just the part that it is about to replace.

            z  = σ(x·Wz + h·Uz + bz)
            n  = tanh(x·Wn + ((1 − z) ⊙ h)·Un + bn)
            h′ = (1 − z) ⊙ n + z ⊙ h

        Write both steps, and the candidate's part of the gradient.
        """,
      hints: [
        "It is the GRU with r = 1 − z. Start from the GRU's backward step, in GRU.swift.",
        "Count the readers of z: two in h′, one in the candidate. In which of them does it stand with a minus?",
        "dZ = dh′ ⊙ (h − n) − dRest ⊙ h, where dRest = dzn·Unᵀ. And Un multiplied (1 − z) ⊙ h, not h: that goes into "
          + "its gradient.",
      ],
      check: { CellCheck.minimalGatedUnit { MinimalGatedUnit<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "Another candidate: softsign", file: "5-SoftsignCandidate.swift", minutes: 20,
      explanation: """
        Softsign has the bounds of tanh, −1 and 1, and comes near them more slowly. Let
        it make the candidate; the memory is shown through tanh as before.

            g = a / (1 + |a|)    where a = x·Wg + h·Ug + bg

        The rest is the LSTM's. Write the forward and the backward step. Can its slope
        be had from g alone, as that of tanh?
        """,
      hints: [
        "abs(a) is there for matrices. In the backward step one factor of one line is another one than in the LSTM.",
        "For a > 0, g = a / (1 + a): the quotient rule gives 1 / (1 + a)². For a < 0 do it again, and see |a|.",
        "1 − |g| = 1 / (1 + |a|). So the slope is (1 − |g|)².",
      ],
      check: { CellCheck.softsignCandidate { SoftsignCandidate<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "Peepholes", file: "6-Peepholes.swift", minutes: 40,
      explanation: """
        The gates of an LSTM see h, which the output gate may have closed. Let them see
        the memory itself, each unit its own, by a row of weights each: the old memory
        for i and f, the new one for o (Gers & Schmidhuber, 2000).

            i  = σ(x·Wi + h·Ui + bi + pi ⊙ c)
            f  = σ(x·Wf + h·Uf + bf + pf ⊙ c)
            o  = σ(x·Wo + h·Uo + bo + po ⊙ c′)

        The rest is the LSTM's. Write both steps, and the gradient of the three rows.
        """,
      hints: [
        "The order of the lines matters now: o needs c′. And backward, dz.o must be there before dC is complete.",
        "Count readers. c′ has three: the next step, h′ and the gate o. c has three: c′ and the gates i and f.",
        "dC gets + dz.o ⊙ po, and dc gets + dz.i ⊙ pi + dz.f ⊙ pf. A row that multiplies all rows gets a sum over the "
          + "rows: sum.peepI.addColumnSums(of: dz.i * c), with c of all steps one below the other.",
      ],
      check: { CellCheck.peepholes { Peepholes<Double>(inputs: $0, hidden: $1, using: &$2) } }),
    Exercise(
      "Layer-normalised gates", file: "7-LayerNormalisedGates.swift", minutes: 60,
      explanation: """
        What a gate hears of the state is normalised, row by row, over the units (Ba,
        Kiros & Hinton, 2016), and a gain says how loud it is:

            n(s) = (s − mean) / √(variance + 1e-5)
            f  = σ(x·Wf + bf + γf ⊙ n(h·Uf))
            g  = tanh(x·Wg + bg + γg ⊙ n(h·Ug))
            h′ = f ⊙ h + (1 − f) ⊙ g

        Write both steps, and the gradient of both U and both gains. rowMeans(s) is
        there: the mean of each row, in every column, so that shapes fit.
        """,
      hints: [
        "Write n(s) as a function of its own that also returns the root, and its derivative as another one. With "
          + "s − mean called `centred`, the variance is rowMeans(centred * centred).",
        "Every entry of n(s) reads every entry of its row, through the mean and through the variance. Of the derivative d "
          + "with respect to n(s), a part that shifts the whole row, and one that stretches it, cannot come from s.",
        "ds = (d − rowMeans(d) − n ⊙ rowMeans(d ⊙ n)) / root. With d = dz.f ⊙ γf it goes to h through Ufᵀ, and to Uf as "
          + "hᵀ·ds; the gain gets the column sums of dz.f ⊙ n.",
      ],
      check: {
        CellCheck.layerNormalisedGates { LayerNormalisedGates<Double>(inputs: $0, hidden: $1, using: &$2) }
      }),
    Exercise(
      "Mend a backward step", file: "8-MendTheBackward.swift", minutes: 15,
      explanation: """
        A cell with one gate that decides, unit by unit, between the old state and a new
        one:

            f  = σ(x·Wf + h·Uf + bf)
            g  = tanh(x·Wg + h·Ug + bg)
            h′ = f ⊙ h + (1 − f) ⊙ g

        The forward step is right. The backward step has one mistake in it, though all
        shapes fit. Find it: the check names the array, the step and both values, but
        not the mistake.
        """,
      hints: [
        "The check names an array. Which one line makes it?",
        "Count the readers of f in the line of h′.",
        "f stands there twice: f ⊙ h and −f ⊙ g. The second one says something, too.",
      ],
      check: { CellCheck.mendTheBackward { OneGate<Double>(inputs: $0, hidden: $1, using: &$2) } }),
  ])

// MARK: - The equations

extension CellCheck {
  /// Exercise 3.1.
  public static let coupledGates: CellCheck = .init(
    gates: ["input", "candidate", "output"],
    remarks: ["dz.i": "Look at c′: i stands there twice, the second time with a minus."]
  ) { w, x, state in
    let (h, c) = (state["h"]!, state["c"]!)
    let i = sigmoid(w.gate("input", x, h))
    let after = c + i * (tanh(w.gate("candidate", x, h)) - c)
    return ["h": sigmoid(w.gate("output", x, h)) * tanh(after), "c": after]
  }

  /// Exercise 3.2.
  public static let noForgetGate: CellCheck = .init(gates: ["input", "candidate", "output"]) { w, x, state in
    let (h, c) = (state["h"]!, state["c"]!)
    let after = c + sigmoid(w.gate("input", x, h)) * tanh(w.gate("candidate", x, h))
    return ["h": sigmoid(w.gate("output", x, h)) * tanh(after), "c": after]
  }

  /// Exercise 3.3.
  public static let noOutputGate: CellCheck = .init(gates: ["input", "forget", "candidate"]) { w, x, state in
    let h = state["h"]!
    let kept = sigmoid(w.gate("forget", x, h)) * state["c"]!
    let after = kept + sigmoid(w.gate("input", x, h)) * tanh(w.gate("candidate", x, h))
    return ["h": tanh(after), "c": after]
  }

  /// Exercise 3.4.
  public static let minimalGatedUnit: CellCheck = .init(
    gates: ["update", "candidate"],
    remarks: ["dz.z": "Look at z: it stands in the equations three times, twice with a minus."]
  ) { w, x, state in
    let h = state["h"]!
    let z = sigmoid(w.gate("update", x, h))
    return ["h": z * h + (1 - z) * tanh(w.gate("candidate", x, h - z * h))]
  }

  /// Exercise 3.5.
  public static let softsignCandidate: CellCheck = .init(
    gates: ["lstm.input", "lstm.forget", "lstm.candidate", "lstm.output"],
    remarks: ["dz.g": "The slope of this line is that of softsign, and not of tanh."]
  ) { w, x, state in
    let h = state["h"]!
    let a = w.gate("lstm.candidate", x, h)
    let written = sigmoid(w.gate("lstm.input", x, h)) * a / (1 + abs(a))
    let after = sigmoid(w.gate("lstm.forget", x, h)) * state["c"]! + written
    return ["h": sigmoid(w.gate("lstm.output", x, h)) * tanh(after), "c": after]
  }

  /// Exercise 3.6.
  public static let peepholes: CellCheck = .init(
    gates: ["lstm.input", "lstm.forget", "lstm.candidate", "lstm.output"], others: ["peepI", "peepF", "peepO"],
    remarks: [
      "dz.i": "All that comes to c′ goes on to i, f and g. Have all readers of c′ been heard?",
      "dBefore.c": "The memory before is read by c′, and by which gates?",
    ]
  ) { w, x, state in
    let (h, c) = (state["h"]!, state["c"]!)
    let i = sigmoid(w.gate("lstm.input", x, h) + c * w["peepI"])
    let f = sigmoid(w.gate("lstm.forget", x, h) + c * w["peepF"])
    let after = f * c + i * tanh(w.gate("lstm.candidate", x, h))
    return ["h": sigmoid(w.gate("lstm.output", x, h) + after * w["peepO"]) * tanh(after), "c": after]
  }

  /// Exercise 3.7. It sums row by row: the room's averaging product is not asked.
  public static let layerNormalisedGates: CellCheck = .init(
    gates: ["forget", "candidate"], others: ["gainF", "gainG"],
    remarks: [
      "dBefore.h": "Every entry of n(s) reads its whole row twice: through the mean and through the variance.",
      "forget.U": "Uf multiplied h, and then came n: the derivative on its way to Uf goes back through n.",
    ]
  ) { w, x, state in
    let h = state["h"]!
    func normalised(_ s: Matrix<Double>) -> Matrix<Double> {
      Matrix.stack(
        (0..<s.rows).map { i in
          let centred = s.row(i) - s.row(i).mean()
          return centred / ((centred * centred).mean() + 1e-5).squareRoot()
        })
    }
    func z(_ gate: String, _ gain: String) -> Matrix<Double> {
      matmul(x, w["\(gate).W"]) + w["\(gate).b"] + normalised(matmul(h, w["\(gate).U"])) * w[gain]
    }
    let f = sigmoid(z("forget", "gainF"))
    return ["h": f * h + (1 - f) * tanh(z("candidate", "gainG"))]
  }

  /// Exercise 3.8. It is handed out with a term of `dF` left out: so `dz.f` is wrong, and there says 0.0285.
  public static let mendTheBackward: CellCheck = .init(
    gates: ["forget", "candidate"],
    shipped: { diagnosis in
      diagnosis.findings.map(\.names) == [["dz.f"]] && abs(diagnosis.findings[0].given - 0.0285) < 1e-4
    }
  ) { w, x, state in
    let h = state["h"]!
    let g = tanh(w.gate("candidate", x, h))
    return ["h": g + sigmoid(w.gate("forget", x, h)) * (h - g)]
  }
}
