import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

// MARK: - What is kept, counted

/// The bytes of all matrices within some values. A matrix that several hold
/// together counts once. (Exact for the numbers; the few bytes that a
/// matrix and the allocator add to each matrix are not counted.)
public func bytesKept(by values: Any...) -> Int {
  var seen: Set<UnsafeRawPointer> = []
  var bytes = 0
  func add(_ memory: UnsafeRawBufferPointer) {
    guard let start = memory.baseAddress, memory.count > 0 else { return }
    if seen.insert(start).inserted { bytes += memory.count }
  }
  func visit(_ value: Any) {
    switch value {
    case let matrix as Matrix<Float>: matrix.scalars.withUnsafeBytes(add)
    case let matrix as Matrix<Double>: matrix.scalars.withUnsafeBytes(add)
    default: Mirror(reflecting: value).children.forEach { visit($0.value) }
    }
  }
  for value in values { visit(value) }
  return bytes
}

// MARK: - What a run of T steps keeps

/// What the carries and traces of a cell take for `B` rows, as a function of
/// the number of steps: counted in runs of one step and of two.
public struct Footprint {
  /// The bytes of one state.
  public let state: Int
  /// The bytes of the trace of one step alone.
  public let oneTrace: Int
  /// What every further step adds; its trace may share arrays with the one
  /// before.
  public let furtherTrace: Int

  /// Counts for `cell`.
  public init(of cell: some Cell, batch B: Int) {
    state = bytesKept(by: cell.zeroState(batch: B))
    let traces = [1, 2].map { T in
      let x = cell.noInputs(T * B)
      let run = cell.scanned(x, from: cell.zeroState(batch: B))
      return bytesKept(by: run.traces)
    }
    (oneTrace, furtherTrace) = (traces[0], traces[1] - traces[0])
  }

  /// The traces of `T` steps, which a plain scan keeps for the way back.
  public func plain(_ T: Int) -> Int {
    T == 0 ? 0 : oneTrace + (T - 1) * furtherTrace
  }

  /// The carries between the pieces of a checkpointed scan of `T` steps, and
  /// the traces of the longest piece, whose first state is one of the carries.
  public func checkpointed(_ T: Int, every length: Int? = nil) -> Int {
    let pieces = cut(T, every: length)
    guard let first = pieces.first else { return state }
    return (pieces.count + 1) * state + plain(first.count) - state
  }
}

extension Cell {
  /// Inputs of zeros, `[N × D]`.
  fileprivate func noInputs(_ N: Int) -> Matrix<Scalar> { Matrix(N, inputs) }
}
