import Console
import Foundation

/// How many hints of each exercise the reader has seen. It is kept with the build, in `.build/exercise-hints`, which git
/// does not see: one line an exercise, its number and a count.
struct Hints {
  private let folder: URL
  private static let file = "exercise-hints"

  /// The memory of the workbook at `root`.
  init(of root: URL) { folder = root.appending(path: ".build") }

  /// Counts one hint more, up to `most`.
  /// - Returns: how many are to be shown.
  func next(of number: String, most: Int) throws(Failure) -> Int {
    var seen: [String: Int] = [:]
    for line in ((try? String(contentsOf: folder.appending(path: Self.file), encoding: .utf8)) ?? "").split(
      separator: "\n")
    {
      let words = line.split(separator: " ")
      if words.count == 2, let count = Int(words[1]) { seen[String(words[0])] = count }
    }
    let count = min((seen[number] ?? 0) + 1, most)
    seen[number] = count
    let lines = seen.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
    try write(lines.joined(), to: Self.file, in: folder.path)
    return count
  }
}
