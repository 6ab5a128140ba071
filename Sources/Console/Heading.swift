import Synchronization

/// Prints `── Training ───…`, 80 columns wide, with an empty line before it unless it is the first of the run.
///
/// The book shows what a program prints under a heading below a comment `<!-- output: Training -->`.
public func heading(_ title: String) {
  let isFirst = !headingWasPrinted.exchange(true, ordering: .relaxed)
  print((isFirst ? "" : "\n") + Style.output.bold(headingLine(title)))
}

func headingLine(_ title: String) -> String {
  let start = "── \(title) ─"
  return start + String(repeating: "─", count: max(0, 80 - start.count))
}

private let headingWasPrinted = Atomic(false)
