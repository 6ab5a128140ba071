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
    let crowd = (0..<14).map { i -> PointMap.Point in
      let (x, y) = (0.5 + Double(i % 4) / 100, 0.5 + Double(i % 3) / 100)
      return PointMap.Point(i % 5 == 0 ? "long \(i)" : "\(i)", x: x, y: y)
    }
    let map = PointMap(title: "", points: crowd + [.init("low", x: 0, y: 0), .init("high", x: 1, y: 1)])
    var names: [(x: Double, y: Double, text: String)] = []
    for name in map.svg().matches(of: /<text x="([0-9.]+)" y="([0-9.]+)" text-anchor="middle"[^>]*>([^<]*)</) {
      names.append((Double(name.1)!, Double(name.2)!, String(name.3)))
    }
    #expect(names.map { $0.text } == map.points.map { $0.name })
    var collisions: [String] = []
    for (i, a) in names.enumerated() {
      for b in names[..<i] {
        // A digit is 8 pixels wide in common fonts, and 11 high.
        let width = Double(4 * (a.text.count + b.text.count))
        if abs(a.x - b.x) < width && abs(a.y - b.y) < 11 { collisions.append("\(a) and \(b)") }
      }
      let point = map.points[i]
      let (dx, dy) = (a.x - 40 - 640 * point.x, a.y - 388 + 320 * point.y)
      #expect(abs(dx) <= 48 && abs(dy) <= 48, "\(a)")
    }
    #expect(collisions == [])
    #expect(names[14].x == 40 && names[14].y == 388 && names[15].x == 680 && names[15].y == 68)
  }
}
