import Foundation
import Testing

@testable import Safetensors

@Suite struct FormatTests {
  @Test("The file of Python's package holds what was put in, and is written again byte for byte.")
  func reference() throws {
    let read = try Safetensors(contentsOf: referencePath)
    #expect(read.metadata == ["format": "a\tb \"c\" \\ \u{1} /"])
    #expect(Set(read.tensors.keys) == ["matrix", "odd", "cube", "single", "none", "a \"name\"\n\\ of é"])
    #expect(read.tensors["matrix"] == .init([2, 3], .float([-1, -0.6, -0.2, 0.2, 0.6, 1])))
    #expect(read.tensors["single"] == .init([], .float([2.5])))
    #expect(read.tensors["none"] == .init([0, 3], .float([])))
    let sevenths: [Double] = (0..<24).map { Double($0) / 7 }
    #expect(read.tensors["cube"] == .init([2, 3, 4], .double(sevenths)))
    let odd = try #require(read.tensors["odd"]).values.doubles
    let edges: [Double] = [0, -0.0, .infinity, -.infinity]
    #expect(odd.prefix(4).map(\.bitPattern) == edges.map(\.bitPattern))
    #expect(odd[4].isNaN && odd[5] == .leastNonzeroMagnitude && odd[6] == .greatestFiniteMagnitude)
    #expect(read.bytes() == Array(try Data(contentsOf: URL(fileURLWithPath: referencePath))))
  }

  @Test("Nothing at all is a file, and other writers' spaces, order and escapes are taken.")
  func spellings() throws {
    #expect(Safetensors().bytes() == file("{}      "))
    #expect(try Safetensors(bytes: Safetensors().bytes(), file: "") == Safetensors())
    let header = """
      { "\\u0062\\ud83d\\ude00" : {"data_offsets":[4, 8], "shape" : [1 ],"dtype":"F32"},
        "a\\/":{"shape":[1],"dtype":"F32","data_offsets":[0,4]} }
      """
    let read = try Safetensors(bytes: file(header, data: 8), file: "")
    #expect(Set(read.tensors.keys) == ["b😀", "a/"])
  }
}

/// A bad file, and words of its refusal.
struct Case: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let says: String
  init(_ bytes: [UInt8], _ says: String) { (self.bytes, self.says) = (bytes, says) }
  var testDescription: String { says }
}

/// What a hostile file can do, and how the refusal of it reads.
@Suite struct RefusalTests {
  static let entry = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"
  static let cases: [Case] = [
    Case([], "is 0 bytes long"), Case([1, 2, 3], "is 3 bytes long"),
    Case(Array("PK\u{3}\u{4} a zip file".utf8), "announce a header of"),
    Case([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "header of 18446744073709551615 bytes"),
    Case(Array(file("{\"a\":{\(entry)}}", data: 8).prefix(30)), "is cut off"),
    Case(file(""), "{ is missing"), Case(file("[]"), "{ is missing"), Case(file("{} x"), "nothing more is missing"),
    Case(file("{\"a\":{\(entry)}", data: 8), "} is missing"), Case(file("{\"a"), "the end of a string is missing"),
    Case(file("{\"a\\q\":{}}"), "an escape that JSON knows"), Case(file("{\"\\ud800\":{}}"), "a character is missing"),
    Case(file("{\"\\u12\":{}}"), "four hexadecimal digits"), Case(file("{\"a\n\":{}}"), "the end of a string"),
    Case(Array(file("{\"..\":{}}")).map { $0 == UInt8(ascii: ".") ? 0xFF : $0 }, "not UTF-8"),
    Case(file("{\"a\":{\(entry)},\"a\":{\(entry)}}", data: 8), "the name \"a\" twice"),
    Case(file("{\"a\":{\(entry)},\"\\u0061\":{\(entry)}}", data: 8), "the name \"a\" twice"),
    Case(file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), "the metadata \"k\" twice"),
    Case(file("{\"__metadata__\":{},\"__metadata__\":{}}"), "the name \"__metadata__\" twice"),
    Case(file("{\"__metadata__\":{\"k\":1}}"), "\" is missing"),
    Case(file("{\"a\":{\(entry),\"shape\":[2]}}", data: 8), "\"shape\" too much"),
    Case(file("{\"a\":{\(entry),\"more\":[2]}}", data: 8), "\"more\" too much"),
    Case(file("{\"a\":{}}"), "without a dtype"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}"), "two data_offsets"),
    Case(file("{\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}", data: 2), "only F32 and F64"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,0]}}"), "a whole number"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,0]}}"), "] is missing"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}}", data: 8), "a whole number"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}"), "a whole number"),
    Case(
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}"),
      "more than can be counted"
    ),
    Case(
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}"),
      "more than can be counted"
    ),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", data: 4), "which is 8 bytes, in 4"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", data: 8), "at 8..<0"),
    Case(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", data: 7), "at 0..<8 of 7 bytes"),
    Case(
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[9223372036854775807,9223372036854775807]}}"),
      "of 0 bytes"
    ),
    Case(
      file("{\"a\":{\(entry)},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", data: 8),
      "\"b\" that overlaps the array before it: it begins at 4 and not at 8"
    ),
    Case(
      file("{\"a\":{\(entry)},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", data: 16),
      "\"b\" that leaves a gap before it"
    ),
    Case(file("{\"a\":{\(entry)}}", data: 11), "3 bytes behind its last array"),
    Case(file("{}", data: 1), "1 byte behind"),
    Case(file(String(repeating: "[", count: 100_000)), "{ is missing"),
    Case(file(String(repeating: "{\"a\":", count: 100_000)), "\"a\" with \"a\" too much"),
  ]

  @Test("A file made to harm is refused in one line: which file, what is wrong, what to do.", arguments: cases)
  func refused(bad: Case) throws {
    let (failure, says) = (try #require(refusal(bad.bytes)), bad.says)
    #expect(failure.exitCode == 1 && failure.message.contains(says), "\(failure.message)")
    #expect(failure.message.hasPrefix("a.safetensors ") && !failure.message.contains("\n"))
    #expect(failure.message.contains("; "), "what to do")
  }
}
