// What every picture needs of a label: how wide it is, how to cut it, and how to write a number without a locale.

import Foundation

/// A bar of exactly `width` columns, for a list with one number a line: `████████▄  `.
///
/// The last column may be half full (`▄`), so the bar has `2 · width` steps.
///
/// - Parameters:
///   - value: what the bar shows; below zero it is empty, above `maximum` full
///   - maximum: the value of a full bar
///   - width: columns, spaces included, so that what follows stays aligned
/// - Returns: the bar, or `?` and spaces when either number is NaN or infinite.
public func bar(_ value: Double, of maximum: Double, width: Int) -> String {
  guard width > 0 else { return "" }
  guard value.isFinite, maximum.isFinite else { return padded("?", to: width) }
  let share = maximum > 0 ? min(1, max(0, value / maximum)) : 0
  let halves = Int((share * Double(2 * width)).rounded())
  return padded(String(repeating: "█", count: halves / 2) + (halves % 2 == 1 ? "▄" : ""), to: width)
}

/// The label without anything that could break a line, a terminal or an XML file: control characters become spaces.
func clean(_ label: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in label.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: scalars.append(" ")
    case .unassigned where scalar.value & 0xFFFE == 0xFFFE: scalars.append(" ")
    default: scalars.append(scalar)
    }
  }
  return String(scalars)
}

/// Terminal columns: two for East Asian wide characters and emoji, none for a lone mark or joiner, one for the rest.
func columns(of character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  switch first.value {
  case 0x20..<0x300: return 1
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
    return 2
  default: break
  }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: return first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") ? 2 : 1
  }
}

func columns(of text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

/// The cleaned label in at most `limit` columns; what is cut off leaves two dots.
func fitted(_ label: String, to limit: Int) -> String {
  let label = clean(label)
  guard columns(of: label) > limit else { return label }
  var kept = ""
  var used = 2
  for character in label {
    used += columns(of: character)
    if used > limit { break }
    kept.append(character)
  }
  return limit < 2 ? String(repeating: ".", count: max(0, limit)) : kept + ".."
}

func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - columns(of: text)))
}

func leftPadded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - columns(of: text))) + text
}

func centred(_ text: String, in width: Int) -> String {
  String(repeating: " ", count: max(0, (width - columns(of: text)) / 2)) + text
}

func withoutTrailingSpaces(_ line: String) -> String {
  String(line.reversed().drop { $0 == " " }.reversed())
}

/// A sentence in lines of at most `width` columns.
func wrapped(_ sentence: String, width: Int) -> [String] {
  wrapped(clean(sentence).split(separator: " ").map(String.init), separator: " ", width: width)
}

/// Words, or whole entries, in as few lines of at most `width` columns as possible.
func wrapped(_ entries: [String], separator: String, width: Int) -> [String] {
  var lines: [String] = []
  for entry in entries.map({ fitted($0, to: width) }) {
    if let last = lines.last, columns(of: last + separator + entry) <= width {
      lines[lines.count - 1] = last + separator + entry
    } else {
      lines.append(entry)
    }
  }
  return lines
}

/// `value` with a fixed number of decimals, `-0` written as `0`. For magnitudes below 10¹².
func fixed(_ value: Double, places: Int) -> String {
  let scale = powerOfTen(places)
  let scaled = Int((abs(value) * scale).rounded())
  let digits = String(scaled)
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard places > 0 else { return sign + digits }
  let long = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return sign + long.dropLast(places) + "." + long.suffix(places)
}

/// At most `places` decimals, none that are only zeros; very large and very small values as `1.5e-12`.
func short(_ value: Double, places: Int = 2) -> String {
  guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
  if value == 0 || (powerOfTen(-places)..<1e6).contains(abs(value)) {
    return withoutTrailingZeros(fixed(value, places: places))
  }
  // Two steps, because 10³²³ is no Double and 10⁻³²³ has hardly a digit.
  var exponent = Int(log10(abs(value)).rounded(.down))
  var mantissa = value / powerOfTen(exponent / 2) / powerOfTen(exponent - exponent / 2)
  if (abs(mantissa) * powerOfTen(places)).rounded() >= powerOfTen(places + 1) {
    mantissa /= 10
    exponent += 1
  }
  return withoutTrailingZeros(fixed(mantissa, places: places)) + "e\(exponent)"
}

func withoutTrailingZeros(_ decimal: String) -> String {
  guard decimal.contains(".") else { return decimal }
  let digits = String(decimal.reversed().drop { $0 == "0" }.reversed())
  return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
}

/// 10ᵉ, correctly rounded: read from text, because a C library's `pow` may differ in the last bit.
func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
