/// Why a program stops early: one line for the person who started it, and the exit code.
///
/// The message says what is wrong, where, and what to do. ``program(_:_:arguments:options:commandLine:_:)`` prints it on
/// standard error behind the program's name.
public struct Failure: Error, Equatable, CustomStringConvertible {
  /// One line, without the program's name before it.
  public let message: String
  /// 2: the program was asked for something it does not offer. 1: it was asked well, and the run failed.
  public let exitCode: Int32

  /// The command line was wrong: exit code 2.
  public static func usage(_ message: String) -> Failure { Failure(message, exitCode: 2) }

  /// The run failed: exit code 1.
  public static func failed(_ message: String) -> Failure { Failure(message, exitCode: 1) }

  public var description: String { message }

  private init(_ message: String, exitCode: Int32) {
    self.message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    self.exitCode = exitCode
  }
}
