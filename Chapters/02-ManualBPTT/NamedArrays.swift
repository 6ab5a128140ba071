import MinimalMatrix
import NumpyStyleRNN

// MARK: - Every array by its name

/// A value as the list of its arrays: a model, its gradient, a state.
///
/// An optimiser, a gradient check and a file treat all arrays alike; they walk
/// over this list. The gradient of a model is a model of the same type, whose
/// arrays hold the derivatives.
public protocol NamedArrays<Scalar> {
  /// What the arrays hold.
  associatedtype Scalar: MatrixScalar
  /// Lists the arrays in a fixed order, each with its name and the way to it.
  static func listArrays() -> [NamedArray<Self, Scalar>]
}

/// The name of an array and the way to it from its model.
public typealias NamedArray<Model, Scalar: MatrixScalar> =
  (name: String, path: WritableKeyPath<Model, Matrix<Scalar>>)

extension NamedArrays {
  /// The arrays of a part of a model, seen from the model.
  public static func arrays<Part: NamedArrays<Scalar>>(
    of part: WritableKeyPath<Self, Part>, named name: String
  ) -> [NamedArray<Self, Scalar>] {
    Part.arrays.map { ("\(name).\($0.name)", part.appending(path: $0.path)) }
  }

  /// The arrays of the model, listed once: to make a key path takes longer than
  /// to add two small matrices.
  public static var arrays: [NamedArray<Self, Scalar>] {
    let type = ObjectIdentifier(Self.self)
    if let known = lists.withLock({ $0[type] }) {
      // The key says of which type it is: a cast that asks again takes longer
      // than all the rest.
      return unsafeDowncast(known, to: List<Self>.self).arrays
    }
    let list = List<Self>(arrays: listArrays())
    lists.withLock { $0[type] = list }
    return list.arrays
  }

  /// How many numbers there are in all arrays.
  public var count: Int {
    Self.arrays.reduce(0) { $0 + self[keyPath: $1.path].count }
  }

  /// A number made of all bits of all arrays in order (FNV-1a, 64 bits): two
  /// models with one fingerprint are the same to the last bit.
  public var fingerprint: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (_, path) in Self.arrays {
      for scalar in self[keyPath: path].scalars {
        hash = (hash ^ Double(scalar).bitPattern) &* 0x100_0000_01b3
      }
    }
    return hash
  }
}

/// The list of some type.
private class AnyList: @unchecked Sendable {}

/// The list of one type. Never changed, so any thread may read it.
private final class List<Model: NamedArrays>: AnyList, @unchecked Sendable {
  let arrays: [NamedArray<Model, Model.Scalar>]
  init(arrays: [NamedArray<Model, Model.Scalar>]) { self.arrays = arrays }
}

private let lists = Locked<[ObjectIdentifier: AnyList]>([:])

extension TanhCell: NamedArrays {
  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    [("Wx", \.Wx), ("Wh", \.Wh), ("b", \.b)]
  }
}

extension Projection: NamedArrays {
  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    [("W", \.W), ("b", \.b)]
  }
}

extension RNN: NamedArrays {
  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    arrays(of: \.cell, named: "cell")
      + arrays(of: \.projection, named: "projection")
  }
}
