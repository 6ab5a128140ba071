import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

/// The cells of chapter 3, by name.
public enum Kind: String, CaseIterable, Sendable, CustomStringConvertible {
  /// Chapter 1's.
  case tanh = "TanhCell"
  /// The one with a memory of its own.
  case lstm = "LSTM"
  /// The one whose reset gate acts before the product.
  case gru = "GRU"
  /// The one whose reset gate acts after it.
  case resetAfterGRU = "ResetAfterGRU"

  public var description: String { rawValue }

  /// Weights so large that every gate bends, biases not zero. In `Float` they are those in `Double`, rounded.
  public func cell<Scalar: MatrixScalar>(_: Scalar.Type = Double.self, inputs D: Int = 4, hidden H: Int = 5)
    -> any Cell<Scalar>
  {
    var random = SplitMix64(seed: 1)
    switch self {
    case .tanh: return TanhCell<Scalar>(inputs: D, hidden: H, using: &random).drawn(using: &random)
    case .lstm: return LSTM<Scalar>(inputs: D, hidden: H, using: &random).drawn(using: &random)
    case .gru: return GRU<Scalar>(inputs: D, hidden: H, using: &random).drawn(using: &random)
    case .resetAfterGRU: return ResetAfterGRU<Scalar>(inputs: D, hidden: H, using: &random).drawn(using: &random)
    }
  }
}

/// An array and what it is called.
public typealias Named = (name: String, array: Matrix<Double>)

extension NamedArrays {
  /// Arrays of the same shapes, drawn anew with this deviation.
  public func drawn(deviation: Double = 0.7, using random: inout SplitMix64) -> Self {
    mapped { .normal($0.rows, $0.columns, deviation: deviation, using: &random) }
  }

  /// Every array by its name, behind that of the whole.
  public func named(_ whole: String) -> [Named] {
    Self.arrays.map { ("\(whole).\($0.name)", Matrix(self[keyPath: $0.path])) }
  }
}
