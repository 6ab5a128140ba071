import MinimalMatrix
import NumpyStyleRNN

// MARK: - Every array by its name

/// Names, each with the way from a model to its array of that name.
public typealias Arrays<Model, Scalar: MatrixScalar> = [(
  name: String, path: WritableKeyPath<Model, Matrix<Scalar>>
)]

/// A model as the list of its arrays.
///
/// An optimiser, a gradient check and a file treat all arrays alike; they walk
/// over this list. The gradient of a model is a model of the same type, whose
/// arrays hold the derivatives.
public protocol Parameters<Scalar> {
  associatedtype Scalar: MatrixScalar
  /// The arrays in a fixed order, each with its name and the way to it.
  static var arrays: Arrays<Self, Scalar> { get }
}

extension Parameters {
  /// The arrays of a part of a model, seen from the model.
  public static func arrays<Part: Parameters<Scalar>>(
    of part: WritableKeyPath<Self, Part>, named name: String
  ) -> Arrays<Self, Scalar> {
    Part.arrays.map { ("\(name).\($0.name)", part.appending(path: $0.path)) }
  }

  /// How many numbers there are in all arrays.
  public var count: Int {
    Self.arrays.reduce(0) { $0 + self[keyPath: $1.path].count }
  }
}

extension TanhCell: Parameters {
  public static var arrays: Arrays<Self, Scalar> {
    [("Wx", \.Wx), ("Wh", \.Wh), ("b", \.b)]
  }
}

extension Projection: Parameters {
  public static var arrays: Arrays<Self, Scalar> { [("W", \.W), ("b", \.b)] }
}

extension RNN: Parameters {
  public static var arrays: Arrays<Self, Scalar> {
    arrays(of: \.cell, named: "cell")
      + arrays(of: \.projection, named: "projection")
  }
}
