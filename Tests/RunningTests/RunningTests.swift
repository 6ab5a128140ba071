import Foundation
import Testing

@testable import Running

@Suite struct RunningTests {
  @Test func aProgramOfThePackageIsFound() throws {
    let run = try run("book", ["--help"])
    #expect(run.status == 0)
    #expect(!run.output.isEmpty)
    #expect(try shell("book --help").output == run.output)
  }

  @Test func aMissingProgramIsNamed() {
    #expect { try run("chapter99") } throws: { "\($0)".contains("no program chapter99 in /") }
  }

  @Test func statusOutputAndErrorsAreKeptApart() throws {
    let run = try shell("cat; echo no >&2; exit 3", input: "yes\n")
    #expect(run.status == 3)
    #expect(run.signal == nil)
    #expect(run.output == "yes\n")
    #expect(run.errors == "no\n")
  }

  @Test("A pipe holds 64 KB: a megabyte on each stream would block a program whose output is not taken away.")
  func muchOutputDoesNotBlock() throws {
    let run = try shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2", seconds: 20)
    #expect(run.output.utf8.count == 1_000_000)
    #expect(run.errors.utf8.count == 1_000_000)
  }

  @Test func aSignalIsReported() throws {
    let run = try shell("kill -SEGV $$")
    #expect(run.signal == SIGSEGV)
    #expect(run.status == 128 + SIGSEGV)
  }

  @Test func whatTakesTooLongIsKilled() {
    #expect { try shell("echo begun; exec sleep 60", seconds: 1) } throws: { error in
      "\(error)".contains("still running after 1.0 s") && "\(error)".contains("begun")
    }
  }

  @Test func environmentAndDirectoryAreGiven() throws {
    let run = try shell(
      "echo $CHAPTER $FORCE_COLOR; pwd", environment: ["CHAPTER": "2", "FORCE_COLOR": "1"],
      in: URL(fileURLWithPath: "/usr"))
    #expect(run.output == "2 1\n/usr\n")
  }

  @Test func theTestersOwnColoursAreLeftOut() {
    #expect(withoutColour(["NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "HOME": "/"]) == ["HOME": "/"])
  }
}
