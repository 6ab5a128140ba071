import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - What a cell is

/// A state: a value with named arrays `[B × H]`, of which `h` is what the cell
/// shows to the outside.
public protocol CellState<Scalar>: NamedArrays {
  /// The output of the cell, `[B × H]`.
  var h: Matrix<Scalar> { get set }
}

/// A recurrent cell: a zero state for a batch size, a step from input and state
/// to state, and the same step backward.
///
/// What a step does with its input, `x·W + b`, does not depend on the state. So
/// a cell does it ahead of the steps, for many at once, in ``project(_:)``, and
/// a step takes the projected input. Backward it is the same: a step gives
/// `dz`, the derivative with respect to what was projected, and
/// ``addGradient(_:inputs:traces:to:)`` makes the derivatives of all weights
/// out of those of any number of steps at once.
///
/// Shapes that do not fit stop the program, with a message that names them.
public protocol Cell<Scalar>: NamedArrays {
  /// What is carried from step to step.
  associatedtype State: CellState<Scalar>
  /// One array `[N × H]` for each gate: `x·W + b`, and in the backward pass
  /// `dz`.
  associatedtype Gates: NamedArrays<Scalar>
  /// What a step leaves behind for its backward step.
  associatedtype Trace

  /// `D`, the numbers in one input.
  var inputs: Int { get }
  /// `H`, the numbers in the output.
  var hidden: Int { get }

  /// The state before anything was read, `B` rows of zeros.
  func zeroState(batch B: Int) -> State

  /// `x·W + b` of every gate, for inputs `[N × D]` of any steps.
  func project(_ x: Matrix<Scalar>) -> Gates

  /// One time step.
  /// - Parameters:
  ///   - z: the projected input of this step, `B` rows
  ///   - state: the state after the step before
  func step(_ z: Gates, from state: State) -> (state: State, trace: Trace)

  /// One time step backward.
  /// - Parameters:
  ///   - dState: the derivative with respect to the state after the step
  ///   - trace: what the step left behind
  /// - Returns: the derivatives with respect to the projected input, and to the
  ///   state before the step.
  func backward(_ dState: State, through trace: Trace)
    -> (dz: Gates, dBefore: State)

  /// Adds what some steps say of the weights and biases to `sum`.
  ///
  /// The way back meets the last step first, and that is the order in which the
  /// contributions are added: so all steps at once, one by one, or by the dozen
  /// give the same bits.
  /// - Parameters:
  ///   - dz: of `N` steps, the last one first, `[N·B × H]` for each gate
  ///   - x: their inputs, `[N·B × D]`
  ///   - traces: what they left behind
  ///   - sum: the derivatives so far, an array for each array of the cell
  func addGradient(
    _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self)

  /// The derivative with respect to the inputs: `Σ dz·Wᵀ` over the gates,
  /// `[N × D]`.
  func inputGradient(_ dz: Gates) -> Matrix<Scalar>
}

// MARK: - Rows of several arrays

extension NamedArrays {
  /// Each array replaced by what `change` makes of it, which may have another
  /// shape.
  public func mapped(_ change: (Matrix<Scalar>) -> Matrix<Scalar>) -> Self {
    var result = self
    // In place: to read through a key path costs three times as much.
    func replace(_ array: inout Matrix<Scalar>) { array = change(array) }
    for (_, path) in Self.arrays { replace(&result[keyPath: path]) }
    return result
  }

  /// Row `range` of every array.
  public func rows(_ range: Range<Int>) -> Self {
    mapped { $0.rows(range) }
  }

  /// The parts one below the other, array by array. There must be a part.
  public static func stack(_ parts: [Self]) -> Self {
    if parts.count == 1 { return parts[0] }
    var (result, parts) = (parts[0], parts)
    for (_, path) in arrays {
      var column: [Matrix<Scalar>] = []
      column.reserveCapacity(parts.count)
      // In place, as in `mapped`.
      func append(_ array: inout Matrix<Scalar>) { column.append(array) }
      for k in parts.indices { append(&parts[k][keyPath: path]) }
      result[keyPath: path] = .stack(column)
    }
    return result
  }

  /// Arrays of the same shapes, all zero.
  public func zeros() -> Self {
    mapped { Matrix(zerosLike: $0) }
  }

  /// The sum, array by array.
  public static func + (a: Self, b: Self) -> Self {
    var result = a
    for (_, path) in arrays { result[keyPath: path] += b[keyPath: path] }
    return result
  }
}

// MARK: - A sequence in pieces

