import ExplicitGates
import MinimalMatrix
import Scan
import TestSupport
import Testing

@Suite struct MemoryTests {
  @Test("What several hold together counts once.")
  func shared() {
    let a = Matrix<Float>(2, 3)
    let b = Matrix<Double>(5, 7)
    #expect(bytesKept(by: a, a, [a]) == 24)
    #expect(bytesKept(by: (a, b)) == 24 + 280)
    #expect(bytesKept(by: [a, a + 1]) == 48)
    #expect(bytesKept(by: 3, "text", Matrix<Float>(0, 4)) == 0)
  }

  @Test("The footprint is what a run of so many steps really keeps.", arguments: Kind.allCases, [0, 1, 2, 3, 10, 37])
  func footprint(kind: Kind, T: Int) {
    func check<C: Cell>(_ cell: C) {
      let (example, footprint) = (Example(cell, batch: 3, steps: T), Footprint(of: cell, batch: 3))
      #expect(bytesKept(by: cell.scanned(example.x, from: example.initial).traces) == footprint.plain(T))
      for length in [nil, 1, 4, 100] as [Int?] {
        let kept = cell.checkpointed(example.x, from: example.initial, every: length).checkpoints
        var most = bytesKept(by: kept)
        for (piece, carry) in zip(kept.pieces, kept.carries) {
          let again = cell.scanned(example.x.rows(piece.lowerBound * 3..<piece.upperBound * 3), from: carry)
          most = max(most, bytesKept(by: kept, again.traces))
        }
        #expect(most == footprint.checkpointed(T, every: length), "pieces of \(length ?? 0)")
      }
    }
    check(kind.cell(Float.self))
  }

  @Test("A hundred times the steps: a hundred times the bytes, or ten times.")
  func roots() {
    let footprint = Footprint(of: Kind.lstm.cell(Float.self, hidden: 32), batch: 4)
    #expect(footprint.state == 2 * 4 * 32 * 4 && footprint.oneTrace == 7 * 4 * 32 * 4)
    #expect(footprint.plain(10_000) == 100 * footprint.plain(100))
    let ratio = Double(footprint.checkpointed(10_000)) / Double(footprint.checkpointed(100))
    #expect(ratio > 9.5 && ratio < 10.5)
  }
}
