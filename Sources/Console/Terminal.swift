@preconcurrency import Foundation

/// Where a program's text goes: a terminal that a person watches, or a pipe or file.
struct Terminal {
  static let output = Terminal(STDOUT_FILENO)
  static let error = Terminal(STDERR_FILENO)

  let isTTY: Bool
  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isTTY = isatty(descriptor) == 1
  }

  /// The columns of its window; `nil` if it has none.
  var columns: Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

/// The columns that standard output has: 80 in a pipe or file, the window's own in a terminal, but at most 100.
///
/// For what only a person at the terminal sees. What the book shows is 80 columns wide everywhere.
public func terminalWidth() -> Int {
  terminalWidth(isTTY: Terminal.output.isTTY, columns: Terminal.output.columns)
}

func terminalWidth(isTTY: Bool, columns: Int?) -> Int {
  isTTY ? max(20, min(100, columns ?? 80)) : 80
}

/// Writes to standard error, at once.
func writeError(_ text: String) { fputs(text, stderr) }

/// Makes every printed line appear when it is printed, also in a pipe, where C's default waits for a full block.
func writeLinesAtOnce() { setvbuf(stdout, nil, _IOLBF, 1 << 16) }
