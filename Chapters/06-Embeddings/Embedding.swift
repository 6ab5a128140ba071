import ManualBPTT
import MinimalMatrix

// MARK: - The table

/// A vector for every id: row `k` of the table is what the network reads when
/// the text says `k`.
///
/// A row of the table is a one-hot row times the table. So this is a matrix
/// product whose zeros are not multiplied.
public struct Embedding<Scalar: MatrixScalar>: NamedArrays, Equatable {
  /// `[V × E]`: a row for each of the `V` ids, `E` numbers wide.
  public var table: Matrix<Scalar>

  /// An embedding of the given rows.
  public init(table: Matrix<Scalar>) { self.table = table }

  /// An embedding that knows nothing yet. The numbers are small, so that what
  /// is learned soon outweighs what was drawn.
  public init(vocabulary V: Int, width E: Int, using random: inout SplitMix64) {
    table = .normal(V, E, deviation: 0.3, using: &random)
  }

  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    [("table", \.table)]
  }

  /// The rows of the given ids, in their order: `[T·B × E]`.
  /// - Parameter ids: from 0 to `V − 1`; another one stops the program
  public func callAsFunction(_ ids: [Int]) -> Matrix<Scalar> {
    for id in ids {
      require(
        table.rows > id && id >= 0,
        "Embedding: there is no id \(id) in a table \(table.shape)")
    }
    return table.rows(at: ids)
  }
}

extension Embedding: Sendable {}

// MARK: - The table's gradient

extension Embedding {
  /// The derivative of the loss with respect to the table.
  ///
  /// What was read `n` times has `n` readers, and their derivatives *add*:
  ///
  ///     dTable[idₖ] += dxₖ        for every k
  ///
  /// A row that nobody read keeps 0.
  /// - Parameters:
  ///   - dx: the derivative with respect to what was read, `[T·B × E]`
  ///   - ids: which rows that was
  public func gradient(_ dx: Matrix<Scalar>, ids: [Int]) -> Embedding {
    var dTable = Matrix(zerosLike: table)
    dTable.addRows(at: ids, dx)
    return Embedding(table: dTable)
  }
}