/// `0..<n` in `count` parts, in order, and about equally long.
func divide(_ n: Int, in count: Int) -> [Range<Int>] {
  (0..<count).map { n * $0 / count..<n * ($0 + 1) / count }
}

extension Cell {
  /// The `T` steps of a sequence in pieces, about equally long: of so many rows
  /// that their `x` and `h` are 100,000 numbers, but from 256 to 1024, and of a
  /// step at least.
  ///
  /// What a piece needs only for itself, its projected inputs and its `dz`,
  /// takes the same room however long the sequence is. The products for the
  /// weights read the rows of a piece many times: wide ones must be fewer to
  /// stay in the caches. But a product of too few rows is slow.
  /// - Parameter B: the rows of a step, or as many of them as run on one thread
  func pieces(of T: Int, batch B: Int) -> [Range<Int>] {
    let rows = min(1024, max(256, 100_000 / max(1, inputs + hidden)))
    let steps = max(1, rows / max(1, B))
    return divide(T, in: (T + steps - 1) / steps)
  }

  /// The pieces whose inputs are projected at once.
  ///
  /// A step of many rows fills a product by itself, and as a piece of its own
  /// it need not be copied out of a longer one.
  func projectedPieces(of T: Int, batch B: Int) -> [Range<Int>] {
    B < 48 ? pieces(of: T, batch: B) : divide(T, in: T)
  }
}

// MARK: - A sequence, forward

/// What a run over a sequence gives.
public struct Run<C: Cell> {
  /// The inputs of all steps, `[T·B × D]`.
  public let inputs: Matrix<C.Scalar>
  /// The outputs `h` of all steps, `[T·B × H]`.
  public let outputs: Matrix<C.Scalar>
  /// The state after the last step.
  public let last: C.State
  /// The rows of the batch, in the parts that ran side by side; most runs have
  /// one part.
  public let parts: [Range<Int>]
  /// What every step left behind, part by part.
  let tracesOfParts: [[C.Trace]]

  /// What every step left behind, in order; of each step, part after part: so
  /// they are as many as the steps times the parts. Where there are several
  /// parts, they are put together each time they are asked for.
  public var traces: [C.Trace] { inOrderOfTime(tracesOfParts) }
}

extension Cell {
  /// Runs the cell over a sequence.
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  public func run(_ x: Matrix<Scalar>, from initial: State) -> Run<Self> {
    run(x, from: initial, parts: parts(of: x, from: initial, in: "run"))
  }

  func run(_ x: Matrix<Scalar>, from initial: State, parts: [Range<Int>])
    -> Run<Self>
  {
    let walks = walk(x, from: initial, in: parts, keepsTraces: true)
    return Run(
      inputs: x, outputs: joinedOutputs(of: walks),
      last: .stack(walks.map { $0.last }), parts: parts,
      tracesOfParts: walks.map { $0.traces })
  }

  /// Runs the cell for whoever does not go back: what a step leaves behind is
  /// let go at once.
  /// - Parameters:
  ///   - x: the inputs of all steps, `[T·B × D]`, time-major
  ///   - initial: the state before, with `B` rows
  /// - Returns: the outputs of all steps, `[T·B × H]`, and the state after the
  ///   last one.
  public func outputs(of x: Matrix<Scalar>, from initial: State)
    -> (outputs: Matrix<Scalar>, last: State)
  {
    let parts = parts(of: x, from: initial, in: "outputs")
    let walks = walk(x, from: initial, in: parts, keepsTraces: false)
    return (joinedOutputs(of: walks), .stack(walks.map { $0.last }))
  }

  /// The parts that run side by side. Inputs that are not whole steps stop the
  /// program, in the name of `caller`.
  private func parts(
    of x: Matrix<Scalar>, from initial: State, in caller: String
  ) -> [Range<Int>] {
    let B = initial.h.rows
    require(
      x.rows == 0 || B > 0 && x.rows % B == 0,
      "\(caller): \(x.rows) inputs are not whole steps of \(B) rows")
    return parts(of: B, inputs: x.rows, threads: Threads.count)
  }

  private typealias Walk = (
    last: State, outputs: [Matrix<Scalar>], traces: [Trace]
  )

