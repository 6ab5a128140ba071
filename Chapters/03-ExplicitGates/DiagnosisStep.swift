import ManualBPTT
import MinimalMatrix

// MARK: - One backward step under examination

/// Asks the backward step at one time step, with a derivative that is known to
/// be right, and compares its answers.
struct StepExamination<C: Cell<Double>> {
  let truth: Truth<C>
  let t: Int
  let gates = C.Gates.arrays.map(\.name)
  let parts = C.State.arrays.map(\.name)
  /// The answers to the true derivative: `dz` gate by gate, then `dBefore`.
  let answers: [Comparison]

  init(_ truth: Truth<C>, at t: Int) {
    (self.truth, self.t) = (truth, t)
    let (dz, dBefore) = truth.cell.backward(truth.dState[t], through: truth.traces[t])
    answers = Self.compare((dz, dBefore), (truth.dz[t], truth.dBefore[t]))
  }

  static func compare(_ given: (C.Gates, C.State), _ right: (C.Gates, C.State)) -> [Comparison] {
    let names = C.Gates.arrays.map { "dz.\($0.name)" } + C.State.arrays.map { "dBefore.\($0.name)" }
    let (given, right) = (given.0.list + given.1.list, right.0.list + right.1.list)
    return names.indices.map { Comparison(name: names[$0], given: given[$0], right: right[$0]) }
  }

  /// The answers to another question.
  /// - Parameters:
  ///   - part: the only part of the derivative that is not zero; `nil` for all
  ///   - move: how far a gate is moved before the step is taken
  func ask(only part: Int? = nil, move: (gate: Int, by: Double)? = nil) -> [Comparison] {
    var z = truth.z[t]
    if let move { z[keyPath: C.Gates.arrays[move.gate].path] += move.by }
    let d = part.map { truth.dState[t].only($0) } ?? truth.dState[t]
    let trace = truth.cell.step(z, from: truth.before[t]).trace
    return Self.compare(truth.cell.backward(d, through: trace), truth.answers(at: t, d, z: z))
  }

  /// The gates' own derivatives come first: the state's are made of them.
  var wrong: [Int] {
    let dz = gates.indices.filter { !answers[$0].agrees }
    return dz.isEmpty ? answers.indices.filter { !answers[$0].agrees } : Array(dz)
  }
}

// MARK: - What was done wrong in the step

extension StepExamination {
  /// The mistake in answer number `i`.
  func mistake(in i: Int) -> Mistake {
    let answer = answers[i]
    if let mistake = answer.malformed { return mistake }
    if answer.given.isZero {
      return i < gates.count ? .nothing : .carryDropped(parts[i - gates.count])
    }
    if let mistake = clipped(i) ?? ignored(i) ?? answer.simple ?? swapped(i) ?? neighbour(i) {
      return mistake
    }
    // If no factor explains all of it, perhaps it explains what comes through
    // one part of the state.
    for part in [nil] + (parts.count > 1 ? parts.indices.map { $0 } : []) {
      let asked = ask(only: part)
      guard !asked[i].agrees else { continue }
      if let mistake = slope(i, part, asked) ?? factor(i, part, asked) ?? exchanged(i, asked)
        ?? state(asked[i]) ?? term(i, part, asked)
      {
        return mistake
      }
    }
    return .unknown
  }

  /// Does the answer fail to double with the question?
  private func clipped(_ i: Int) -> Mistake? {
    let d = truth.dState[t].mapped { 2 * $0 }
    let (dz, dBefore) = truth.cell.backward(d, through: truth.traces[t])
    let doubled = (dz.list + dBefore.list)[i]
    return doubled.agrees(with: 2 * answers[i].given) ? nil : answers[i].clipped
  }

  /// Is a part of the incoming derivative not read, and all else right?
  private func ignored(_ i: Int) -> Mistake? {
    guard parts.count > 1 else { return nil }
    for part in parts.indices {
      let alone = ask(only: part)[i]
      if alone.given.isZero && !alone.agrees
        && answers[i].given.agrees(with: answers[i].right - alone.right)
      {
        return .carryIgnored(parts[part])
      }
    }
    return nil
  }

