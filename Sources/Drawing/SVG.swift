import Foundation

/// A colour in sRGB.
struct Colour: Equatable {
  let red: Double
  let green: Double
  let blue: Double

  init(_ hex: Int) {
    red = Double(hex >> 16 & 255)
    green = Double(hex >> 8 & 255)
    blue = Double(hex & 255)
  }

  private init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  var hex: String {
    let value = Int(red.rounded()) << 16 | Int(green.rounded()) << 8 | Int(blue.rounded())
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Relative luminance, 0 black to 1 white (WCAG 2.2, the contrast of two is `(L₁ + 0.05) / (L₂ + 0.05)`).
  var luminance: Double {
    func light(_ part: Double) -> Double {
      part / 255 <= 0.04045 ? part / 255 / 12.92 : pow((part / 255 + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue)
  }

  func mixed(with other: Colour, share: Double) -> Colour {
    Colour(
      red: red + share * (other.red - red), green: green + share * (other.green - green),
      blue: blue + share * (other.blue - blue))
  }
}

/// The colours of all pictures: legible on white and on GitHub's dark ground `#0d1117`, since a picture has no ground.
///
/// Curves have a contrast of 3 on both grounds. No grey has 4.5 on both (the best has 4.35), so text comes in two: each
/// has 4.5 on its own ground and 4.1 on the other, in case a browser asks the system for light or dark and not the page.
enum Palette {
  static let textOnLight = Colour(0x767676)
  static let textOnDark = Colour(0x7C7C7C)
  /// Blue, vermilion, bluish green and reddish purple of Okabe & Ito 2008; orange and sky blue darkened for white.
  static let series = [0x0072B2, 0xD55E00, 0x009E73, 0xC875A3, 0xB07A00, 0x3F93C4].map(Colour.init)
  /// Vermilion, nearly white, blue: the two ends differ for every kind of colour blindness.
  static let diverging = [0xD55E00, 0xF7F7F7, 0x0072B2].map(Colour.init)
  /// Nearly white, blue, almost black: ever darker, so it also survives a grey print.
  static let sequential = [0xF7F7F7, 0x2F8FC6, 0x062A4A].map(Colour.init)

  /// The colour at 0…1 along three stops.
  static func colour(at share: Double, of stops: [Colour]) -> Colour {
    share < 0.5
      ? stops[0].mixed(with: stops[1], share: 2 * share) : stops[1].mixed(with: stops[2], share: 2 * share - 1)
  }
}

/// An SVG file under construction. Numbers have at most two decimals, so that a last bit never changes the file.
struct SVG {
  enum Anchor: String { case start, middle, end }

  /// A generous mean width of a sans-serif letter at 12 pixels, the size of all text but the title.
  static let letter = 7.2
  private var body: [String] = []

  /// The width a label may take; fonts differ, so this is an upper estimate.
  static func width(of label: String) -> Double { Double(columns(of: clean(label))) * letter }

  static func escaped(_ text: String) -> String {
    clean(text).reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  static func number(_ value: Double) -> String { withoutTrailingZeros(fixed(value, places: 2)) }

  mutating func add(_ element: String) { body.append(element) }

  mutating func text(_ label: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, attributes: String = "") {
    let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    add("<text x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\"\(side)\(attributes)>\(SVG.escaped(label))</text>")
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
    let n = SVG.number
    add("<line class=\"\(name)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, attributes: String
  ) {
    let n = SVG.number
    add("<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" \(attributes)/>")
  }

  /// Sentences below a picture, broken to the width; returns where the next line would stand.
  mutating func sentences(_ notes: [String], _ x: Double, _ y: Double, width: Double) -> Double {
    var y = y
    for line in wrapped(notes.joined(separator: " "), width: Int(width / SVG.letter)) {
      text(line, x, y)
      y += 18
    }
    return y
  }

  func file(width: Double, height: Double, title: String, description: String) -> String {
    let (w, h) = (SVG.number(width), SVG.number(height))
    let (light, dark) = (Palette.textOnLight.hex, Palette.textOnDark.hex)
    let head = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" role="img">
      <title>\(SVG.escaped(title))</title>
      <desc>\(SVG.escaped(description))</desc>
      <style>
      svg { font: 12px sans-serif; fill: \(light) }
      .title { font-size: 15px; font-weight: bold }
      .axis, .grid, .reference { stroke: \(light); fill: none }
      .grid { opacity: 0.3 }
      .reference { stroke-width: 1.5; stroke-dasharray: 6 4 }
      .curve, .noise { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
      .noise { stroke-width: 1 }
      @media (prefers-color-scheme: dark) {
      svg { fill: \(dark) }
      .axis, .grid, .reference { stroke: \(dark) }
      }
      </style>

      """
    return head + body.joined(separator: "\n") + "\n</svg>\n"
  }
}