  /// Goes through all steps with each part of the rows.
  /// - Returns: for each part the last state, and of each step the output and,
  ///   if traces are kept, its trace.
  private func walk(
    _ x: Matrix<Scalar>, from initial: State, in parts: [Range<Int>],
    keepsTraces: Bool
  ) -> [Walk] {
    let B = initial.h.rows
    let steps = x.rows / max(B, 1)
    return sideBySide(parts) { _, rows in
      var state = initial.rows(rows)
      var (outputs, traces): ([Matrix<Scalar>], [Trace]) = ([], [])
      outputs.reserveCapacity(steps)
      if keepsTraces { traces.reserveCapacity(steps) }
      for piece in projectedPieces(of: steps, batch: rows.count) {
        let z = project(x.rows(rows, inBlocks: piece, of: B))
        for t in 0..<piece.count {
          let (next, trace) = step(
            z.rows(t * rows.count..<(t + 1) * rows.count), from: state)
          outputs.append(next.h)
          // Moved: a copy would count a reference for each of its arrays.
          if keepsTraces { traces.append(consume trace) }
          state = next
        }
      }
      return (last: state, outputs: outputs, traces: traces)
    }
  }

  /// The outputs of all parts in the order of time, `[T·B × H]`.
  private func joinedOutputs(of walks: [Walk]) -> Matrix<Scalar> {
    .stack(inOrderOfTime(walks.map { $0.outputs }), columns: hidden)
  }
}

// MARK: - A sequence, backward

extension Cell {
  /// The way back through a run.
  /// - Parameters:
  ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`
  ///   - dLast: the derivative with respect to the state after the last step,
  ///     beside what its output already says; none if nobody reads it
  /// - Returns: the derivatives with respect to the cell's arrays, the inputs
  ///   `[T·B × D]`, and the state before.
  public func backward(
    _ dOutputs: Matrix<Scalar>, last dLast: State? = nil, through run: Run<Self>
  ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
    var gradient = zeros()
    let (dInputs, dInitial) = backward(
      dOutputs, last: dLast, through: run, addingTo: &gradient)
    return (gradient, dInputs, dInitial)
  }

  /// The derivatives with respect to the cell's arrays, for whoever needs no
  /// others: the products that lead to the inputs are spared.
  /// - Parameter dOutputs: the derivative with respect to every output,
  ///   `[T·B × H]`
  public func gradient(_ dOutputs: Matrix<Scalar>, through run: Run<Self>)
    -> Self
  {
    var gradient = zeros()
    _ = walkBack(dOutputs, last: nil, through: run, addingTo: &gradient) {
      _, _ in
    }
    return gradient
  }

  /// The way back through a run that is a piece of a longer one.
  /// - Parameters:
  ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`
  ///   - dLast: the derivative that the piece after this one passes on
  ///   - sum: the derivatives with respect to the cell's arrays so far; this
  ///     piece adds its own
  public func backward(
    _ dOutputs: Matrix<Scalar>, last dLast: State?, through run: Run<Self>,
    addingTo sum: inout Self
  ) -> (dInputs: Matrix<Scalar>, dInitial: State) {
    let B = run.last.h.rows
    var dInputs = Matrix(zerosLike: run.inputs)
    let dInitial = walkBack(
      dOutputs, last: dLast, through: run, addingTo: &sum
    ) { dz, rows in
      dInputs.setRows(
        from: rows.lowerBound, to: inputGradient(dz).reversed(inBlocksOf: B))
    }
    return (dInputs, dInitial)
  }

  /// The way back piece by piece, the last one first. `body` sees the `dz` of
  /// each, its last step first, and which rows its inputs are.
  private func walkBack(
    _ dOutputs: Matrix<Scalar>, last dLast: State?, through run: Run<Self>,
    addingTo sum: inout Self, _ body: (_ dz: Gates, _ rows: Range<Int>) -> Void
  ) -> State {
    require(
      dOutputs.rows == run.outputs.rows
        && dOutputs.columns == run.outputs.columns,
      "backward: derivatives \(dOutputs.shape) of outputs "
        + run.outputs.shape)
    let B = run.last.h.rows
    let steps = run.tracesOfParts[0].count
    var dState = dLast ?? zeroState(batch: B)
    for piece in pieces(of: steps, batch: run.parts[0].count).reversed() {
      let (dz, dBefore) = backward(dState, dOutputs, over: piece, of: run)
      let rows = piece.lowerBound * B..<piece.upperBound * B
      addGradient(
        dz, inputs: run.inputs.rows(rows).reversed(inBlocksOf: B),
        traces: ofAll(run.tracesOfParts, at: piece.reversed()), to: &sum)
      body(dz, rows)
      dState = dBefore
    }
    return dState
  }

