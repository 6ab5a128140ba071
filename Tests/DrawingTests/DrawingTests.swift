import Foundation
import Testing

@testable import Drawing

#if canImport(FoundationXML)
  import FoundationXML
#endif

// MARK: - Pictures like the chapters' and worse

private let noisy: [Double] = (0..<3000).map { 1.9 + 1.4 * exp(-Double($0) / 500) + 0.2 * sin(Double($0 * $0 % 97)) }

private let training: LineChart = .init(
  title: "Training", x: "step", y: "loss", series: [.init("loss", noisy), .init("smoothed", noisy.map { $0 / 2 + 1 })],
  references: [.init("ln 27 = 3.296", at: 3.296)])

private let gradients: LineChart = .init(
  title: "Reach", x: "lag", y: "norm", yScale: .logarithmic,
  series: [
    .init("vanishing", (0...50).map { pow(10, -0.24 * Double($0)) }), .init("steady", (0...50).map { _ in 1.0 }),
    .init("exploding", (0...50).map { pow(10, 0.12 * Double($0)) }),
  ])

private let odd: [LineChart] = {
  let long = "a label <that> & is \"much\" longer than the space that any chart could have for it, \u{1B}[31m\n日本語"
  let curves: [[Double]] = [
    [], [3], [2, 2, 2], [.nan, .infinity, -.infinity], [-1e308, 1e308], [1, .nan, 3, .nan],
    [.leastNormalMagnitude, .leastNonzeroMagnitude],
    [0, -1, 5], [1e9, 1e9 + 1], [-0.0], [1e300, -1e300], [0.1 + 0.2, 0.3],
  ]
  return [Scale.linear, .logarithmic].flatMap { scale in
    curves.flatMap { curve -> [LineChart] in
      let all = LineChart.Series(long, curve)
      let more = LineChart.Series("x", points: curve.map { ($0, 1) })
      let lines = [LineChart.Reference(long, at: 1), .init("NaN", at: .nan), .init("0", at: 0)]
      return [
        LineChart(title: long, x: long, y: long, xScale: scale, yScale: scale, series: [all]),
        LineChart(title: "", x: "", y: "", xScale: scale, yScale: scale, series: [all, more], references: lines),
      ]
    }
  } + [LineChart(title: "none", x: "x", y: "y", series: [])]
}()

private let grids: [HeatMap] = [
  HeatMap(
    title: "h", rows: ["unit 0", "日本"], columns: ["a", "long name", "c"], values: [[-1, 0, 1], [.nan, 7]], range: -1...1
  ),
  HeatMap(title: "<&>", rows: [], columns: [], values: [], range: 0...0),
  HeatMap(
    title: "wide", rows: [String(repeating: "w", count: 90)], columns: (0..<200).map(String.init),
    values: [[Double](repeating: 0.5, count: 200)], range: -1e308...1e308),
]

private let texts: [String] =
  odd.map { $0.text() } + grids.map { $0.text() } + [training.text(), gradients.text()]
private let files: [String] =
  odd.map { $0.svg() } + grids.flatMap { [$0.svg(), $0.svg(showingValues: true)] } + [training.svg(), gradients.svg()]

// MARK: - Text

@Test func smallChartInText() {
  let chart = LineChart(
    title: "Two", x: "step", y: "loss", series: [.init("up", [0.0, 1, 2, 3, 4]), .init("gap", [4, 4, .nan, 0, 0])],
    references: [.init("floor", at: 2)])
  #expect(
    chart.text(width: 40, height: 5) == """
      Two
      loss
        ┌──────────────────────────────┐
      4 │○○○○○○○○                ••••••│
        │                  ••••••      │
      2 │────────────••••••────────────│ floor
        │      ••••••                  │
      0 │••••••                ○○○○○○○○│
        └──────────────────────────────┘
         0              2             4
                      step
         • up   ○ gap
         gap: 1 not finite, left out of 5
         points.
      """)
}

@Test func aSingleCurveHasTwiceTheRows() {
  let chart = LineChart(title: "", x: "", y: "", yScale: .logarithmic, series: [.init("norm", [1.0, 10, 100, 0])])
  #expect(
    chart.text(width: 40, height: 3) == """
          ┌──────────────────────────────────┐
      100 │                       ▄▄▄▄▄▀▀▀▀▀▀│
       10 │           ▄▄▄▄▄▄▄▀▀▀▀▀           │
        1 │▄▄▄▄▄▄▀▀▀▀▀                       │
          └──────────────────────────────────┘
           0                1               2
           █ norm
           norm: 1 not above 0 on a log axis,
           left out of 4 points.
      """)
  let steep = LineChart(title: "", x: "", y: "", series: [.init("s", points: [(0, 0), (0, 0.2), (1, 1)])])
  #expect(steep.text(height: 3).contains("│█▀"))
}

