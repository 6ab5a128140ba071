/// How far the reader has come. It is kept in the rooms: each run checks what stands there.
public struct CourseProgress: Sendable {
  /// An exercise's number, title and minutes, and the verdict on it.
  public typealias Result = (number: String, title: String, minutes: Int, verdict: Verdict)

  private let results: [Result]

  /// The progress that the verdicts show, on the exercises in their order.
  public init(_ results: [Result]) { self.results = results }

  /// The number of the first exercise that is not solved; nil if all are.
  public var next: String? { results.first { !$0.verdict.isSolved }?.number }

  /// How many are solved and how long the others take; or, if none is left, what was proved, a line an exercise.
  public var summary: String {
    let solved = results.filter(\.verdict.isSolved)
    let count = "\(solved.count) of \(results.count) solved"
    if next != nil {
      let minutes = results.map(\.minutes).reduce(0, +) - solved.map(\.minutes).reduce(0, +)
      return "\(count). The others take about "
        + (minutes < 90 ? "\(minutes) minutes." : "\((minutes + 30) / 60) hours.")
    }
    let proved = solved.map { result in
      guard case .solved(let text) = result.verdict else { return "" }
      return "\(result.number) \(result.title): \(text)"
    }
    return "\(count). What you have proved:\n\n" + proved.joined(separator: "\n")
  }
}
