import Drawing

/// The unrolling as a picture. (No part of the page's code: it is the page's figure.)
public enum Diagrams {
  /// A while loop that takes two steps of three, with its tensor arrays, and its way back.
  public static var whileLoop: Diagram {
    var diagram = Diagram(
      title: "A while loop: two steps of three, and as many back",
      description: """
        In the middle, from left to right: the loop asks whether to go on, takes a step, asks, takes a second step, asks, \
        and ends with the last state. Each step reads its input from a tensor array below, of which the third position \
        stays unread, and writes its output into a growing tensor array above. Each leaves a trace. At the bottom the way \
        back: two backward steps, from right to left, which read the traces and ask nothing.
        """, columnWidth: 88, rowHeight: 56)
    let (asks, steps) = ([1.0, 3, 5], [2.0, 4])
    diagram.box("outputs", "outputs", column: 0, row: 0, .bare)
    diagram.box("inputs", "inputs", column: 0, row: 2, .bare)
    diagram.box("initial", "initial", column: 0, row: 1, .bare)
    for (t, column) in asks.enumerated() {
      diagram.box("ask\(t)", "go on?", column: column, row: 1, .fleeting, .fourth)
    }
    for (t, column) in steps.enumerated() {
      diagram.box("h\(t)", "h\(subscripts[t])", column: column, row: 0, .filled, .first)
      diagram.box("step\(t)", "step", column: column, row: 1)
      diagram.box("z\(t)", "z\(subscripts[t])", column: column, row: 2)
      diagram.box("trace\(t)", "trace\(subscripts[t])", column: column, row: 3, .filled, .third)
      diagram.box("back\(t)", "backward", column: column, row: 4)
      diagram.arrow("z\(t)", "step\(t)")
      diagram.arrow("step\(t)", "h\(t)")
      diagram.arrow("trace\(t)", "back\(t)", .third)
    }
    diagram.box("z2", "z₂", column: 6, row: 2, .filled, .first)
    diagram.box("last", "last", column: 6, row: 1, .bare)
    diagram.box("dLast", "dLast", column: 6, row: 4, .bare)
    diagram.box("dInitial", "dInitial", column: 0, row: 4, .bare)
    let forward = ["initial", "ask0", "step0", "ask1", "step1", "ask2", "last"]
    for (from, to) in zip(forward, forward.dropFirst()) { diagram.arrow(from, to, .first) }
    let back = ["dLast", "back1", "back0", "dInitial"]
    for (from, to) in zip(back, back.dropFirst()) { diagram.arrow(from, to, .second) }
    diagram.key(.first, "the loop variables, forward; tinted: written and not yet read")
    diagram.key(.fourth, "the condition: asked on the way forward alone")
    diagram.key(.third, "what each step left behind")
    diagram.key(.second, "the derivative, backward: as many steps as were taken")
    return diagram
  }

  private static let subscripts = ["₀", "₁", "₂"]
}
