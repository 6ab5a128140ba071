import Console
import Foundation

/// The peers: the same work done by other frameworks, and measured elsewhere, as lines of JSON.
///
/// A line says what was measured by whom, and the seconds that one run took:
///
///     {"workload": "W3-fwd", "peer": "torch", "variant": "nn.LSTM", "threads": 1, "median_s": 0.0351}
///
/// A product is the workload `W6`, and its variant is the shape, `256x256x256`. A line may hold more: `steps_per_s`, where
/// a run is several steps; `seconds` instead of `median_s` for what runs once; `dtype`, of which only `float32` is
/// compared. Lines with `error` or `check` are passed over. Where a peer has several lines for one workload, the fastest
/// counts.
struct Peers {
  /// The seconds of the fastest line, by work and threads, then by peer.
  private var seconds: [Key: [String: Double]] = [:]

  private struct Key: Hashable {
    let work: String
    let threads: Int
  }

  private struct Line: Decodable {
    var workload: String
    var peer, variant, dtype, error: String?
    var threads: Int?
    var median_s, seconds, steps_per_s: Double?
    var check: Bool?
  }

  /// No peers.
  init() {}

  /// Reads files of such lines.
  /// - Throws: a ``Failure`` of exit code 2 that names file and line.
  init(files: [String]) throws(Failure) {
    for file in files { try read(file) }
  }

  private mutating func read(_ file: String) throws(Failure) {
    for (place, text) in try lines(of: file) {
      let line = try decode(Line.self, text, place, example: #"{"workload": "W1", "peer": "torch", …}"#)
      guard Workload.comparable.contains(line.workload) || Workload.passedOver.contains(line.workload) else {
        let known = Workload.comparable.joined(separator: ", ")
        throw .usage("\(place) has an unknown workload \(quoted(line.workload)): there are \(known).")
      }
      let isOther = line.check == true || line.error != nil || (line.dtype ?? "float32") != "float32"
      if isOther || Workload.passedOver.contains(line.workload) { continue }
      guard let peer = line.peer, let threads = line.threads, threads > 0,
        let time = line.median_s ?? line.seconds, time > 0, time.isFinite, line.workload != "W6" || line.variant != nil
      else {
        throw .usage("\(place) lacks a peer, threads from 1 up, median_s above 0, or a product's shape as its variant.")
      }
      // A run of a hundred steps says so by its steps a second.
      let steps = max(1, ((line.steps_per_s ?? 0) * time).rounded())
      var measured = Measurement(line.workload, line.variant ?? "", threads: threads)
      measured.peer = peer
      let key = Key(work: measured.work, threads: threads)
      seconds[key, default: [:]][peer] = min(seconds[key]?[peer] ?? .infinity, time / steps)
    }
  }

  /// A measurement beside the peers' for the same work and number of threads.
  func beside(_ measurement: Measurement) -> Measurement {
    var result = measurement
    let key = Key(work: measurement.work, threads: measurement.threads)
    guard let own = measurement.median_s, own > 0, let all = seconds[key],
      let fastest = all.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })
    else { return result }
    result.peers = all
    (result.fastest_peer, result.ratio) = (fastest.key, fastest.value / own)
    return result
  }
}

/// The workbook's own lines, from a file that an earlier run has printed.
func readMeasurements(_ file: String) throws(Failure) -> [Measurement] {
  var measurements: [Measurement] = []
  for (place, text) in try lines(of: file) {
    measurements.append(try decode(Measurement.self, text, place, example: "what swift run benchmark prints"))
  }
  return measurements
}

/// The lines of a file that are not empty, each with its place.
private func lines(of file: String) throws(Failure) -> [(place: String, text: String)] {
  let text: String
  do { text = try readText(file) } catch { throw .usage(error.message) }
  return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    .map { ("\(file), line \($0 + 1)", String($1)) }
    .filter { !$0.text.allSatisfy(\.isWhitespace) }
}

private func decode<Value: Decodable>(
  _: Value.Type, _ text: String, _ place: String, example: String
) throws(Failure) -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  } catch DecodingError.keyNotFound(let key, _) {
    throw .usage("\(place) has no \"\(key.stringValue)\"; wanted is \(example).")
  } catch DecodingError.typeMismatch(_, let context) {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    throw .usage("\(place): \(path.isEmpty ? "it" : path) is of the wrong kind; wanted is \(example).")
  } catch {
    throw .usage("\(place) is no JSON; wanted is \(example).")
  }
}

private func quoted(_ text: String) -> String { text.debugDescription }
