import ExerciseChecks
import Foundation
import Running
import Testing

@Suite struct ExercisesProgramTests {
  @Test("A fresh clone: every exercise of every chapter is listed, and untouched.")
  func list() throws {
    let run = try run("exercises", ["--expect-untouched"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("3.1  Coupled input and forget gates") && run.output.contains("3.8  Mend"))
    #expect(!run.output.split(separator: "\n").contains { $0.count > 80 }, "80 columns")
    #expect(run.output.contains("what is wrong with it: swift run exercises 1.1"))
    #expect(run.output.contains("\n0 of 37 solved. The others take about"))
  }

  @Test("What is solved is counted, the next one named; and when all are solved, what was proved stands there.")
  func progress() {
    let first: CourseProgress.Result = ("1.1", "One", 10, .solved("It is so."))
    let others: [CourseProgress.Result] = [("1.2", "Two", 20, .untouched()), ("2.1", "Three", 30, .wrong("No."))]
    let half = CourseProgress([first] + others)
    #expect(half.next == "1.2" && half.summary == "1 of 3 solved. The others take about 50 minutes.")
    #expect(
      CourseProgress(others + [("3.1", "Four", 70, .wrong(""))]).summary
        == "0 of 3 solved. The others take about 2 hours.")
    // What is wrong is not solved, either.
    #expect(CourseProgress([first, others[1]]).next == "2.1")
    let all = CourseProgress([first, ("1.2", "Two", 20, .solved("And so."))])
    #expect(all.next == nil)
    #expect(all.summary == "2 of 2 solved. What you have proved:\n\n1.1 One: It is so.\n1.2 Two: And so.")
  }

  @Test func oneExercise() throws {
    let first = try run("exercises", ["3.1"])
    #expect(first.status == 0)
    #expect(first.output.contains("f  = 1 − i") && first.output.contains("Exercises/1-CoupledGates.swift"))
    #expect(first.output.contains("untouched"))
    // The one that is handed out with a mistake shows the diagnosis.
    #expect(try run("exercises", ["3.8"]).output.contains("dz.f, step 2 of 0…2"))
  }

  @Test("One hint after another, remembered beside the build, and nowhere else.")
  func hints() throws {
    let workbook = FileManager.default.temporaryDirectory.appendingPathComponent("workbook-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: workbook) }
    for folder in ["Chapters", "Package.swift"] {
      try FileManager.default.createDirectory(
        at: workbook.appendingPathComponent(folder), withIntermediateDirectories: true)
    }
    func hint(_ number: String) throws -> String { try run("exercises", [number, "--hint"], in: workbook).output }
    let first = try hint("3.1")
    #expect(first.contains("Hint 1 of 3") && !first.contains("Hint 2"))
    #expect(try hint("3.2").contains("Hint 1 of 3"))
    #expect(try hint("3.1").contains("Hint 2 of 3"))
    let last = try hint("3.1")
    #expect(last.contains("Hint 1 of 3") && last.contains("Hint 3 of 3") && last.contains("book/03-explicit-gates.md"))
    #expect(try hint("3.1") == last)
    let outside = try run("exercises", ["3.1", "--hint"], in: FileManager.default.temporaryDirectory)
    #expect(outside.status == 1 && outside.errors.contains("run it inside the workbook"))
  }

  @Test("Watched, an exercise is built and checked after every save, until it is solved.")
  func watching() throws {
    let workbook = FileManager.default.temporaryDirectory.appendingPathComponent("workbook-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: workbook) }
    // What stands for swift refuses what does not compile, and notes what it was asked.
    let run = try shell(
      """
      mkdir -p Chapters bin Tests/TroubledExercises && touch Package.swift
      room=Tests/TroubledExercises/room
      printf '#!/bin/sh\necho "$@" >> asked\n! grep -q slip %s\n' $room > bin/swift && chmod +x bin/swift
      lines() { grep -c "$1" seen; }
      after() { for i in {1..300}; do [ "$(lines 'it is checked again')" = $1 ] && return; sleep 0.1; done; }
      echo new > $room
      PATH=$PWD/bin:$PATH troubled-exercises 0.10 --watch > seen 2>&1 & watcher=$!
      after 1
      [ -e asked ] && echo "built before anything was saved"
      echo slip > $room; after 2
      echo half > $room; after 3
      echo done > $room
      for i in {1..300}; do kill -0 $watcher 2> /dev/null || break; sleep 0.1; done
      kill -9 $watcher 2> /dev/null; wait $watcher; echo "ended with $?"
      echo "asked: $(cat asked)"
      cat seen
      """, in: try made(workbook), seconds: 150)
    #expect(run.output.hasPrefix("ended with 0\nasked: build --quiet --product troubled-exercises --package-path "))
    #expect(run.output.components(separatedBy: "--package-path \(workbook.resolvingSymlinksInPath().path) ").count == 4)
    let story = [
      "Say done.", "untouched", "Save room", "Building", "does not compile", "Save room", "Building", "wrong. No.",
      "Save room", "Building", "solved. So it is.",
    ]
    var rest = run.output[...]
    for words in story {
      guard let place = rest.range(of: words) else {
        Issue.record("no \(words) in its place:\n\(run.output)\(run.errors)")
        return
      }
      rest = rest[place.upperBound...]
    }
    #expect(!rest.contains("Save room") && !rest.contains("Building"))
  }

  private func made(_ folder: URL) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test(arguments: [
    (["3.99"], "there is no exercise 3.99; there are 1.1 to 1.3, 2.1 to 2.4, 3.1 to 3.8"),
    (["three"], "there is no exercise three"),
    (["--hint"], "--hint wants the number"), (["--watch"], "--watch wants the number"), (["--hnt"], "--hint?"),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let run = try run("exercises", arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("exercises: ") && run.errors.contains(message))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test("What crashes, loops or is of a wrong shape is reported in a line, and the list goes on.")
  func trouble() throws {
    let run = try run("troubled-exercises")
    let lines = run.output.split(separator: "\n").map(String.init)
    for (number, words) in [
      ("0.1", "It crashes: the roof is on fire"), ("0.2", "matmul: [2 × 5]·[2 × 5]"), ("0.3", "not ended after 5 s"),
      ("0.4", "prints without end"), ("0.5", "h′ [2 × 6] that should be [2 × 5]"), ("0.6", "h′ that is NaN"),
      ("0.7", "with code 7"),
    ] {
      let row = lines.firstIndex { $0.contains("  \(number)  ") } ?? 0
      #expect(lines[row].hasSuffix("wrong") && lines[row + 1].contains(words), "\(lines[row]) \(lines[row + 1])")
    }
    #expect(lines.contains { $0.contains("0.8") && $0.hasSuffix("untouched") })
    #expect(lines.contains { $0.contains("0.9") && $0.hasSuffix("solved") })
    #expect(!lines.contains { $0.count > 80 }, "80 columns")
    #expect(run.status == 1 && run.errors.contains("0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7"))
  }

  @Test func oneInTrouble() throws {
    let shape = try run("troubled-exercises", ["0.5"])
    #expect(shape.status == 1 && shape.output.contains("a h′ [2 × 6] that should be [2 × 5]"))
    #expect(try run("troubled-exercises", ["0.6"]).output.contains("that is NaN or infinite"))
    let talking = try run("troubled-exercises", ["0.8"])
    #expect(talking.status == 0 && talking.output.contains("Your code printed:\nh is fine, I think"))
    let touched = try run("troubled-exercises", ["--expect-untouched"])
    #expect(touched.status == 1 && touched.errors.contains("not as handed out: 0.1") && touched.errors.contains("0.9"))
  }
}
