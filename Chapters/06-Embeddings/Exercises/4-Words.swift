import Embeddings

/// Exercise 6.4, pieces for a model of words that spells the words it does not
/// know. Ids are given in this order:
///
///     0          Tokens.unknown, for a character that was never seen
///     then       every character of the text, sorted
///     then       every word of two characters or more that occurs at least
///                `count` times: the most frequent first; of equals, the one
///                that sorts first
///
/// A word is what `TokenKind.words.pieces(of:)` cuts: with the space before it.
/// You may add properties. `swift run exercises 6.4` checks you.

// MARK: - Yours

public struct Words {
  /// The piece of each id.
  public var pieces: [String] = []

  public init(of text: String, atLeast count: Int) {
  }

  /// A word with an id becomes that id, another one the ids of its characters.
  public func ids(of text: String) -> [Int] {
    []
  }

  /// The text again.
  public func text(of ids: [Int]) -> String {
    ""
  }
}
