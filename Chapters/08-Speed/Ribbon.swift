import MinimalMatrix

/// The entries of a matrix, row by row, that count who walks over them: for the exercises of this chapter.
///
/// A ribbon says of a program what a clock cannot say twice alike: how often it reads and writes, and how often it does so
/// somewhere else than where it was, or next to that.
public final class Ribbon {
  private var entries: [Float]
  private var last = 0
  /// How often an entry was read, and written.
  public private(set) var reads = 0, writes = 0
  /// How often the entry after one was neither the same nor the next one.
  public private(set) var jumps = 0

  /// The entries of a matrix.
  public init(_ matrix: Matrix<Float>) { entries = Array(matrix.scalars) }

  /// Entry `place`, counted from 0 row by row: that of row `i` and column `j` is `i` times the columns, plus `j`.
  /// A place outside stops the program.
  public subscript(place: Int) -> Float {
    get {
      walk(to: place)
      reads += 1
      return entries[place]
    }
    set {
      walk(to: place)
      writes += 1
      entries[place] = newValue
    }
  }

  private func walk(to place: Int) {
    require(entries.indices.contains(place), "Ribbon: there is no entry \(place) among \(entries.count)")
    if place != last && place != last + 1 { jumps += 1 }
    last = place
  }

  /// The matrix that the entries are now.
  public func matrix(_ rows: Int, _ columns: Int) -> Matrix<Float> { Matrix(rows, columns, scalars: entries) }
}
