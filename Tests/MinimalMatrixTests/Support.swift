import Foundation
import MinimalMatrix

/// Where `found` is not, bit for bit, what is expected; nil where it is everywhere. One NaN is as good as another.
func difference<Scalar>(_ found: Matrix<Scalar>, _ expected: Matrix<Scalar>) -> String? {
  guard found.rows == expected.rows && found.columns == expected.columns else {
    return "the shape is \(found.shape), not \(expected.shape)"
  }
  guard !sameBytes(found.scalars, expected.scalars) else { return nil }
  for (i, (x, y)) in zip(found.scalars, expected.scalars).enumerated() {
    let same = (x == y && x.sign == y.sign) || (x.isNaN && y.isNaN)
    if !same { return "[\(i / found.columns), \(i % found.columns)] of \(found.shape) is \(x), not \(y)" }
  }
  return nil
}

/// Where `found` is further from the expected numbers than `tolerance` of their size (or of 1, for smaller ones).
func difference<Scalar: MatrixScalar>(
  _ found: some Collection<Scalar>, _ expected: [Double], tolerance: Double
) -> String? {
  guard found.count == expected.count else { return "there are \(found.count) numbers, not \(expected.count)" }
  for (i, (x, y)) in zip(found, expected).enumerated() {
    let error = (Double(x) - y).magnitude
    let same = Double(x) == y || (x.isNaN && y.isNaN) || error <= tolerance * max(1, y.magnitude)
    if !same { return "number \(i) is \(x), not \(y)" }
  }
  return nil
}

private func sameBytes<Scalar>(_ x: Scalars<Scalar>, _ y: Scalars<Scalar>) -> Bool {
  guard !x.isEmpty else { return y.isEmpty }
  return x.withUnsafeBytes { x in
    y.withUnsafeBytes { y in x.count == y.count && memcmp(x.baseAddress!, y.baseAddress!, x.count) == 0 }
  }
}

extension SplitMix64 {
  /// One of the choices.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }
}
