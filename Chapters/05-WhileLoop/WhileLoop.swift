import MinimalMatrix

// MARK: - A loop whose length is data

/// What a while loop gives.
public struct Loop<Variables, Trace> {
  /// The loop variables as the last step left them.
  public let last: Variables
  /// What every step left behind, in order.
  public let traces: [Trace]

  /// How many steps it took.
  public var steps: Int { traces.count }
}

/// Repeats `body` as long as `condition` holds.
///
///     let loop = whileLoop({ $0 < 100 }, { $0 *= 2 }, 3)
///     // loop.last is 192, after 6 steps
///
/// - Parameters:
///   - condition: asked before every step, the first one included
///   - body: one step. It changes the loop variables, and returns what its
///     backward step will need: nothing, if nobody goes back.
///   - variables: any value; several in a tuple or a struct
///   - maximumIterations: a loop that wants to go on after so many steps stops
///     the program: it would otherwise do so unseen
/// - Returns: the variables after the last step, and what every step left.
public func whileLoop<Variables, Trace>(
  _ condition: (Variables) -> Bool, _ body: (inout Variables) -> Trace,
  _ variables: Variables, maximumIterations: Int = .max,
  file: StaticString = #fileID, line: UInt = #line
) -> Loop<Variables, Trace> {
  var variables = variables
  var traces: [Trace] = []
  // Room for a short loop at once; a long one hardly feels that it grows.
  traces.reserveCapacity(min(maximumIterations, 64))
  while condition(variables) {
    require(
      traces.count < maximumIterations,
      "whileLoop at \(file):\(line): it wants to go on after "
        + "\(traces.count) steps, and its maximum is \(maximumIterations)")
    traces.append(body(&variables))
  }
  return Loop(last: variables, traces: traces)
}

// MARK: - The way back takes as many steps

extension Loop {
  /// The way back through the loop: a while loop that takes as many steps,
  /// and meets what they left behind in reverse.
  ///
  /// How often a loop ran is a whole number and has no derivative: the
  /// condition is not asked again, and no derivative flows through it.
  /// - Parameters:
  ///   - dLast: the derivative with respect to the variables after the loop
  ///   - step: one step backward: turns the derivative with respect to the
  ///     variables after step `t` into that before it, by the trace of step `t`
  /// - Returns: the derivative with respect to the variables before the loop.
  public func backward<Derivative>(
    _ dLast: Derivative,
    _ step: (inout Derivative, _ trace: Trace, _ t: Int) -> Void
  ) -> Derivative {
    let back = whileLoop(
      { $0.left > 0 },
      { d in
        d.left -= 1
        step(&d.derivative, traces[d.left], d.left)
      }, WayBack(left: steps, derivative: dLast), maximumIterations: steps)
    return back.last.derivative
  }
}

/// How many steps are left on the way back, and the derivative so far.
private struct WayBack<Derivative> {
  var left: Int
  var derivative: Derivative
}
