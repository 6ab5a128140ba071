import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - Some rows of a batch

extension NamedArrays {
  /// The rows at `indices` of every array.
  public func rows(at indices: [Int]) -> Self {
    mapped { $0.rows(at: indices) }
  }

  /// The same arrays with row `indices[k]` replaced by row `k` of `other`. The
  /// other rows keep their bits.
  public func replacingRows(at indices: [Int], by other: Self) -> Self {
    var result = self
    for (_, path) in Self.arrays {
      let old = self[keyPath: path]
      var source = Array(0..<old.rows)
      for (k, row) in indices.enumerated() { source[row] = old.rows + k }
      let both = Matrix.stack([old, other[keyPath: path]])
      result[keyPath: path] = both.rows(at: source)
    }
    return result
  }

  /// Arrays of `N` rows: row `k` of these at `indices[k]`, the others zero.
  public func spread(over N: Int, at indices: [Int]) -> Self {
    mapped { array in
      var source = Array(repeating: array.rows, count: N)
      for (k, row) in indices.enumerated() { source[row] = k }
      let zero = Matrix<Scalar>(1, array.columns)
      let padded = indices.count < N ? Matrix.stack([array, zero]) : array
      return padded.rows(at: source)
    }
  }
}

// MARK: - One step of some rows

extension Cell {
  /// One time step of some rows. The others keep their state, bit for bit, and
  /// nothing is computed for them.
  /// - Parameters:
  ///   - z: the projected input of all `B` rows
  ///   - state: the state of all rows
  ///   - rows: those that take the step, in ascending order
  /// - Returns: the state of all rows, and what the step of those left behind.
  public func step(_ z: Gates, from state: State, rows: [Int])
    -> (state: State, trace: Trace)
  {
    if rows.count == state.h.rows { return step(z, from: state) }
    let part = step(z.rows(at: rows), from: state.rows(at: rows))
    return (state.replacingRows(at: rows, by: part.state), part.trace)
  }

  /// The same step backward. A row that kept its state passes its derivative on
  /// as it is; it has read nothing, so its `dz` is 0.
  public func backward(_ dState: State, through trace: Trace, rows: [Int])
    -> (dz: Gates, dBefore: State)
  {
    let B = dState.h.rows
    if rows.count == B { return backward(dState, through: trace) }
    let part = backward(dState.rows(at: rows), through: trace)
    return (
      part.dz.spread(over: B, at: rows),
      dState.replacingRows(at: rows, by: part.dBefore)
    )
  }
}

// MARK: - A cell in a while loop

/// What a while loop around a cell gives.
public struct LoopRun<C: Cell> {
  /// What a step left behind.
  public struct Step {
    /// The rows that took it, in ascending order.
    public let rows: [Int]
    /// The trace of these rows.
    public let trace: C.Trace
  }

  /// The inputs of all steps, `[T·B × D]`.
  public let inputs: Matrix<C.Scalar>
  /// The outputs `h` of all steps, `[T·B × H]`; 0 where a row had finished.
  public let outputs: Matrix<C.Scalar>
  /// What was carried from step to step, and what each step left behind.
  public let loop: Loop<LoopVariables<C>, Step>
  /// The rows that took each step.
  public let rows: [[Int]]

  init(
    inputs: Matrix<C.Scalar>, outputs: Matrix<C.Scalar>,
    loop: Loop<LoopVariables<C>, Step>
  ) {
    (self.inputs, self.outputs, self.loop) = (inputs, outputs, loop)
    var rows: [[Int]] = []
    for step in loop.traces { rows.append(step.rows) }
    self.rows = rows
  }

  /// The state of every row after its own last step.
  public var last: C.State { loop.last.state }
  /// How many steps the loop took: those of the row that took most.
  public var steps: Int { loop.steps }
  /// `B`, the rows of the batch.
  public var batch: Int { last.h.rows }
  /// The rows of `inputs` and `outputs` whose step was taken, in the order of
  /// time.
  public var taken: [Int] { taken(inOrder: Array(0..<steps)) }

  func taken(inOrder order: [Int]) -> [Int] {
    let B = batch
    var places: [Int] = []
    for t in order { for row in rows[t] { places.append(t * B + row) } }
    return places
  }
}

/// What the loop around a cell carries.
public struct LoopVariables<C: Cell> {
  /// How many steps were taken.
  public var t = 0
  /// The state of all rows.
  public var state: C.State
  /// The rows that will take the next step.
  public var rows: [Int]
  /// The projected inputs, a step each.
  public var inputs: TensorArray<C.Gates>
  /// The outputs, a step each, `[N × H]` for the `N` rows that took it.
  public var outputs = TensorArray<Matrix<C.Scalar>>(
    "outputs", grows: true, clearAfterRead: false)
}

