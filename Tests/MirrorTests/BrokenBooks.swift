import Testing

@testable import Mirror

/// One way to break the small book, and all that the mirror shall say about it.
struct BrokenBook: CustomTestStringConvertible {
  let testDescription: String
  let expected: [String]
  let breaking: @Sendable (inout SmallBook) -> Void

  /// Replaces `old`, which occurs, by `new` in the page or another file.
  init(_ name: String, _ old: String, _ new: String, in file: String = SmallBook.page, gives expected: String...) {
    self.init(name, gives: expected) { book in
      let text = book.files[file] ?? ""
      precondition(text.contains(old), "\(name): nothing to break")
      book.files[file] = text.replacing(old, with: new, maxReplacements: 1)
    }
  }

  init(_ name: String, gives expected: [String], _ breaking: @escaping @Sendable (inout SmallBook) -> Void) {
    (testDescription, self.expected, self.breaking) = (name, expected, breaking)
  }
}

private let forget = "<!-- code: Forget -->\n```swift\nlet f = 1\n\nlet g = 1\n```\n"
private let input = "<!-- code: Input -->\n```swift\nlet i = 2\n```\n"
private let training = "<!-- output: Training -->\n```text\nstep  loss\n   0  3.33\n```\n"
private let samples = "<!-- output: Samples -->\n```text\nabc\n```\n"
private let mirrors = "<!-- mirrors: a.swift b.swift; run: chapter01 -->"
private let page = SmallBook.page

private let brokenBlocks: [BrokenBook] = [
  .init("code missing", input, "", gives: "missing \(page):4"),
  .init("first code missing", forget, "", gives: "missing \(page):2"),
  .init("output missing", samples, "", gives: "missing \(page):10"),
  .init("code repeated", input, input + input, gives: "repeated \(page):20"),
  .init("output repeated", training, training + training, gives: "repeated \(page):15"),
  .init("code unknown", input, input + "<!-- code: Output -->\n```swift\n```\n", gives: "unknown \(page):20"),
  .init("output unknown", "output: Samples", "output: Words", gives: "missing \(page):10", "unknown \(page):20"),
  .init("output without a program", "; run: chapter01", "", gives: "unknown \(page):10", "unknown \(page):20"),
  .init("code out of order", gives: ["outOfOrder \(page):16"]) {
    $0.files[page] = $0.files[page]?.replacing(forget, with: "X").replacing(input, with: forget)
      .replacing("X", with: input + "\n\n")
  },
  .init("outputs out of order", gives: ["outOfOrder \(page):19"]) {
    $0.files[page] = $0.files[page]?.replacing(training, with: "X").replacing(samples, with: training)
      .replacing("X", with: samples)
  },
  .init("code empty", "let f = 1\n\nlet g = 1\n```", "\n\n\n```", gives: "emptyBlock \(page):4"),
  .init("output empty", "abc\n", "", gives: "emptyBlock \(page):20"),
  .init("code changed", "let i = 2", "let i = 3", gives: "stale \(page):16"),
  .init("code changed in the file", "let i = 2", "let i = 3", in: "a.swift", gives: "stale \(page):16"),
  .init("blank line inside the block", "let i = 2", "\nlet i = 2", gives: "stale \(page):16"),
  .init("space at the end of a line", "let i = 2", "let i = 2 ", gives: "stale \(page):16"),
  .init("output changed", gives: ["stale \(page):10"]) { $0.output.replace("3.33", with: "3.34") },
  .init("solution changed", "let s = 3", "let s = 4", in: "b.swift", gives: "stale \(page):30"),
]

private let brokenPages: [BrokenBook] = [
  .init("block unclosed", "let i = 2\n```", "let i = 2\n", gives: "unclosedFence \(page):17"),
  .init("last block unclosed", "let s = 3\n```", "let s = 3", gives: "unclosedFence \(page):31"),
  .init(
    "other fence unclosed", "## Two gates", "````c\n## Two gates",
    gives: "unclosedFence \(page):15"),
  .init("marker without a fence", "Input -->\n", "Input -->\n\n", gives: "noFence \(page):16"),
  .init("marker at the end", "\n</details>", "<!-- code: More -->", gives: "noFence \(page):34", "unknown \(page):34"),
  .init("fence of another language", "Input -->\n```swift", "Input -->\n```text", gives: "wrongLanguage \(page):17"),
  .init("code below an output marker", "```text\nabc", "```swift\nabc", gives: "wrongLanguage \(page):21"),
  .init("fence indented", "Input -->\n```", "Input -->\n ```", gives: "wrongLanguage \(page):17"),
  .init(
    "marker misspelt", "<!-- code: Input -->", "<!--code: Input-->", gives: "malformedMarker \(page):16",
    "missing \(page):4"),
  .init(
    "marker indented", "<!-- code: Input", "  <!-- code: Input", gives: "malformedMarker \(page):16",
    "missing \(page):4"),
  .init("mirrors nothing", mirrors, "", gives: "noMirror \(page):4"),
  .init("mirrors misspelt", "; run:", ", run:", gives: "malformedMarker \(page):2", "noMirror \(page):4"),
  .init("mirrors twice", mirrors, "\(mirrors)\n\(mirrors)", gives: "secondMirror \(page):3"),
  .init("mirrors for ever", gives: ["unclosedComment README.md:4"]) {
    $0.files["README.md"]?.append("<!-- mirrors:\n")
  },
  .init(
    "math in a heading", "## Two gates", "## $2$ gates", gives: "brokenAnchor \(page):25", "mathInHeading \(page):15"),
  .init("math between dollars", "## Two gates", "## Two gates\n$$", gives: "dollarMath \(page):16"),
  .init("image without words", "Loss over\nsteps", "\n", gives: "noAltText \(page):24"),
  .init("summary above a marker", "</summary>\n", "</summary>", gives: "crampedDetails \(page):28"),
  .init("end of details below a block", "\n\n</details>", "\n</details>", gives: "crampedDetails \(page):34"),
  .init("Windows line ends", "\nabc", "\r\nabc", gives: "windowsLines \(page):21"),
  .init("page not UTF-8", "abc", "⊘", gives: "notUTF8 \(page):22", "stale \(page):20"),
]

