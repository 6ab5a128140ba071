import Console

// MARK: - From text to numbers

/// The characters of a text, each with a number: its id.
///
/// A character is what a reader sees as one (a Swift `Character`), be it `é` or
/// an emoji. They are sorted, so the same text gives the same ids in every run.
public struct Vocabulary: Equatable, Sendable {
  /// The `V` characters; the id of one is its place here.
  public let characters: [Character]
  private let ids: [Character: Int]

  /// The characters that occur in `text`.
  public init(of text: String) {
    characters = Set(text).sorted()
    ids = Dictionary(
      uniqueKeysWithValues: characters.enumerated().map { ($1, $0) })
  }

  /// `V`, the number of characters.
  public var count: Int { characters.count }

  /// The id of each character of `text`, from 0 to `V − 1`.
  ///
  /// - Throws: a failure that names the first character the vocabulary lacks.
  public func ids(of text: String) throws(Failure) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(text.utf8.count)
    for (place, character) in text.enumerated() {
      guard let id = ids[character] else {
        throw .usage(
          "the text learned from has no \(shown(character)), which is "
            + "character \(place + 1) of \"\(text.prefix(40))\"; "
            + "it has "
            + characters.prefix(80).map(shown).joined(separator: " ")
            + (count > 80 ? " and others." : "."))
      }
      result.append(id)
    }
    return result
  }

  /// The text that the ids stand for.
  public func text(of ids: [Int]) -> String {
    String(ids.map { characters[$0] })
  }
}

/// The character as it can be printed inside a line: a line break as `\n`.
public func shown(_ character: Character) -> String {
  switch character {
  case "\n": "\\n"
  case "\t": "\\t"
  case " ": "␣"
  default: String(character)
  }
}
