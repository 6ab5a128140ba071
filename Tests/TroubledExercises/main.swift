import ExerciseChecks
import ExplicitGates
import ExplicitGatesExercises
import Foundation
import ManualBPTT
import MinimalMatrix

// Exercises in trouble, each its own way. The program `exercises` has to report each in a clear line, and go on.
exerciseProgram(
  "troubled-exercises",
  [
    ExerciseChapter(
      0, "Trouble", page: "README.md", folder: "Tests/TroubledExercises",
      exercises: [
        cell("crashes") { _ in fatalError("the roof is on fire") },
        cell("multiplies what does not fit") { $0.h = matmul($0.h, $0.h) },
        cell("loops for ever") { _ in while true { Thread.sleep(forTimeInterval: 1) } },
        cell("prints for ever") { _ in while true { print("and on") } },
        cell("returns a wrong shape") { $0.h = Matrix($0.h.rows, $0.h.columns + 1, repeating: 1) },
        cell("is not a number") { $0.h += .nan },
        cell("ends the program") { _ in exit(7) },
        cell("prints a line") { _ in print("h is fine, I think") },
        Exercise("is solved", file: "main.swift", minutes: 1, explanation: "It is solved.", hints: ["Rest."]) {
          .solved("All is well.")
        },
        Exercise("is what its file says", file: "room", minutes: 1, explanation: "Say done.", hints: ["Done."]) {
          let room = try? String(contentsOfFile: "Tests/TroubledExercises/room", encoding: .utf8)
          return room == nil || room == "new\n" ? .untouched() : room == "done\n" ? .solved("So it is.") : .wrong("No.")
        },
      ])
  ], seconds: 5)

/// An exercise whose forward step does what it should not with the state that it returns.
func cell(_ title: String, _ trouble: @escaping @Sendable (inout LSTM<Double>.State) -> Void) -> Exercise {
  Exercise(
    title, file: "main.swift", minutes: 1, explanation: "It \(title).", hints: ["Do not.", "Stop it."],
    check: {
      CellCheck.coupledGates { Troubled(base: CoupledGates(inputs: $0, hidden: $1, using: &$2), trouble: trouble) }
    })
}

/// The untouched room 3.1, and trouble.
struct Troubled: Cell {
  typealias Room = CoupledGates<Double>
  var base: Room
  let trouble: @Sendable (inout Room.State) -> Void

  var inputs: Int { base.inputs }
  var hidden: Int { base.hidden }
  func zeroState(batch B: Int) -> Room.State { base.zeroState(batch: B) }
  func project(_ x: Matrix<Double>) -> Room.Gates { base.project(x) }

  func step(_ z: Room.Gates, from state: Room.State) -> (state: Room.State, trace: Room.Trace) {
    var (after, trace) = base.step(z, from: state)
    trouble(&after)
    return (after, trace)
  }

  func backward(_ d: Room.State, through t: Room.Trace) -> (dz: Room.Gates, dBefore: Room.State) {
    base.backward(d, through: t)
  }

  func addGradient(_ dz: Room.Gates, inputs x: Matrix<Double>, traces: [Room.Trace], to sum: inout Troubled) {
    base.addGradient(dz, inputs: x, traces: traces, to: &sum.base)
  }

  func inputGradient(_ dz: Room.Gates) -> Matrix<Double> { base.inputGradient(dz) }

  static func listArrays() -> [NamedArray<Troubled, Double>] {
    let room: WritableKeyPath<Troubled, Room> = \.base
    return Room.arrays.map { ($0.name, room.appending(path: $0.path)) }
  }
}
