import Foundation
import Testing

@testable import Console

private enum Cell: String, CaseIterable { case rnn, lstm }

private let seed = Option.seed(default: 7)
private let steps = Option.int("steps", default: 3000, "training steps")
private let batch = Option.int("batch", default: 4, in: 1...64, "sequences at once")
private let temperature = Option.double("temperature", default: 1, in: 0...10, "how bold the samples are")
private let rate = Option.double("rate", default: 0.1, in: 0..., "the learning rate")
private let prompt = Option.string("prompt", default: "the", "what the sample begins with")
private let text = Option.file("text", otherwise: "5,163 first names", "a UTF-8 text to learn from")
private let cell = Option.choice("cell", default: Cell.lstm, "the kind of cell")
private let quick = Option.flag("quick", "skip the long parts")
private let exercise = Option.string("exercise", otherwise: "all", "such as 3.2")
private let action = Option.choice("action", default: Cell.rnn, "what to do")

private let interface = Interface(
  name: "chapter99", summary: "A chapter.", arguments: [exercise, action],
  options: [seed, steps, batch, temperature, rate, prompt, text, cell, quick])

private func parse(_ words: String...) throws -> Options {
  guard case .run(let options) = try interface.request(words) else { throw Failure.failed("help was asked for") }
  return options
}

@Suite struct InterfaceTests {
  @Test("A folder for figures is made, also in folders that are not there; what is a file, or lies in one, is refused.")
  func folders() throws {
    let figures = Option.figures()
    func folder(_ words: String...) throws -> String? {
      let interface = Interface(name: "p", summary: "", arguments: [], options: [figures])
      guard case .run(let options) = try interface.request(words) else { return nil }
      return try options.folder(figures)
    }
    #expect(try folder() == nil)
    let place = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let path = place.appending(path: "new/er").path
    for _ in 0..<2 { #expect(try folder("--figures", path) == path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    for path in [#filePath, #filePath + "/there"] {
      let says = "the folder \(path) of --figures cannot be made or written to; name another one."
      #expect(throws: Failure.usage(says)) { try folder("--figures", path) }
    }
  }

  @Test func defaultsStandWhereNothingIsGiven() throws {
    let options = try parse()
    #expect(options[seed] == 7)
    #expect(options[steps] == 3000)
    #expect(options[temperature] == 1)
    #expect(options[prompt] == "the")
    #expect(options[text] == nil)
    #expect(options[cell] == .lstm)
    #expect(options[quick] == false)
    #expect(options[exercise] == nil)
  }

  @Test func everyKindOfValueIsRead() throws {
    let options = try parse(
      "--seed", "18446744073709551615", "--steps=0", "3.2", "--temperature", "0.5", "--prompt=a=b",
      "--text", "my novel.txt", "--cell", "rnn", "--quick", "lstm")
    #expect(options[seed] == UInt64.max)
    #expect(options[steps] == 0)
    #expect(options[temperature] == 0.5)
    #expect(options[prompt] == "a=b")
    #expect(options[text] == "my novel.txt")
    #expect(options[cell] == .rnn)
    #expect(options[quick])
    #expect(options[exercise] == "3.2")
    #expect(options[action] == .lstm)
  }

  @Test func whatIsGivenIsKnownByItsName() throws {
    #expect(try parse().given == [])
    // The default too, when it is asked for; a value that looks like an option is none.
    let options = try parse("--steps=3000", "3.2", "--prompt=--seed", "--quick", "--", "lstm")
    #expect(options.given == ["steps", "exercise", "prompt", "quick", "action"])
  }

  @Test func emptyTextsAndDashesAreValues() throws {
    #expect(try parse("--prompt=")[prompt] == "")
    #expect(try parse("--prompt", "-x")[prompt] == "-x")
    #expect(try parse("--prompt=--x")[prompt] == "--x")
    #expect(try parse("--", "--help")[exercise] == "--help")
  }

