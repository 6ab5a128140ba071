import Foundation
import Running

/// Checks in processes of their own: what a reader's code does there, crash or loop, stays there.
///
/// The program starts itself with two words, `check-alone 3.2`. That process writes the verdict behind whatever the
/// reader's code has printed, after a control character that nobody types.
struct CheckAlone {
  /// The program that starts itself.
  let program: String
  /// How long a check may take.
  let seconds: Double

  /// The first word of a command line that asks for this.
  static let word = "check-alone"
  private static let mark: Character = "\u{1E}"

  /// Answers in the process that was started: prints the verdict.
  static func answer(_ exercise: Exercise) throws {
    // An endless loop that prints fills no disk.
    var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
    setrlimit(fileSizeLimit, &limit)
    // Whoever started us may have set the signal to be ignored or blocked.
    signal(SIGXFSZ, SIG_DFL)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    let verdict = exercise.check()
    print("\(mark)\(String(decoding: try JSONEncoder().encode(verdict), as: UTF8.self))")
  }

  /// Asks for the verdict on an exercise.
  /// - Returns: the verdict, and what the exercise printed.
  func callAsFunction(_ number: String) -> (verdict: Verdict, printed: String) {
    do {
      let run = try run(
        program, [Self.word, number], environment: ["SWIFT_BACKTRACE": "enable=no"], seconds: seconds)
      guard run.status == 0, let mark = run.output.lastIndex(of: Self.mark) else {
        return (.wrong(complaint(about: run)), run.output)
      }
      let verdict = Data(run.output[mark...].dropFirst().utf8)
      return (try JSONDecoder().decode(Verdict.self, from: verdict), String(run.output[..<mark]))
    } catch let error as RunError where error.tookTooLong {
      return (.wrong("It has not ended after \(Int(seconds)) s, and was stopped: does a loop run for ever?"), "")
    } catch {
      return (.wrong("It cannot be checked: \(error)"), "")
    }
  }

  /// One line on a process that ended without a verdict.
  private func complaint(about run: Run) -> String {
    if run.signal == SIGXFSZ { return "It prints without end, and was stopped." }
    if let line = run.errors.split(separator: "\n").first(where: { $0.contains("Fatal error") }) {
      let message = line.split(separator: "Fatal error: ", maxSplits: 1).last ?? line
      let place = line.split(separator: ": Fatal error", maxSplits: 1).first.map { " (\($0))" } ?? ""
      return "It crashes: \(message)" + (line.hasPrefix("Fatal") ? "" : place)
    }
    if let signal = run.signal {
      return "It crashes with signal \(signal) and no message: an index out of range, or endless recursion?"
    }
    return "It ends the program itself, with code \(run.status), before it is checked."
  }
}

#if os(Linux)
  private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
  private let fileSizeLimit = RLIMIT_FSIZE
#endif
