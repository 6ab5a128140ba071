import Foundation
import Testing

@testable import Drawing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct DiagramTests {
  @Test("Boxes, arrows from edge to edge, a key, and words that cannot break the file.")
  func file() {
    var diagram = Diagram(title: "a < b", description: "One \"box\" & another.")
    diagram.box("a", "one", column: 0, row: 0, .filled, .first)
    diagram.box("b", "<two>", column: 2, row: 0)
    diagram.box("c", "three", column: 0, row: 1, .bare)
    diagram.arrow("a", "b", .second)
    diagram.arrow("a", "c")
    diagram.key(.second, "what goes from one to the next")
    let svg = diagram.svg()
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(svg == diagram.svg())
    #expect(svg.contains("One &quot;box&quot; &amp; another.") && svg.contains(">&lt;two&gt;<"))
    #expect(svg.components(separatedBy: "<rect").count - 1 == 2, "the bare one has no outline")
    // From the right edge of one at 64 + 30.72 to the left edge of two at 256 − 30.72, three pixels of air at each end,
    // and seven of the head.
    #expect(svg.contains("d=\"M97.72 76L215.28 76\"") && svg.contains("d=\"M222.28 76L215.28 80"))
    // Straight down, from the lower edge of a box to the upper one of a text.
    #expect(svg.contains("d=\"M64 95L64 119\""))
    #expect(svg.components(separatedBy: Palette.series[1].hex).count - 1 == 3, "line, head and key")
  }
}
