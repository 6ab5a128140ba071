import ManualBPTT
import MinimalMatrix

// MARK: - The diagnosis

extension Cell<Double> {
  /// Looks for what is wrong with this cell's backward pass, on a random
  /// sequence.
  ///
  /// - Parameters:
  ///   - B: rows; choose B, T, the inputs and the hidden units all different
  ///   - T: time steps; with fewer than 3 some mistakes look alike
  ///   - seed: another seed is another trial
  public func diagnose(batch B: Int = 2, steps T: Int = 3, seed: UInt64 = 1) -> Diagnosis {
    diagnose(Trial(of: self, batch: B, steps: T, seed: seed))
  }

  /// Looks for what is wrong with this cell's backward pass on the given trial.
  ///
  /// First every backward step alone, from the last to the first, fed with what
  /// is right: so the step that is wrong shows, and not what follows from it.
  /// Then what makes derivatives of the arrays and the inputs out of the steps'
  /// answers, fed with right ones. Last the whole way back.
  public func diagnose(_ trial: Trial<Self>) -> Diagnosis {
    var truth = Truth(self, trial)
    if let finding = truth.malformedForward {
      return Diagnosis(steps: truth.T, findings: [finding], consequences: [], silent: [])
    }
    guard truth.T > 0 else { return Diagnosis(steps: 0, findings: [], consequences: [], silent: []) }
    truth.differentiate()
    let findings = truth.stepFindings + truth.gradientFindings + truth.inputFindings
    // Answers of a wrong shape cannot be joined.
    let ends = findings.contains { !$0.mistake.hasValues } ? [] : truth.wholeWay
    let wrong = ends.filter { !$0.agrees }
    let walk = wrong.prefix(findings.isEmpty ? 1 : 0).map {
      Finding(.walk, [$0], at: nil, .walk)
    }
    return Diagnosis(
      steps: truth.T, findings: findings + walk, consequences: wrong.map(\.name),
      silent: ends.filter { $0.right.isZero }.map(\.name))
  }
}

extension Finding {
  init(_ source: Source, _ wrong: [Comparison], at step: Int?, _ mistake: Mistake) {
    let (row, column) = wrong[0].worst
    let fits = wrong[0].given.shape == wrong[0].right.shape
    self.init(
      source: source, names: wrong.map(\.name), step: step, entry: (row, column),
      given: fits ? wrong[0].given[row, column] : .nan,
      right: fits ? wrong[0].right[row, column] : .nan, mistake: mistake)
  }

  /// One finding for all that are wrong at one step in one way, in order.
  static func grouped(
    _ source: Source, _ wrong: [(comparison: Comparison, step: Int?, mistake: Mistake)]
  ) -> [Finding] {
    var (rest, findings) = (wrong, [Finding]())
    while let first = rest.first {
      func isAlike(_ other: (comparison: Comparison, step: Int?, mistake: Mistake)) -> Bool {
        other.step == first.step && other.mistake == first.mistake
      }
      let alike = rest.filter(isAlike).map(\.comparison)
      findings.append(Finding(source, alike, at: first.step, first.mistake))
      rest.removeAll(where: isAlike)
    }
    return findings
  }
}

// MARK: - The forward pass, and each backward step

extension Truth {
  /// A forward pass that gives wrong shapes or no numbers.
  fileprivate var malformedForward: Finding? {
    for t in 0..<T {
      for (i, (name, _)) in C.State.arrays.enumerated() {
        let state = Comparison(
          name: "state.\(name)", given: after[t].list[i], right: trial.initial.list[i])
        if let mistake = state.malformed { return Finding(.forward, [state], at: t, mistake) }
      }
    }
    return nil
  }

  /// The first step, walking backward, whose answers are wrong.
  fileprivate var stepFindings: [Finding] {
    for t in (0..<T).reversed() {
      let step = StepExamination(self, at: t)
      let wrong = step.wrong.map { (step.answers[$0], Int?(t), step.mistake(in: $0)) }
      guard !wrong.isEmpty else { continue }
      // One gate's mistake may reach another gate, whose numbers then say nothing.
      let findings = Finding.grouped(.step, wrong)
      return findings.filter { $0.mistake != .unknown } + findings.filter { $0.mistake == .unknown }
    }
    return []
  }