  /// Is it the right answer for another gate, or another part?
  private func swapped(_ i: Int) -> Mistake? {
    let group = i < gates.count ? 0..<gates.count : gates.count..<answers.count
    let other = group.first { $0 != i && answers[i].given.agrees(with: answers[$0].right) }
    return other.map { .swapped(i, $0, answers) }
  }

  /// Is it the right answer for another step?
  private func neighbour(_ i: Int) -> Mistake? {
    let shift = [1, -1].first { shift in
      guard truth.dz.indices.contains(t + shift) else { return false }
      let other = truth.dz[t + shift].list + truth.dBefore[t + shift].list
      return answers[i].given.agrees(with: other[i])
    }
    return shift.map { .shifted($0) }
  }

  /// Is the derivative of the gate's own function missing, doubled, or another?
  private func slope(_ i: Int, _ part: Int?, _ asked: [Comparison]) -> Mistake? {
    guard i < gates.count else { return nil }
    let laws: [(Law, missing: Mistake, twice: Mistake?)] = [
      (.sigmoidSlope, .slopeMissing(.sigmoid), .slopeTwice(.sigmoid)),
      (.tanhSlope, .slopeMissing(.tanh), .slopeTwice(.tanh)),
      (.tanhSlopeForSigmoid, .wrongSlope(used: .tanh, for: .sigmoid), nil),
      (.sigmoidSlopeForTanh, .wrongSlope(used: .sigmoid, for: .tanh), nil),
    ]
    let moved = ask(only: part, move: (i, δ))[i]
    for (law, missing, twice) in laws {
      if explains(law, asked[i], moved) { return missing }
      if let twice, explains(law, asked[i].swapped, moved.swapped) { return twice }
    }
    return nil
  }

  /// Is a gate missing as a factor, or there twice?
  private func factor(_ i: Int, _ part: Int?, _ asked: [Comparison]) -> Mistake? {
    for gate in gates.indices {
      let moved = ask(only: part, move: (gate, δ))[i]
      for law in [Law.sigmoid, .oneMinusSigmoid, .tanh] {
        if explains(law, asked[i], moved) { return .gateMissing(gates[gate]) }
        if explains(law, asked[i].swapped, moved.swapped) { return .gateTwice(gates[gate]) }
      }
    }
    return nil
  }

  /// Are two gates wrong so that their product is right?
  private func exchanged(_ i: Int, _ asked: [Comparison]) -> Mistake? {
    guard i < gates.count else { return nil }
    let other = gates.indices.first { j in
      j != i && !asked[j].agrees && asked[j].malformed == nil
        && (asked[i].given * asked[j].given).agrees(with: asked[i].right * asked[j].right)
    }
    return other.map { .factorsSwapped(gates[min(i, $0)], gates[max(i, $0)]) }
  }

  /// Does the state itself explain the ratio: its tanh, or its being taken from
  /// after the step?
  private func state(_ answer: Comparison) -> Mistake? {
    for (part, (before, after)) in zip(parts, zip(truth.before[t].list, truth.after[t].list)) {
      guard before.shape == answer.right.shape else { continue }
      let tanhAfter = tanh(after)
      if (answer.given * (1 - tanhAfter * tanhAfter)).agrees(with: answer.right) {
        return .stateSlopeMissing(part)
      }
      if (answer.given * before).agrees(with: answer.right * after) { return .shifted(1) }
    }
    return nil
  }
}

/// How far a gate is moved to see whether a ratio follows it.
private let δ = 0.4

extension StepExamination {
  /// Does the law say what `right / given` is, and what it becomes?
  private func explains(_ law: Law, _ asked: Comparison, _ moved: Comparison) -> Bool {
    guard asked.given.shape == asked.right.shape, moved.given.shape == moved.right.shape else {
      return false
    }
    let usable = asked.given.scalars.indices.filter { i in
      [asked.given, asked.right, moved.given, moved.right].allSatisfy { abs($0.scalars[i]) > 1e-6 }
    }
    func ratios(_ c: Comparison) -> [Double] { usable.map { c.right.scalars[$0] / c.given.scalars[$0] } }
    return law.explains(ratios(asked), ratios(moved), movedBy: δ)
  }
}

