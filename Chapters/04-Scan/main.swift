import Console
import Drawing
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Scan

enum Probe: String, CaseIterable { case none, plain, checkpointed }

let seed = Option.seed()
let steps = Option.int("steps", default: 1000, in: 1...1_000_000, "T, the length of the runs that are compared")
let hidden = Option.int("hidden", default: 32, in: 1...1024, "H, how many units the cells have")
let figures = Option.figures()
let measuring = Option.flag(
  "measure", "measure time and peak memory up to T = 100 000, on standard error; takes a minute and 1 GB")
let probe = Option.choice(
  "probe", default: Probe.none, "measure one run of --steps steps in this process, print it as JSON, and stop")

program(
  "chapter04", "Scan: a loop as a value, forward, reversed, backward, and in the square root of the memory.",
  options: [seed, steps, hidden, figures, measuring, probe]
) { options in
  let (T, H) = (options[steps], options[hidden])
  var random = SplitMix64(seed: options[seed])
  if let strategy = Strategy(rawValue: options[probe].rawValue) {
    let measurement = measure(strategy, steps: T, hidden: H, runs: max(1, 20_000 / T))
    print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
    return
  }
  let folder = try options.folder(figures)

  heading("A sum, carried from element to element")
  let x = (0..<8).map { _ in random.below(10) }
  func row(_ name: String, _ values: [Int]) {
    print(name.padded(to: 14), values.map { "\($0)".aligned(to: 4) }.joined())
  }
  let sums = scan(over: x, from: 0) { sum, x in (sum + x, sum + x) }
  let back = scan(over: x, from: 0, reversed: true) { sum, x in
    (sum + x, sum + x)
  }
  row("elements", x)
  row("outputs", sums.outputs)
  row("reversed", back.outputs)
  print("last carry     \(sums.last) forward, \(back.last) reversed, \(fold(over: x, from: 0, +)) without outputs")
  let nothing = scan(over: [Int](), from: 7) { sum, x in (sum + x, x) }
  print("over nothing   the initial carry, \(nothing.last), and \(nothing.outputs.count) outputs")

  heading("Batch-major and time-major")
  let texts = ["scan", "over", "time"]
  print("[B][T], a row for each text:   \(texts.joined(separator: "  "))")
  print("[T][B], a row for each step:   \(exchanged(texts.map(Array.init)).map { String($0) }.joined(separator: "  "))")
  let batch = Matrix<Float>(6, 1, scalars: [0, 1, 2, 10, 11, 12])
  func line(_ matrix: Matrix<Float>) -> String { matrix.scalars.map { "\(Int($0))" }.joined(separator: " ") }
  print("[B·T × 1], B = 2, T = 3:       \(line(batch))")
  print("[T·B × 1], time-major:         \(line(batch.timeMajor(batch: 2)))")
  print("and back:                      \(line(batch.timeMajor(batch: 2).batchMajor(batch: 2)))")

  heading("A projection after every step")
  let projection = Projection<Float>(
    W: .uniform(H, 27, scale: 0.2, using: &random), b: .uniform(1, 27, scale: 0.2, using: &random))
  let h = Matrix<Float>.uniform(4 * T, H, scale: 1, using: &random)
  let (mapped, product) = (projection.map(overTime: h, batch: 4), projection(h))
  print("\(T) products [4 × \(H)]·[\(H) × 27], stacked: \(mapped.shape)")
  print("one product [\(4 * T) × \(H)]·[\(H) × 27]:       \(product.shape)")
  print("entries that differ in any bit:             \(differences(mapped, product))")

  heading("Four cells, three unrollings, the same bits")
  print("\(counted(T, "step")) of 4 rows, \(counted(H, "unit")): fingerprints of the gradient of every weight.")
  print("cell            chapter 3's loop  scan              checkpoints       other bits")
  func compare<C: Cell<Float>>(_ name: String, _ cell: C) {
    var random = SplitMix64(seed: options[seed])
    let x = Matrix<Float>.normal(4 * T, cell.inputs, deviation: 1, using: &random)
    let dOutputs = Matrix<Float>.normal(4 * T, H, deviation: 1, using: &random)
    let initial = cell.zeroState(batch: 4)
    let loop = cell.run(x, from: initial)
    let scanned = cell.scanned(x, from: initial)
    let kept = cell.checkpointed(x, from: initial, keepsOutputs: true)
    let back = [
      cell.backward(dOutputs, through: loop), cell.backward(dOutputs, through: scanned),
      cell.backward(dOutputs, through: kept),
    ]
    let different = zip(back.dropFirst(), [scanned.outputs, kept.outputs!]).reduce(0) { sum, found in
      sum + differences(found.1, loop.outputs) + differences(found.0.dInputs, back[0].dInputs)
        + C.State.arrays.reduce(0) { sum, array in
          sum + differences(found.0.dInitial[keyPath: array.path], back[0].dInitial[keyPath: array.path])
        }
    }
    let marks = back.map { String($0.gradient.fingerprint, radix: 16).aligned(to: 16) + "  " }.joined()
    print(name.padded(to: 16) + marks + "\(different)".aligned(to: 10))
  }
  compare("TanhCell", TanhCell(inputs: 8, hidden: H, using: &random))
  compare("LSTM", LSTM(inputs: 8, hidden: H, using: &random))
  compare("GRU", GRU(inputs: 8, hidden: H, using: &random))
  compare("ResetAfterGRU", ResetAfterGRU(inputs: 8, hidden: H, using: &random))
  print("Other bits: in outputs, input gradients and initial state's gradients together.")

  heading("Backward, checked")
  print("Largest relative error against centred differences, LSTM, 7 steps of 2 rows:")
  let checks = checkGradients(seed: options[seed])
  for (name, checks) in checks {
    let worst = checks.max { $0.worst.error < $1.worst.error }!
    let verdict = checks.allSatisfy(\.passes) ? "\(checks.count) arrays right" : "\(worst)"
    print("\(name.padded(to: 14))\(verdict), the largest error \(worst.worst.error.scientific(places: 0))")
  }

  heading("What is kept for the way back")
  let footprint = Footprint(of: LSTM<Float>(inputs: 8, hidden: H, using: &random), batch: 4)
  print("LSTM, H = \(H), 4 rows. A state: \(footprint.state) bytes; the trace of a step: \(footprint.oneTrace).")
  print("Bytes in carries and traces:")
  print("       T     pieces of          plain   checkpointed   ratio")
  let lengths = [100, 316, 1000, 3162, 10_000, 31_623, 100_000]
  for T in [100, 1000, 10_000, 100_000] {
    let (all, few) = (footprint.plain(T), footprint.checkpointed(T))
    print(
      "\(T)".aligned(to: 8), "\(cut(T)[0].count)".aligned(to: 12), "\(all)".aligned(to: 15), "\(few)".aligned(to: 14),
      (Double(all) / Double(few)).decimal(places: 1).aligned(to: 7))
  }
  let memory = LineChart(
    title: "Kept for the way back: LSTM, H = \(H), batch 4", x: "T, time steps", y: "bytes in carries and traces",
    xScale: .logarithmic, yScale: .logarithmic,
    series: [
      .init("plain", points: lengths.map { (Double($0), Double(footprint.plain($0))) }),
      .init("checkpointed", points: lengths.map { (Double($0), Double(footprint.checkpointed($0))) }),
    ])
  print(memory.text(height: 12))

  heading("A record of time and memory")
  print("Measured on \(Record.made).")
  print("LSTM, 8 inputs, H = 32, 4 rows, forward and backward, a loss on the last state.")
  Record.table(Record.runs).forEach { print($0) }
  print("To measure on this machine: swift run chapter04 --measure")

  if options[measuring] { try measureAll() }
  print("Where next? swift run chapter05, where the data say how many steps there are.")

  if let folder {
    try write(Diagrams.scan.svg(), to: "04-scan.svg", in: folder)
    try write(Diagrams.backward.svg(), to: "04-backward.svg", in: folder)
    try write(Diagrams.checkpoints.svg(), to: "04-checkpoints.svg", in: folder)
    try write(memory.svg(), to: "04-memory.svg", in: folder)
    try write(Record.chart("Peak memory", "bytes") { Double($0.peak) }.svg(), to: "04-peak.svg", in: folder)
    try write(Record.chart("Time", "seconds") { $0.seconds }.svg(), to: "04-time.svg", in: folder)
  }
}

/// Every run in a process of its own, because a peak never goes down.
func measureAll() throws {
  var runs: [Strategy: [Cost]] = [:]
  let progress = ProgressBar("Measuring", total: 8)
  for T in [100, 1000, 10_000, 100_000] {
    for strategy in Strategy.allCases {
      let (process, pipe) = (Process(), Pipe())
      process.executableURL = Bundle.main.executableURL
      process.arguments = ["--probe", strategy.rawValue, "--steps", "\(T)"]
      process.standardOutput = pipe
      try process.run()
      let answer = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        let code = process.terminationStatus
        throw Failure.failed("the \(strategy) run of \(T) steps ended with \(code): is there 1 GB of memory?")
      }
      runs[strategy, default: []].append(try JSONDecoder().decode(Cost.self, from: answer))
      progress.update(runs.values.reduce(0) { $0 + $1.count })
    }
  }
  progress.erase()
  for (a, b) in zip(runs[.plain]!, runs[.checkpointed]!) where a.fingerprint != b.fingerprint {
    throw Failure.failed("at \(a.steps) steps the two gradients differ: this is a bug of the chapter.")
  }
  let lines = ["Measured here, now; the gradients of both are the same bits:"] + Record.table(runs)
  try FileHandle.standardError.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
}