extension Cell {
  /// Runs the cell over a sequence, each row as long as it wants to go on.
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  ///   - goesOn: does `row` take step `t`, given the state of all rows before
  ///     it? A row that has once said no has finished. Without it, every row
  ///     takes every step.
  public func loop(
    _ x: Matrix<Scalar>, from initial: State,
    while goesOn: ((_ row: Int, _ t: Int, _ state: State) -> Bool)? = nil
  ) -> LoopRun<Self> {
    let B = initial.h.rows
    var start = LoopVariables<Self>(
      state: initial, rows: Array(0..<B),
      inputs: TensorArray(unstack: project(x), rows: B, "inputs"))
    let T = start.inputs.count
    func finishRows(_ v: inout LoopVariables<Self>) {
      guard let goesOn else { return }
      v.rows = v.rows.filter { goesOn($0, v.t, v.state) }
    }
    finishRows(&start)
    let loop = whileLoop(
      { $0.t < T && !$0.rows.isEmpty },
      { v in
        let rows = v.rows
        let step = step(v.inputs.read(v.t), from: v.state, rows: rows)
        v.state = step.state
        let h = step.state.h
        v.outputs.write(
          rows.count == B ? h : h.rows(at: rows).spread(over: B, at: rows),
          at: v.t)
        v.t += 1
        finishRows(&v)
        return LoopRun<Self>.Step(rows: rows, trace: step.trace)
      }, start, maximumIterations: T)
    var outputs = Matrix<Scalar>(0, hidden)
    var written = loop.last.outputs
    if loop.steps > 0 { outputs = written.stack() }
    if loop.steps < T {
      outputs = outputs.spread(over: T * B, at: Array(0..<outputs.rows))
    }
    return LoopRun(inputs: x, outputs: outputs, loop: loop)
  }
}

// MARK: - Lengths that differ

extension Cell {
  /// Runs the cell over sequences of different lengths, side by side.
  ///
  /// What stands behind a row's end, the padding, is never read: it may be
  /// anything.
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  ///   - lengths: for each row its number of steps, from 0 to `T`
  public func loop(
    _ x: Matrix<Scalar>, from initial: State, lengths: [Int]
  ) -> LoopRun<Self> {
    let B = initial.h.rows
    require(
      lengths.count == B,
      "lengths: \(lengths.count) lengths for a batch of \(B) rows")
    let T = B > 0 ? x.rows / B : 0
    for (row, length) in lengths.enumerated() {
      require(length >= 0, "lengths: row \(row) has the length \(length)")
      require(
        length <= T,
        "lengths: row \(row) has the length \(length), the data has \(T) steps")
    }
    return loop(x, from: initial) { row, t, _ in t < lengths[row] }
  }
}

// MARK: - The loop around a cell, backward

extension Cell {
  /// The way back through a loop.
  /// - Parameters:
  ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`.
  ///     Where a row had finished the output is 0 whatever the weights are, so
  ///     what is said there is not heard.
  ///   - dLast: that with respect to the state of every row after its last
  ///     step, beside what its output already says; none if nobody reads it
  /// - Returns: the derivatives with respect to the cell's arrays, the inputs
  ///   `[T·B × D]`, and the state before.
  public func backward(
    _ dOutputs: Matrix<Scalar>, last dLast: State? = nil,
    through run: LoopRun<Self>
  ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
    require(
      dOutputs.shape == run.outputs.shape,
      "backward: derivatives \(dOutputs.shape) of outputs \(run.outputs.shape)")
    let (B, variables) = (run.batch, run.loop.last)
    var gradient = zeros()
    // A loop of no steps changes no weight.
    guard run.steps > 0 else {
      let none = zeroState(batch: B)
      return (gradient, Matrix(zerosLike: run.inputs), dLast ?? none)
    }
    // Stack's derivative is unstack, write's is a read, and read's a write.
    let dWritten = variables.outputs.derivative(
      unstack: dOutputs.rows(0..<run.steps * B))
    let start = DerivativeOfVariables<Self>(
      state: dLast ?? zeroState(batch: B), z: variables.inputs.derivative())
    let d = run.loop.backward(start) { d, step, t in
      let dOutput = dWritten.read(t)
      if step.rows.count == B {
        d.state.h += dOutput
      } else {
        d.state.h.addRows(at: step.rows, dOutput.rows(at: step.rows))
      }
      let back = backward(d.state, through: step.trace, rows: step.rows)
      d.state = back.dBefore
      d.z.add(back.dz, at: t)
    }
    // The cell wants the last step first, and only rows that took it.
    let order = Array((0..<run.steps).reversed())
    let taken = run.taken(inOrder: order)
    var dz = d.z.gather(order)
    if taken.count < dz[keyPath: Gates.arrays[0].path].rows {
      let places = order.enumerated().flatMap { k, t in
        run.rows[t].map { k * B + $0 }
      }
      dz = dz.rows(at: places)
    }
    var traces: [Trace] = []
    for t in order { traces.append(run.loop.traces[t].trace) }
    addGradient(
      dz, inputs: run.inputs.rows(at: taken), traces: traces, to: &gradient)
    let dInputs = inputGradient(dz).spread(over: run.inputs.rows, at: taken)
    return (gradient, dInputs, d.state)
  }
}

/// The derivatives with respect to what the loop carries.
private struct DerivativeOfVariables<C: Cell> {
  var state: C.State
  var z: TensorArray<C.Gates>.Derivative
}