@Test func smallMapInText() {
  #expect(
    grids[0].text(width: 40) == """
      h
              a lo..
             ┌──────┐
      unit 0 │  ▒▒██│
        日本 │??██??│
             └──────┘
              │  │ -1   │░░│ -0.5   │▒▒│ 0
              │▓▓│ 0.5   │██│ 1
              ? = 2 without a finite value.
              1 outside the range, drawn as
              its end.
      """)
}

@Test("The legend's values stand as far from each other as they say.", arguments: [0.03, 1, 0.25, 40, 3e-5, 1e300])
func legends(bound: Double) throws {
  let map = HeatMap(title: "", rows: ["a"], columns: ["b"], values: [[0]], range: -bound...bound)
  let values = try map.legend.map { try #require(Double($0)) }
  for (value, share) in zip(values, [-1, -0.5, 0, 0.5, 1]) { #expect(abs(value - share * bound) < 0.01 * bound) }
}

@Test func everyLineFitsAndHasOnlyTheAllowedCharacters() {
  let wide = odd.map { $0.text(width: 61, height: 7) } + grids.map { $0.text(width: 61) }
  let labels = "日本語∥"
  for (texts, width) in [(texts, 80), (wide, 61)] {
    for line in texts.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
      #expect(columns(of: String(line)) <= width, "\(line)")
      #expect(!line.hasSuffix(" "), "\(line)")
      let strange = line.filter { !($0.isASCII && $0 >= " ") && !"─│┌┐└┘ ▀▄█░▒▓•○■□▲▼\(labels)".contains($0) }
      #expect(strange.isEmpty, "\(line)")
    }
  }
}

@Test func colourAddsAndChangesNothing() {
  #expect(training.text(coloured: true).contains("\u{1B}[36m•\u{1B}[0m"))
  for chart in [training, gradients] + odd {
    let coloured = chart.text(coloured: true)
    #expect(coloured.replacing(#/\u{1B}\[\d+m/#, with: "") == chart.text())
  }
}

@Test func barsHaveHalfBlocks() {
  #expect(bar(1, of: 2, width: 4) == "██  ")
  #expect(bar(0.6, of: 1, width: 4) == "██▄ ")
  #expect([bar(9, of: 1, width: 3), bar(-1, of: 1, width: 3), bar(1, of: 0, width: 3)] == ["███", "   ", "   "])
  #expect(
    [bar(.nan, of: 1, width: 3), bar(1, of: .infinity, width: 3), bar(1, of: 1, width: 0)] == ["?  ", "?  ", ""])
}

// MARK: - Axes

@Test(arguments: [
  ([0.0, 2999], Scale.linear, "0 1000 2000 3000"), ([0.4545, 0.6616], .linear, "0.45 0.50 0.55 0.60 0.65 0.70"),
  ([1e-12, 1e6], .logarithmic, "1e-12 1e-9 1e-6 1e-3 1 1e3 1e6"), ([3, 210], .logarithmic, "2 5 10 20 50 100 200 500"),
  ([-3e-7, 2e-7], .linear, "-3e-7 -2e-7 -1e-7 0 1e-7 2e-7"), ([0, 2.5e7], .linear, "0 5e6 1e7 1.5e7 2e7 2.5e7"),
])
func ticksAreRoundNumbers(values: [Double], scale: Scale, labels: String) {
  let axis = Axis(scale, over: values, ticks: 5, extended: labels.first != "0" || values[1] < 1)
  #expect(axis.ticks.map(\.label).joined(separator: " ") == labels)
  for tick in axis.ticks {  // the label is the place
    let value = Double(tick.label) ?? .nan
    #expect(abs(axis.fraction(at: tick.t) - (axis.fraction(of: value) ?? .nan)) < 1e-9, "\(tick)")
  }
}

