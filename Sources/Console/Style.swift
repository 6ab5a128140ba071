import Foundation

/// Colour, where it is wanted. It only adds: without it every text is the same.
///
///     print(Style.output.green("✓"), "gradients agree")
///
/// `NO_COLOR` switches it off (no-color.org); else `FORCE_COLOR` or `CLICOLOR_FORCE` switches it on; else it is on in a
/// terminal whose `TERM` is not `dumb`. An empty variable counts as not set, and `FORCE_COLOR=0` or `CLICOLOR_FORCE=0`
/// forces nothing.
public struct Style: Equatable, Sendable {
  /// For what is printed on standard output.
  public static let output = Style(
    environment: ProcessInfo.processInfo.environment, isTTY: Terminal.output.isTTY)

  public let hasColour: Bool

  init(environment: [String: String], isTTY: Bool) {
    let isSet = { (name: String) in environment[name].map { !$0.isEmpty } ?? false }
    let forces = { (name: String) in isSet(name) && environment[name] != "0" }
    hasColour =
      !isSet("NO_COLOR")
      && (forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") || isTTY && environment["TERM"] != "dumb")
  }

  public func bold(_ text: String) -> String { painted(text, 1) }
  public func dim(_ text: String) -> String { painted(text, 2) }
  public func red(_ text: String) -> String { painted(text, 31) }
  public func green(_ text: String) -> String { painted(text, 32) }
  public func yellow(_ text: String) -> String { painted(text, 33) }
  public func blue(_ text: String) -> String { painted(text, 34) }
  public func magenta(_ text: String) -> String { painted(text, 35) }
  public func cyan(_ text: String) -> String { painted(text, 36) }

  /// The text between an ECMA-48 "select graphic rendition" and its reset.
  private func painted(_ text: String, _ code: Int) -> String {
    hasColour && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
