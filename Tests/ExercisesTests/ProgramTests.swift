import Running
import Testing

@Suite struct ExercisesProgramTests {
  @Test("A fresh clone: every exercise of every chapter is listed, and untouched.")
  func list() throws {
    let run = try run("exercises", ["--expect-untouched"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("3.1  Coupled input and forget gates"))
    #expect(!run.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
  }
}
