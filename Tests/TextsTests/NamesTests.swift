import Testing
import Texts

@Suite struct NamesTests {
  let names = Texts.names.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)

  @Test func thereAreAsManyAsTheSourceHas() {
    #expect(names.count == 5163)
    #expect(Set(names).count == names.count)
  }

  @Test func lettersAndLineEndsAreAllThereIs() {
    #expect(Set(Texts.names) == Set("abcdefghijklmnopqrstuvwxyz\n"))
    #expect(Texts.names.hasSuffix("\n"))
    #expect(names.allSatisfy { !$0.isEmpty })
  }

  @Test("The most frequent come first, and initials are mixed everywhere: no 200 names share fewer than ten of them.")
  func orderSuitsTraining() {
    #expect(names.prefix(5) == ["james", "john", "robert", "michael", "mary"])
    for start in stride(from: 0, to: names.count - 200, by: 200) {
      let initials = Set(names[start..<start + 200].map(\.first))
      #expect(initials.count >= 10, "names \(start) to \(start + 200) begin with \(initials.count) letters only")
    }
  }
}
