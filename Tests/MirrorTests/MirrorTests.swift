import Foundation
import Running
import Testing

@testable import Mirror

@Test func goodBookIsLeftAlone() throws {
  var book = SmallBook()
  let before = book.files
  let report = try book.onDisk { $0.check() }
  #expect(report.description == "book: 2 pages, 3 listings, 2 outputs, 1 figure: all as in the code.")
  #expect(try book.onDisk { $0.sync() }.written == [])
  #expect(book.files == before)
}

@Test func columnsAreCharactersAndLongFencesHoldShortOnes() throws {
  var book = SmallBook()
  let widest = String(repeating: "█", count: 80)
  book.output.replace("abc", with: widest)
  book.files[SmallBook.page]?.replace("abc", with: widest)
  book.files["README.md"]?.append("````markdown\n<!-- code: A -->\n```swift\n```\n$$ [a](b)\n````\n")
  #expect(try book.onDisk { $0.check() }.problems == [])
}

@Test func pagesMayShareFilesAndPrograms() throws {
  var book = SmallBook()
  book.files["book/02-more.md"] = book.files[SmallBook.page]
  book.files["b.swift"]?.append("\n// MARK:")
  let problems = try book.onDisk { $0.check() }.problems
  #expect(book.runs == 1)
  #expect(problems.map(\.file) == [SmallBook.page, "b.swift", "book/02-more.md"].sorted())
}

@Test func syncRewritesTheBlocksAndNothingElse() throws {
  let good = SmallBook()
  var stale = good
  let page = try #require(good.files[SmallBook.page])
  stale.files[SmallBook.page] =
    page.replacing("let f = 1\n\n", with: "").replacing("abc\n", with: "").replacing(
      "   0  3.33", with: "\n\n   0  3.3")
  stale.files["book/figures/loss.svg"] = "<svg>"
  #expect(try stale.onDisk { $0.sync() }.written == [SmallBook.page, "book/figures/loss.svg"])
  #expect(stale.files == good.files)
}

@Test func diffShowsWhatDiffersAndWhere() {
  let text = """
    <!-- mirrors: a.swift -->
    <!-- code: A -->
    ```swift
    1
    2
    3
    4
    5
    6
    7
    ```
    """
  let code = Original(swift: "// MARK: - A\n1\n2\n3\n4\nfive\n6\n7\n8", file: "a.swift")
  let problems = Page(text, path: "book/a.md").problems(code: code, output: nil)
  #expect(
    problems.map(\.description) == [
      """
      book/a.md:2: “A” is not as in a.swift:1 (- page, + there): `swift run book sync`.
           6   3
           7   4
           8 - 5
             + five
           9   6
          10   7
             + 8
      """
    ])
  let long = (1...100).map(String.init)
  #expect(diff(from: long[...], to: []).count == 21)
  #expect(diff(from: long[...], to: []).last == "       … and 80 lines more")
}

@Test func mirrorsCommentMaySpanLines() {
  let page = Page("# A\n<!-- mirrors:\n  a.swift\n  b.swift; run: chapter01\n-->\n", path: "a.md")
  #expect(page.sources == ["a.swift", "b.swift"])
  #expect(page.program == "chapter01")
  #expect(page.mirrorsLine == 2)
}

@Test func headingsHaveTheNamesThatGitHubGives() {
  let page = Page(
    """
    # What `h′` is: *one* step, [twice](x)!
    ## Same
    ## Same
    ### A_b-c  d — é ##
    """, path: "a.md")
  #expect(page.anchors == ["what-h-is-one-step-twice", "same", "same-1", "a_b-c--d--é"])
}

@Test func programsRunWithTheirFigures() throws {
  let folder = Folder(FileManager.default.temporaryDirectory.appending(path: "programs-\(UUID().uuidString)"))
  defer { try? FileManager.default.removeItem(at: folder.url) }
  func program(_ name: String, _ script: String) throws {
    try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: name)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.url.appending(path: name).path)
  }
  // More than a pipe holds, on both streams.
  try program("good", "seq 30000; seq 30000 >&2; printf '<svg/>' > \"$2/$1.svg\"")
  try program("bad", "echo what went wrong >&2; exit 3")
  let programs = Programs(of: folder, in: folder.url)
  let run = try programs.run("good")
  #expect(run.output == (1...30000).map { "\($0)\n" }.joined())
  #expect(run.figures == ["--figures.svg": Array("<svg/>".utf8)])
  #expect(throws: Programs.Failure(description: "bad ended with code 3 and said:\n    what went wrong")) {
    try programs.run("bad")
  }
  #expect(throws: Programs.Failure(description: "none is not built: run `swift build` first.")) {
    try programs.run("none")
  }
}

@Test func theToolSaysWhatIsWrong() throws {
  let root = Folder(FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)"))
  defer { try? FileManager.default.removeItem(at: root.url) }
  func book(_ arguments: String...) throws -> Run {
    try run("book", arguments, in: root.url.appending(path: "book"))
  }
  try root.write([], to: "Package.swift")
  try root.write(Array("# A book\n".utf8), to: "book/README.md")
  let good = try book()
  #expect(good.status == 0 && good.errors.isEmpty)
  #expect(good.output == "book: 1 page, 0 listings, 0 outputs, 0 figures: all as in the code.\n")
  let misspelt = try book("snyc")
  #expect(misspelt.status == 2 && misspelt.output.isEmpty && misspelt.errors.contains("check, sync"))
  try root.write(Array("# A book\n[a](b)".utf8), to: "book/README.md")
  let broken = try book("sync")
  #expect(broken.status == 1 && broken.errors == "book: 1 problem, listed above.\n")
  #expect(
    try book().output == """
      book/README.md:2: there is no “b”, seen from this page.
      book: 1 page, 0 listings, 0 outputs, 0 figures: 1 problem.

      """)
  try FileManager.default.removeItem(at: root.url.appending(path: "Package.swift"))
  #expect(try book().errors.hasSuffix("upwards holds Package.swift and book: run it inside the workbook.\n"))
}
