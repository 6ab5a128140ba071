/// The book under a root folder: the pages `book/*.md` and `README.md`, the figures `book/figures/`, and the code.
public struct Book {
  /// What a program printed on standard output, and the figures it drew, by file name.
  public struct Run: Sendable {
    public let output: String
    public let figures: [String: [UInt8]]

    public init(output: String, figures: [String: [UInt8]] = [:]) {
      (self.output, self.figures) = (output, figures)
    }
  }

  /// What a check found and a sync changed.
  public struct Report: Sendable, CustomStringConvertible {
    public fileprivate(set) var problems: [Problem] = []
    /// The files that were written, relative to the root.
    public fileprivate(set) var written: [String] = []
    fileprivate var summary = ""

    /// The problems, each with its place and its differing lines; or one line that says that there are none.
    public var description: String {
      let reports = written.map { "\($0): written" } + problems.map(\.description)
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      return (reports + ["book: \(summary): \(problems.isEmpty ? "all as in the code." : "\(count).")"])
        .joined(separator: "\n")
    }
  }

  private let root: Folder
  private let run: (String) throws -> Run

  /// The book in `root`, whose programs `run` runs by name, each once for a check.
  public init(root: Folder, run: @escaping (_ program: String) throws -> Run) {
    (self.root, self.run) = (root, run)
  }

  /// Compares the book with the code, the programs' output and their figures.
  public func check() -> Report { examine(mending: false) }

  /// Rewrites the blocks and figures that differ. A page with any other problem stays as it is.
  public func sync() -> Report { examine(mending: true) }
}

extension Book {
  static let figures = "book/figures"

  private func examine(mending: Bool) -> Report {
    var report = Report()
    let paths = root.files(in: "book").map { "book/\($0)" }.filter { $0.hasSuffix(".md") } + ["README.md"]
    let pages = paths.compactMap { path in root.text(path).map { Page($0, path: path) } }
    var runs: [String: Result<Run, any Error>] = [:]
    for page in pages {
      if let program = page.program, runs[program] == nil { runs[program] = Result { try run(program) } }
    }
    for page in pages { examine(page, runs, mending, into: &report) }
    let drawn = examineFigures(pages, runs, mending, into: &report)
    for page in pages { report.problems += problemsWithLinks(of: page, pages, drawn) }

    var seen: Set<Problem> = []
    report.problems = report.problems.filter { seen.insert($0).inserted }
      .sorted { ($0.file, $0.line) < ($1.file, $1.line) }
    let blocks = pages.flatMap(\.blocks)
    report.summary = [
      (pages.count, "page"), (blocks.count { $0.language == .swift }, "listing"),
      (blocks.count { $0.language == .text }, "output"), (root.files(in: Self.figures).count, "figure"),
    ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
    return report
  }

  private func examine(
    _ page: Page, _ runs: [String: Result<Run, any Error>], _ mending: Bool, into report: inout Report
  ) {
    var problems = page.problems
    var code: Original? = Original()
    for file in page.sources {
      if let text = root.text(file) {
        code?.append(Original(swift: text, file: file))
      } else {
        problems.append(Problem(.noFile, page.path, page.mirrorsLine, "there is no file \(file): correct its name."))
        code = nil
      }
    }
    var output: Original? = Original()
    if let program = page.program, let run = runs[program] {
      do { output = Original(output: try run.get().output, of: program) } catch {
        problems.append(Problem(.failedRun, page.path, page.mirrorsLine, "\(error)"))
        output = nil
      }
    }
    if page.sources.isEmpty { (code, output) = (nil, nil) }
    problems += (code?.problems ?? []) + (output?.problems ?? []) + page.problems(code: code, output: output)
    if mending && !problems.isEmpty && problems.allSatisfy(\.isMendedBySync) {
      problems = write(Array(page.rewritten(code: code, output: output).utf8), to: page.path, into: &report)
    }
    report.problems += problems
  }

  /// Returns the names of the figures that the programs draw.
  private func examineFigures(
    _ pages: [Page], _ runs: [String: Result<Run, any Error>], _ mending: Bool, into report: inout Report
  ) -> Set<String> {
    let shown = Set(pages.flatMap { page in page.links.filter(\.isImage).compactMap { page.path(of: $0)?.path } })
    var artists: [String: String] = [:]
    func add(_ kind: Problem.Kind, _ path: String, _ message: String) {
      report.problems.append(Problem(kind, path, 1, message))
    }
    for (program, run) in runs.sorted(by: { $0.key < $1.key }) {
      for (name, bytes) in ((try? run.get().figures) ?? [:]).sorted(by: { $0.key < $1.key }) {
        let path = "\(Self.figures)/\(name)"
        if !shown.contains(path) { add(.figureNotShown, path, "\(program) draws it, but no page shows it: show it.") }
        if let other = artists.updateValue(program, forKey: path) {
          add(.drawnTwice, path, "\(other) and \(program) both draw it: rename one.")
        } else if root.bytes(path) != bytes && mending {
          report.problems += write(bytes, to: path, into: &report)
        } else if root.bytes(path) != bytes {
          add(.staleFigure, path, "not as \(program) draws it: `swift run book sync` copies it.")
        }
      }
    }
    for path in root.files(in: Self.figures).map({ "\(Self.figures)/\($0)" }) {
      if artists[path] == nil && !shown.contains(path) {
        add(.figureNotUsed, path, "no program draws it and no page shows it: remove it.")
      }
    }
    return Set(artists.keys)
  }

  private func problemsWithLinks(of page: Page, _ pages: [Page], _ drawn: Set<String>) -> [Problem] {
    page.links.filter { !$0.target.contains(/^[a-z]+:/) }.compactMap { link in
      guard let (path, anchor) = page.path(of: link), drawn.contains(path) || root.contains(path) else {
        return Problem(.brokenLink, page.path, link.line, "there is no “\(link.target)”, seen from this page.")
      }
      guard let anchor, let other = pages.first(where: { $0.path == path }), !other.anchors.contains(anchor) else {
        return nil
      }
      return Problem(.brokenAnchor, page.path, link.line, "\(path) has no heading that GitHub calls #\(anchor).")
    }
  }

  private func write(_ bytes: [UInt8], to path: String, into report: inout Report) -> [Problem] {
    do { try root.write(bytes, to: path) } catch {
      return [Problem(.notWritten, path, 1, "cannot be written: \(error.localizedDescription)")]
    }
    report.written.append(path)
    return []
  }
}

extension Page {
  /// The file that a link leads to, from the root, and the heading in it; nil if it leads out of the root.
  func path(of link: Link) -> (path: String, anchor: String?)? {
    let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let anchor = parts.count == 2 ? String(parts[1]) : nil
    guard let target = parts.first, !target.isEmpty else { return anchor.map { (path, $0) } }
    var folders = path.split(separator: "/").dropLast()
    for name in target.split(separator: "/", omittingEmptySubsequences: false) where name != "." {
      if name != ".." { folders.append(name) } else if folders.popLast() == nil { return nil }
    }
    return (folders.joined(separator: "/"), anchor)
  }
}
