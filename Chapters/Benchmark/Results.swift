import Console
import Drawing

/// What was measured so far, beside the peers: printed as lines at once, or kept for a table.
final class Results {
  private let peers: Peers
  private let asTable: Bool
  private(set) var all: [Measurement] = []

  init(beside peers: Peers, asTable: Bool) { (self.peers, self.asTable) = (peers, asTable) }

  /// Takes a measurement in, and prints its line unless there will be a table.
  func add(_ measurement: Measurement) throws {
    all.append(peers.beside(measurement))
    if !asTable { print(try all[all.count - 1].line) }
  }
}

// MARK: - The table

extension Results {
  /// A line for each measurement, at most 80 columns wide: the time here, its share of the machine's peak, the times of up
  /// to four peers, and how many times as long the fastest of all takes. Further peers have a table of their own.
  var table: [String] {
    let names = Set(all.flatMap { ($0.peers ?? [:]).keys }).sorted()
    let groups = names.isEmpty ? [[]] : stride(from: 0, to: names.count, by: 4).map { Array(names[$0...].prefix(4)) }
    return groups.enumerated().flatMap { index, group in (index == 0 ? [] : [""]) + table(group) }
  }

  private func table(_ peers: [String]) -> [String] {
    let rows = all.filter { $0.workload != "W6-peak" }
    let width = peers.isEmpty ? 34 : 20
    let head =
      "".padded(to: width) + "  T" + "workbook".aligned(to: 10) + "peak".aligned(to: 7)
      + peers.map { String($0.prefix(7)).aligned(to: 8) }.joined() + (peers.isEmpty ? "" : "  ratio")
    return all.filter { $0.workload == "W6-peak" }.map { row in
      "The machine's peak on one thread: \((row.gflops ?? 0).decimal(places: 1)) GFLOP/s, fused multiply-adds."
    } + ["", head]
      + rows.map { row in
        let name = peers.isEmpty ? "\(row.workload) \(row.variant)" : row.work
        let others = peers.map { (row.peers?[$0].map(time) ?? "–").aligned(to: 8) }.joined()
        let ratio = (row.ratio.map(times) ?? "–").aligned(to: 7)
        return String(name.prefix(width)).padded(to: width) + "\(row.threads)".aligned(to: 3)
          + value(of: row).aligned(to: 10) + (row.share_of_peak.map(percent) ?? "–").aligned(to: 7)
          + (note(on: row) ?? (peers.isEmpty ? "" : others + ratio))
      }
  }

  private func value(of row: Measurement) -> String {
    row.peak_bytes.map(megabytes) ?? time(row.median_s ?? 0)
  }

  /// What stands in the place of peers where there can be none.
  private func note(on row: Measurement) -> String? {
    if let peak = row.peak_bytes, let paper = row.paper_bytes {
      return "   \(times(Double(peak) / Double(paper))) the traces: \(megabytes(paper))"
    }
    return row.over_for.map { "   \(times($0)) the time of for" }
  }
}

private func megabytes(_ bytes: Int) -> String { (Double(bytes) / 1e6).decimal(places: 1) + " MB" }

private func times(_ ratio: Double) -> String { "×" + ratio.decimal(places: ratio < 100 ? 2 : 0) }

/// A time in three digits and its unit.
private func time(_ seconds: Double) -> String {
  let (value, unit) =
    switch seconds {
    case ..<1e-3: (seconds * 1e6, "µs")
    case ..<1: (seconds * 1e3, "ms")
    default: (seconds, "s")
    }
  return value.decimal(places: value < 10 ? 2 : value < 100 ? 1 : 0) + " " + unit
}

private func percent(_ share: Double) -> String { (100 * share).decimal(places: 0) + " %" }

// MARK: - The figure

extension Results {
  /// How many times as long the fastest peer takes, for every workload that has one.
  var figure: DotChart {
    let rows = all.filter { $0.ratio != nil }
    var names: [String] = []
    for row in rows where !names.contains(row.work) { names.append(row.work) }
    let threads = Set(rows.map(\.threads)).sorted()
    return DotChart(
      title: "The workbook beside the fastest peer", x: "times as long as the workbook takes",
      names: names,
      series: threads.map { count in
        DotChart.Series(
          count == 1 ? "one thread" : "\(count) threads",
          values: names.map { name in rows.last { $0.work == name && $0.threads == count }?.ratio })
      }, reference: 1)
  }
}
