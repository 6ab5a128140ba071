import ExplicitGates
import ExplicitGatesExercises
import MinimalMatrix

/// The exercises of chapter 3: cells to be changed.
public let chapter03 = ExerciseChapter(
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
        The LSTM as it was first published (Hochreiter & Schmidhuber, 1997): the memory is
        added to, and never forgets.

            c′ = c + i ⊙ g

        The rest is the LSTM's. Write the forward and the backward step. Before you run the
        check, say what dc, the derivative handed to the memory before, will be.
        """,
      hints: [
        "A forget gate that always stands at 1 is no gate. Put f = 1 into every line of the LSTM's backward step.",
        "There are three gates, so three terms in dh; and nothing is left of dF.",
        "dc = dC. From step to step the derivative of the memory is handed on as it is.",
      ],
      check: { CellCheck.noForgetGate { NoForgetGate<Double>(inputs: $0, hidden: $1, using: &$2) } }),
  ])

// MARK: - The equations

extension CellCheck {
  /// Exercise 3.1.
  public static let coupledGates = CellCheck(gates: ["input", "candidate", "output"]) { w, x, state in
    let (h, c) = (state["h"]!, state["c"]!)
    let i = sigmoid(w.gate("input", x, h))
    let after = c + i * (tanh(w.gate("candidate", x, h)) - c)
    return ["h": sigmoid(w.gate("output", x, h)) * tanh(after), "c": after]
  }

  /// Exercise 3.2.
  public static let noForgetGate = CellCheck(gates: ["input", "candidate", "output"]) { w, x, state in
    let (h, c) = (state["h"]!, state["c"]!)
    let after = c + sigmoid(w.gate("input", x, h)) * tanh(w.gate("candidate", x, h))
    return ["h": sigmoid(w.gate("output", x, h)) * tanh(after), "c": after]
  }
}
