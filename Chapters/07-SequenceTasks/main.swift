import Console
import Drawing
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import SequenceTasks

var usual = ClassifierPlan()
let seed = Option.seed()
let steps = Option.int("steps", default: usual.steps, in: 1..., "training steps of a network")
let cell = Option.choice("cell", default: usual.cell, "what the layers are made of")
let layers = Option.int("layers", default: usual.layers, in: 1...16, "how many layers")
let hidden = Option.int("hidden", default: usual.hidden, in: 1...1024, "H, the units of a layer")
let keep = Option.double(
  "keep", default: usual.keep, in: 0.01...1, "how likely an output is kept in training; 1 is no dropout")
let rate = Option.double("rate", default: usual.rate, in: 1e-6...1, "how far a weight moves at a step")
let validate = Option.flag(
  "validate", "choose by this: hold out a fifth of the images to learn from, and do not look at the others")
let images = Option.file("images", otherwise: "the digits of 8 × 8 pixels that come along", "images in the format IDX")
let labels = Option.file("labels", otherwise: "none", "their labels in the format IDX")
let csv = Option.file("csv", otherwise: "digits are read", "a table of numbers, to foretell values from sequences")
let target = Option.string("target", otherwise: "none", "with --csv: the column to foretell")
let sequence = Option.string(
  "sequence", otherwise: "windows of lines", "with --csv: the column that says to which sequence a line belongs")
let without = Option.string("without", otherwise: "none", "with --csv: columns to leave out, with commas between")
let window = Option.int("window", default: 8, in: 1...10_000, "with --csv: the lines of a window")
let predictions = Option.file("predictions", otherwise: "none are written", "with --csv: a file for the predictions")
let figures = Option.figures()

// MARK: - Your own numbers

@MainActor
func fit(_ path: String, _ plan: ClassifierPlan, _ options: Options) throws {
  guard let column = options[target] else {
    throw Failure.usage("--csv wants --target, the column to foretell.")
  }
  if let file = options[predictions] { try requirePlace(for: file) }
  let unused = (options[without] ?? "").split(separator: ",").map(String.init)
  let table = try Table(path, sequence: options[sequence], without: unused)
  let examples = try table.examples(target: column, window: options[window])

  heading("Values from sequences")
  let progress = ProgressBar("Training", total: plan.steps)
  let fit = plan.fit(examples, seed: options[seed]) { step, loss in progress.update(step, loss: loss) }
  progress.erase()
  print("\(fit.trained) sequences to learn from; the last \(fit.heldOut.count) held out.")
  print("Root of the mean squared error of \(column), held out:")
  print("  the network          ", fit.error.decimal(places: 4))
  print("  always the mean      ", fit.error { _ in fit.mean }.decimal(places: 4))
  if fit.heldOut[0].example.latest != nil {
    print("  the same as last time", fit.error { $0.latest! }.decimal(places: 4))
  }
  if let file = options[predictions] {
    let url = URL(fileURLWithPath: file)
    try write(fit.table, to: url.lastPathComponent, in: url.deletingLastPathComponent().path)
    print("The predictions are in \(file).")
  }
}

// MARK: - The story

