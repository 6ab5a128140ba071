import Console
import Drawing
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Texts
import VectorMath

let seed = Option.seed()
let steps = Option.int("steps", default: 20_000, in: 1..., "training steps, each one window of 25 characters")
let text = Option.file("text", otherwise: "5,163 first names", "the text to learn from")
let hidden = Option.int("hidden", default: 100, in: 1...4096, "H, how many numbers the state has")
let rate = Option.double("rate", default: 0.1, in: 0...1e38, "how far a step of Adagrad goes")
let prompt = Option.string(
  "prompt", otherwise: "a line break, or the text's first character", "what the network reads before it writes")
let temperature = Option.double("temperature", default: 0.7, in: 0.01...100, "how daring it writes; 1 as predicted")
let threads = Option.int(
  "threads", default: 2, in: 1...1024, "how many may share a large product; the bits stay the same")
let figures = Option.figures()

program(
  "chapter02", "Backpropagation through time by hand: checks every gradient, then learns to invent words.",
  options: [seed, steps, text, hidden, rate, prompt, temperature, threads, figures]
) { options in
  Threads.count = options[threads]
  let source = try options[text].map(readText) ?? Texts.names
  let vocabulary = Vocabulary(of: source)
  let ids = try vocabulary.ids(of: source)
  let usual = vocabulary.characters.contains("\n") ? "\n" : String(source.prefix(1))
  let start = try vocabulary.ids(of: options[prompt] ?? usual)
  let T = 25
  guard ids.count > T else {
    throw Failure.usage(
      "the text has \(counted(ids.count, "character")), and a window of \(T) steps needs \(T + 1): take a longer one.")
  }
  guard !start.isEmpty else { throw Failure.usage("--prompt is empty: it takes at least one character to begin with.") }
  let folder = try options.folder(figures)
  var random = SplitMix64(seed: options[seed])

  heading("Every gradient, checked")
  let small = RNN<Double>(vocabulary: 5, hidden: 4, deviation: 0.5, using: &random)
  let h0 = Matrix<Double>.normal(2, 4, deviation: 0.5, using: &random)
  let (inputs, targets) = ([0, 3, 1, 4, 0, 2], [3, 1, 4, 0, 2, 2])
  let checks = small.checkGradients(inputs, targets, from: h0)
  print("A network of B = 2 rows, T = 3 steps, V = 5 characters, H = 4, in Double:")
  for check in checks { print(check) }
  guard checks.allSatisfy(\.passes) else { throw Failure.failed("the backward pass is wrong, see above.") }

  heading("Training")
  let network = RNN<Float>(vocabulary: vocabulary.count, hidden: options[hidden], using: &random)
  print("\(network.count) weights learn from \(ids.count) characters, \(T) at a time.")
  print("   step    loss  (nats per character)            it writes")
  var trainer = Trainer(network, on: ids, steps: T, rate: Float(options[rate]))
  let progress = ProgressBar("Training", total: options[steps])
  let uniform = Double(log(Float(vocabulary.count)))
  var losses: [Double] = []
  let reports = Set((1...10).map { options[steps] * $0 / 10 } + [1])
  func report(_ step: Int) {
    let recent = losses.suffix(max(1, options[steps] / 10))
    let loss = recent.reduce(0, +) / Double(recent.count)
    let sample = trainer.network.write(30, after: start, temperature: options[temperature], using: &random)
    let written = String(vocabulary.text(of: sample).map(shown).joined().prefix(29))
    let columns = [
      "\(step)".aligned(to: 7), loss.decimal(places: 3).aligned(to: 6), Drawing.bar(loss, of: uniform, width: 30),
      written,
    ]
    progress.erase()
    print(columns.joined(separator: "  "))
  }
  for step in 1...options[steps] {
    let loss = Double(trainer.step()) / Double(T)
    guard loss.isFinite else {
      throw Failure.failed(
        "the loss is \(loss.decimal(places: 4)) at step \(step), so the weights are no numbers any more: try a smaller --rate than "
          + "\(options[rate]).")
    }
    losses.append(loss)
    progress.update(step, loss: loss)
    if reports.contains(step) { report(step) }
  }
  progress.erase()
  print("fingerprint of the weights: \(String(trainer.network.fingerprint, radix: 16))")

  heading("The loss curve")
  let curve = LineChart(
    title: "Learning to write", x: "step", y: "nats per character",
    series: [LineChart.Series("loss", meansOf: losses, every: max(1, options[steps] / 200))],
    references: [LineChart.Reference("ln \(vocabulary.count)", at: uniform)])
  print(curve.text(height: 14))

  heading("It writes")
  for temperature in [0.3, 0.7, 1.0] {
    let written = trainer.network.write(200, after: start, temperature: temperature, using: &random)
    let words = vocabulary.text(of: written).split(separator: "\n").dropLast().joined(separator: " ")
    print("\(temperature.decimal(places: 1))  \(words.prefix(74))")
  }

  heading("How far a derivative reaches")
  let far = 50
  let names = [0.5: "gain 0.5", 1.0: "gain 1.0", 1.5: "gain 1.5"]
  var reach = names.sorted { $0.key < $1.key }.map { gain, name in
    LineChart.Series(name, TanhCell<Double>.reach(gain: gain, hidden: 100, steps: far, using: &random))
  }
  if ids.count > far {
    reach.append(LineChart.Series("trained", trainer.network.reach(on: Array(ids.prefix(5_000)), steps: far)))
  }
  let distance = LineChart(
    title: "The derivative of the last loss, seen from earlier states", x: "steps back", y: "length of dL/dh",
    yScale: .logarithmic, series: reach)
  print(distance.text(height: 18))
  for series in reach {
    let lengths = [1, 10, 25, 49].map { "\($0): " + series.points[$0].y.scientific(places: 1) }
    print("\(series.name.padded(to: 9)) steps back  \(lengths.joined(separator: "   "))")
  }

  heading("What truncation loses")
  let floors = DelayedBits.floors
  print(
    "A bit depends on those \(DelayedBits.lags.near) and \(DelayedBits.lags.far) steps before. The least possible loss:"
  )
  print(
    "knowing nothing \(floors.nothing.decimal(places: 4)), the near bit \(floors.near.decimal(places: 4)),"
      + " both \(floors.both.decimal(places: 4)) nats.")
  let windows = max(10, min(2_000, options[steps]))
  let lessons = [3, 4, 16].map { T in
    let losses = DelayedBits.learn(steps: T, windows: windows, hidden: 32, batch: 32, rate: 0.1, seed: options[seed])
    let end = losses.suffix(windows / 10)
    let reached = (end.reduce(0, +) / Double(end.count)).decimal(places: 4)
    print("windows of \("\(T)".aligned(to: 2)) steps: \(reached) after \(windows) windows")
    return LineChart.Series("T = \(T)", meansOf: losses, every: max(1, windows / 40))
  }
  let truncation = LineChart(
    title: "A bit that depends on two earlier ones", x: "window", y: "nats per step", series: lessons,
    references: [
      LineChart.Reference("nothing", at: floors.nothing), LineChart.Reference("near bit", at: floors.near),
      LineChart.Reference("both bits", at: floors.both),
    ])
  print(truncation.text(height: 16))

  print("Where next? Your own text, a novel or your code: swift run chapter02 --text FILE")

  if let folder {
    try write(curve.svg(), to: "02-loss.svg", in: folder)
    try write(distance.svg(), to: "02-reach.svg", in: folder)
    try write(truncation.svg(), to: "02-truncation.svg", in: folder)
  }
}
