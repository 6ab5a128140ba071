import ExplicitGates
import MinimalMatrix

// MARK: - Many dimensions in two

/// The rows of a table seen from where they differ most: their principal
/// components (Pearson 1901; Hotelling 1933).
///
/// The direction of the largest variance is the eigenvector of `Xᵀ·X` with the
/// largest eigenvalue, where `X` is the table without its mean row. To multiply
/// any vector by `Xᵀ·X` again and again turns it that way: the power method.
/// - Parameter count: how many directions
/// - Returns: the rows' places, `[V × count]`, and the share of the variance
///   that lies in each direction.
public func principalComponents(of table: Matrix<Double>, count: Int = 2)
  -> (places: Matrix<Double>, shares: [Double])
{
  let X = table - table.columnSums() / Double(table.rows)
  var C = matmul(X.T, X)
  let variance = (0..<C.rows).reduce(0) { $0 + C[$1, $1] }
  var (directions, shares) = ([Matrix<Double>](), [Double]())
  for _ in 0..<count {
    var v = Matrix<Double>.linspace(1, 2, 1, C.rows)
    var length = 0.0
    for _ in 0..<500 {
      let turned = matmul(v, C)
      length = turned.squaredNorm().squareRoot()
      guard length > 0 else { break }
      v = turned / length
    }
    // An eigenvector points both ways: the largest entry shall be positive.
    let largest = v.scalars.max { abs($0) < abs($1) } ?? 1
    if largest < 0 { v = -v }
    directions.append(v)
    shares.append(variance > 0 ? length / variance : 0)
    // What lies in this direction is taken out before the next is looked for.
    C.addProduct(v.T, v * -length)
  }
  return (matmul(X, Matrix.stack(directions).T), shares)
}

extension Tokens {
  /// The lower-case letters from a to z that the model knows.
  public var letters: [(id: Int, name: String, isVowel: Bool)] {
    (0..<count).compactMap { id in
      let name = name(of: id)
      guard name.utf8.count == 1, let letter = name.first,
        "a"..."z" ~= letter
      else { return nil }
      return (id, name, "aeiouy".contains(letter))
    }
  }
}

// MARK: - Gates over a text

extension Reading {
  /// The forget gates of those units that change most over a reading in one
  /// stream, the liveliest first: for each its number and its gate after every
  /// step, from 0 to 1.
  public func liveliestForgetGates<Scalar>(_ count: Int)
    -> [(unit: Int, gate: [Double])] where C == LSTM<Scalar>
  {
    let f = Matrix.stack(run.traces.map(\.f))
    let centred = f - f.columnSums() / Scalar(f.rows)
    let variances = (centred * centred).columnSums().scalars
    let order = variances.indices.sorted {
      (variances[$1], $0) < (variances[$0], $1)
    }
    return order.prefix(count).map { unit in
      (unit, (0..<f.rows).map { Double(f[$0, unit]) })
    }
  }
}
