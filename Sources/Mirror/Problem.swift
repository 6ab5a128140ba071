/// Something in the book, the code or a program's output that a person has to put right, and where.
public struct Problem: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, Sendable {
    // In the text of a page.
    case windowsLines, unclosedFence, unclosedComment, malformedMarker, secondMirror, noMirror, noFence, wrongLanguage
    case mathInHeading, dollarMath, noAltText, crampedDetails
    // In what a page mirrors.
    case noFile, notUTF8, noSection, malformedMark, repeatedTitle, emptySection, tooWide, unfitLine
    case failedRun, textBeforeHeading, headingWidth
    // Between the two.
    case missing, repeated, unknown, outOfOrder, emptyBlock, stale
    // Between the pages, the figures and the files.
    case brokenLink, brokenAnchor, staleFigure, drawnTwice, figureNotShown, figureNotUsed, notWritten
  }

  public let kind: Kind
  /// The file, relative to the root, or the name of a program's output.
  public let file: String
  /// The line in that file, from 1.
  public let line: Int
  /// One sentence that says what is wrong and what to do.
  public let message: String
  /// The lines that differ, ready to print, where that is what is wrong.
  public let diff: [String]

  public init(_ kind: Kind, _ file: String, _ line: Int, _ message: String, diff: [String] = []) {
    (self.kind, self.file, self.line, self.message, self.diff) = (kind, file, line, message, diff)
  }

  /// Whether ``Book/sync()`` puts it right.
  public var isMendedBySync: Bool { [.stale, .emptyBlock, .staleFigure].contains(kind) }

  public var description: String {
    (["\(file):\(line): \(message)"] + diff).joined(separator: "\n")
  }
}

extension String {
  /// The lines, which joined by "\n" are the string again, byte for byte.
  var lines: [String] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