private let brokenOriginals: [BrokenBook] = [
  .init("file that does not exist", "a.swift b.swift;", "a.swift c.swift;", gives: "noFile \(page):2"),
  .init("file not UTF-8", "let s", "let ⊘", in: "b.swift", gives: "stale \(page):30", "unfitLine b.swift:2"),
  .init(
    "file without a MARK", "MARK: - Solution", "Solution", in: "b.swift", gives: "noSection b.swift:1",
    "unknown \(page):30"),
  .init(
    "MARK without a title", "let i = 2", "// MARK:\nlet i = 2", in: "a.swift", gives: "malformedMark a.swift:10",
    "stale \(page):16"),
  .init(
    "title in two files", "Solution", "Input", in: "b.swift", gives: "repeatedTitle b.swift:1", "unknown \(page):30"),
  .init(
    "title twice in one file", "let i = 2", "let i = 2\n// MARK: - Input", in: "a.swift",
    gives: "repeatedTitle a.swift:11"),
  .init("section empty", "let s = 3", "\n", in: "b.swift", gives: "emptySection b.swift:1", "stale \(page):30"),
  .init("code of 81 columns", gives: ["stale \(page):30", "tooWide b.swift:2"]) {
    $0.files["b.swift"]?.append(" //" + String(repeating: "é", count: 69))
  },
  .init(
    "a fence in the code", "let s = 3", "/*\n```\n*/", in: "b.swift", gives: "stale \(page):30", "unfitLine b.swift:3"),
  .init("output of 81 columns", gives: ["stale \(page):20", "tooWide output of chapter01:8"]) {
    $0.output.replace("abc", with: String(repeating: "█", count: 81))
  },
  .init("colour in the output", gives: ["stale \(page):20", "unfitLine output of chapter01:8"]) {
    $0.output.replace("abc", with: "\u{1B}[1mabc")
  },
  .init("text before the first heading", gives: ["textBeforeHeading output of chapter01:1"]) {
    $0.output = "Hello\n" + $0.output
  },
  .init("no heading at all", gives: ["noSection output of chapter01:1", "unknown \(page):10", "unknown \(page):20"]) {
    $0.output = "\n"
  },
  .init("a heading of 79 columns", gives: ["headingWidth output of chapter01:6"]) {
    $0.output.replace(SmallBook.heading("Samples"), with: SmallBook.heading("Samples", columns: 79))
  },
  .init("title printed twice", gives: ["repeatedTitle output of chapter01:10"]) {
    $0.output += "\n\(SmallBook.heading("Samples"))\nabc"
  },
  .init("program fails", gives: ["failedRun \(page):2"]) { $0.failure = "ended with code 1" },
]

private let brokenLinks: [BrokenBook] = [
  .init("link to nothing", "../a.swift", "../c.swift", gives: "brokenLink \(page):25"),
  .init("link out of the root", "../a.swift", "../../a.swift", gives: "brokenLink \(page):25"),
  .init("link to no heading here", "#two-gates", "#three-gates", gives: "brokenAnchor \(page):25"),
  .init(
    "link to no heading there", "#the-gates-once-more", "#gates", in: "README.md", gives: "brokenAnchor README.md:3"),
  .init(
    "image of nothing", "figures/loss.svg", "figures/lost.svg",
    gives: "brokenLink \(page):24", "figureNotShown book/figures/loss.svg:1"),
  .init("figure not shown", "![Loss over", "[Loss over", gives: "figureNotShown book/figures/loss.svg:1"),
  .init(
    "figure changed", "<svg/>", "<svg />", in: "book/figures/loss.svg", gives: "staleFigure book/figures/loss.svg:1"),
  .init("figure missing", gives: ["staleFigure book/figures/loss.svg:1"]) { $0.files["book/figures/loss.svg"] = nil },
  .init("figure that nobody draws or shows", gives: ["figureNotUsed book/figures/old.svg:1"]) {
    $0.files["book/figures/old.svg"] = "<svg/>"
  },
  .init("figure drawn by two programs", gives: ["drawnTwice book/figures/loss.svg:1"]) {
    $0.files["book/02-more.md"] = $0.files[page]?.replacing("chapter01", with: "chapter02")
  },
]

@Test(arguments: brokenBlocks + brokenPages + brokenOriginals + brokenLinks)
func brokenBook(_ broken: BrokenBook) throws {
  var book = SmallBook()
  broken.breaking(&book)
  let before = book.files
  let found = try book.onDisk { $0.check() }
  #expect(found.problems.map { "\($0.kind) \($0.file):\($0.line)" }.sorted() == broken.expected.sorted())
  #expect(book.files == before, "a check writes nothing")

  // A sync mends what it says it mends, and leaves a page with any other problem as it is.
  let left = try book.onDisk { $0.sync() }
  #expect(Set(left.problems).isSuperset(of: found.problems.filter { !$0.isMendedBySync }))
  if found.problems.allSatisfy(\.isMendedBySync) {
    #expect(try book.onDisk { $0.check() }.problems == [])
  } else {
    #expect(book.files[page] == before[page])
  }
}
