import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - What a cell is tried on

/// A short sequence, and a loss that reads everything a cell gives:
/// `⟨dOutputs, outputs⟩ + ⟨dLast, last⟩`.
public struct Trial<C: Cell<Double>> {
  /// The inputs of all steps, `[T·B × D]`.
  public var inputs: Matrix<Double>
  /// The state before the first step.
  public var initial: C.State
  /// The derivative of the loss with respect to every output, `[T·B × H]`.
  public var dOutputs: Matrix<Double>
  /// Its derivative with respect to the state after the last step.
  public var dLast: C.State

  /// A trial of random numbers, the same for the same seed.
  public init(of cell: C, batch B: Int = 2, steps T: Int = 3, seed: UInt64 = 1) {
    var random = SplitMix64(seed: seed)
    func randomState() -> C.State {
      cell.zeroState(batch: B).mapped {
        .normal($0.rows, $0.columns, deviation: 0.7, using: &random)
      }
    }
    inputs = .normal(T * B, cell.inputs, deviation: 1, using: &random)
    dOutputs = .normal(T * B, cell.hidden, deviation: 1, using: &random)
    initial = randomState()
    dLast = randomState()
  }
}

// MARK: - What would be right

/// The derivatives of a trial at every step, found by nudging. It needs nothing
/// but the cell's own forward pass.
///
/// From the last step to the first: `dState`, the derivative with respect to
/// the state after a step, is what the step before it has found; and what goes
/// into a step is nudged while the loss is `⟨dState, step(…)⟩`.
struct Truth<C: Cell<Double>> {
  let cell: C
  let trial: Trial<C>
  let (B, T): (Int, Int)
  /// At every step: what goes in, what comes out, what is left behind.
  private(set) var x: [Matrix<Double>] = []
  private(set) var z: [C.Gates] = []
  private(set) var before: [C.State] = []
  private(set) var after: [C.State] = []
  private(set) var traces: [C.Trace] = []
  /// At every step: the right answers.
  private(set) var dState: [C.State] = []
  private(set) var dz: [C.Gates] = []
  private(set) var dBefore: [C.State] = []
  private(set) var dx: [Matrix<Double>] = []
  /// What a step contributes to the derivative of every array.
  private(set) var contributions: [C] = []

  init(_ cell: C, _ trial: Trial<C>) {
    (self.cell, self.trial) = (cell, trial)
    B = trial.initial.h.rows
    T = B > 0 ? trial.inputs.rows / B : 0
    var state = trial.initial
    for t in 0..<T {
      let x = trial.inputs.rows(t * B..<(t + 1) * B)
      let z = cell.project(x)
      let (next, trace) = cell.step(z, from: state)
      self.x.append(x)
      self.z.append(z)
      before.append(state)
      after.append(next)
      traces.append(trace)
      state = next
    }
  }

  /// Finds the right answers. The outputs must be finite.
  mutating func differentiate() {
    var d = trial.dLast
    for t in (0..<T).reversed() {
      d.h += trial.dOutputs.rows(t * B..<(t + 1) * B)
      let (x, state) = (x[t], before[t])
      let answers = answers(at: t, d, z: z[t])
      dState.insert(d, at: 0)
      dz.insert(answers.dz, at: 0)
      dBefore.insert(answers.dBefore, at: 0)
      contributions.insert(
        cell.slopes { $0.step($0.project(x), from: state).state.dot(d) }, at: 0)
      dx.insert(
        slopes(at: x) { cell.step(cell.project($0), from: state).state.dot(d) }, at: 0)
      d = answers.dBefore
    }
  }

  /// What the backward step should say at step `t` to the derivative `d`, if
  /// the projected input were `z`.
  func answers(at t: Int, _ d: C.State, z: C.Gates) -> (dz: C.Gates, dBefore: C.State) {
    let state = before[t]
    return (
      z.slopes { cell.step($0, from: state).state.dot(d) },
      state.slopes { cell.step(z, from: $0).state.dot(d) }
    )
  }
}

// MARK: - Differences, array by array

/// The derivative of `loss` with respect to every entry, from four nudges.
///
///     (8·(L(w + ε) − L(w − ε)) − (L(w + 2ε) − L(w − 2ε))) / 12ε
///
/// The error of this formula falls with ε⁴. So ε may be larger than with two
/// nudges, and the subtraction leaves two digits more: enough to recognise a
/// mistake by its ratio.
func slopes(at array: Matrix<Double>, of loss: (Matrix<Double>) -> Double) -> Matrix<Double> {
  let ε = 1e-4
  var (nudged, result) = (array, Matrix(zerosLike: array))
  for i in 0..<array.rows {
    for j in 0..<array.columns {
      func nudge(by δ: Double) -> Double {
        nudged[i, j] = array[i, j] + δ
        return loss(nudged)
      }
      let (near, far) = (nudge(by: ε) - nudge(by: -ε), nudge(by: 2 * ε) - nudge(by: -2 * ε))
      nudged[i, j] = array[i, j]
      result[i, j] = (8 * near - far) / (12 * ε)
    }
  }
  return result
}

extension NamedArrays where Scalar == Double {
  /// The derivative of `loss` with respect to every array.
  func slopes(of loss: (Self) -> Double) -> Self {
    var result = self
    for (_, path) in Self.arrays {
      var nudged = self
      result[keyPath: path] = ExplicitGates.slopes(at: self[keyPath: path]) {
        nudged[keyPath: path] = $0
        return loss(nudged)
      }
    }
    return result
  }

  /// The sum of all products, entry by entry.
  func dot(_ other: Self) -> Double {
    Self.arrays.reduce(0) { $0 + self[keyPath: $1.path].dot(other[keyPath: $1.path]) }
  }

  /// The arrays in order.
  var list: [Matrix<Double>] { Self.arrays.map { self[keyPath: $0.path] } }

  /// Only array number `i`; the others zero.
  func only(_ i: Int) -> Self {
    var result = zeros()
    let path = Self.arrays[i].path
    result[keyPath: path] = self[keyPath: path]
    return result
  }
}
