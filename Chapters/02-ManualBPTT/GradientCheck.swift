import MinimalMatrix
import NumpyStyleRNN

// MARK: - Centred differences

/// The derivative of `loss` with respect to every entry of `array`, found
/// without any calculus: nudge the entry both ways and see what the loss does.
///
///     dL/dw ≈ (L(w + ε) − L(w − ε)) / 2ε
///
/// The error of the formula falls with ε², that of the subtraction grows with
/// 1/ε; in `Double` both are small at ε = 10⁻⁵.
public func centredDifferences(
  of loss: (Matrix<Double>) -> Double, at array: Matrix<Double>,
  epsilon: Double = 1e-5
) -> Matrix<Double> {
  var derivative = Matrix(zerosLike: array)
  var nudged = array
  for i in 0..<array.rows {
    for j in 0..<array.columns {
      nudged[i, j] = array[i, j] + epsilon
      let above = loss(nudged)
      nudged[i, j] = array[i, j] - epsilon
      let below = loss(nudged)
      nudged[i, j] = array[i, j]
      derivative[i, j] = (above - below) / (2 * epsilon)
    }
  }
  return derivative
}

// MARK: - The verdict on one array

/// What the check found out about the gradient of one array: two matrices of
/// its shape.
public struct ArrayCheck: CustomStringConvertible {
  /// The array's name, such as `cell.Wh`.
  public let name: String
  /// What the backward pass says.
  public let analytic: Matrix<Double>
  /// What the centred differences say.
  public let numeric: Matrix<Double>

  /// What a backward pass and the differences say of one array.
  public init(
    name: String, analytic: Matrix<Double>, numeric: Matrix<Double>
  ) {
    (self.name, self.analytic, self.numeric) = (name, analytic, numeric)
  }

  /// How far two derivatives are apart, relative to the larger. What is below
  /// 10⁻⁴ counts as 10⁻⁴: there the differences have few digits, and where both
  /// should be zero, as a derivative may well be, they leave some 10⁻¹¹.
  static func error(_ a: Double, _ b: Double) -> Double {
    let error = abs(a - b) / max(abs(a), abs(b), 1e-4)
    // What is infinite or no number is never right, though ∞/∞ does not say so.
    return error.isNaN ? .infinity : error
  }

  /// The entry where the two differ most.
  public var worst: (row: Int, column: Int, error: Double) {
    var worst = (row: 0, column: 0, error: 0.0)
    for i in 0..<numeric.rows {
      for j in 0..<numeric.columns {
        let error = Self.error(analytic[i, j], numeric[i, j])
        if error > worst.error { worst = (i, j, error) }
      }
    }
    return worst
  }

  /// Do the two agree, entry by entry, to six digits?
  public var passes: Bool {
    analytic.shape == numeric.shape && worst.error <= 1e-6
  }

  /// One line: right, or where it is wrong, by how much, and what that looks
  /// like.
  public var description: String {
    guard analytic.shape == numeric.shape else {
      return "\(name): the gradient is \(analytic.shape), "
        + "the array is \(numeric.shape)"
    }
    let (row, column, error) = worst
    if passes {
      return "\(name) \(numeric.shape): right, "
        + "largest relative error \(error.scientific(places: 1))"
    }
    return "\(name)[\(row), \(column)]: the backward pass says "
      + "\(analytic[row, column].scientific(places: 4)), the differences say "
      + "\(numeric[row, column].scientific(places: 4)): \(likeness)"
  }
}

// MARK: - What the mistake looks like

extension ArrayCheck {
  /// The relation between the two gradients in words, where there is one.
  public var likeness: String {
    func areAlike(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
      zip(a.scalars, b.scalars).allSatisfy { Self.error($0, $1) <= 1e-5 }
    }
    let squares = numeric.squaredNorm()
    let factor = squares > 0 ? analytic.dot(numeric) / squares : 0
    if !analytic.isFinite { return "not a number, or infinite" }
    if analytic.squaredNorm() == 0 {
      return "nothing arrives here: is the gradient never added?"
    }
    if areAlike(analytic, numeric) {
      return "nearly right: are the differences not exact enough here, or is a "
        + "small term missing?"
    }
    if areAlike(analytic, -numeric) { return "the sign is wrong everywhere" }
    if areAlike(analytic, factor * numeric) {
      return "everywhere \(factor.asFactor) times what it should be: "
        + "is a sum taken for a mean, or something counted twice?"
    }
    if numeric.rows == numeric.columns
      && areAlike(analytic, numeric.transposed())
    {
      return "it is the transpose"
    }
    return "no simple relation: a term is missing, doubled, or taken from "
      + "another step"
  }
}

extension Double {
  /// A factor with so many digits that it is neither 0 nor 1 where it is not.
  public var asFactor: String {
    if abs(self) < 1e-3 { return scientific(places: 3) }
    return decimal(places: abs(self - 1) < 1e-3 ? 6 : 4)
  }
}

// MARK: - All arrays of a model

extension NamedArrays where Scalar == Double {
  /// Checks `gradient`, what a backward pass says of this model, array by array
  /// against centred differences of `loss`. The gradient must not be clipped.
  public func check(gradient: Self, of loss: (Self) -> Double) -> [ArrayCheck] {
    Self.arrays.map { name, path in
      var model = self
      let numeric = centredDifferences(
        of: {
          model[keyPath: path] = $0
          return loss(model)
        }, at: self[keyPath: path])
      return ArrayCheck(
        name: name, analytic: gradient[keyPath: path], numeric: numeric)
    }
  }
}

// MARK: - The whole network, checked

extension RNN where Scalar == Double {
  /// Checks the backward pass of one window: every array of the network, and
  /// the state before the window, `[B × H]`.
  public func checkGradients(
    _ inputs: [Int], _ targets: [Int], from h0: Matrix<Double>
  ) -> [ArrayCheck] {
    let (gradient, dh0) = backward(forward(inputs, from: h0), targets)
    let arrays = check(gradient: gradient) { network in
      network.loss(network.forward(inputs, from: h0), targets)
    }
    let numeric = centredDifferences(
      of: { loss(forward(inputs, from: $0), targets) }, at: h0)
    return arrays + [ArrayCheck(name: "h0", analytic: dh0, numeric: numeric)]
  }
}