program(
  "chapter07", "Sequence tasks: digits read row by row, layers, dropout, lengths, labels, and your own numbers.",
  options: [
    seed, steps, cell, layers, hidden, keep, rate, validate, images, labels, csv, target, sequence, without, window,
    predictions, figures,
  ]
) { options in
  var plan = ClassifierPlan()
  (plan.cell, plan.layers, plan.hidden) = (options[cell], options[layers], options[hidden])
  (plan.keep, plan.steps, plan.rate) = (options[keep], options[steps], options[rate])
  let first = options[seed]

  if let path = options[csv] {
    guard options[images] == nil, options[labels] == nil else {
      throw Failure.usage("--csv gives numbers, --images and --labels give pictures; give one or the other.")
    }
    try fit(path, plan, options)
    return
  }
  guard (options[images] == nil) == (options[labels] == nil) else {
    throw Failure.usage("--images and --labels belong together; give both.")
  }
  let own = try options[images].map { try LabelledImages(images: $0, labels: options[labels]!) }
  let all = own ?? .digits
  let folder = try options.folder(figures)
  // Who chooses by the images held out has learned from them: so a choice is made by images held out beside these.
  func parts(_ split: (LabelledImages) -> LabelledImages.Parts) -> LabelledImages.Parts {
    options[validate] ? split(split(all).training) : split(all)
  }
  let (training, heldOut) = parts { $0.splitByChance() }

  heading("Digits, row by row")
  print("\(all.count) images of \(all.height) × \(all.width) pixels: \(all.height) steps of \(all.width) numbers.")
  print("\(training.count) to learn from, \(heldOut.count) held out, drawn by chance.")
  let shown = (0..<max(1, min(4, 76 / (2 * all.width + 2)))).map { ($0, "a \(all.labels[$0])") }
  print(all.gallery(shown))

  heading("Learning to read them")
  var random = SplitMix64(seed: first)
  let logits = learn(plan.start(inputs: all.width, using: &random), plan, training, heldOut, own == nil, &random)

  heading("What is taken for what")
  let answers = logits.last.rowArgMaxima()
  let counts = confusion(answers, heldOut.labels)
  print("rows: what it is; columns: what the network says; \(heldOut.count) held-out images")
  print("      " + (0...9).map { "\($0)".aligned(to: 5) }.joined())
  for (digit, row) in counts.enumerated() {
    print("\(digit)".aligned(to: 6) + row.map { ($0 == 0 ? "·" : "\($0)").aligned(to: 5) }.joined())
  }

  heading("Misread")
  let wrong = answers.indices.filter { answers[$0] != heldOut.labels[$0] }
  let p = softmax(logits.last)
  let perRow = max(1, min(4, 78 / (2 * all.width + 2)))
  let misread = wrong.prefix(2 * perRow).map { index in
    let share = Int((100 * Double(p[index, answers[index]])).rounded())
    return (index, "\(heldOut.labels[index]) read as \(answers[index]), \(share) %")
  }
  print("\(wrong.count) of \(heldOut.count); the first of them, with how sure the network was:")
  for start in stride(from: 0, to: misread.count, by: perRow) {
    print(heldOut.gallery(Array(misread[start..<min(start + perRow, misread.count)])))
  }

  heading("How early does it know?")
  print("Held-out digits named rightly after so many rows:")
  for (row, share) in logits.byRow.enumerated() {
    guard all.height <= 10 || row % 3 == 0 || row == all.height - 1 else { continue }
    let bar = Drawing.bar(share, of: 1, width: 50).trimmingCharacters(in: .whitespaces)
    print("\(row + 1)".aligned(to: 4), percent(share) + (bar.isEmpty ? "" : " " + bar))
  }

  if let folder {
    let early = LineChart(
      title: "How early does it know?", x: "rows read", y: "share named rightly",
      series: [
        LineChart.Series("held-out digits", points: logits.byRow.enumerated().map { (Double($0 + 1), $1) })
      ], references: [LineChart.Reference("guessing", at: 0.1)])
    try write(early.svg(), to: "07-early.svg", in: folder)
    try write(pictures(of: heldOut, misread).svg(), to: "07-misread.svg", in: folder)
  }
  if own != nil { return }

  heading("Five seeds, two splits")
  // The network above is the one from the first seed.
  var accuracies = [logits.cut(heldOut, nil)]
  let time = ContinuousClock().measure {
    accuracies += plan.accuracies(seeds: 4, from: first &+ 1, on: training, heldOut: heldOut)
  }
  report("four more trainings: \(time)")
  print("Held out by chance, the same hands in both parts:")
  print("  " + accuracies.map(percent).joined(separator: " ") + "   mean \(percent(mean(accuracies)))")
  let (early, late) = parts { $0.splitByOrder() }
  let strangers = plan.accuracies(seeds: 2, from: first, on: early, heldOut: late)
  print("Held out is the last fifth of the file, mostly other hands:")
  print("  " + strangers.map(percent).joined(separator: " ") + "   mean \(percent(mean(strangers)))")

  heading("Three layers, or one of them twice")
  var short = plan
  short.steps = max(1, plan.steps / 2)
  for (name, shared) in [("weights of their own", false), ("two share by mistake", true)] {
    let trial = short.depth(shared: shared, seeds: 2, from: first, on: training, heldOut: heldOut)
    print(name.padded(to: 22), "\(trial.weights) weights  ", trial.accuracies.map(percent).joined(separator: " "))
  }

  heading("Dropout, with few images")
  let few = training.subset(Array(0..<200))
  print("200 images to learn from, \(short.steps) steps; losses in nats, two seeds:")
  print("keep   training   held out   named rightly")
  for keep in [1, 0.8, 0.5] {
    let trial = short.dropout(keep: keep, seeds: 2, from: first, on: few, heldOut: heldOut)
    print(
      keep.decimal(places: 1).padded(to: 4), trial.training.decimal(places: 4).aligned(to: 10),
      trial.heldOut.decimal(places: 4).aligned(to: 10), "   " + percent(trial.accuracy))
  }

  heading("A row of zeros is data")
  let faint = heldOut.damaged(0.15, seed: first)
  print("The same network, on held-out images some of whose rows were wiped out:")
  print("\(faint.blankRows) of the \(faint.rows.rows) rows have no ink.")
  print("named rightly, every row read                    \(percent(logits.cut(faint, nil)))")
  print("named rightly, lengths guessed from the ink      \(percent(logits.cut(faint, faint.guessedLengths)))")

  heading("A name for every digit of a sequence")
  print("A digit is the last one plus 3 in \(Int(100 * DamagedDigits.order)) % of cases, and else any one.")
  print("\(Int(100 * DamagedDigits.damage)) % of the rows are lost.")
  let labelling = LabellingTrial(
    hidden: 32, batches: max(1, plan.steps / 2), steps: 10, seed: first, on: training, heldOut: heldOut)
  print("each image alone           \(percent(labelling.alone))")
  print("forward                    \(percent(labelling.forward))")
  print("both directions            \(percent(labelling.both))")
  print("alone, and told the rule   \(percent(labelling.knowing))")

  print("\nWhere next? Your own numbers: swift run chapter07 --csv FILE --target COLUMN")
}

