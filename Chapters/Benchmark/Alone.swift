import Console
import Foundation
import Scan
import Speed
import Texts

/// What this program measures in a process of its own: the time from its start, and the most memory it ever had.
struct Alone: Codable {
  /// When the work was done, by ``Speed/wallTime()``.
  let done: Double
  /// The most memory that the process had before the work, and until its end, in bytes.
  let before, peak: Int

  /// Does the work: one training step of `W2`, and no more, or some of `W3` or `W4`.
  init(_ workload: String, text: String?) throws {
    let before: Int
    switch workload {
    case "W2":
      before = 0
      AdditionStep(steps: 1).stepOnce()
    case "W3":
      before = peakMemory()
      LSTMLayer().step(times: 3)
    case "W4":
      let work = try CharacterLSTM(text: try text.map(readText) ?? Texts.workbook)
      before = peakMemory()
      try work.step(times: 3)
    default: throw Failure.usage("--alone wants W2, W3 or W4, not \(workload).")
    }
    done = wallTime()
    (self.before, peak) = (before, peakMemory())
  }

  /// Starts this program once more, for one workload, and waits for what it says.
  fileprivate static func run(_ workload: String, threads: Int, _ text: String?) throws -> Alone {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = Bundle.main.executableURL
    process.arguments = ["--alone", workload, "--threads", "\(threads)"] + (text.map { ["--text", $0] } ?? [])
    process.standardOutput = pipe
    try process.run()
    let answer = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let alone = try? JSONDecoder().decode(Alone.self, from: answer) else {
      throw Failure.failed("\(workload), in a process of its own, said nothing: try --alone \(workload).")
    }
    return alone
  }
}

/// W7: from the start of this program to the end of its first training step of W2, the median of 21 starts.
func measureStart(threads: Int, into results: Results) throws {
  var times: [Double] = []
  for _ in 0..<21 {
    let start = wallTime()
    times.append(try Alone.run("W2", threads: threads, nil).done - start)
  }
  var measurement = Measurement("W7-first-step", "chapter 3", threads: threads)
  (measurement.median_s, measurement.min_s) = (times.sorted()[10], times.min())
  try results.add(measurement)
}

/// The memory of three training steps of W3 and of W4, beside what the traces of one need on paper.
func measureMemory(text: String?, threads: Int, into results: Results) throws {
  for (workload, paper) in [("W3", LSTMLayer().traceBytes), ("W4", CharacterLSTM.traceBytes)] {
    let alone = try Alone.run(workload, threads: threads, text)
    var measurement = Measurement("\(workload)-memory", workload == "W3" ? "chapter 3" : "chapter 6", threads: threads)
    (measurement.peak_bytes, measurement.paper_bytes) = (alone.peak - alone.before, paper)
    try results.add(measurement)
  }
}
