import Console
import Foundation

private let wanted = Option.string(
  "exercise", otherwise: "a list of all", "the number of one, such as 3.2, or of a chapter")
private let hint = Option.flag("hint", "one hint more; the last one says where the solution stands")
private let watch = Option.flag("watch", "check again whenever the exercise is saved, until it is solved")
private let untouched = Option.flag("expect-untouched", "fail unless all exercises are as they were handed out")

/// The whole program `exercises`: lists, explains, checks.
/// - Parameters:
///   - name: the program's name, by which it starts itself to check
///   - chapters: the exercises
///   - seconds: how long a check may take
@MainActor
public func exerciseProgram(_ name: String, _ chapters: [ExerciseChapter], seconds: Double = 10) -> Never {
  let words = Array(CommandLine.arguments.dropFirst())
  program(
    name, "Lists the exercises of all chapters, explains one, checks it, and helps.",
    arguments: [wanted], options: [hint, watch, untouched],
    commandLine: words.first == CheckAlone.word ? [] : words
  ) { options in
    let all = chapters.flatMap(\.numbered)
    if words.first == CheckAlone.word {
      guard let asked = all.first(where: { $0.number == words.last }) else { throw unknown(words.last!, chapters) }
      return try CheckAlone.answer(asked.exercise)
    }
    let desk = Desk(name: name, check: CheckAlone(program: name, seconds: seconds))
    if let chosen = options[wanted], let exercise = all.first(where: { $0.number == chosen }) {
      if options[hint] { return try desk.help(with: exercise) }
      if options[watch] { return try desk.watch(exercise) }
      try desk.explain(exercise)
      return try desk.report(exercise)
    }
    if options[hint] || options[watch] {
      throw Failure.usage(
        "--\(options[hint] ? "hint" : "watch") wants the number of an exercise, such as \(all[0].number).")
    }
    let listed = options[wanted].map { number in chapters.filter { "\($0.number)" == number } } ?? chapters
    guard !listed.isEmpty else { throw unknown(options[wanted]!, chapters) }
    try desk.list(listed, expectUntouched: options[untouched])
  }
}

private func unknown(_ number: String, _ chapters: [ExerciseChapter]) -> Failure {
  let known = chapters.map { "\($0.number).1 to \($0.number).\($0.exercises.count)" }
  return .usage("there is no exercise \(number); there are \(known.joined(separator: ", ")).")
}

/// What the program shows.
@MainActor
struct Desk {
  let name: String
  let check: CheckAlone
  private let style = Style.output

  init(name: String, check: CheckAlone) { (self.name, self.check) = (name, check) }

  /// The exercises of the chapters with their states, and how far the reader has come. Fails if one is wrong; or, if so wished, not untouched.
  func list(_ chapters: [ExerciseChapter], expectUntouched: Bool) throws {
    var (wrong, touched, results) = ([String](), [String](), [CourseProgress.Result]())
    for chapter in chapters {
      heading("Chapter \(chapter.number): \(chapter.title)")
      for exercise in chapter.numbered {
        let verdict = check(exercise.number).verdict
        results.append((exercise.number, exercise.exercise.title, exercise.exercise.minutes, verdict))
        if case .wrong = verdict { wrong.append(exercise.number) }
        if !verdict.isUntouched { touched.append(exercise.number) }
        print(
          exercise.number.aligned(to: 6), "", exercise.exercise.title.padded(to: 42),
          "\(exercise.exercise.minutes) min".aligned(to: 7), "", sign(verdict))
        if case .wrong(let why) = verdict { print("        \(style.dim(shortened(why)))") }
      }
    }
    let progress = CourseProgress(results)
    if let next = progress.next { print("\nOne of them, and what is wrong with it: swift run \(name) \(next)") }
    print("\n\(progress.summary.wrapped)")
    if expectUntouched && !touched.isEmpty {
      throw Failure.failed("not as handed out: \(touched.joined(separator: ", ")). git checkout puts them back.")
    }
    if !wrong.isEmpty { throw Failure.failed("wrong: \(wrong.joined(separator: ", ")).") }
  }

