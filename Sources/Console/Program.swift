import Foundation

/// A whole program: reads the command line, runs `body`, and turns whatever goes wrong into one line and an exit code.
///
/// ```swift
/// let seed = Option.seed()
/// let steps = Option.int("steps", default: 3000, "training steps")
///
/// program("chapter02", "Backpropagation through time by hand, on real words.", options: [seed, steps]) { options in
///   print(options[steps], "steps from seed", options[seed])
/// }
/// ```
///
/// `--help` prints what the program can be asked and exits with 0. A `Failure` or any other error of `body` is printed on
/// standard error as `chapter02: …` and exits with its code, 1 for an error that is no `Failure`.
///
/// Lines are written as they are printed, into a pipe too. When nobody reads the pipe any more (`| head -1`), the program
/// ends quietly, killed by `SIGPIPE` as other programs are.
///
/// - Parameters:
///   - name: as in `swift run name`
///   - summary: what the program does, in one sentence
///   - arguments: bare words, in their order; each may be left out
///   - options: `--name value`, in any order
///   - commandLine: the words behind the program's name
@MainActor
public func program(
  _ name: String, _ summary: String, arguments: [any AnyOption] = [], options: [any AnyOption] = [],
  commandLine: [String] = Array(CommandLine.arguments.dropFirst()), _ body: @MainActor (Options) throws -> Void
) -> Never {
  signal(SIGPIPE, SIG_DFL)  // whoever started us may have set it to be ignored
  writeLinesAtOnce()
  let interface = Interface(name: name, summary: summary, arguments: arguments, options: options)
  do {
    switch try interface.request(commandLine) {
    case .help: print(interface.help)
    case .run(let options): try body(options)
    }
  } catch {
    let failure = failure(from: error)
    fflush(nil)
    writeError("\(name): \(failure.message)" + (failure.exitCode == 2 ? " Try --help.\n" : "\n"))
    exit(failure.exitCode)
  }
  fflush(nil)
  exit(0)
}

/// Any error as a `Failure`. Foundation's own errors speak to people through `localizedDescription`, others through
/// their description.
func failure(from error: any Error) -> Failure {
  switch error {
  case let failure as Failure: failure
  case let error as CocoaError: .failed(description(of: error))
  case let error as any LocalizedError: .failed(error.localizedDescription)
  default: .failed(String(describing: error))
  }
}

private func description(of error: CocoaError) -> String {
  let what = error.localizedDescription
  guard let path = error.filePath ?? error.url?.path, !what.contains((path as NSString).lastPathComponent) else {
    return what
  }
  return "\(path): \(what)"
}
