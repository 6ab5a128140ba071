import Testing
import Texts

@Suite struct WorkbookTests {
  @Test("It is the text that networks were trained on, to the last byte (FNV-1a, 64 bits).")
  func frozen() {
    let hash = Texts.workbook.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    #expect(String(hash, radix: 16) == "a792c4eb622b53de")
    #expect(Texts.workbook.hasPrefix("# The Recurrent Workbook\n") && Texts.workbook.hasSuffix("\n"))
  }
}
