/// The header of a file, read from its JSON.
///
/// A reader of its own, and not Foundation's, because that keeps one of two entries of the same name and says nothing. It
/// knows as much of JSON as a header may hold, which leaves no depth to be lost in.
struct Header {
  /// The longest header that is read, in bytes, as in the original.
  static let longest = 100_000_000

  struct Entry {
    let name: String
    let type: NumberType
    let shape: [Int]
    let begin, end: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(_ bytes: ArraySlice<UInt8>) throws(Problem) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem("has a header that is not UTF-8") }
    var reader = Reader(rest: bytes, start: bytes.startIndex)
    var names: Set<String> = []
    try reader.object { (reader, name) throws(Problem) in
      guard names.insert(name).inserted else { throw Problem("has the name \(name.debugDescription) twice") }
      if name == "__metadata__" {
        metadata = try reader.strings()
      } else {
        entries.append(try reader.entry(named: name))
      }
    }
    try reader.end()
  }
}

// MARK: - What a header holds

/// Reads JSON from its beginning; `rest` is what comes next.
private struct Reader {
  var rest: ArraySlice<UInt8>
  let start: Int

  mutating func entry(named name: String) throws(Problem) -> Header.Entry {
    var (type, shape, offsets): (String?, [Int]?, [Int]?)
    try object { (reader, key) throws(Problem) in
      switch key {
      case "dtype" where type == nil: type = try reader.string()
      case "shape" where shape == nil: shape = try reader.numbers()
      case "data_offsets" where offsets == nil: offsets = try reader.numbers()
      default: throw Problem("has an array \(name.debugDescription) with \(key.debugDescription) too much")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw Problem("has an array \(name.debugDescription) without a dtype, a shape and two data_offsets")
    }
    guard let known = NumberType(rawValue: type) else {
      throw Problem(
        "has an array \(name.debugDescription) of type \(type.debugDescription)",
        remedy: "only F32 and F64 are read: convert it")
    }
    return Header.Entry(name: name, type: known, shape: shape, begin: offsets[0], end: offsets[1])
  }

  mutating func strings() throws(Problem) -> [String: String] {
    var strings: [String: String] = [:]
    try object { (reader, key) throws(Problem) in
      let value = try reader.string()
      guard strings.updateValue(value, forKey: key) == nil else {
        throw Problem("has the metadata \(key.debugDescription) twice")
      }
    }
    return strings
  }
}

// MARK: - JSON

extension Reader {
  /// `{"key": value, …}`; `value` reads what stands behind the colon.
  mutating func object(_ value: (inout Reader, String) throws(Problem) -> Void) throws(Problem) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(&self, key)
    } while take(",")
    try expect("}")
  }

  /// `[1, 2, …]`, of whole numbers from 0 up.
  mutating func numbers() throws(Problem) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if take("]") { return numbers }
    repeat {
      skipSpaces()
      let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard let number = Int(String(decoding: digits, as: UTF8.self)), digits.first != UInt8(ascii: "0") || number == 0
      else { throw problem("a whole number from 0 to \(Int.max)") }
      rest = rest[digits.endIndex...]
      numbers.append(number)
    } while take(",")
    try expect("]")
    return numbers
  }

  /// `"…"`, with its escapes.
  mutating func string() throws(Problem) -> String {
    try expect("\"")
    var units: [UInt8] = []
    while let byte = rest.popFirst(), byte >= 0x20 {
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        units += try escape().utf8
      } else {
        units.append(byte)
      }
    }
    throw problem("the end of a string")
  }

  /// What stands for the letters behind a backslash.
  private mutating func escape() throws(Problem) -> String {
    switch rest.popFirst().map({ Character(Unicode.Scalar($0)) }) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case let same? where "\"\\/".contains(same): return String(same)
    case "u":
      var units = [try hexadecimal()]
      if UTF16.isLeadSurrogate(units[0]), rest.starts(with: Array("\\u".utf8)) {
        rest = rest.dropFirst(2)
        units.append(try hexadecimal())
      }
      if let text = String(validating: units, as: UTF16.self) { return text }
      throw problem("a character")
    default: throw problem("an escape that JSON knows")
    }
  }

  private mutating func hexadecimal() throws(Problem) -> UInt16 {
    let digits = String(decoding: rest.prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
      throw problem("four hexadecimal digits")
    }
    rest = rest.dropFirst(4)
    return unit
  }

  /// Nothing may follow but spaces.
  mutating func end() throws(Problem) {
    skipSpaces()
    if !rest.isEmpty { throw problem("nothing more") }
  }

  private mutating func expect(_ character: Character) throws(Problem) {
    if !take(character) { throw problem("\(character)") }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard let byte = rest.first, byte == character.asciiValue else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func skipSpaces() { rest = rest.drop { " \n\t\r".utf8.contains($0) } }

  private func problem(_ wanted: String) -> Problem {
    Problem("is no safetensors file: at byte \(rest.startIndex) of it, \(wanted) is missing in the header")
  }
}

/// The text as JSON writes it.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\u{8}": result += "\\b"
    case "\u{C}": result += "\\f"
    case ..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
