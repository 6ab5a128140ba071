/// What a check found. It is seen from what the exercise does, and from nothing else.
public enum Verdict: Equatable, Sendable, Codable {
  /// It does what it did when it was handed out. The diagnosis of one that was handed out with a mistake; else empty.
  case untouched(String = "")
  /// It does something else, and not what the equations say: the diagnosis.
  case wrong(String)
  /// It does what the equations say, forward and backward: what was checked.
  case solved(String)

  /// Is it as it was handed out?
  public var isUntouched: Bool { if case .untouched = self { true } else { false } }
  /// Is it what was asked for?
  public var isSolved: Bool { if case .solved = self { true } else { false } }
}

/// One of the reader's rooms: a small file with a task, and the check that belongs to it.
public struct Exercise: Sendable {
  /// What it is called in the book and in the list.
  public let title: String
  /// The name of its file in the chapter's folder `Exercises`.
  public let file: String
  /// About how long it takes.
  public let minutes: Int
  /// The task, in lines of at most 80 columns.
  public let explanation: String
  /// What helps, from a nudge to nearly the solution.
  public let hints: [String]
  /// Looks at what the room does. It may crash or never end: it is called in a process of its own.
  public let check: @Sendable () -> Verdict

  /// An exercise. See the properties for what is what.
  public init(
    _ title: String, file: String, minutes: Int, explanation: String, hints: [String],
    check: @escaping @Sendable () -> Verdict
  ) {
    (self.title, self.file, self.minutes) = (title, file, minutes)
    (self.explanation, self.hints, self.check) = (explanation, hints, check)
  }
}

/// The exercises of one chapter. Exercise 3.2 is the second of chapter 3.
public struct ExerciseChapter: Sendable {
  /// The chapter's number.
  public let number: Int
  /// The chapter's name.
  public let title: String
  /// Its page in the book, from the root of the workbook.
  public let page: String
  /// The folder of the rooms, from the root of the workbook.
  public let folder: String
  /// The exercises in their order.
  public let exercises: [Exercise]

  /// A chapter. See the properties for what is what.
  public init(_ number: Int, _ title: String, page: String, folder: String, exercises: [Exercise]) {
    (self.number, self.title, self.page) = (number, title, page)
    (self.folder, self.exercises) = (folder, exercises)
  }

  /// The exercises with their numbers, such as `3.2`.
  var numbered: [NumberedExercise] {
    exercises.enumerated().map { NumberedExercise(number: "\(number).\($0 + 1)", exercise: $1, chapter: self) }
  }
}

/// An exercise and where it stands.
struct NumberedExercise {
  let number: String
  let exercise: Exercise
  let chapter: ExerciseChapter

  /// Its file, from the root of the workbook.
  var path: String { "\(chapter.folder)/\(exercise.file)" }
}