  /// The whole way back: every array, the inputs and the initial state.
  fileprivate var wholeWay: [Comparison] {
    let run = cell.run(trial.inputs, from: trial.initial)
    let given = cell.backward(trial.dOutputs, last: trial.dLast, through: run)
    let total = contributions.dropFirst().reduce(contributions[0], +)
    let names = C.arrays.map(\.name) + ["inputs"] + C.State.arrays.map { "initial.\($0.name)" }
    let right = total.list + [Matrix.stack(dx)] + dBefore[0].list
    return zip(names, zip(given.gradient.list + [given.dInputs] + given.dInitial.list, right)).map {
      Comparison(name: $0, given: $1.0, right: $1.1)
    }
  }
}

// MARK: - The gradient of the arrays

extension Truth {
  /// What `gradient` makes of the right `dz`, of all steps or of one only, times
  /// `scale`.
  private func gradient(only t: Int? = nil, scale: Double = 1) -> [Matrix<Double>] {
    let dz = dz.enumerated().map { i, dz in
      dz.mapped { t == nil || t == i ? scale * $0 : Matrix(zerosLike: $0) }
    }
    return cell.gradient(
      .stack(dz.reversed()), inputs: trial.inputs.reversed(inBlocksOf: B), traces: traces.reversed()
    ).list
  }

  fileprivate var gradientFindings: [Finding] {
    let total = contributions.dropFirst().reduce(contributions[0], +).list
    let (given, doubled) = (gradient(), gradient(scale: 2))
    let names = C.arrays.map(\.name)
    let all = names.indices.map { Comparison(name: names[$0], given: given[$0], right: total[$0]) }
    // Column by step: what one step gives, when all others are silent.
    let single = (0..<T).map { t in
      let (given, right) = (gradient(only: t), contributions[t].list)
      return names.indices.map { Comparison(name: names[$0], given: given[$0], right: right[$0]) }
    }
    let wrong = all.indices.filter { !all[$0].agrees }.map { i in
      let isLinear = all[i].malformed != nil || doubled[i].agrees(with: 2 * given[i])
      let parts = single.map { $0[i] }
      if !isLinear, let mistake = all[i].clipped { return (all[i], Int?.none, mistake) }
      if let mistake = all[i].malformed { return (all[i], Int?.none, mistake) }
      let step = parts.lastIndex { !$0.agrees }
      return (step.map { parts[$0] } ?? all[i], step, mistake(of: i, all, parts))
    }
    return Finding.grouped(.gradient, wrong.isEmpty ? overwritten : wrong)
  }

  /// The arrays that do not go on adding: the last step first, then the others, must give the sum of all.
  private var overwritten: [(comparison: Comparison, step: Int?, mistake: Mistake)] {
    var sum = cell.zeros()
    for t in (0..<T).reversed() {
      cell.addGradient(dz[t], inputs: x[t], traces: [traces[t]], to: &sum)
    }
    let total = contributions.dropFirst().reduce(contributions[0], +).list
    return C.arrays.indices.compactMap { i in
      let all = Comparison(name: C.arrays[i].name, given: sum.list[i], right: total[i])
      if all.agrees { return nil }
      return (all, nil, all.given.agrees(with: contributions[0].list[i]) ? .overwritten : .unknown)
    }
  }

  /// The mistake in array number `i`, from what all steps together give and
  /// what each gives alone.
  private func mistake(of i: Int, _ all: [Comparison], _ parts: [Comparison]) -> Mistake {
    let silent = parts.indices.filter { parts[$0].given.isZero && !parts[$0].right.isZero }
    if all[i].given.isZero { return .nothing }
    if T > 1 && silent.count == T - 1 && all[i].given.agrees(with: parts[T - 1].right) { return .onlyLastStep }
    if T > 1 && silent.count == T - 1 && all[i].given.agrees(with: parts[0].right) { return .onlyFirstStep }
    if let mistake = all[i].simple { return mistake }
    let other = all.indices.first { $0 != i && all[i].given.agrees(with: all[$0].right) }
    if let other { return .swapped(i, other, all) }
    return outerProduct(parts) ?? .unknown
  }

