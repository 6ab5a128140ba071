import ManualBPTT
import MinimalMatrix

// MARK: - What a diagnosis says

/// What is wrong with the backward pass of a cell, and why.
public struct Diagnosis: CustomStringConvertible, Sendable {
  /// How many time steps the cell was tried on.
  public let steps: Int
  /// The causes. The first is the one to mend first.
  public let findings: [Finding]
  /// What is wrong at the end of the whole way back, by name: it follows from
  /// the causes.
  public let consequences: [String]
  /// The arrays, states and inputs on which nothing depends in this trial, so
  /// that little was learned about them.
  public let silent: [String]

  /// Is all as the differences say?
  public var isRight: Bool { findings.isEmpty }

  /// The first cause in full, the others in a line, then what follows.
  public var description: String {
    guard let first = findings.first else {
      let untried = silent.isEmpty ? "" : "\nNothing depends here on \(silent.listed)."
      return "right: every derivative is what the differences say" + untried
    }
    var lines = [first.description(of: steps)]
    if findings.count > 1 {
      let others = findings.dropFirst().map { "\($0.names.listed) (\($0.mistake))" }
      lines.append("Look at these afterwards: \(others.joined(separator: "; ")).")
    }
    if !consequences.isEmpty {
      lines.append("In the end wrong: \(consequences.listed).")
    }
    return lines.joined(separator: "\n")
  }
}

/// One cause.
public struct Finding: Sendable {
  /// Which of the cell's functions gives the wrong answer.
  public enum Source: String, Sendable {
    case forward = "the forward pass"
    case step = "the backward step"
    case gradient = "the gradient of the arrays"
    case inputs = "the gradient of the inputs"
    case walk = "the way back through the steps"
  }

  /// Where to look.
  public let source: Source
  /// The arrays that are wrong in this way: `dz.f` is what the step says of the
  /// gate `f`, `dBefore.c` of the state before it, `forget.U` is an array of
  /// the cell.
  public let names: [String]
  /// The first time step at which it is wrong, walking backward from the last;
  /// none if no one step is to blame.
  public let step: Int?
  /// The entry of the first of ``names`` that is furthest off.
  public let entry: (row: Int, column: Int)
  /// What the backward pass says there.
  public let given: Double
  /// What the differences say.
  public let right: Double
  /// What was probably done.
  public let mistake: Mistake

  func description(of steps: Int) -> String {
    let place =
      names[0] + (step.map { ", step \($0) of 0…\(steps - 1)" } ?? ", all steps together")
    let more = names.count > 1 ? "\nThe same in \(Array(names.dropFirst()).listed)." : ""
    guard mistake.hasValues else { return "\(place): \(mistake)" + more }
    return "\(place), entry [\(entry.row), \(entry.column)]: your backward says "
      + "\(given.readable), the differences say \(right.readable).\n"
      + (mistake == .unknown ? "" : "This is what you get when ") + "\(mistake)." + more
  }
}

// MARK: - The mistakes it knows

/// What was done wrong, as far as the numbers tell.
public enum Mistake: Equatable, Sendable, CustomStringConvertible {
  /// An array has another shape than it should.
  case shape(given: String, right: String)
  /// The same, as if the sum had gone along the other axis.
  case wrongAxis(given: String, right: String)
  case notFinite
  case nothing
  case sign
  /// All entries are this many times what they should be.
  case factor(Double)
  case transposed
  case onlyLastStep, onlyFirstStep, overwritten
  /// The derivative of a function was left out, or multiplied twice.
  case slopeMissing(Activation), slopeTwice(Activation)
  /// The derivative of another function was taken.
  case wrongSlope(used: Activation, for: Activation)
  /// The derivative of tanh of a part of the state was left out.
  case stateSlopeMissing(String)
  /// A gate as a factor was left out, or multiplied once too often.
  case gateMissing(String), gateTwice(String)
  /// Nothing goes on to a part of the state before.
  case carryDropped(String)
  /// What comes back from the later steps through a part is not read.
  case carryIgnored(String)
  /// A term of the state before is missing: the way past the gates, all ways
  /// through the gates, or the way through one.
  case wayPastGatesDropped, wayThroughGatesDropped, wayThroughGateDropped(String)
  case weightNotTransposed
  /// Two arrays stand in each other's place; or the factors of two gates do.
  case swapped(String, String), factorsSwapped(String, String)
  /// What belongs to another array was taken.
  case taken(from: String)
  /// No entry passes a limit; or the array is as long as a limit.
  case clippedValue(Double), clippedNorm
  /// What belongs to another step was taken: +1 is the one after.
  case shifted(Int)
  /// The state before was taken as it is, where the step multiplies it first.
  case plainState
  case walk
  case unknown

