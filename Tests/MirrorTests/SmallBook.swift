import Foundation

@testable import Mirror

/// A book of one page, two Swift files and one program, in memory: a good one, to be broken by a test.
struct SmallBook {
  var files = [
    "Package.swift": "",
    "README.md": "# A workbook\n\nBegin with [the gates](book/01-gates.md#the-gates-once-more).\n",
    "a.swift": """
    import Foundation

    // MARK: - Forget

    let f = 1

    let g = 1

    // MARK: - Input
    let i = 2

    """,
    "b.swift": "// MARK: - Solution\nlet s = 3",
    "book/figures/loss.svg": "<svg/>\n",
    "book/01-gates.md": """
    # The gates: *once* more
    <!-- mirrors: a.swift b.swift; run: chapter01 -->

    <!-- code: Forget -->
    ```swift
    let f = 1

    let g = 1
    ```
    <!-- output: Training -->
    ```text
    step  loss
       0  3.33
    ```
    ## Two gates \u{20}
    <!-- code: Input -->
    ```swift
    let i = 2
    ```
    <!-- output: Samples -->
    ```text
    abc
    ```
    ![Loss over
    steps](figures/loss.svg), [code](../a.swift), [top](#two-gates), [site](https://swift.org), `[no](link)`, $`x`$.

    <details>
    <summary>Solution</summary>

    <!-- code: Solution -->
    ```swift
    let s = 3
    ```

    </details>
    """,
  ]
  var output = """

    \(heading("Training"))
    step  loss
       0  3.33

    \(heading("Samples"))

    abc

    """
  var figures = ["loss.svg": "<svg/>\n"]
  var failure: String?
  /// How often the last check ran a program.
  var runs = 0

  static let page = "book/01-gates.md"

  static func heading(_ title: String, columns: Int = 80) -> String {
    "── \(title) " + String(repeating: "─", count: columns - title.count - 4)
  }

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Runs `body` with the book on the disk, and reads the files back.
  mutating func onDisk<Result>(_ body: (Book) throws -> Result) throws -> Result {
    let root = Folder(FileManager.default.temporaryDirectory.appending(path: "small-book-\(UUID().uuidString)"))
    defer { try? FileManager.default.removeItem(at: root.url) }
    for (path, text) in files { try root.write(bytes(text), to: path) }
    let run = Book.Run(output: output, figures: figures.mapValues(bytes))
    let failure = failure
    var runs = 0
    let result = try body(
      Book(root: root) { program in
        runs += 1
        if let failure { throw Failure(description: "\(program) \(failure)") }
        return run
      })
    self.runs = runs
    for path in SmallBook().files.merging(files, uniquingKeysWith: { $1 }).keys {
      files[path] = root.text(path)?.replacing("\u{FFFD}", with: "⊘")
    }
    return result
  }

  /// The bytes of `text`, where ⊘ stands for one that is not UTF-8.
  private func bytes(_ text: String) -> [UInt8] {
    text.split(separator: "⊘", omittingEmptySubsequences: false).map { Array($0.utf8) }.reduce { $0 + [0xFF] + $1 }
  }
}

extension Array where Element == [UInt8] {
  fileprivate func reduce(_ join: (Element, Element) -> Element) -> Element {
    dropFirst().reduce(first ?? [], join)
  }
}
