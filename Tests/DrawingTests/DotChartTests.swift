import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Drawing

@Suite struct DotChartTests {
  static func chart(_ values: [Double?]) -> DotChart {
    DotChart(
      title: "A & B", x: "times", names: values.indices.map { "name \($0)" },
      series: [.init("one", values: values), .init("two", values: [])], reference: 1)
  }

  /// The `cx` of the marks of the first series, but for that of the key.
  static func places(_ svg: String) -> [Double] {
    svg.matches(of: /<circle cx="([0-9.]+)" cy="([0-9.]+)" [^>]*fill="#/)
      .filter { Double($0.2)! > 60 }.compactMap { Double($0.1) }
  }

  @Test("Equal factors are equal distances, and what is no number above 0 has no point.")
  func places() throws {
    let svg = Self.chart([1, 10, nil, 100, .nan, 0, -1]).svg()
    let x = Self.places(svg)
    #expect(x.count == 3 && abs((x[1] - x[0]) - (x[2] - x[1])) < 0.02 && x[1] > x[0] + 50)
    let line = try #require(svg.firstMatch(of: /<line class="reference" x1="([0-9.]+)"/))
    #expect(Double(line.1) == x[0], "the reference is at 1")
  }

  @Test("The SVG is one XML document with every name; no names, one, and huge ratios make a picture too.")
  func document() {
    for values: [Double?] in [[], [nil], [2], [1e-300, 1e300]] {
      let svg = Self.chart(values).svg()
      #expect(XMLParser(data: Data(svg.utf8)).parse() && svg.contains("A &amp; B"))
      #expect(!svg.contains("nan") && !svg.contains("inf"))
      #expect(values.indices.allSatisfy { svg.contains("name \($0)") })
    }
  }
}
