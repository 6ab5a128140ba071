extension Page {
  /// What differs between the page's blocks and the code and output that they mirror.
  /// Where one of those is nil, because it could not be had, its blocks are not compared.
  public func problems(code: Original?, output: Original?) -> [Problem] {
    problems(of: .swift, against: code) + problems(of: .text, against: output)
  }

  /// The text of the page with the content of every block as in `code` and `output`, and all else as it is.
  public func rewritten(code: Original?, output: Original?) -> String {
    var lines = lines
    for block in blocks.reversed() {
      let sections = (block.language == .swift ? code : output)?.sections
      if let content = block.content, let section = sections?.first(where: { $0.title == block.title }) {
        lines.replaceSubrange(content, with: section.lines)
      }
    }
    return lines.joined(separator: "\n")
  }

  private func problems(of language: Language, against original: Original?) -> [Problem] {
    guard let sections = original?.sections else { return [] }
    var problems: [Problem] = []
    var lineShown: [String: Int] = [:]
    var furthest = -1
    func report(_ kind: Problem.Kind, _ line: Int, _ message: String) {
      problems.append(Problem(kind, path, line, message))
    }
    for block in blocks where block.language == language {
      let name = "“\(block.title)”"
      guard let position = sections.firstIndex(where: { $0.title == block.title }) else {
        report(.unknown, block.line, "no section is called \(name): rename this block or remove it.")
        continue
      }
      if let first = lineShown[block.title] {
        report(.repeated, block.line, "\(name) stands in line \(first) already: remove one of them.")
        continue
      }
      lineShown[block.title] = block.line
      if position < furthest {
        report(.outOfOrder, block.line, "\(name) comes before “\(sections[furthest].title)”: move it there.")
      }
      furthest = max(furthest, position)
      problems += difference(of: block, from: sections[position]).map { [$0] } ?? []
    }
    var line = mirrorsLine
    for section in sections {
      if lineShown[section.title] == nil {
        let (marker, place) = (language == .swift ? "code" : "output", "\(section.file):\(section.line)")
        report(.missing, line, "`<!-- \(marker): \(section.title) -->` is missing after this: add it (\(place)).")
      }
      line = lineShown[section.title] ?? line
    }
    return problems
  }

  private func difference(of block: Block, from section: Original.Section) -> Problem? {
    guard let content = block.content, lines[content] != section.lines else { return nil }
    if lines[content].allSatisfy(\.isBlank) {
      return Problem(.emptyBlock, path, block.line, "“\(block.title)” is empty: `swift run book sync` fills it.")
    }
    return Problem(
      .stale, path, block.line,
      "“\(block.title)” is not as in \(section.file):\(section.line) (- page, + there): `swift run book sync`.",
      diff: diff(from: lines[content], to: section.lines))
  }
}

/// The lines that differ, each with two of its neighbours and the number it has in the page; at most 20, and a last
/// line that says so.
func diff(from page: ArraySlice<String>, to original: ArraySlice<String>) -> [String] {
  var rows = [(sign: String, number: String, text: String)]()
  var removed: Set<Int> = []
  var inserted: Set<Int> = []
  for change in Array(original).difference(from: Array(page)) {
    switch change {
    case .remove(let offset, _, _): removed.insert(page.startIndex + offset)
    case .insert(let offset, _, _): inserted.insert(original.startIndex + offset)
    }
  }
  var (old, new) = (page.startIndex, original.startIndex)
  while old < page.endIndex || new < original.endIndex {
    if removed.contains(old) {
      rows.append(("-", "\(old + 1)", page[old]))
      old += 1
    } else if inserted.contains(new) {
      rows.append(("+", "", original[new]))
      new += 1
    } else {
      rows.append((" ", "\(old + 1)", page[old]))
      (old, new) = (old + 1, new + 1)
    }
  }
  let changed = rows.indices.filter { rows[$0].sign != " " }
  let shown = rows.indices.filter { row in changed.contains { abs($0 - row) <= 2 } }
  let text = shown.prefix(20).map { row in
    String(repeating: " ", count: max(0, 6 - rows[row].number.count))
      + "\(rows[row].number) \(rows[row].sign) \(rows[row].text)"
  }
  return text + (shown.count > 20 ? ["       … and \(shown.count - 20) lines more"] : [])
}