  /// The task.
  func explain(_ exercise: NumberedExercise) throws {
    heading("\(exercise.number) \(exercise.exercise.title)")
    print(exercise.exercise.explanation)
    print("\nAbout \(exercise.exercise.minutes) minutes, in \(exercise.path).")
    print("The page: \(exercise.chapter.page). A hint: swift run \(name) \(exercise.number) --hint")
  }

  /// The verdict in full. Fails if it is wrong.
  func report(_ exercise: NumberedExercise) throws {
    if case .wrong = show(exercise) { throw Failure.failed("\(exercise.number) is wrong.") }
  }

  @discardableResult
  private func show(_ exercise: NumberedExercise) -> Verdict {
    heading("The check")
    let (verdict, printed) = check(exercise.number)
    let lines = printed.split(separator: "\n", omittingEmptySubsequences: false)
    if !printed.isEmpty {
      print("Your code printed:\n" + lines.prefix(40).joined(separator: "\n"))
      if lines.count > 40 { print("… and \(counted(lines.count - 40, "line")) more.") }
    }
    switch verdict {
    case .untouched(let text):
      print("\(sign(verdict)): it does what it did when it was handed out.")
      if !text.isEmpty { print(text.wrapped) }
    case .wrong(let text), .solved(let text): print("\(sign(verdict)). \(text)".wrapped)
    }
    return verdict
  }

  /// One hint more than last time.
  func help(with exercise: NumberedExercise) throws {
    let hints = exercise.exercise.hints
    let count = try Hints(of: try workbook()).next(of: exercise.number, most: hints.count)
    heading("\(exercise.number) \(exercise.exercise.title)")
    for (i, hint) in hints.prefix(count).enumerated() { print("Hint \(i + 1) of \(hints.count). \(hint)".wrapped) }
    print(
      count < hints.count
        ? "\nThe next one: swift run \(name) \(exercise.number) --hint"
        : "\nThat was the last one. The solution stands in \(exercise.chapter.page).")
  }

  /// Checks after every save, until it is solved.
  func watch(_ exercise: NumberedExercise) throws {
    let watch = Watch(exercise.path, of: try workbook())
    try explain(exercise)
    var date = watch.date
    var verdict = show(exercise)
    while true {
      if case .solved = verdict { return }
      print("\nSave \(exercise.exercise.file) and it is checked again; Ctrl-C ends this.")
      watch.wait(after: date)
      date = watch.date
      print("Building …")
      guard try watch.build(name) else {
        print("It does not compile: see the compiler's message above.")
        continue
      }
      verdict = show(exercise)
    }
  }

  private func sign(_ verdict: Verdict) -> String {
    switch verdict {
    case .untouched: style.dim("untouched")
    case .wrong: style.red("wrong")
    case .solved: style.green("solved")
    }
  }

  /// The first line that says something of its own, in 72 columns.
  private func shortened(_ text: String) -> String {
    let lines = text.split(separator: "\n")
    let line = lines.count > 1 && lines[0].hasPrefix("The forward pass is right") ? lines[1] : lines[0]
    return line.count <= 72 ? String(line) : line.prefix(71) + "…"
  }

  /// The workbook's folder: the nearest one, from here upwards, that holds Package.swift and Chapters.
  private func workbook() throws(Failure) -> URL {
    let here = URL(filePath: FileManager.default.currentDirectoryPath)
    var folder = here
    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: name).path) }
    while !(holds("Package.swift") && holds("Chapters")) {
      if folder.path == "/" {
        throw .failed(
          "no folder from \(here.path) upwards holds Package.swift and Chapters: run it inside the workbook.")
      }
      folder = folder.deletingLastPathComponent()
    }
    return folder
  }
}

extension String {
  /// Its lines, those of more than 80 columns broken between words.
  fileprivate var wrapped: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: " ").reduce(into: [""]) { lines, word in
        let last = lines[lines.count - 1]
        if last.isEmpty {
          lines = [String(word)]
        } else if last.count + 1 + word.count <= 80 {
          lines[lines.count - 1] = "\(last) \(word)"
        } else {
          lines.append(String(word))
        }
      }.joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
