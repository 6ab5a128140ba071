import MinimalMatrix
import Scan
import Testing

@Suite struct ScanTests {
  @Test("Any carry, any element, any output.")
  func anything() {
    let sums = scan(over: [3, 1, 4, 1, 5], from: 0) { sum, x in (sum + x, sum + x) }
    #expect(sums.last == 14 && sums.outputs == [3, 4, 8, 9, 14])
    struct Carry: Equatable { var word = "", count = 0 }
    let words = scan(over: "to be", from: Carry()) { carry, letter in
      (Carry(word: carry.word + "\(letter)", count: carry.count + 1), letter.isVowel ? carry.count : nil)
    }
    #expect(words.last == Carry(word: "to be", count: 5) && words.outputs == [nil, 1, nil, nil, 4])
  }

  @Test("Reversed, the last element comes first, and every output keeps the place of its element.")
  func reversed() {
    let sums = scan(over: [3, 1, 4, 1, 5], from: 0, reversed: true) { sum, x in (sum + x, sum + x) }
    #expect(sums.last == 14 && sums.outputs == [14, 11, 10, 6, 5])
    let order = scan(over: ["a", "b", "c"], from: "", reversed: true) { ($0 + $1, $0 + $1) }
    #expect(order.last == "cba" && order.outputs == ["cba", "cb", "c"])
    #expect(fold(over: ["a", "b", "c"], from: "", reversed: true, +) == "cba")
  }

  @Test("Over nothing the initial carry comes back, and no output.", arguments: [false, true])
  func nothing(reversed: Bool) {
    let result = scan(over: [Int](), from: "as it was", reversed: reversed) { _, _ in ("changed", 1) }
    #expect(result.last == "as it was" && result.outputs == [])
    #expect(fold(over: [Int](), from: "as it was", reversed: reversed) { _, _ in "changed" } == "as it was")
  }

  @Test("The last carry alone is that of the scan.", arguments: [false, true])
  func lastOnly(reversed: Bool) {
    let step = { (carry: Int, x: Int) in 3 * carry + x }
    let whole = scan(over: 0..<20, from: 7, reversed: reversed) { (step($0, $1), ()) }
    #expect(fold(over: 0..<20, from: 7, reversed: reversed, step) == whole.last)
  }

  @Test("A sequence whose indices do not begin at 0, in pieces that do not come out even.", arguments: 0...12)
  func checkpoints(every length: Int) {
    let x = (0..<17).map { Double($0) - 8.5 }[3...]
    let step = { (c: Double, x: Double) in c * 0.5 + x * c }
    let plain = scan(over: x, from: 0.3) { c, x in (step(c, x), (c: c, x: x)) }
    let back = { (d: Double, trace: (c: Double, x: Double)) in (d * (0.5 + trace.x), d * trace.c) }
    let expected = scan(over: plain.outputs, from: 1.0, reversed: true, back)

    let kept = checkpointedScan(over: x, from: 0.3, every: length == 0 ? nil : length, step)
    #expect(kept.last == plain.last)
    #expect(kept.carries == stride(from: 0, to: 14, by: length == 0 ? 4 : length).map { plain.outputs[$0].c })
    let found = kept.backward(over: x, from: 1.0, step: { (step($0, $1), (c: $0, x: $1)) }, back: back)
    #expect(found.dInitial == expected.last && found.outputs == expected.outputs)
  }

  @Test("Every step is in one piece, the pieces are in order, and there are about as many as they are long.")
  func pieces() {
    for T in 0...200 {
      for length in [nil, 1, 2, 7, 200, 1000] as [Int?] {
        let pieces = cut(T, every: length)
        #expect(pieces.flatMap { Array($0) } == Array(0..<T))
        #expect(pieces.allSatisfy { !$0.isEmpty } && pieces.dropLast().allSatisfy { $0.count == pieces[0].count })
      }
      let pieces = cut(T)
      #expect(T == 0 || abs(pieces.count - pieces[0].count) <= 1, "\(T) steps")
    }
  }
}

extension Character {
  fileprivate var isVowel: Bool { "aeiou".contains(self) }
}

@Suite struct StepsTests {
  @Test func batchMajorAndTimeMajor() {
    // Row b·T + t of three sequences of two steps.
    let x = Matrix<Double>([[0, 1], [10, 11], [100, 101], [110, 111], [200, 201], [210, 211]])
    let time = Matrix<Double>([[0, 1], [100, 101], [200, 201], [10, 11], [110, 111], [210, 211]])
    #expect(x.timeMajor(batch: 3) == time)
    #expect(time.batchMajor(batch: 3) == x)
    #expect(Array(steps(of: time, batch: 3))[1] == Matrix([[10, 11], [110, 111], [210, 211]]))
    #expect(exchanged([[1, 2, 3], [4, 5, 6]]) == [[1, 4], [2, 5], [3, 6]])
    #expect(exchanged([[Int]]()) == [])
    #expect(Matrix<Double>(0, 4).timeMajor(batch: 3) == Matrix(0, 4))
  }
}
