import Foundation
import Synchronization
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

  @Test(
    "While a piece is done another one begins, whether the other thread had work a moment ago or sleeps.",
    arguments: [0, 0.01])
  func meeting(pause: Double) {
    // Another test may have the other thread just then, so there is more than one try. Two meetings in a row: before the
    // first one, the other thread may have slept for long.
    var metBefore = false
    let meets = (0..<200).contains { _ in
      Thread.sleep(forTimeInterval: pause)
      let running = Atomic(0)
      let met = Atomic(false)
      Threads.share(2, on: 2) { _ in
        running.add(1, ordering: .relaxed)
        let end = Date() + 0.1
        while running.load(ordering: .relaxed) < 2 && !met.load(ordering: .relaxed) && Date() < end {}
        if running.load(ordering: .relaxed) == 2 { met.store(true, ordering: .relaxed) }
        running.subtract(1, ordering: .relaxed)
      }
      defer { metBefore = met.load(ordering: .relaxed) }
      return metBefore && met.load(ordering: .relaxed)
    }
    #expect(meets)
  }

  @Test("However many threads are asked for, there is at most one more at work than there are processors.")
  func most() {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let running = Atomic(0)
    let most = Atomic(0)
    Threads.share(processors + 4, on: processors + 4) { _ in
      let now = running.add(1, ordering: .relaxed).newValue
      most.max(now, ordering: .relaxed)
      // Long enough for the others to begin.
      Thread.sleep(forTimeInterval: 0.05)
      running.subtract(1, ordering: .relaxed)
    }
    #expect(most.load(ordering: .relaxed) <= processors + 1)
  }

  @Test("When all pieces are said to be done they are, however short, and after however long.")
  func nothingIsLate() {
    var wrong = 0
    for round in 0..<20_000 {
      // Now and then the other thread has been idle until it is about to sleep, or sleeps; then there is about as much to
      // do as takes to wake it.
      let isRested = round % 100 == 0
      if isRested { Thread.sleep(forTimeInterval: Double(round / 100) * 2e-6) }
      let count = (1 + round % 97) * (isRested ? 30 : 1)
      let sum = Atomic(0)
      Threads.share(4, on: 2) { piece in
        for i in 0..<count { sum.add(i ^ piece, ordering: .relaxed) }
      }
      let all = (0..<4).reduce(0) { sum, piece in (0..<count).reduce(sum) { $0 + ($1 ^ piece) } }
      if sum.load(ordering: .relaxed) != all { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test("A piece may share its own work, and several threads may share at once.")
  func withinAPiece() {
    for _ in 0..<300 {
      let done = Atomic(0)
      Threads.share(5, on: 3) { _ in
        Threads.share(3, on: 2) { _ in
          Threads.share(2, on: 4) { _ in done.add(1, ordering: .relaxed) }
        }
      }
      #expect(done.load(ordering: .relaxed) == 30)
    }
  }
}
