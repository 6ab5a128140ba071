import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - Two networks, a scan each

extension TanhCell {
  /// Chapter 1's network as a scan: the state is carried, and it is the output.
  /// - Parameters:
  ///   - x: the inputs, `T` matrices `[B × D]`
  ///   - h: the state before, `[B × H]`
  /// - Returns: the last state, and the states after all steps.
  public func states(
    over x: [Matrix<Scalar>], from h: Matrix<Scalar>, reversed: Bool = false
  ) -> (last: Matrix<Scalar>, outputs: [Matrix<Scalar>]) {
    scan(over: x, from: h, reversed: reversed) { h, x in
      let h = step(x, from: h)
      return (h, h)
    }
  }
}

extension LSTM {
  /// Chapter 3's LSTM as a scan: `h` and `c` are carried, `h` is shown. The
  /// inputs are `T` matrices `[B × D]`, the outputs `T` matrices `[B × H]`.
  public func outputs(
    over x: [Matrix<Scalar>], from state: State, reversed: Bool = false
  ) -> (last: State, outputs: [Matrix<Scalar>]) {
    scan(over: x, from: state, reversed: reversed) { state, x in
      let state = step(project(x), from: state).state
      return (state, state.h)
    }
  }
}

// MARK: - Any cell, forward

/// What an unrolling of a cell over a sequence gives.
public struct Unrolled<C: Cell> {
  /// The inputs of all steps, `[T·B × D]`.
  public let inputs: Matrix<C.Scalar>
  /// The outputs `h` of all steps, `[T·B × H]`, each in the place of its input.
  public let outputs: Matrix<C.Scalar>
  /// The state after the step that came last.
  public let last: C.State
  /// What every step left behind, each in the place of its input.
  public let traces: [C.Trace]
  /// Whether the last input was read first.
  public let isReversed: Bool

  /// A result of the given parts.
  public init(
    inputs: Matrix<C.Scalar>, outputs: Matrix<C.Scalar>, last: C.State,
    traces: [C.Trace], isReversed: Bool = false
  ) {
    (self.inputs, self.outputs, self.last) = (inputs, outputs, last)
    (self.traces, self.isReversed) = (traces, isReversed)
  }
}

extension Cell {
  /// Runs the cell over a sequence by one scan. It gives the bits of chapter
  /// 3's ``Cell/run(_:from:)``.
  ///
  ///     stateₜ₊₁, traceₜ = step(zₜ, stateₜ)      z = x·W + b
  ///
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  ///   - reversed: whether the last input is read first
  public func scanned(
    _ x: Matrix<Scalar>, from initial: State, reversed: Bool = false
  ) -> Unrolled<Self> {
    let (B, T) = (initial.h.rows, checkSteps(x, from: initial, in: "scanned"))
    let z = project(x)
    let (last, steps) = scan(over: 0..<T, from: initial, reversed: reversed) {
      state, t in
      let (state, trace) = step(z.rows(t * B..<(t + 1) * B), from: state)
      return (state, (h: state.h, trace: trace))
    }
    return Unrolled(
      inputs: x, outputs: .stack(steps.map { $0.h }, columns: hidden),
      last: last, traces: steps.map { $0.trace }, isReversed: reversed)
  }

  /// The number of steps, if inputs and state fit each other and the cell.
  func checkSteps(
    _ x: Matrix<Scalar>, from initial: State, in caller: String
  ) -> Int {
    require(
      initial.h.columns == hidden,
      "\(caller): the state is \(initial.h.shape), "
        + "the cell has \(hidden) units")
    require(
      x.columns == inputs,
      "\(caller): the inputs are \(x.shape), the cell reads \(inputs) numbers")
    return stepCount(of: x, batch: initial.h.rows, in: caller)
  }
}

// MARK: - Any cell, backward: a scan in reverse

extension Cell {
  /// The way back through ``scanned(_:from:reversed:)``: a scan in the other
  /// direction, over what every step left behind.
  ///
  ///     dStateₜ, dzₜ = backward(dStateₜ₊₁ + dOutputₜ, traceₜ)
  ///
  /// - Parameters:
  ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`;
  ///     none if nobody reads them
  ///   - dLast: the derivative with respect to the last state, beside what its
  ///     output already says; none if nobody reads it
  /// - Returns: the derivatives with respect to the cell's arrays, the inputs
  ///   `[T·B × D]`, and the state before. Bit for bit those of chapter 3.
  public func backward(
    _ dOutputs: Matrix<Scalar>? = nil, last dLast: State? = nil,
    through run: Unrolled<Self>
  ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
    var gradient = zeros()
    let (dInputs, dInitial) = backward(
      dOutputs, last: dLast, through: run, addingTo: &gradient)
    return (gradient, dInputs, dInitial)
  }

  /// The same for a piece of a longer run.
  /// - Parameters:
  ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`
  ///   - dLast: the derivative that the piece after this one hands on
  ///   - sum: the derivatives with respect to the cell's arrays so far; this
  ///     piece adds its own
  public func backward(
    _ dOutputs: Matrix<Scalar>?, last dLast: State?,
    through run: Unrolled<Self>, addingTo sum: inout Self
  ) -> (dInputs: Matrix<Scalar>, dInitial: State) {
    let B = run.last.h.rows
    checkShapes(dOutputs, dLast, through: run)
    let (dInitial, dz) = scan(
      over: 0..<run.traces.count, from: dLast ?? zeroState(batch: B),
      reversed: !run.isReversed
    ) { dState, t in
      var dState = dState
      // The output of a step has two readers: the outside and the next step.
      if let dOutputs { dState.h += dOutputs.rows(t * B..<(t + 1) * B) }
      let (dz, dBefore) = backward(dState, through: run.traces[t])
      return (dBefore, dz)
    }
    // A sequence of no steps changes no weight.
    guard !dz.isEmpty else { return (run.inputs, dInitial) }

    // The weights are told in the order of the way back.
    func wayBack<Value>(_ values: [Value]) -> [Value] {
      run.isReversed ? values : values.reversed()
    }
    func wayBack(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
      run.isReversed ? x : x.reversed(inBlocksOf: B)
    }
    let all = Gates.stack(wayBack(dz))
    addGradient(
      all, inputs: wayBack(run.inputs), traces: wayBack(run.traces), to: &sum)
    return (wayBack(inputGradient(all)), dInitial)
  }

  private func checkShapes(
    _ dOutputs: Matrix<Scalar>?, _ dLast: State?, through run: Unrolled<Self>
  ) {
    require(
      dOutputs == nil || dOutputs!.shape == run.outputs.shape,
      "backward: derivatives \(dOutputs!.shape) of outputs "
        + run.outputs.shape)
    require(
      dLast == nil || dLast!.h.shape == run.last.h.shape,
      "backward: the derivative \(dLast!.h.shape) of a last state "
        + run.last.h.shape)
  }
}