// MARK: - What the story needs

/// What was said of the held-out images.
struct Reading {
  let last: Matrix<Float>
  let byRow: [Double]
  let cut: (LabelledImages, [Int]?) -> Double
}

func learn<L: SequenceLayer<Float>>(
  _ layers: L, _ plan: ClassifierPlan, _ training: LabelledImages, _ heldOut: LabelledImages, _ reports: Bool,
  _ random: inout SplitMix64
) -> Reading {
  let marks = Set((1...8).map { max(1, plan.steps * $0 / 8) })
  print(
    "\(plan.layers) × \(plan.cell.rawValue) of \(plan.hidden) units, \(layers.count) weights; batches of \(plan.batch)."
  )
  print("  step    loss                                  held out")
  let progress = ProgressBar("Training", total: plan.steps)
  let start = ContinuousClock.now
  var losses: [Double] = []
  let network = plan.train(layers, on: training, using: &random) { step, loss, network in
    progress.update(step, loss: loss)
    losses.append(loss)
    guard marks.contains(step) else { return }
    progress.erase()
    let recent = losses.suffix(max(1, plan.steps / 8))
    let loss = recent.reduce(0, +) / Double(recent.count)
    print(
      "\(step)".aligned(to: 6), loss.decimal(places: 4).aligned(to: 7),
      " "
        + Drawing.bar(loss, of: 2.3, width: 28).padded(to: 28), percent(network.accuracy(on: heldOut)))
  }
  report("training: \(ContinuousClock.now - start)")
  return Reading(
    last: network.logits(of: heldOut), byRow: network.accuracyByRow(on: heldOut),
    cut: { images, lengths in
      guard let lengths else { return network.accuracy(on: images) }
      return network.accuracy(on: images, lengths: lengths)
    })
}

/// Images side by side as one heat map.
func pictures(of images: LabelledImages, _ chosen: [(Int, String)]) -> HeatMap {
  var rows: [[Double]] = Array(repeating: [], count: images.height)
  var names: [String] = []
  for (index, caption) in chosen {
    let image = images.image(index)
    for row in rows.indices { rows[row] += (0..<images.width).map { Double(image[row, $0]) } + [0] }
    var above = Array(repeating: "", count: images.width + 1)
    above[images.width / 2] = caption.prefix { $0 != "," }.replacingOccurrences(of: " read as ", with: " → ")
    names += above
  }
  return HeatMap(
    title: "Misread digits: what it is → what the network read", rows: rows.map { _ in "" }, columns: names,
    values: rows, range: 0...1)
}

func percent(_ share: Double) -> String { (100 * share).decimal(places: 1).aligned(to: 5) + " %" }
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Times differ from run to run, so they go where the book does not look.
func report(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
