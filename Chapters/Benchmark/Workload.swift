import Console

/// What can be measured.
///
/// `W1` to `W7` are those of the *peers*, too: programs in other frameworks that do the same work from the same weights and
/// data. They are no part of the workbook; what they have measured comes as a file.
enum Workload {
  /// What `--workloads` takes.
  static let names = ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "memory", "cost", "unrollings"] + sequenceClassifiers

  /// The workloads of lines that can be compared.
  static let comparable =
    ["W1", "W2", "W3-fwd", "W3-fwdbwd", "W4", "W4-write"] + sequenceClassifiers + ["W6", "W7-first-step"]

  /// Those of other lines, the peers' or the workbook's, that are not compared.
  static let passedOver =
    ["W2-converge", "W6-peak", "W7-import", "W2-unrolled", "W3-unrolled", "W3-memory", "W4-memory"]
    + ["cost-T", "cost-B", "cost-H"]

  /// The words of a list with commas, each of them among `names`.
  static func chosen(_ list: String) throws(Failure) -> [String] {
    let chosen = list.split(separator: ",").map(String.init)
    if let unknown = chosen.first(where: { !names.contains($0) }) {
      throw .usage("there is no workload \(unknown): take some of \(names.joined(separator: ", ")).")
    }
    if chosen.isEmpty { throw .usage("--workloads names none: take some of \(names.joined(separator: ", ")).") }
    return chosen
  }
}
