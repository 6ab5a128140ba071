import ExplicitGates
import ManualBPTT
import MinimalMatrix

/// The arrays of a cell by their names.
public struct Weights {
  private let arrays: [String: Matrix<Double>]

  init<Model: NamedArrays<Double>>(_ model: Model) {
    arrays = Dictionary(uniqueKeysWithValues: Model.arrays.map { ($0.name, model[keyPath: $0.path]) })
  }

  /// The array of that name, which the cell must list.
  public subscript(_ name: String) -> Matrix<Double> {
    guard let array = arrays[name] else { fatalError("the cell lists no array \(name)") }
    return array
  }

  /// `x·W + h·U + b` of the gate of that name.
  public func gate(_ name: String, _ x: Matrix<Double>, _ h: Matrix<Double>) -> Matrix<Double> {
    matmul(x, self["\(name).W"]) + matmul(h, self["\(name).U"]) + self["\(name).b"]
  }

  /// The same arrays, with those of two gates in each other's place.
  func swapping(_ a: String, _ b: String) -> Weights {
    Weights(
      arrays: Dictionary(
        uniqueKeysWithValues: arrays.map { name, array in
          let gate = [a: b, b: a].first { name.hasPrefix("\($0.key).") }
          return (gate.map { $0.value + name.dropFirst($0.key.count) } ?? name, array)
        }))
  }

  private init(arrays: [String: Matrix<Double>]) { self.arrays = arrays }
}

/// What an exercise on a cell asks for: one step by its equations. A cell of any type that claims to do that can be
/// checked: the reader's and the solution, by the same check.
public struct CellCheck: Sendable {
  /// One step, written straight from the equations: from the weights, the input `[B × D]` and the state before, part by
  /// part, to the state after.
  public typealias Equations =
    @Sendable (_ w: Weights, _ x: Matrix<Double>, _ state: [String: Matrix<Double>]) -> [String: Matrix<Double>]

  /// The cell's arrays that are no part of a gate, or gates: their names as listed.
  private let arrays: [String]
  private let gates: [String]
  private let remarks: [String: String]
  private let shipped: @Sendable (Diagnosis) -> Bool
  private let equations: Equations

  /// A check.
  /// - Parameters:
  ///   - gates: the names of the cell's gates, each `W`, `U` and `b`
  ///   - others: the names of its other arrays
  ///   - remarks: what to say of an array, such as `dz.i`, whose derivative is wrong by no mistake that is known by name
  ///   - shipped: for an exercise that is handed out with a mistake in its backward pass: is this that mistake? The
  ///     others are handed out with zeros.
  ///   - equations: one step
  public init(
    gates: [String], others: [String] = [], remarks: [String: String] = [:],
    shipped: @escaping @Sendable (Diagnosis) -> Bool = { _ in false },
    equations: @escaping Equations
  ) {
    (self.gates, self.remarks, self.shipped, self.equations) = (gates, remarks, shipped, equations)
    arrays = gates.flatMap { ["\($0).W", "\($0).U", "\($0).b"] } + others
  }

  /// Checks a cell: its list, its forward step against the equations, its backward pass against its forward step.
  /// - Parameter make: makes a cell of `D` inputs and `H` hidden units.
  public func callAsFunction<C: Cell<Double>>(_ make: (_ D: Int, _ H: Int, inout SplitMix64) -> C) -> Verdict {
    var random = SplitMix64(seed: 4)
    var cell = make(4, 5, &random)
    let names = C.arrays.map(\.name)
    guard names.sorted() == arrays.sorted() else {
      return .wrong("`listArrays` lists \(names), but the cell has \(arrays). It is frozen: put it back.")
    }
    // No bias is 0 and no gain is 1: so a term that is left out shows.
    cell = cell.mapped { .normal($0.rows, $0.columns, deviation: 0.5, using: &random) }
    let trial = Trial(of: cell)
    if isSilent(cell, on: trial) { return .untouched() }
    if let fault = forwardFault(of: cell, on: trial) { return .wrong(fault) }
    for trial in [trial, Trial(of: cell, batch: 3, steps: 4, seed: 2)] {
      let diagnosis = cell.diagnose(trial)
      if shipped(diagnosis) { return .untouched("\(diagnosis)") }
      guard diagnosis.isRight && diagnosis.silent.isEmpty else {
        let unnamed = diagnosis.findings.filter { $0.mistake == .unknown }.flatMap(\.names)
        let remark = unnamed.compactMap { remarks[$0] }.first.map { "\n\($0)" } ?? ""
        return .wrong("The forward pass is right, the backward pass is not yet.\n\(diagnosis)\(remark)")
      }
    }
    return .solved(
      "The forward pass is what the equations say, and the derivatives with respect to "
        + "all \(names.count) arrays, the inputs and the initial state are what the differences say.")
  }