extension Comparison {
  fileprivate var swapped: Comparison { Comparison(name: name, given: right, right: given) }
}

// MARK: - What is missing in the sum for the state before

extension StepExamination {
  /// The derivative of the state before is a sum: the way past the gates, and
  /// one way through each gate. Is one of them missing, or not transposed?
  private func term(_ i: Int, _ part: Int?, _ asked: [Comparison]) -> Mistake? {
    guard i >= gates.count else { return nil }
    let answer = asked[i]
    if let mistake = way(i, part, asked) { return mistake }
    let (missing, dz) = (answer.right - answer.given, gates.indices.map { asked[$0].right })
    let weights = C.arrays.map { truth.cell[keyPath: $0.path] }
      .filter { $0.rows == $0.columns && $0.rows == answer.right.columns }
    for (gate, dz) in zip(gates, dz) {
      for U in weights {
        if missing.agrees(with: matmul(dz, U.T)) { return .wayThroughGateDropped(gate) }
        if missing.agrees(with: matmul(dz, U.T) - matmul(dz, U)) { return .weightNotTransposed }
      }
    }
    if let gate = resetMissing(i, part, asked, weights) { return .gateMissing(gate) }
    guard weights.count == gates.count else { return nil }
    let terms = zip(dz, weights)
    let right = terms.map { matmul($0, $1.T) }.reduce(0 * missing, +)
    if missing.agrees(with: right) { return .wayThroughGatesDropped }
    if answer.given.agrees(with: right) { return .wayPastGatesDropped }
    let straight = terms.map { matmul($0, $1) }.reduce(0 * missing, +)
    if missing.agrees(with: right - straight) { return .weightNotTransposed }
    for a in gates.indices {
      for b in gates.indices where a < b {
        let exchanged = matmul(dz[a] - dz[b], weights[a].T) - matmul(dz[a] - dz[b], weights[b].T)
        if missing.agrees(with: exchanged) { return .swapped("the weights of \(gates[a])", gates[b]) }
      }
    }
    return nil
  }

  /// Is a way through one gate not multiplied by another, as the reset gate
  /// does? Then what is too much is that way times `1 − r`.
  private func resetMissing(
    _ i: Int, _ part: Int?, _ asked: [Comparison], _ weights: [Matrix<Double>]
  ) -> String? {
    for reset in gates.indices {
      let moved = ask(only: part, move: (reset, δ))
      for gate in gates.indices {
        for U in weights {
          func excess(_ asked: [Comparison]) -> Comparison {
            let way = matmul(asked[gate].right, U.T)
            return Comparison(name: "", given: way, right: asked[i].given - asked[i].right)
          }
          if explains(.oneMinusSigmoid, excess(asked), excess(moved)) { return gates[reset] }
        }
      }
    }
    return nil
  }

  /// Past the gates a state goes on times a gate. Is what is missing of this
  /// kind, or what is there?
  private func way(_ i: Int, _ part: Int?, _ asked: [Comparison]) -> Mistake? {
    for q in parts.indices where part == nil || part == q {
      let d = truth.dState[t].list[q]
      guard d.shape == asked[i].right.shape else { continue }
      for gate in gates.indices {
        let moved = ask(only: part, move: (gate, δ))[i]
        func explained(
          by laws: [Law] = [.sigmoid, .oneMinusSigmoid],
          _ term: (Comparison) -> Matrix<Double>
        ) -> Bool {
          laws.contains {
            explains(
              $0, Comparison(name: "", given: d, right: term(asked[i])),
              Comparison(name: "", given: d, right: term(moved)))
          }
        }
        // d instead of d ⊙ z is too much by d ⊙ (1 − z).
        if explained(by: [.oneMinusSigmoid], { $0.given - $0.right }) {
          return .gateMissing(gates[gate])
        }
        if explained({ $0.right - $0.given }) { return .wayPastGatesDropped }
        if explained({ $0.given }) { return .wayThroughGatesDropped }
      }
    }
    return nil
  }
}
