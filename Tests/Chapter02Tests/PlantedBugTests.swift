import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Testing

/// The classic mistakes of a backward pass.
enum Bug: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case carryDropped = "the later steps' word on the state is dropped"
  case slopeMissing = "1 − h² is missing"
  case overwritten = "the last step overwrites what the others have added"
  case wrongAxis = "the biases' gradients are summed over the wrong axis"
  case weightNotTransposed = "Wh is not transposed on the way back"
  case gradientTransposed = "dWh is dzᵀ·h instead of hᵀ·dz"
  case offByOne = "dWh is made of the state after the step, not before it"
  case clipped = "the gradient is clipped before it is checked"
  case signWrong = "target − p instead of p − target"
  case meanOverSteps = "the mean over the steps is differentiated, not the sum"
  case scatterOverwrites = "a character that comes twice counts once"

  var testDescription: String { rawValue }

  /// The arrays in which the check must reject it; the others are right.
  var arrays: Set<String> {
    let cell: Set = ["cell.Wx", "cell.Wh", "cell.b"]
    let projection: Set = ["projection.W", "projection.b"]
    return switch self {
    case .carryDropped, .slopeMissing, .weightNotTransposed: cell.union(["h0"])
    case .overwritten, .clipped: cell.union(projection)
    case .wrongAxis: ["cell.b", "projection.b"]
    case .gradientTransposed, .offByOne: ["cell.Wh"]
    case .signWrong, .meanOverSteps: cell.union(projection).union(["h0"])
    case .scatterOverwrites: ["cell.Wx"]
    }
  }

  /// What the check must say it looks like, in the arrays where it can tell.
  var likeness: [String: String] {
    switch self {
    case .carryDropped: ["h0": "nothing arrives here"]
    case .wrongAxis: ["cell.b": "the gradient is [6 × 1]", "projection.b": "the gradient is [6 × 1]"]
    case .gradientTransposed: ["cell.Wh": "it is the transpose"]
    case .signWrong: Dictionary(uniqueKeysWithValues: arrays.map { ($0, "the sign is wrong everywhere") })
    case .meanOverSteps: Dictionary(uniqueKeysWithValues: arrays.map { ($0, "everywhere 0.3333 times") })
    default: [:]
    }
  }
}

extension Fixture {
  /// A backward pass in one piece, with a bug or without.
  func backward(_ bug: Bug?) -> (gradient: RNN<Double>, dh0: Matrix<Double>) {
    let (cell, projection, trace) = (network.cell, network.projection, trace)
    let (B, T) = (h0.rows, inputs.count / h0.rows)

    var dy = softmax(trace.logits) - .oneHot(targets, size: network.vocabulary)
    if B > 1 { dy *= 1 / Double(B) }
    if bug == .signWrong { dy = -dy }
    if bug == .meanOverSteps { dy *= 1 / Double(T) }

    let dOutput = matmul(dy, projection.W.T)
    var dz = Matrix(zerosLike: trace.after)
    var carried = Matrix(zerosLike: h0)
    for t in (0..<T).reversed() {
      let rows = t * B..<(t + 1) * B
      let h = trace.after.rows(rows)
      let dh = dOutput.rows(rows) + carried
      let dzt = bug == .slopeMissing ? dh : dh * (1 - h * h)
      carried = bug == .weightNotTransposed ? matmul(dzt, cell.Wh) : matmul(dzt, cell.Wh.T)
      if bug == .carryDropped { carried *= 0 }
      dz.setRows(from: rows.lowerBound, to: dzt)
    }

    // What is added up: the contributions of all steps.
    let counted = bug == .overwritten ? (T - 1) * B..<T * B : 0..<T * B
    let (dzs, dys) = (dz.rows(counted), dy.rows(counted))
    let h = (bug == .offByOne ? trace.after : trace.before).rows(counted)
    var gradient = network
    gradient.projection.W = matmul(trace.after.rows(counted).T, dys)
    gradient.projection.b = bug == .wrongAxis ? dys.rowSums() : dys.columnSums()
    gradient.cell.Wh = bug == .gradientTransposed ? matmul(dzs.T, h) : matmul(h.T, dzs)
    gradient.cell.b = bug == .wrongAxis ? dzs.rowSums() : dzs.columnSums()
    gradient.cell.Wx *= 0
    for row in counted {
      let (id, contribution) = (inputs[row], dz.row(row))
      if bug == .scatterOverwrites {
        gradient.cell.Wx.setRows(from: id, to: contribution)
      } else {
        gradient.cell.Wx.addRows(at: [id], contribution)
      }
    }
    if bug == .clipped { gradient.clipValues(to: 0.1) }
    return (gradient, carried)
  }
}

@Suite struct PlantedBugTests {
  @Test("Without a bug the backward pass below is the chapter's, bit for bit.", arguments: [Fixture.example, .oneStep])
  func noBug(fixture: Fixture) {
    let (gradient, dh0) = fixture.backward(nil)
    let chapter = fixture.network.backward(fixture.trace, fixture.targets)
    #expect(gradient == chapter.gradient)
    #expect(dh0 == chapter.dh0)
  }

  @Test(
    "The check rejects every classic mistake, in the arrays where it shows, and in no other.", arguments: Bug.allCases)
  func rejected(bug: Bug) {
    let (gradient, dh0) = Fixture.example.backward(bug)
    let checks = Fixture.example.check(gradient, dh0: dh0)
    #expect(Set(checks.filter { !$0.passes }.map(\.name)) == bug.arrays)
    for check in checks where !check.passes {
      #expect("\(check)".contains(bug.likeness[check.name] ?? "no simple relation"))
    }
  }

  @Test("In one step alone a dropped carry hides from all weights: a check needs several steps, or the initial state.")
  func oneStepHidesTheCarry() {
    let (gradient, dh0) = Fixture.oneStep.backward(.carryDropped)
    #expect(Fixture.oneStep.check(gradient, dh0: dh0).filter { !$0.passes }.map(\.name) == ["h0"])
  }
}
