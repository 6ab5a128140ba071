import Testing

@testable import Console

@Suite struct LookTests {
  @Test(
    "A heading is 80 columns wide whatever its title",
    arguments: ["Training", "Untrained", "‖∂loss/∂h‖ over the lag", String(repeating: "x", count: 75)])
  func headings(title: String) {
    let line = headingLine(title)
    #expect(line.count == 80)
    #expect(line.hasPrefix("── \(title) ─"))
    #expect(line.dropFirst(title.count + 4).allSatisfy { $0 == "─" })
  }

  @Test(
    "NO_COLOR first, then the variables that force, then the terminal",
    arguments: [
      ([:], true, true),
      ([:], false, false),
      (["TERM": "dumb"], true, false),
      (["TERM": "xterm"], true, true),
      (["NO_COLOR": "1"], true, false),
      (["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false),
      (["NO_COLOR": ""], true, true),
      (["FORCE_COLOR": "1"], false, true),
      (["FORCE_COLOR": "0"], false, false),
      (["FORCE_COLOR": ""], false, false),
      (["CLICOLOR_FORCE": "1"], false, true),
      (["CLICOLOR_FORCE": "0"], false, false),
      (["FORCE_COLOR": "1", "TERM": "dumb"], false, true),
    ] as [([String: String], Bool, Bool)])
  func colour(environment: [String: String], isTTY: Bool, hasColour: Bool) {
    #expect(Style(environment: environment, isTTY: isTTY).hasColour == hasColour)
  }

  @Test func colourOnlyAdds() {
    let (plain, coloured) = (Style(environment: [:], isTTY: false), Style(environment: [:], isTTY: true))
    #expect(plain.green("✓") == "✓")
    #expect(coloured.green("✓") == "\u{1B}[32m✓\u{1B}[0m")
    #expect(coloured.bold("") == "")
  }

  @Test func widths() {
    #expect(terminalWidth(isTTY: false, columns: 132) == 80)
    #expect(terminalWidth(isTTY: true, columns: 72) == 72)
    #expect(terminalWidth(isTTY: true, columns: 250) == 100)
    #expect(terminalWidth(isTTY: true, columns: nil) == 80)
  }
}

@Suite struct ProgressTests {
  @Test func halfwayThere() {
    #expect(
      progressText("Training", done: 1500, total: 3000, loss: 2.31214, elapsed: 12, width: 60)
        == "Training  █████████░░░░░░░░░░   50 %  loss 2.3121  0:12 left")
  }

  @Test(
    "The line is exactly as wide as asked for, at every step",
    arguments: [(0, 1000), (1, 1000), (999, 1000), (1000, 1000), (2000, 1000), (0, 0)])
  func width(done: Int, total: Int) {
    for loss in [nil, 0.5, .nan, .infinity] {
      #expect(progressText("Training", done: done, total: total, loss: loss, elapsed: 100, width: 79).count == 79)
    }
  }

  @Test func timeLeft() {
    let left = { (done: Int, seconds: Double) in
      progressText("", done: done, total: 4, loss: nil, elapsed: seconds, width: 60).split(separator: "%  ").last
    }
    #expect(left(0, 5) == "-:-- left")
    #expect(left(1, 21.5) == "1:05 left")
    #expect(left(1, 2400) == "2:00:00 left")
    #expect(left(4, 9) == "0:00 left")
    #expect(left(1, 1e300) == "99:59:59 left")
  }

  @Test("A hundredth short of the end is not yet 100 %")
  func percentIsRoundedDown() {
    #expect(progressText("", done: 999, total: 1000, loss: nil, elapsed: 1, width: 60).contains(" 99 %"))
  }

  @Test func aNarrowTerminalLosesTheBar() {
    #expect(
      progressText("Training", done: 1, total: 2, loss: nil, elapsed: 1, width: 30) == "Training   50 %  0:01 left")
    #expect(progressText("Training", done: 1, total: 2, loss: nil, elapsed: 1, width: 20) == "Training   50 %  0:0")
  }
}