  @Test(
    "Wrong use: what, where, what to do",
    arguments: [
      (["--steps", "ten"], #"--steps wants a whole number from 0 up, not "ten"."#),
      (["--steps=-1"], #"--steps wants a whole number from 0 up, not "-1"."#),
      (["--steps", "-1"], #"--steps wants a whole number from 0 up, not "-1"."#),
      (["--steps", "1.5"], #"--steps wants a whole number from 0 up, not "1.5"."#),
      (["--steps", ""], #"--steps wants a whole number from 0 up, not ""."#),
      (["--steps", "9223372036854775808"], #"--steps wants a whole number from 0 up, not "9223372036854775808"."#),
      (["--steps", "a\nb"], #"--steps wants a whole number from 0 up, not "a\nb"."#),
      (["--batch", "65"], #"--batch wants a whole number from 1 to 64, not "65"."#),
      (["--seed", "-1"], #"--seed wants a whole number from 0 to 18446744073709551615, not "-1"."#),
      (["--temperature", "hot"], #"--temperature wants a number from 0.0 to 10.0, not "hot"."#),
      (["--temperature", "nan"], #"--temperature wants a number from 0.0 to 10.0, not "nan"."#),
      (["--rate", "inf"], #"--rate wants a number from 0.0 up, not "inf"."#),
      (["--cell", "gru"], #"--cell wants one of rnn, lstm, not "gru"."#),
      (["--text="], #"--text wants the path of a file, not ""."#),
      (["--steps"], "--steps wants a whole number from 0 up, but nothing follows it."),
      (["--steps", "--quick"], "--steps wants a whole number from 0 up, but nothing follows it."),
      (["--steps", "1", "--steps=2"], "--steps is given twice."),
      (["--quick", "--quick"], "--quick is given twice."),
      (["--quick=yes"], "--quick is switched on by its name alone and wants no value."),
      (["--stpes", "3"], "there is no option --stpes; did you mean --steps?"),
      (["-steps", "3"], "there is no option -steps; did you mean --steps?"),
      (["--temp=3"], "there is no option --temp; did you mean --temperature?"),
      (["--wibble"], "there is no option --wibble."),
      (["3.2", "gru"], #"action wants one of rnn, lstm, not "gru"."#),
      (["3.2", "rnn", "3.4"], #""3.4" is one argument too many."#),
    ])
  func mistakes(words: [String], message: String) {
    #expect(throws: Failure.usage(message)) { try interface.request(words) }
  }

  @Test func aProgramWithoutArgumentsTakesNone() {
    let interface = Interface(name: "chapter99", summary: "", arguments: [], options: [steps])
    #expect(throws: Failure.usage(#""100" belongs to no option."#)) { try interface.request(["100"]) }
  }

  @Test func distancesBetweenNames() {
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("steps", "steps") == 0)
  }

  @Test func helpIsAskedForAnywhere() throws {
    for words in [["--help"], ["-h"], ["--wibble", "--steps", "-h"]] {
      guard case .help = try interface.request(words) else {
        Issue.record("\(words) should show the help")
        continue
      }
    }
  }

  @Test func helpIsATable() {
    #expect(
      interface.help == """
        chapter99: A chapter.

        Usage: swift run chapter99 [exercise] [action] [options]

        Arguments:
          exercise         such as 3.2 (default: all)
          action           what to do (default: rnn)

        Options:
          --seed N         where the random numbers start; same seed, same run
                           (default: 7)
          --steps N        training steps (default: 3000)
          --batch N        sequences at once (default: 4)
          --temperature X  how bold the samples are (default: 1.0)
          --rate X         the learning rate (default: 0.1)
          --prompt TEXT    what the sample begins with (default: "the")
          --text FILE      a UTF-8 text to learn from (default: 5,163 first names)
          --cell rnn|lstm  the kind of cell (default: lstm)
          --quick          skip the long parts
          -h, --help       show this and stop
        """)
  }

  @Test func aLongNameHasALineOfItsOwn() {
    let long = Option.string("the-longest-of-all-names-here", default: "x", "explained below")
    let help = Interface(name: "p", summary: "", arguments: [], options: [long]).help
    let margin = String(repeating: " ", count: 28)
    #expect(help.contains("\n  --the-longest-of-all-names-here TEXT\n\(margin)explained below (default: \"x\")\n"))
  }
}
