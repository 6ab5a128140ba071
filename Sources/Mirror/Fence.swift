/// A line that opens or closes a fenced block: three or more `` ` `` or `~`, after any indentation and quote marks.
struct Fence {
  let mark: Substring
  /// What follows the mark: the language. Empty on a line that closes.
  let info: String

  init?(_ line: String) {
    let text = line.drop { $0 == " " || $0 == ">" }
    guard let first = text.first, first == "`" || first == "~" else { return nil }
    mark = text.prefix { $0 == first }
    info = text.dropFirst(mark.count).split(separator: " ").joined(separator: " ")
    if mark.count < 3 || (first == "`" && info.contains("`")) { return nil }
  }

  /// The first of `lines` after `start`, where this fence stands, that is a fence too, and whether it closes this one.
  /// One that would open a block shows that somebody forgot to close this one.
  func end(after start: Int, in lines: [String]) -> (index: Int, closes: Bool) {
    for index in lines.indices.dropFirst(start + 1) {
      if let other = Fence(lines[index]), other.mark.hasPrefix(mark) { return (index, other.info.isEmpty) }
    }
    return (lines.count, false)
  }
}
