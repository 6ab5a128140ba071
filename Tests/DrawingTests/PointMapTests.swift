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

  @Test("Names whose points are near, or the same, stand side by side; a name that is alone stands at its point.")
  func crowd() {
    let crowd = (0..<24).map { i in
      PointMap.Point(i % 5 == 0 ? "long \(i)" : "\(i)", x: 0.01 * Double(i % 4), y: 0.01 * Double(i % 3))
    }
    let map = PointMap(title: "", points: crowd + [.init("alone", x: 1, y: 0.5), .init("top", x: 0.5, y: 1)])
    let names = map.svg().matches(of: /<text x="([0-9.]+)" y="([0-9.]+)" text-anchor="middle"[^>]*>([^<]*)</).map {
      (x: Double($0.1)!, y: Double($0.2)!, text: String($0.3))
    }
    #expect(names.map(\.text) == map.points.map(\.name))
    for (i, a) in names.enumerated() {
      for b in names[..<i] {
        // A digit is 8 pixels wide in common fonts, and 11 high.
        let apart = abs(a.x - b.x) >= 4 * Double(a.text.count + b.text.count) || abs(a.y - b.y) >= 11
        #expect(apart, "\(a) and \(b)")
      }
      #expect(abs(a.x - (40 + 640 * map.points[i].x)) <= 48 && abs(a.y - (388 - 320 * map.points[i].y)) <= 48, "\(a)")
    }
    #expect(names[24].x == 680 && names[24].y == 228 && names[25].x == 360 && names[25].y == 68)
  }
}
