import Console
import Drawing
import ExplicitGates
import Foundation
import MinimalMatrix
import Speed

let seed = Option.seed()
let steps = Option.int("steps", default: 50, in: 1...10_000, "T, time steps of the sequence")
let batch = Option.int("batch", default: 100, in: 1...10_000, "B, sequences side by side")
let hidden = Option.int("hidden", default: 200, in: 1...4096, "H, hidden units, and D, the numbers in an input")
let verifying = Option.flag("verify", "compare the versions and measure nothing")
let recording = Option.flag("record", "measure, and print the numbers as Record.swift holds them, and nothing else")
let figures = Option.figures("a folder for the figures, as SVG files; then nothing is measured")

program(
  "chapter08", "Speed: one training step, from a triple loop to the limit of the machine, and the same bits.",
  options: [seed, steps, batch, hidden, verifying, recording, figures]
) { options in
  let size = Size(T: options[steps], B: options[batch], D: options[hidden], H: options[hidden])
  if options[recording] {
    measure(size).source.forEach { print($0) }
    Growth.source(measureGrowth()).forEach { print($0) }
    return
  }
  let folder = try options.folder(figures)

  heading("The same answer, version by version")
  // Five steps are enough to go there and back, and the triple loop takes its time.
  var short = size
  short.T = min(5, size.T)
  let (cell, x) = short.example(seed: options[seed])
  let truth = cell.answer(x, batch: short.B)
  print("T = \(short.T), B = \(short.B), D = \(short.D), H = \(short.H). Loss, weights' gradient and dInputs of")
  print("                                   version 1      chapter 3")
  var first: Answer?
  for (index, version) in Recipe.history.enumerated() {
    var learner = Learner(version.recipe)
    // Twice: the second time, buffers hold what the first has left.
    _ = version.recipe.keepsBuffers ? learner.answer(cell, x * 2, batch: short.B) : truth
    let answer = learner.answer(cell, x, batch: short.B)
    first = first ?? answer
    let columns = [first!, truth].map { comparison(answer, $0).aligned(to: 15) }
    print("\(index + 1)".aligned(to: 2) + "  " + version.idea.padded(to: 27) + columns.joined())
  }

  heading("Another order, other bits")
  var random = SplitMix64(seed: options[seed])
  let a = Matrix<Float>.uniform(1, size.H, scale: 1, using: &random)
  let b = Matrix<Float>.uniform(1, size.H, scale: 1, using: &random)
  let sums = ThreeSums(Array(a.scalars), Array(b.scalars))
  print("A sum of \(size.H) products, and how far it is from the exact one:")
  for (name, sum) in [
    ("in order, fused", sums.inOrder), ("in order, rounded twice", sums.roundedTwice),
    ("in eight sums", sums.inEight),
  ] {
    let error = Double(sum) - sums.exact
    let columns = [Double(sum).decimal(places: 7).aligned(to: 11), error.scientific(places: 1).aligned(to: 10)]
    print(name.padded(to: 25) + columns.joined())
  }

  heading("A record of speed")
  let record = Measurements.record
  print("Measured on \(record.made).")
  record.table.forEach { print($0) }

  heading("The roofs")
  print(record.roofline.text(height: 18))

  heading("How the cost grows")
  Growth.table(Growth.record).forEach { print($0) }
  print("\n" + Growth.shares(Growth.record).text(height: 14))

  if let folder {
    try write(Growth.times(Growth.record).svg(), to: "08-times.svg", in: folder)
    try write(Growth.shares(Growth.record).svg(), to: "08-shares.svg", in: folder)
    try write(record.roofline.svg(), to: "08-roofline.svg", in: folder)
  } else if !options[verifying] {
    let now = measure(size)
    let lines = ["", "Measured here, now:"] + now.table + [now.roofline.text(height: 18)]
    try FileHandle.standardError.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
  }
  print("\nWhere next? swift run benchmark, which measures the chapters' own code.")
}

/// All measurements, with a bar that shows how far they are.
func measure(_ size: Size) -> Measurements {
  let progress = ProgressBar("Measuring", total: 100)
  return Measurements.now(size, seed: 1) { done, total in progress.update(100 * done / total) }
}

/// The cost of chapter 3's training step at all sizes, with a bar.
func measureGrowth() -> [[Growth.Cost]] {
  let progress = ProgressBar("Growing", total: Growth.all.map(\.values.count).reduce(0, +))
  var done = 0
  return Growth.all.map { growth in
    growth.values.map { value in
      done += 1
      progress.update(done)
      return growth.measure(value)
    }
  }
}

/// In a few words: the same bits, or how far apart at most.
func comparison(_ a: Answer, _ b: Answer) -> String {
  if a == b { return "same bits" }
  return "within 1e" + "\(Int(log10(a.distance(to: b)).rounded(.up)))"
}
