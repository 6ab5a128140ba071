import Embeddings

/// Exercise 6.4, pieces for a model of words that spells the words it does not
/// know.

// MARK: - Solution 6.4

struct Words {
  let pieces: [String]
  private let ids: [String: Int]

  init(of text: String, atLeast count: Int) {
    let counts = Dictionary(
      TokenKind.words.pieces(of: text).map { (String($0), 1) },
      uniquingKeysWith: +)
    let words = counts.filter { $0.key.count > 1 && $0.value >= count }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    pieces =
      [Tokens.unknown] + Set(text).sorted().map { String($0) }
      + words.map(\.key)
    ids = Dictionary(
      pieces.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  func ids(of text: String) -> [Int] {
    TokenKind.words.pieces(of: text).flatMap { piece in
      if let id = ids[String(piece)] { return [id] }
      return piece.map { ids[String($0)] ?? 0 }
    }
  }

  func text(of ids: [Int]) -> String { ids.map { pieces[$0] }.joined() }
}
