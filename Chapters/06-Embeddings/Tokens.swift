import Console
import NumpyStyleRNN

// MARK: - What a text is made of

/// The pieces that a text is cut into; each kind of piece has an id.
public enum TokenKind: String, CaseIterable, Sendable {
  /// What a reader sees as one character.
  case characters
  /// The bytes of UTF-8: 256 ids, whatever the language.
  case bytes
  /// Words, each with the space before it, and single characters between them.
  case words

  /// The pieces of a text, which joined are the text again.
  public func pieces(of text: String) -> [Substring] {
    guard self == .words else { return text.indices.map { text[$0...$0] } }
    var (pieces, rest) = ([Substring](), text[...])
    while let first = rest.first {
      let word = (first == " " ? rest.dropFirst() : rest).prefix {
        $0.isLetter || $0.isNumber
      }
      let end =
        word.isEmpty ? rest.index(after: rest.startIndex) : word.endIndex
      pieces.append(rest[..<end])
      rest = rest[end...]
    }
    return pieces
  }
}

// MARK: - From text to ids and back

/// The pieces that a model knows, each with its id.
public struct Tokens: Equatable, Sendable {
  /// Characters, bytes or words.
  public let kind: TokenKind
  /// The piece of each id; none for bytes, whose id is the byte.
  public let pieces: [String]
  private let ids: [String: Int]

  /// The most pieces that are learned: of words, the most frequent.
  public static let limit = 8192
  /// What stands for all words that are not among them: id 0.
  public static let unknown = "\u{FFFD}"

  /// The pieces that occur in `text`, in an order that depends on nothing else.
  public init(_ kind: TokenKind, of text: String) {
    let counts = Dictionary(
      kind == .bytes ? [] : kind.pieces(of: text).map { ($0, 1) },
      uniquingKeysWith: +)
    switch kind {
    case .bytes: self.init(kind, pieces: [])
    case .characters:
      self.init(kind, pieces: counts.keys.map { String($0) }.sorted())
    case .words:
      let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { String($0.key) }.filter { $0 != Self.unknown }
      self.init(kind, pieces: [Self.unknown] + frequent.prefix(Self.limit - 1))
    }
  }

  /// The given pieces, as a file has kept them; none of them twice.
  init(_ kind: TokenKind, pieces: [String]) {
    (self.kind, self.pieces) = (kind, pieces)
    ids = Dictionary(
      pieces.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// `V`, the number of ids.
  public var count: Int { kind == .bytes ? 256 : pieces.count }

  /// The id of each piece of `text`, from 0 to `V − 1`.
  ///
  /// - Throws: a failure that names the first character the model does not
  ///   know. A word that it does not know gets the id of ``unknown``.
  public func ids(of text: String) throws(Failure) -> [Int] {
    if kind == .bytes { return text.utf8.map { Int($0) } }
    var result: [Int] = []
    result.reserveCapacity(text.utf8.count)
    for (place, piece) in kind.pieces(of: text).enumerated() {
      if let id = ids[String(piece)] ?? (kind == .words ? 0 : nil) {
        result.append(id)
      } else {
        throw .usage(
          "the model has never read \(name(of: piece)), which is character "
            + "\(place + 1) of \"\(text.prefix(40).map(shown).joined())\"; it "
            + "knows "
            + pieces.prefix(80).map { name(of: $0) }.joined(separator: " ")
            + (count > 80 ? " and others." : "."))
      }
    }
    return result
  }

  /// What a model reads first if nobody says anything: a line break, or the
  /// first id if there is none in its text.
  public var start: [Int] { (try? ids(of: "\n")) ?? [0] }

  /// The bytes of UTF-8 that an id stands for: of a byte, that one.
  public func bytes(of id: Int) -> [UInt8] {
    kind == .bytes ? [UInt8(id)] : Array(pieces[id].utf8)
  }

  /// The text that the ids stand for. Bytes that are no UTF-8 become U+FFFD.
  public func text(of ids: [Int]) -> String {
    String(decoding: ids.flatMap { bytes(of: $0) }, as: UTF8.self)
  }

  /// A piece as it can be printed inside a line.
  public func name(of id: Int) -> String {
    name(of: text(of: [id]))
  }

  private func name(of piece: some StringProtocol) -> String {
    piece.map(shown).joined()
  }
}