  /// The way back through some steps of a run: `dz` of all of them, the last
  /// one first, and the derivative with respect to the state before them.
  private func backward(
    _ dAfter: State, _ dOutputs: Matrix<Scalar>, over steps: Range<Int>,
    of run: Run<Self>
  ) -> (dz: Gates, dBefore: State) {
    let B = run.last.h.rows
    let ways = sideBySide(run.parts) { part, rows in
      var dState = dAfter.rows(rows)
      var dz: [Gates] = []
      dz.reserveCapacity(steps.count)
      for t in steps.reversed() {
        // The output of a step has two readers: the outside and the next step.
        dState.h += dOutputs.rows(rows, inBlocks: t..<t + 1, of: B)
        let (dzOfStep, dBefore) = backward(
          dState, through: run.tracesOfParts[part][t])
        dz.append(consume dzOfStep)
        dState = dBefore
      }
      return (dBefore: dState, dz: dz)
    }
    return (
      Gates.stack(inOrderOfTime(ways.map { $0.dz })),
      .stack(ways.map { $0.dBefore })
    )
  }

  /// The derivatives of all weights and biases, from those steps alone: `N` of
  /// them, with inputs `[N·B × D]`.
  public func gradient(_ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace])
    -> Self
  {
    var sum = zeros()
    addGradient(dz, inputs: x, traces: traces, to: &sum)
    return sum
  }
}

// MARK: - Several calls at once

/// The results of `body(0)`, `body(1)`, …, in order, worked out on as many
/// threads as `Threads.count` allows. Each call must stand on its own: then the
/// results do not depend on that number.
public func concurrently<Result: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let results = Locked<[Int: Result]>([:])
  Threads.share(count) { index in
    let result = body(index)
    results.withLock { $0[index] = result }
  }
  return results.withLock { results in (0..<count).map { results[$0]! } }
}

// MARK: - Rows side by side

extension Cell {
  /// The rows that run side by side, a part for each thread.
  ///
  /// The rows of a batch know nothing of each other. So a part of them can go
  /// from the first step to the last without waiting for the others, and no bit
  /// depends on how many parts there are.
  /// - Parameters:
  ///   - B: the rows of the batch
  ///   - N: the inputs, `T·B`
  func parts(of B: Int, inputs N: Int, threads: Int) -> [Range<Int>] {
    // A part should be worth another thread: a million multiply-adds for
    // each gate, and four rows, or tiles stay half empty.
    let work = N * (inputs + hidden) * hidden
    let parts = max(1, min(threads, B / 4, work / 1_000_000))
    return divide(B, in: parts)
  }
}

/// What `body` makes of each part, its number and its rows, side by side.
private func sideBySide<Result>(
  _ parts: [Range<Int>],
  _ body: @escaping (_ part: Int, _ rows: Range<Int>) -> Result
) -> [Result] {
  if parts.count == 1 { return [body(0, parts[0])] }
  // Each call reads what all share and writes only what it returns.
  let body = Unchecked(value: body)
  return concurrently(parts.count) { part in
    Unchecked(value: body.value(part, parts[part]))
  }.map { $0.value }
}

/// What may go from thread to thread by our word, not by the compiler's.
private struct Unchecked<Value>: @unchecked Sendable { let value: Value }

/// The steps of all parts: first those at the first step, part after part.
private func inOrderOfTime<Step>(_ parts: [[Step]]) -> [Step] {
  if parts.count == 1 { return parts[0] }
  return ofAll(parts, at: parts[0].indices)
}

/// The steps of all parts at the given times, in their order; of each time,
/// part after part.
private func ofAll<Step>(_ parts: [[Step]], at times: some Sequence<Int>)
  -> [Step]
{
  var steps: [Step] = []
  for t in times { for part in parts { steps.append(part[t]) } }
  return steps
}

// MARK: - An initial state that is learned

/// A cell and the state that it begins from, one row of it, both to be learned.
public struct LearnedStart<C: Cell>: NamedArrays {
  /// The cell.
  public var cell: C
  /// The state that every row of a batch begins from: each array `[1 × H]`.
  public var start: C.State

  /// A cell that begins, until it has learned better, from zeros.
  public init(_ cell: C) {
    (self.cell, start) = (cell, cell.zeroState(batch: 1))
  }

  /// The state that a batch of `B` rows begins from.
  public func state(batch B: Int) -> C.State {
    cell.zeroState(batch: B) + start
  }

  /// The gradient of both. Every row began from `start`, so what the rows say
  /// of it is added up.
  /// - Parameters:
  ///   - dCell: the derivative with respect to the cell's arrays
  ///   - dInitial: that with respect to the state of the `B` rows
  public func gradient(_ dCell: C, _ dInitial: C.State) -> LearnedStart {
    var gradient = self
    gradient.cell = dCell
    gradient.start = dInitial.mapped { $0.columnSums() }
    return gradient
  }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.cell, named: "cell") + arrays(of: \.start, named: "start")
  }
}
