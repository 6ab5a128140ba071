import Foundation
import Testing

@testable import Console

@Suite struct ProgramTests {
  @Test func aRunThatEndsWellExitsWithZero() async throws {
    let result = try await #require(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
      let steps = Option.int("steps", default: 3, "training steps")
      await program("p", "A program.", options: [steps], commandLine: ["--steps", "5"]) { print(options: $0[steps]) }
    }
    #expect(text(result.standardOutputContent).contains("steps: 5\n"))
  }

  @Test func wrongUseIsOneLineAndTwo() async throws {
    let result = try await #require(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
      let steps = Option.int("steps", default: 3, "training steps")
      await program("p", "A program.", options: [steps], commandLine: ["--steps", "ten"]) { _ in }
    }
    #expect(
      text(result.standardErrorContent)
        == "p: --steps wants a whole number from 0 up, not \"ten\". Try --help.\n")
  }

  @Test func aFailedRunIsOneLineAndOne() async throws {
    let result = try await #require(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
      await program("p", "A program.", commandLine: []) { _ in throw Failure.failed("the loss is\nNaN at step 3") }
    }
    #expect(text(result.standardErrorContent) == "p: the loss is NaN at step 3\n")
  }

  @Test func aFileErrorNamesTheFile() async throws {
    let result = try await #require(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
      await program("p", "A program.", commandLine: []) { _ in
        try Data().write(to: URL(fileURLWithPath: "/nowhere/at-all/figure.svg"))
      }
    }
    let lines = text(result.standardErrorContent)
    #expect(lines.hasPrefix("p: ") && lines.contains("figure.svg") && lines.count { $0 == "\n" } == 1)
  }

  @Test func helpGoesToStandardOutput() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(0), observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      writeError(begun)
      await program("p", "A program.", commandLine: ["-h"]) { _ in throw Failure.failed("must not run") }
    }
    #expect(text(result.standardOutputContent).contains("p: A program.\n\nUsage: swift run p [options]\n"))
    #expect(text(result.standardErrorContent).hasSuffix(begun))
  }

  @Test("Standard output is a pipe that nobody reads, in a process that was started with SIGPIPE ignored.")
  func aClosedPipeEndsQuietly() async throws {
    let result = try await #require(processExitsWith: .signal(SIGPIPE), observing: [\.standardErrorContent]) {
      writeError(begun)
      closeTheOtherEndOfStandardOutput()
      await program("p", "A program.", commandLine: []) { _ in for line in 0..<100_000 { print(line) } }
    }
    #expect(text(result.standardErrorContent).hasSuffix(begun))
  }

  @Test("A line is in the pipe as soon as it is printed, not only when the program ends.")
  func linesAppearAtOnce() async throws {
    try await #require(processExitsWith: .exitCode(0)) {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      dup2(ends[1], STDOUT_FILENO)
      let reader = ends[0]
      await program("p", "A program.", commandLine: []) { _ in
        print("first")
        var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        var line = [UInt8](repeating: 0, count: 100)
        guard poll(&waiting, 1, 1000) == 1, read(reader, &line, line.count) == 6, line.starts(with: "first\n".utf8)
        else {
          throw Failure.failed("the line did not come, or more did")
        }
      }
    }
  }
}

/// Written before a program starts: what stands behind it came from the program.
private let begun = "begun\n"

private func print(options steps: Int) { print("steps: \(steps)") }

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func closeTheOtherEndOfStandardOutput() {
  signal(SIGPIPE, SIG_IGN)
  var ends: [Int32] = [0, 0]
  pipe(&ends)
  dup2(ends[1], STDOUT_FILENO)
  close(ends[0])
  close(ends[1])
}
