import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Drawing

@Suite struct PointMapTests {
  static let map = PointMap(
    title: "A & B",
    points: [
      .init("a", x: -1, y: 0), .init("<b>", x: 3, y: 2, group: 1), .init("c", x: 1, y: 1), .init("d", x: 1.01, y: 1),
      .init("no", x: .nan, y: 1),
    ])

  @Test("Every name stands at its place; what has no room or no place is counted.")
  func text() {
    #expect(Self.map.text(width: 11, height: 3) == "        <b>\n     c\na\n(2 more have no room)")
  }

  @Test("Any points make a picture: none, one, all in one place, huge ones.")
  func extremes() {
    for points: [PointMap.Point] in [
      [], [.init("a", x: 1, y: 1)], [.init("a", x: 1, y: 1), .init("b", x: 1, y: 1)],
      [.init("a", x: -1e308, y: 1), .init("b", x: 1e308, y: 2)],
    ] {
      let map = PointMap(title: "", points: points)
      #expect(!map.svg().contains("nan") && !map.svg().contains("inf"))
      #expect(map.text(width: 20, height: 4).split(separator: "\n", omittingEmptySubsequences: false).count >= 4)
    }
  }

  @Test("The SVG is one XML document with every name, two colours for two groups.")
  func svg() {
    let svg = Self.map.svg()
    #expect(XMLParser(data: Data(svg.utf8)).parse() && svg.contains("&lt;b&gt;") && svg.contains("A &amp; B"))
    #expect(svg.contains(Palette.series[0].hex) && svg.contains(Palette.series[1].hex))
  }
}
