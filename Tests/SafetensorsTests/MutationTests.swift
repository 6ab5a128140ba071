import Console
import Foundation
import Testing

@testable import Safetensors

@Suite struct MutationTests {
  @Test("40,000 mutated files are each refused in one line or taken; those taken are written and read again the same.")
  func mutations() throws {
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: referencePath)))
    var random = Seeded(state: 1)
    var (taken, refused) = (0, Set<String>())
    for _ in 0..<40_000 {
      var bytes = original
      for _ in 0...Int.random(in: 0..<3, using: &random) { bytes.mutate(using: &random) }
      if let failure = refusal(bytes) {
        #expect(failure.message.hasPrefix("a.safetensors ") && !failure.message.contains("\n"))
        refused.insert(failure.message.filter { !$0.isNumber })
      } else {
        taken += 1
        let read = try Safetensors(bytes: bytes, file: "a.safetensors")
        let again = try Safetensors(bytes: read.bytes(), file: "a.safetensors")
        #expect(again.bytes() == read.bytes())
      }
    }
    // Both answers must have been possible, and the refusals must be of many kinds.
    #expect(taken > 1_000 && refused.count > 500, "\(taken) taken, \(refused.count) different refusals")
  }
}

/// SplitMix64.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension [UInt8] {
  /// One bit, byte, digit, number, length or piece of the file becomes another.
  fileprivate mutating func mutate(using random: inout Seeded) {
    guard !isEmpty else { return append(0) }
    let place = Int.random(in: 0..<count, using: &random)
    let digits = indices.filter { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self[$0] }
    switch Int.random(in: 0..<9, using: &random) {
    case 0: self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: self[place] = .random(in: 0...255, using: &random)
    case 2: removeSubrange(place..<Swift.min(count, place + Int.random(in: 1...9, using: &random)))
    case 3: insert(contentsOf: self[place..<Swift.min(count, place + 30)], at: place)
    case 4: removeLast(count - place)
    case 5: append(contentsOf: Array(repeating: self[place], count: Int.random(in: 1...9, using: &random)))
    case 6: self[Swift.min(count - 1, Int.random(in: 0..<8, using: &random))] = .random(in: 0...255, using: &random)
    default:
      guard let digit = digits.randomElement(using: &random) else { return }
      let numbers = ["0", "1", "9", "-1", "1e9", "9223372036854775807", "18446744073709551616"]
      replaceSubrange(digit...digit, with: Array(numbers.randomElement(using: &random)!.utf8))
    }
  }
}
