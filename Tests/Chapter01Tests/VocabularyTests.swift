import Testing

import Console
import NumpyStyleRNN

@Suite struct VocabularyTests {
  @Test func charactersAreSortedWhateverTheirOrderInTheText() {
    let vocabulary = Vocabulary(of: "banana, cab")
    #expect(vocabulary.characters == [" ", ",", "a", "b", "c", "n"])
    #expect(vocabulary == Vocabulary(of: "nc, bbaa"))
    #expect(vocabulary.count == 6)
  }

  @Test func aCharacterIsWhatAReaderSeesAsOne() throws {
    let text = "é👩‍👩‍👧🇩🇪z"
    let vocabulary = Vocabulary(of: text)
    #expect(vocabulary.count == 4)
    #expect(try vocabulary.ids(of: text).count == 4)
    // An e with a combining accent is the same character as é.
    #expect(try vocabulary.ids(of: "e\u{301}") == vocabulary.ids(of: "\u{E9}"))
  }

  @Test func idsLeadBackToTheText() throws {
    let text = "one line\nand\tanother — ß, é, 名"
    let vocabulary = Vocabulary(of: text)
    let ids = try vocabulary.ids(of: text)
    #expect(ids.allSatisfy { (0..<vocabulary.count).contains($0) })
    #expect(vocabulary.text(of: ids) == text)
  }

  @Test func anUnknownCharacterIsNamedWithItsPlaceAndWhatThereIs() {
    #expect {
      try Vocabulary(of: "ab \n").ids(of: "abxay")
    } throws: {
      $0 as? Failure
        == .usage("the text learned from has no x, which is character 3 of \"abxay\"; it has \\n ␣ a b.")
    }
  }
}