  /// The functions that squash a gate.
  public enum Activation: String, Sendable { case sigmoid, tanh }

  var hasValues: Bool {
    switch self {
    case .shape, .wrongAxis: false
    default: true
    }
  }

  /// How the sentence "this is what you get when …" goes on.
  public var description: String {
    switch self {
    case .shape(let given, let right): "the derivative is \(given), but what it belongs to is \(right)"
    case .wrongAxis(let given, let right):
      "the derivative is \(given), the bias is \(right): the sum runs over the wrong axis"
    case .notFinite: "a number overflows, or zero is divided by zero"
    case .nothing: "the derivative is never set: it is zero everywhere"
    case .sign: "the sign is wrong"
    case .factor(let x): "everything is multiplied by \(x.asFactor)"
    case .transposed: "the transpose is taken"
    case .onlyLastStep: "only the last step counts: it overwrites the others, instead of being added"
    case .onlyFirstStep: "only the first step counts: it overwrites the others, instead of being added"
    case .overwritten: "what the steps after it have added is overwritten: = instead of +="
    case .slopeMissing(let f): "the derivative of the \(f) is missing: \(f.slope)"
    case .slopeTwice(let f): "the derivative of the \(f), \(f.slope), is multiplied twice"
    case .wrongSlope(let used, let right):
      "the derivative of \(used), \(used.slope), stands for that of \(right), \(right.slope)"
    case .stateSlopeMissing(let part): "the derivative of tanh \(part) is missing: 1 − tanh² \(part)"
    case .gateMissing(let gate): "the gate \(gate) is missing as a factor"
    case .gateTwice(let gate): "the gate \(gate) is multiplied once too often"
    case .carryDropped(let part): "the carry is dropped: nothing goes on to the \(part) of the step before"
    case .carryIgnored(let part): "the carry is dropped: what comes back through \(part) is not read"
    case .wayPastGatesDropped: "the way past the gates, straight from state to state, is left out"
    case .wayThroughGatesDropped: "the way through the gates, dz·Uᵀ, is left out"
    case .wayThroughGateDropped(let gate):
      "the way through the gate \(gate), its dz times its weights transposed, is left out"
    case .weightNotTransposed: "the weights are not transposed: dz·U instead of dz·Uᵀ"
    case .swapped(let a, let b): "\(a) and \(b) are swapped"
    case .factorsSwapped(let a, let b): "the factors of \(a) and \(b) are swapped"
    case .taken(let other): "what belongs to \(other) is taken"
    case .clippedValue(let x): "the values are clipped to \(x.readable) before they are checked"
    case .clippedNorm: "the norm is clipped before the check"
    case .shifted(let n) where n > 0: "it is off by one in time: it takes what is there one step later"
    case .shifted: "it is off by one in time: it takes what is there one step earlier"
    case .plainState: "the state before is taken as it is, without the gate that multiplies it"
    case .walk: "the steps are right, but not how they are joined"
    case .unknown: "No single known mistake gives this: a term may be missing, or more than one be wrong"
    }
  }
}

extension Mistake.Activation {
  var slope: String { self == .sigmoid ? "σ(1 − σ)" : "1 − tanh²" }
}

// MARK: - Words and numbers

extension [String] {
  /// `a, b and c`, and of many only the first six.
  var listed: String {
    if count > 7 { return prefix(6).joined(separator: ", ") + " and \(count - 6) more" }
    return count < 2 ? joined() : dropLast().joined(separator: ", ") + " and " + self[count - 1]
  }
}

extension Double {
  /// Four digits, with a power of ten only where it must be.
  var readable: String {
    self == 0 || (1e-3..<1e4).contains(abs(self)) ? decimal(places: 4) : scientific(places: 3)
  }
}
