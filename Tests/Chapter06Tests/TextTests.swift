import Console
import Embeddings
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import Testing

/// The message that `body` fails with.
func message(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return "no failure"
}

@Suite struct TokensTests {
  @Test("Every kind of piece gives the text back, with characters of several scalars, and other alphabets.")
  func roundTrip() throws {
    let text = "Käse — 2 eggs,  don't\n\tπ = 3.14 👩‍🔬 e\u{301}\r\nend "
    for kind in TokenKind.allCases {
      let tokens = Tokens(kind, of: text)
      let ids = try tokens.ids(of: text)
      #expect(tokens.text(of: ids) == text)
      #expect(ids.allSatisfy { (0..<tokens.count).contains($0) })
      #expect(Tokens(kind, of: text) == tokens)
    }
    #expect(Tokens(.bytes, of: "").count == 256)
    #expect(Tokens(.characters, of: text).pieces.contains("👩‍🔬"))
    // The most frequent first; of equals, the one that sorts first.
    let words = Tokens(.words, of: "a cat, a cat, the hat")
    #expect(words.pieces == ["\u{FFFD}", " cat", ",", " a", " hat", " the", "a"])
  }

  @Test("What a model does not know: a character fails and is named, a word becomes the unknown one.")
  func unknown() throws {
    let characters = message { _ = try Tokens(.characters, of: "abc\n").ids(of: "ab\tc") }
    #expect(characters.contains("never read \\t, which is character 3 of \"ab\\tc\"; it knows \\n a b c."))
    let words = Tokens(.words, of: "one two two")
    #expect(try words.ids(of: "two six two") == [words.pieces.firstIndex(of: "two") ?? 0, 0, 1])
  }
}

@Suite struct StreamsTests {
  @Test("Windows follow each other in every stream, each target is the next id, and the streams begin again together.")
  func windows() throws {
    // 3 streams of 7 steps in a text of 23: 2 windows of 3, one id that is no input of any window.
    var streams = try Streams(Array(0..<23), streams: 3, steps: 3)
    #expect(streams.length == 7 && streams.windows == 2)
    let first = streams.next()
    #expect(first.inputs == [0, 7, 14, 1, 8, 15, 2, 9, 16] && first.begins)
    #expect(first.targets == first.inputs.map { $0 + 1 })
    let second = streams.next()
    #expect(second.inputs == [3, 10, 17, 4, 11, 18, 5, 12, 19] && !second.begins)
    var resumed = try Streams(Array(0..<23), streams: 3, steps: 3, from: streams.place)
    let third = streams.next()
    #expect(third.inputs == first.inputs && third.begins)
    #expect(resumed.next().begins)
  }

  @Test("A text that is too short says how long it must be.")
  func short() throws {
    _ = try Streams(Array(0..<13), streams: 3, steps: 4)
    let message = message { _ = try Streams(Array(0..<12), streams: 3, steps: 4) }
    #expect(message.contains("has 12 pieces and needs 13 for 3 streams of 4 steps:"))
    let one = Chapter06Tests.message { _ = try Streams([7], streams: 1, steps: 1) }
    #expect(one.contains("has 1 piece and needs 2 for 1 stream of 1 step:"))
    #expect(Self.huge.contains("more than can be counted"))
  }

  private static var huge: String { Chapter06Tests.message { _ = try Streams([1, 2], streams: .max / 2, steps: 3) } }

  @Test("The loss over streams is that of one long reading, if the state is carried, and another if it is not.")
  func carried() throws {
    let model = Fixture().model
    let ids = (0..<41).map { ($0 * $0 + $0 / 3) % 7 }
    let streams = try Streams(ids, streams: 2, steps: 5)
    let order = (0..<20).flatMap { t in [t, t + 20] }
    let whole = model.read(order.map { ids[$0] }, from: model.cell.zeroState(batch: 2))
    let loss = model.loss(whole, order.map { ids[$0 + 1] })
    #expect(abs(model.loss(over: streams) - loss) < 1e-12)
    #expect(abs(model.loss(over: streams, carriesState: false) - loss) > 1e-3)
  }

  @Test("A fair coin costs one bit: nats, bits per character and perplexity agree.")
  func score() {
    let coin = Score(nats: 0.6931471805599453)
    #expect(coin.bitsPerCharacter == 1 && abs(coin.perplexity - 2) < 1e-12)
    #expect(Score(nats: 0.6931471805599453, characters: 4).bitsPerCharacter == 0.25)
  }
}
