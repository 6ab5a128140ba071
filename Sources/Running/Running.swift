import Foundation

/// What a program did: how it ended and what it wrote.
public struct Run: Sendable {
  /// The exit code, or 128 plus the signal that killed it, as a shell says it.
  public let status: Int32
  /// The signal that killed it, such as `SIGPIPE`; `nil` if it ended by itself.
  public let signal: Int32?
  /// What it wrote on standard output.
  public let output: String
  /// What it wrote on standard error.
  public let errors: String
}

/// Why there is no ``Run``.
public struct RunError: Error, CustomStringConvertible {
  public let description: String
  /// Was it killed because its time was up?
  public let tookTooLong: Bool
}

/// Runs a program of this package as a reader would, and waits for its end.
///
///     let run = try run("chapter01", ["--steps", "ten"])
///     #expect(run.status == 2)
///
/// Standard output and error are files, so neither can fill up and block the program, and neither is a terminal.
///
/// - Parameters:
///   - program: a product's name, found beside the running tests or the running program
///   - input: what it reads on standard input
///   - environment: added to the tests' own, from which the variables that force or forbid colour are taken
///   - directory: where it is started; the tests' own directory if `nil`
///   - seconds: the time it has
/// - Throws: ``RunError`` if there is no such program, or it took too long and was killed.
public func run(
  _ program: String, _ arguments: [String] = [], input: String = "", environment: [String: String] = [:],
  in directory: URL? = nil, seconds: Double = 120
) throws -> Run {
  let executable = products.appendingPathComponent(program)
  guard FileManager.default.isExecutableFile(atPath: executable.path) else {
    throw RunError(
      description: "there is no program \(program) in \(products.path); swift build makes it", tookTooLong: false)
  }
  return try launch(executable, arguments, input, environment, directory, seconds)
}

/// Runs a line of bash in which the package's programs are known by their names.
///
///     try shell("chapter01 | head -1; echo ${PIPESTATUS[0]}")
///
/// The rest is as for ``run(_:_:input:environment:in:seconds:)``.
public func shell(
  _ line: String, input: String = "", environment: [String: String] = [:], in directory: URL? = nil,
  seconds: Double = 120
) throws -> Run {
  let path = [products.path, ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"].joined(separator: ":")
  let environment = environment.merging(["PATH": path]) { given, _ in given }
  return try launch(
    URL(fileURLWithPath: "/bin/bash"), ["-c", line], input, environment, directory, seconds)
}

/// The folder of the package's programs: that of the program that runs, or of the tests. On a Mac tests are a bundle that
/// a program of Xcode's has loaded, so what is asked for is where this code lies, not which program runs.
public var products: URL {
  let here = Bundle(for: Here.self).bundleURL
  return here.pathExtension == "xctest" ? here.deletingLastPathComponent() : here
}

/// Its code lies in the program, or in the bundle of the tests.
private final class Here {}

private func launch(
  _ executable: URL, _ arguments: [String], _ input: String, _ environment: [String: String], _ directory: URL?,
  _ seconds: Double
) throws -> Run {
  let files = try Streams(input: input)
  defer { files.remove() }

  let process = Process()
  process.executableURL = executable
  process.arguments = arguments
  process.environment = withoutColour(ProcessInfo.processInfo.environment).merging(environment) { _, given in given }
  if let directory { process.currentDirectoryURL = directory }
  process.standardInput = try FileHandle(forReadingFrom: files.input)
  process.standardOutput = try FileHandle(forWritingTo: files.output)
  process.standardError = try FileHandle(forWritingTo: files.errors)

  let ended = DispatchSemaphore(value: 0)
  process.terminationHandler = { _ in ended.signal() }
  try process.run()
  if ended.wait(timeout: .now() + seconds) == .timedOut {
    kill(process.processIdentifier, SIGKILL)
    ended.wait()
    let line = ([executable.lastPathComponent] + arguments).joined(separator: " ")
    throw RunError(
      description: "\(line): still running after \(seconds) s, killed. It had written:\n\(try files.written())",
      tookTooLong: true)
  }
  let wasKilled = process.terminationReason == .uncaughtSignal
  let code = process.terminationStatus
  let (output, errors) = try files.written()
  return Run(
    status: wasKilled ? 128 + code : code, signal: wasKilled ? code : nil, output: output, errors: errors)
}

/// The environment without what would colour a program's text, or take its colour away.
func withoutColour(_ environment: [String: String]) -> [String: String] {
  environment.filter { !["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"].contains($0.key) }
}

/// Three files in a directory of their own: what a program reads and what it writes.
private struct Streams {
  private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
  var input: URL { directory.appendingPathComponent("input") }
  var output: URL { directory.appendingPathComponent("output") }
  var errors: URL { directory.appendingPathComponent("errors") }

  init(input text: String) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: input)
    try Data().write(to: output)
    try Data().write(to: errors)
  }

  func written() throws -> (output: String, errors: String) {
    (
      String(decoding: try Data(contentsOf: output), as: UTF8.self),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }

  func remove() { try? FileManager.default.removeItem(at: directory) }
}