  /// Are all answers, forward and backward, zeros of the right shape?
  private func isSilent<C: Cell<Double>>(_ cell: C, on trial: Trial<C>) -> Bool {
    let (z, zero) = (
      cell.project(trial.inputs.rows(0..<trial.initial.h.rows)), cell.zeroState(batch: trial.initial.h.rows)
    )
    func isZero<Arrays: NamedArrays<Double>>(_ given: Arrays, like other: Arrays) -> Bool {
      for (_, path) in Arrays.arrays where given[keyPath: path] != Matrix(zerosLike: other[keyPath: path]) {
        return false
      }
      return true
    }
    let (after, trace) = cell.step(z, from: trial.initial)
    let (dz, dBefore) = cell.backward(trial.dLast, through: trace)
    return isZero(after, like: zero) && isZero(dz, like: z) && isZero(dBefore, like: zero)
  }
}

// MARK: - The forward step against the equations

extension CellCheck {
  /// Where the forward step and the equations first differ, and what that may mean.
  private func forwardFault<C: Cell<Double>>(of cell: C, on trial: Trial<C>) -> String? {
    let B = trial.initial.h.rows
    var before = trial.initial
    for t in 0..<trial.inputs.rows / B {
      let x = trial.inputs.rows(t * B..<(t + 1) * B)
      let after = cell.step(cell.project(x), from: before).state
      let right = equations(Weights(cell), x, parts(before))
      let place = "step \(t) of 0…\(trial.inputs.rows / B - 1)"
      let given = parts(after)
      if let fault = malformed(given, right) { return "\(fault) (\(place))" }
      // The memory first: the output is made of it.
      let wrong = given.filter { !close($1, right[$0]!) }.keys.sorted()
      if let part = wrong.first {
        return "The forward step gives a wrong \(part)′, \(place), "
          + fault(given[part]!, right[part]!, x, before, part, cell, wrong)
      }
      before = after
    }
    return nil
  }

  private func malformed(_ given: [String: Matrix<Double>], _ right: [String: Matrix<Double>]) -> String? {
    for (part, right) in right.sorted(by: { $0.key < $1.key }) {
      let (given, what) = (given[part]!, "The forward step gives a \(part)′")
      if given.shape != right.shape { return "\(what) \(given.shape) that should be \(right.shape)" }
      if !given.isFinite { return "\(what) that is NaN or infinite" }
    }
    return nil
  }

  private func fault<C: Cell<Double>>(
    _ given: Matrix<Double>, _ right: Matrix<Double>, _ x: Matrix<Double>, _ before: C.State, _ part: String,
    _ cell: C, _ wrong: [String]
  ) -> String {
    let errors = abs(given - right).scalars
    let i = errors.indices.max { errors[$0] < errors[$1] }!
    let entry = "[\(i / right.columns), \(i % right.columns)]"
    let values =
      "entry \(entry):\nyour step says \(given.scalars[i].decimal(places: 4)), "
      + "the equations say \(right.scalars[i].decimal(places: 4))."
    if given.scalars.allSatisfy({ $0 == 0 }) { return values + "\nIt is 0 everywhere: is it never set?" }
    for (a, b) in pairs {
      let swapped = equations(Weights(cell).swapping(a, b), x, parts(before))[part]!
      if close(given, swapped) { return values + "\nThis is what you get when the gates \(a) and \(b) are swapped." }
    }
    let fine = parts(before).keys.sorted().filter { !wrong.contains($0) }
    return values + (fine.isEmpty ? "" : "\n\(fine.map { $0 + "′" }.joined(separator: ", ")) is right.")
  }

  private var pairs: [(String, String)] {
    gates.indices.flatMap { a in gates.indices.filter { $0 > a }.map { (gates[a], gates[$0]) } }
  }

  private func parts<State: CellState<Double>>(_ state: State) -> [String: Matrix<Double>] {
    Dictionary(uniqueKeysWithValues: State.arrays.map { ($0.name, state[keyPath: $0.path]) })
  }

  private func close(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
    a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) < 1e-9 }
  }
}
