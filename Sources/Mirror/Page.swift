/// One page of the book, taken apart.
///
/// A page that mirrors code says so in a comment, before its first block; the program may be left out:
///
///     <!-- mirrors: Chapters/01-X/Vocabulary.swift Chapters/01-X/RNN.swift; run: chapter01 -->
///
/// Directly below `<!-- code: Title -->` stands a ```` ```swift ```` block with the section of that title of those files,
/// below `<!-- output: Title -->` a ```` ```text ```` block with what the program printed under that heading.
public struct Page: Sendable {
  public enum Language: String, Sendable { case swift, text }

  /// A block that belongs to the code.
  public struct Block: Sendable {
    public let language: Language
    public let title: String
    /// The line of its marker, from 1.
    public let line: Int
    /// Where in ``Page/lines`` its content stands; nil if its fence is broken.
    public let content: Range<Int>?
  }

  public struct Link: Sendable {
    public let target: String
    /// The line, from 1.
    public let line: Int
    /// Whether it shows an image.
    public let isImage: Bool
  }

  /// The page's file, relative to the root.
  public let path: String
  public let lines: [String]
  /// The Swift files it mirrors, in order.
  public private(set) var sources: [String] = []
  /// The program whose output it mirrors.
  public private(set) var program: String?
  /// The line of the comment that names them, or 1.
  public private(set) var mirrorsLine = 1
  public private(set) var blocks: [Block] = []
  public private(set) var links: [Link] = []
  /// The names that GitHub gives the headings.
  public private(set) var anchors: Set<String> = []
  /// What is wrong with the page, whatever the code says.
  public private(set) var problems: [Problem] = []

  /// Takes the text of the page at `path` apart. What is wrong with it is in ``problems``.
  public init(_ text: String, path: String) {
    self.path = path
    lines = text.lines.map { $0.last == "\r" ? String($0.dropLast()) : $0 }
    if let index = text.lines.firstIndex(where: { $0.last == "\r" }) {
      report(.windowsLines, index, "a line that ends the Windows way: end lines with a line feed alone.")
    }
    if let index = lines.firstIndex(where: { $0.contains("\u{FFFD}") }) {
      report(.notUTF8, index, "a character that is not UTF-8: save the page as UTF-8.")
    }
    var prose = Array(repeating: "", count: lines.count)
    var index = 0
    while index < lines.count {
      if let next = readMirrors(at: index) ?? readMarker(at: index) ?? readFence(at: index)?.next {
        index = next
      } else {
        prose[index] = readProse(at: index)
        index += 1
      }
    }
    readLinks(in: prose.joined(separator: "\n"))
    if sources.isEmpty, let first = blocks.first {
      report(.noMirror, first.line - 1, "no file to compare with: put `<!-- mirrors: FILE.swift -->` near the top.")
    }
  }

  private mutating func report(_ kind: Problem.Kind, _ index: Int, _ message: String) {
    problems.append(Problem(kind, path, index + 1, message))
  }
}

// Each of these reads what begins at the line `index`, if it is there, and returns the line after it.
extension Page {
  private mutating func readMirrors(at index: Int) -> Int? {
    guard lines[index].hasPrefix("<!-- mirrors:") else { return nil }
    guard let end = lines[index...].firstIndex(where: { $0.contains("-->") }) else {
      report(.unclosedComment, index, "this comment never ends: close it with `-->`.")
      return lines.count
    }
    let comment = lines[index...end].joined(separator: " ")
    guard let match = comment.wholeMatch(of: /<!-- mirrors:([^;]*\.swift)\s*(?:;\s*run:\s*(\w+)\s*)?-->\s*/) else {
      report(.malformedMarker, index, "write `<!-- mirrors: FILE.swift FILE.swift; run: PROGRAM -->`.")
      return end + 1
    }
    if !sources.isEmpty {
      report(.secondMirror, index, "line \(mirrorsLine) says already what is mirrored: make it one comment.")
    }
    sources = match.1.split(whereSeparator: \.isWhitespace).map(String.init)
    program = match.2.map(String.init)
    mirrorsLine = index + 1
    return end + 1
  }

  private mutating func readMarker(at index: Int) -> Int? {
    guard lines[index].contains(/^\s*<!--\s*(code|output)\b/) else { return nil }
    guard let match = lines[index].wholeMatch(of: /<!-- (code|output): (\S.*?) -->/) else {
      report(.malformedMarker, index, "write `<!-- code: Title -->` or `<!-- output: Title -->`, alone on its line.")
      return index + 1
    }
    let language: Language = match.1 == "code" ? .swift : .text
    let fence = readFence(at: index + 1)
    if let fence, fence.info != language.rawValue || !lines[index + 1].hasPrefix("```") {
      report(.wrongLanguage, index + 1, "a mirrored block of this kind opens with ```\(language), not indented.")
    } else if fence == nil {
      report(.noFence, index, "no block below this marker: put ```\(language) and ``` on the next two lines.")
    }
    blocks.append(Block(language: language, title: String(match.2), line: index + 1, content: fence?.content))
    return fence?.next ?? index + 1
  }

  private mutating func readFence(at index: Int) -> (info: String, content: Range<Int>?, next: Int)? {
    guard index < lines.count, let fence = Fence(lines[index]) else { return nil }
    let end = fence.end(after: index, in: lines)
    if end.closes { return (fence.info, index + 1..<end.index, end.index + 1) }
    report(.unclosedFence, index, "this block is not closed before the next one: end it with \(fence.mark).")
    return (fence.info, nil, index + 1)
  }

  /// Returns the line without its code spans, in which nothing is a link.
  private mutating func readProse(at index: Int) -> String {
    let line = lines[index]
    if let heading = line.wholeMatch(of: /#{1,6} +(.*?)( +#+)? */)?.1 {
      if heading.contains("$") { report(.mathInHeading, index, "a heading cannot show math: say it in words.") }
      addAnchor(for: String(heading))
    }
    let opens = line.hasSuffix("</summary>") && index + 1 < lines.count && !lines[index + 1].isBlank
    if opens || line.hasPrefix("</details>") && index > 0 && !lines[index - 1].isBlank {
      report(.crampedDetails, index, "<details> shows Markdown only between blank lines: put them around its inside.")
    }
    // Not by nothing: of the inline formula $`x`$ that would leave `$$`.
    let text = line.replacing(/(`+)(?!`).*?[^`]\1(?!`)/, with: "`")
    if text.contains("$$") { report(.dollarMath, index, "`$$` here: put display math into a ```math block.") }
    return text
  }

  /// GitHub's rule: lower case; letters, digits, hyphens and underscores stay, spaces become hyphens; a number if taken.
  private mutating func addAnchor(for heading: String) {
    let shown = heading.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.lowercased()
    let slug = String(
      shown.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil })
    let free = sequence(first: 0) { $0 + 1 }.lazy.map { $0 == 0 ? slug : "\(slug)-\($0)" }
    anchors.insert(free.first { !anchors.contains($0) } ?? slug)
  }

  private mutating func readLinks(in prose: String) {
    for match in prose.matches(of: /(!\[[^\]\[]*)?\]\(([^)\s]*)[^)]*\)/) {
      let index = prose[..<match.range.lowerBound].count { $0 == "\n" }
      links.append(Link(target: String(match.2), line: index + 1, isImage: match.1 != nil))
      if let alt = match.1?.dropFirst(2), String(alt).isBlank {
        report(.noAltText, index, "an image without words: say between the brackets what it shows.")
      }
    }
  }
}
