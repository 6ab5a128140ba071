import ExerciseChecks
import Foundation

// Exercises in trouble, each its own way. `exercises` has to report each in a clear line, and go on.
exerciseProgram(
  "troubled-exercises",
  [
    ExerciseChapter(
      0, "Trouble", page: "README.md", folder: "Tests/TroubledExercises",
      exercises: [
        trouble("crashes") { fatalError("the roof is on fire") }
      ])
  ], seconds: 3)

func trouble(_ title: String, _ check: @escaping @Sendable () -> Verdict) -> Exercise {
  Exercise(title, file: "main.swift", minutes: 1, explanation: "It \(title).", hints: ["Stop it."], check: check)
}
