/// What a page mirrors: the sections of Swift files, or of what a program printed.
public struct Original: Sendable {
  /// The lines under one heading, without the blank ones at either end.
  public struct Section: Sendable {
    public let title: String
    /// The file it comes from, or the name of a program's output.
    public let file: String
    /// The line of its heading, from 1.
    public let line: Int
    public let lines: ArraySlice<String>
  }

  public private(set) var sections: [Section] = []
  public private(set) var problems: [Problem] = []

  /// The widest line that a page shows without a scroll bar.
  public static let columns = 80

  /// Nothing: what a page shows of a program that it does not have.
  public init() {}

  /// The sections of a Swift file, each under its `// MARK: - Title`. What stands before the first is not shown.
  public init(swift source: String, file: String) {
    let lines = source.lines
    func title(_ line: String) -> Substring? { line.wholeMatch(of: /\s*\/\/ MARK: - (\S.*?)\s*/)?.1 }
    cut(lines, of: file, at: title)
    for (index, line) in lines.enumerated() where line.contains(/^\s*\/\/\s*MARK\b/) && title(line) == nil {
      report(.malformedMark, file, index + 1, "a mark without a title: write `// MARK: - Title`.")
    }
    if sections.isEmpty {
      report(.noSection, file, 1, "nothing here for the book: put `// MARK: - Title` above what a page shall show.")
    }
    checkSections()
  }

  /// The sections of what `program` printed, each under its `── Title ───…`.
  public init(output: String, of program: String) {
    let (file, lines) = ("output of \(program)", output.lines)
    cut(lines, of: file) { $0.wholeMatch(of: /── (\S.*?) ─+/)?.1 }
    let first = sections.first?.line ?? lines.count + 1
    if let index = lines[..<(first - 1)].firstIndex(where: { !$0.isBlank }) {
      report(.textBeforeHeading, file, index + 1, "text before the first heading: print it under `── Title ───…`.")
    } else if sections.isEmpty {
      report(.noSection, file, 1, "nothing here for the book: print it under headings such as `── Title ───…`.")
    }
    for section in sections where lines[section.line - 1].count != Self.columns {
      let width = lines[section.line - 1].count
      report(.headingWidth, file, section.line, "a heading of \(width) columns: draw it \(Self.columns) wide.")
    }
    checkSections()
  }

  /// Adds the sections of the next file of the same page.
  public mutating func append(_ other: Original) {
    problems += other.problems
    for section in other.sections { append(section) }
  }

  private mutating func append(_ section: Section) {
    guard let first = sections.first(where: { $0.title == section.title }) else { return sections.append(section) }
    report(
      .repeatedTitle, section.file, section.line,
      "“\(section.title)” is the title of \(first.file):\(first.line) too: give one of them another.")
  }

  private mutating func cut(_ lines: [String], of file: String, at title: (String) -> Substring?) {
    let headings = lines.indices.compactMap { index in title(lines[index]).map { (index, String($0)) } }
    let ends = headings.dropFirst().map(\.0) + [lines.count]
    for ((index, title), end) in zip(headings, ends) {
      var body = lines[(index + 1)..<end].drop(while: \.isBlank)
      while body.last?.isBlank == true { body.removeLast() }
      append(Section(title: title, file: file, line: index + 1, lines: body))
    }
  }

  private mutating func checkSections() {
    func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.generalCategory == .control || scalar == "\u{FFFD}"
    }
    for section in sections {
      if section.lines.isEmpty {
        report(.emptySection, section.file, section.line, "nothing under “\(section.title)”: fill it or remove it.")
      }
      for (index, line) in zip(section.lines.indices, section.lines) {
        if line.count > Self.columns {
          report(
            .tooWide, section.file, index + 1,
            "\(line.count) columns wide: break it, a page shows \(Self.columns).")
        } else if Fence(line) != nil || line.unicodeScalars.contains(where: isUnfit) {
          report(
            .unfitLine, section.file, index + 1,
            "a code fence, a control character or one that is not UTF-8: no page can show it.")
        }
      }
    }
  }

  private mutating func report(_ kind: Problem.Kind, _ file: String, _ line: Int, _ message: String) {
    problems.append(Problem(kind, file, line, message))
  }
}
