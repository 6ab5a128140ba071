import Testing

@testable import MinimalMatrix

/// Pieces of work that threads share.
@Suite struct ThreadsTests {
  @Test("Every piece is done once, on so many threads at most, be there more pieces or fewer.")
  func pieces() {
    for (pieces, threads) in [(0, 2), (1, 3), (3, 8), (40, 1), (40, 2), (40, 3)] {
      let seen = Locked((done: [Int](), running: 0, most: 0))
      Threads.share(pieces, on: threads) { piece in
        seen.withLock {
          $0.done.append(piece)
          $0.running += 1
          $0.most = max($0.most, $0.running)
        }
        // Long enough for the others to begin.
        let x = Matrix<Float>(90, 90, repeating: 1)
        _ = matmul(x, x)
        seen.withLock { $0.running -= 1 }
      }
      let (done, _, most) = seen.withLock { $0 }
      #expect(done.sorted() == Array(0..<pieces), "\(pieces) pieces on \(threads) threads")
      // This can fail only where there are more cores than threads.
      #expect(most <= threads, "\(pieces) pieces on \(threads) threads")
    }
  }
}
