extension Interface {
  /// What `--help` prints: at most 80 columns, the explanations below one another.
  var help: String {
    let options = options.map(row) + [("-h, --help", "show this and stop")]
    let arguments = arguments.map { ($0.name, explanation(of: $0)) }
    let column = min(28, (options + arguments).map(\.0.count).max()! + 4)
    var blocks = [wrapped(name + ": " + summary, indent: 0).joined(separator: "\n"), usage]
    if !arguments.isEmpty { blocks.append("Arguments:\n" + table(arguments, column)) }
    blocks.append("Options:\n" + table(options, column))
    return blocks.joined(separator: "\n\n")
  }

  private var usage: String {
    (["Usage: swift run", name] + arguments.map { "[\($0.name)]" } + ["[options]"]).joined(separator: " ")
  }

  private func row(_ option: any AnyOption) -> (String, String) {
    ("--" + option.name + (option.placeholder.map { " " + $0 } ?? ""), explanation(of: option))
  }

  private func explanation(of option: any AnyOption) -> String {
    option.help + (option.defaultText.map { " (default:\(unbroken)\($0))" } ?? "")
  }

  /// Names on the left, explanations from `column` on; a name too long for its column has a line of its own.
  private func table(_ rows: [(String, String)], _ column: Int) -> String {
    rows.map { name, text in
      let lines = wrapped(text, indent: column)
      let head = "  " + name
      if head.count + 2 > column { return ([head] + lines).joined(separator: "\n") }
      let first = head.padded(to: column) + lines[0].dropFirst(column)
      return ([first] + lines.dropFirst()).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// The words in lines of at most 80 columns, each behind `indent` spaces.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= 80 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(margin + word)
      }
    }
    return lines.isEmpty ? [margin] : lines.map { $0.replacing(unbroken, with: " ") }
  }
}

/// A space at which a line does not end.
private let unbroken = "\u{A0}"