@Test func whatIsNotDrawnIsCounted() {
  let chart = LineChart(
    title: "", x: "", y: "", yScale: .logarithmic, series: [.init("g", [1, 0, -2, .nan, 5])],
    references: [.init("r", at: 0)])
  let notes = [
    "g: 1 not finite, 2 not above 0 on a log axis, left out of 5 points.", "r: not above 0 on a log axis, not drawn.",
  ]
  #expect(chart.notes == notes)
  for picture in [chart.text(), chart.svg()] { #expect(picture.contains("left out of 5 points.")) }
}

// MARK: - SVG

private final class Reader: NSObject, XMLParserDelegate {
  var text = ""
  var elements: [String: Int] = [:]
  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { elements[name, default: 0] += 1 }
}

private func read(_ file: String) -> Reader? {
  let parser = XMLParser(data: Data(file.utf8))
  let reader = Reader()
  parser.delegate = reader
  return parser.parse() ? reader : nil
}

@Test func everyFileIsXMLWithItsLabelsAndSmall() throws {
  for file in files {
    let reader = try #require(read(file), "not well formed: \(file.prefix(400))")
    #expect(reader.elements["title"] == 1 && reader.elements["desc"] == 1)
    #expect(file.utf8.count < 40_000)
    #expect(!file.contains("nan") && !file.contains("inf\""))
  }
  for chart in [training, gradients] {
    let text = try #require(read(chart.svg())).text
    for name in chart.series.map(\.name) + chart.references.map(\.label) + [chart.title, chart.x, chart.y] {
      #expect(text.components(separatedBy: name).count > 2, "\(name) is not both drawn and described")
    }
  }
}

@Test func numbersHaveTwoDecimalsAndTheSameInputTheSameBytes() {
  #expect(training.svg() == training.svg() && training.text() == training.text())
  for file in files {
    let long = file.matches(of: #/="[^"]*\d\.\d{3}[^"]*"/#).map { String(file[$0.range]) }
    #expect(long.isEmpty)
  }
  #expect([fixed(-0.004, places: 2), fixed(2.675, places: 2), fixed(-12.5, places: 0)] == ["0.00", "2.68", "-13"])
  #expect(
    [short(9.999e-7), short(-1.5e300), short(.leastNonzeroMagnitude), short(0.5)] == [
      "1e-6", "-1.5e300", "4.94e-324", "0.5",
    ])
}

@Test func thinningKeepsEndsAndExtremes() {
  var values = (0..<100_000).map { sin(Double($0) / 9000) }
  values[43_210] = 50
  values[43_211] = -60
  values.replaceSubrange(1...2, with: [9, -9])  // so that neither end is its run's extreme
  values.replaceSubrange(99_997...99_998, with: [9, -9])
  for index in 70_000..<72_000 { values[index] = .nan }
  let runs = training.thinned(LineChart.Series("s", values).points)
  let points = runs.flatMap { $0 }
  #expect(points.count <= 300 && points.count > 250)
  #expect(points.first?.x == 0 && points.last?.x == 99_999)
  #expect(points.map(\.y).max() == 50 && points.map(\.y).min() == -60)
  #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
  #expect(runs.count == 2 && (runs[0].last?.x ?? 1e9) < 70_000 && (runs[1].first?.x ?? 0) >= 72_000)
  let many = LineChart(title: "", x: "", y: "", series: (0..<6).map { .init("curve \($0)", values) })
  #expect(many.svg().utf8.count < 40_000)
}

@Test func gapsBreakTheCurve() {
  let chart = LineChart(title: "", x: "", y: "", series: [.init("s", [1, 2, .nan, 3, 4])])
  let path = chart.svg().split(separator: "\n").first { $0.contains("class=\"curve\"") } ?? ""
  #expect(path.count { $0 == "M" } == 2)
}

@Test func coloursAreLegibleOnBothGrounds() {
  func contrast(_ one: Colour, _ other: Colour) -> Double {
    let (a, b) = (one.luminance + 0.05, other.luminance + 0.05)
    return max(a, b) / min(a, b)
  }
  let (white, dark) = (Colour(0xFFFFFF), Colour(0x0D1117))
  #expect(abs(contrast(white, Colour(0)) - 21) < 1e-9)
  for colour in Palette.series {
    #expect(contrast(colour, white) >= 3 && contrast(colour, dark) >= 3, "\(colour.hex)")
  }
  #expect(Set(Palette.series.map(\.hex)).count == 6)
  #expect(contrast(Palette.textOnLight, white) >= 4.5 && contrast(Palette.textOnDark, dark) >= 4.5)
  #expect(contrast(Palette.textOnLight, dark) >= 4.1 && contrast(Palette.textOnDark, white) >= 4.1)
}
