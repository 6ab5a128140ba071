import Drawing

/// The unrollings as pictures. (No part of the page's code: they are the page's figures.)
public enum Diagrams {
  /// A scan, and the same one reversed.
  public static var scan: Diagram {
    var diagram = Diagram(
      title: "A scan: forward, and reversed",
      description: """
        Four steps in a row. Each takes the carry of the step before it and its own element, and gives the next carry and \
        its own output. Below, the same steps with the carry going from the last element to the first; the outputs stay \
        above their elements.
        """)
    for (row, reversed) in [(0.0, false), (3.3, true)] {
      let name = { (what: String, t: Int) in "\(what)\(t)\(reversed)" }
      for t in 0..<4 {
        let column = Double(t) + 1
        diagram.box(name("y", t), "y\(subscripts[t])", column: column, row: row, .bare)
        diagram.box(name("step", t), "step", column: column, row: row + 1)
        diagram.box(name("x", t), "x\(subscripts[t])", column: column, row: row + 2, .bare)
        diagram.arrow(name("x", t), name("step", t))
        diagram.arrow(name("step", t), name("y", t))
      }
      diagram.box("first\(reversed)", "initial", column: reversed ? 5 : 0, row: row + 1, .bare)
      diagram.box("last\(reversed)", "last", column: reversed ? 0 : 5, row: row + 1, .bare)
      let order = reversed ? [3, 2, 1, 0] : [0, 1, 2, 3]
      let stations = ["first\(reversed)"] + order.map { name("step", $0) } + ["last\(reversed)"]
      for (from, to) in zip(stations, stations.dropFirst()) { diagram.arrow(from, to, .first) }
    }
    diagram.key(.first, "the carry")
    return diagram
  }

  /// A scan that leaves traces, and the scan in reverse that reads them.
  public static var backward: Diagram {
    var diagram = Diagram(
      title: "The reverse of a scan is a scan in reverse",
      description: """
        Below, four steps forward, each leaving a trace. Above, four backward steps, which read these traces from the last \
        to the first, hand the derivative of the carry to the left, and each give the derivative of their own input.
        """)
    for t in 0..<4 {
      let column = Double(t) + 1
      diagram.box("dz\(t)", "dz\(subscripts[t])", column: column, row: 0, .bare)
      diagram.box("back\(t)", "backward", column: column, row: 1)
      diagram.box("trace\(t)", "trace\(subscripts[t])", column: column, row: 2, .filled, .third)
      diagram.box("step\(t)", "step", column: column, row: 3)
      diagram.box("z\(t)", "z\(subscripts[t])", column: column, row: 4, .bare)
      diagram.arrow("z\(t)", "step\(t)")
      diagram.arrow("step\(t)", "trace\(t)", .third)
      diagram.arrow("trace\(t)", "back\(t)", .third)
      diagram.arrow("back\(t)", "dz\(t)")
    }
    diagram.box("initial", "initial", column: 0, row: 3, .bare)
    diagram.box("last", "last", column: 5, row: 3, .bare)
    diagram.box("dInitial", "dInitial", column: 0, row: 1, .bare)
    diagram.box("dLast", "dLast", column: 5, row: 1, .bare)
    let forward = ["initial", "step0", "step1", "step2", "step3", "last"]
    for (from, to) in zip(forward, forward.dropFirst()) { diagram.arrow(from, to, .first) }
    let back = ["dLast", "back3", "back2", "back1", "back0", "dInitial"]
    for (from, to) in zip(back, back.dropFirst()) { diagram.arrow(from, to, .second) }
    diagram.key(.first, "the carry, forward")
    diagram.key(.second, "its derivative, backward")
    diagram.key(.third, "the trace of each step, kept in between")
    return diagram
  }

  /// Nine steps in pieces of three: what is kept, and what is there when.
  public static var checkpoints: Diagram {
    var diagram = Diagram(
      title: "Checkpoints: nine steps in pieces of three",
      description: """
        In the first row, nine steps forward; only the carries before steps 0, 3 and 6 are kept. In the next rows, the last \
        piece, then the one before it, then the first, is run once more from its carry, this time with traces, and gone \
        back through at once. Never more than three traces are there.
        """, columnWidth: 54, rowHeight: 52)
    for t in 0..<9 {
      let column = place(t)
      if t % 3 == 0 { diagram.box("c\(t)", "c\(subscripts[t])", column: column - 0.97, row: 0, .filled, .first) }
      diagram.box("step\(t)", "step", column: column, row: 0, .fleeting)
    }
    diagram.box("last", "last", column: place(8) + 1, row: 0, .bare)
    for t in 0..<9 {
      if t % 3 == 0 { diagram.arrow("c\(t)", "step\(t)", .first) }
      let next = t == 8 ? "last" : t % 3 == 2 ? "c\(t + 1)" : "step\(t + 1)"
      diagram.arrow("step\(t)", next, .first)
    }
    for k in 0..<3 {
      let row = Double(3 - k) * 2 - 0.6
      for t in 3 * k..<3 * k + 3 {
        diagram.box("again\(t)", "step", column: place(t), row: row, .filled, .third)
        diagram.box("back\(t)", "back", column: place(t), row: row + 0.95)
        diagram.arrow("again\(t)", "back\(t)", .third)
      }
      diagram.box("again c\(k)", "c\(subscripts[3 * k])", column: place(3 * k) - 0.97, row: row, .filled, .first)
    }
    diagram.box("dLast", "dLast", column: place(8) + 1, row: 2 - 0.6 + 0.95, .bare)
    diagram.box("dInitial", "dInitial", column: place(0) - 1.2, row: 6 - 0.6 + 0.95, .bare)
    for t in 0..<9 {
      diagram.arrow(t % 3 == 0 ? "again c\(t / 3)" : "again\(t - 1)", "again\(t)", .first)
      diagram.arrow(t == 8 ? "dLast" : "back\(t + 1)", "back\(t)", .second)
    }
    diagram.arrow("back0", "dInitial", .second)
    diagram.key(.first, "the carry; tinted: kept")
    diagram.key(.third, "run once more, with traces")
    diagram.key(.second, "the derivative of the carry")
    return diagram
  }

  /// The column of step `t`: between the pieces there is space for a carry.
  private static func place(_ t: Int) -> Double { 1.2 + Double(t) + Double(t / 3) * 0.97 }

  private static let subscripts = ["₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈"]
}