  /// Is every step's contribution `sᵀ·dz` for something that was there at
  /// another step?
  private func outerProduct(_ parts: [Comparison]) -> Mistake? {
    for state in C.State.arrays.indices {
      let before = before.map { $0.list[state] }
      let after = after.map { $0.list[state] }
      if isProduct(parts, of: { after[$0] }) { return .shifted(1) }
      if isProduct(parts, of: { $0 > 0 ? before[$0 - 1] : nil }) { return .shifted(-1) }
      if isProduct(parts, of: { before[$0] }) { return .plainState }
    }
    for shift in [1, -1]
    where isProduct(parts, of: { x.indices.contains($0 + shift) ? x[$0 + shift] : nil }) {
      return .shifted(shift)
    }
    return nil
  }

  /// Is every step's contribution `sᵀ·dz` for one gate, where `s` is known?
  private func isProduct(_ parts: [Comparison], of s: (Int) -> Matrix<Double>?) -> Bool {
    guard T > 1 else { return false }
    return C.Gates.arrays.indices.contains { gate in
      parts.indices.allSatisfy { t in
        guard let s = s(t) else { return true }
        return matmul(s.T, dz[t].list[gate]).agrees(with: parts[t].given)
      }
    }
  }
}

// MARK: - The gradient of the inputs

extension Truth {
  fileprivate var inputFindings: [Finding] {
    func given(scale: Double) -> Matrix<Double> {
      cell.inputGradient(.stack(dz.map { $0.mapped { scale * $0 } }))
    }
    let all = Comparison(name: "inputs", given: given(scale: 1), right: .stack(dx))
    guard !all.agrees else { return [] }
    if let mistake = all.malformed { return [Finding(.inputs, [all], at: nil, mistake)] }
    if !given(scale: 2).agrees(with: 2 * all.given), let mistake = all.clipped {
      return [Finding(.inputs, [all], at: nil, mistake)]
    }
    let parts = (0..<T).map { t in
      Comparison(name: "inputs", given: all.given.rows(t * B..<(t + 1) * B), right: dx[t])
    }
    let step = parts.lastIndex { !$0.agrees } ?? 0
    return [Finding(.inputs, [parts[step]], at: step, inputMistake(all, parts))]
  }

  private func inputMistake(_ all: Comparison, _ parts: [Comparison]) -> Mistake {
    if all.given.isZero { return .nothing }
    let right = parts.indices.filter { parts[$0].agrees }
    let isZeroElsewhere = parts.allSatisfy { $0.agrees || $0.given.isZero }
    if isZeroElsewhere && right == [T - 1] { return .onlyLastStep }
    if isZeroElsewhere && right == [0] { return .onlyFirstStep }
    if let mistake = all.simple { return mistake }
    let missing = all.right - all.given
    let gates = C.Gates.stack(dz)
    let weights = cell.list.filter { $0.rows == cell.inputs && $0.columns == cell.hidden }
    for (gate, dz) in zip(C.Gates.arrays.map(\.name), gates.list) {
      for W in weights where missing.agrees(with: matmul(dz, W.T)) {
        return .wayThroughGateDropped(gate)
      }
    }
    for a in weights.indices where weights.count == gates.list.count {
      for b in weights.indices where a < b {
        let difference = gates.list[a] - gates.list[b]
        if missing.agrees(with: matmul(difference, weights[a].T) - matmul(difference, weights[b].T)) {
          return .swapped("the weights of \(C.Gates.arrays[a].name)", C.Gates.arrays[b].name)
        }
      }
    }
    return .unknown
  }
}
