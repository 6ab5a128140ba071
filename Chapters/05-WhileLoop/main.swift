import Console
import Drawing
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Texts
import WhileLoop

let seed = Option.seed()
let steps = Option.int("steps", default: 600, in: 1..., "training steps of the network that writes names")
let hidden = Option.int("hidden", default: 64, in: 1...1024, "H, how many units that network has")
let figures = Option.figures()

program(
  "chapter05", "While loop and tensor array: a network whose number of steps is data.",
  options: [seed, steps, hidden, figures]
) { options in
  let folder = try options.folder(figures)
  var random = SplitMix64(seed: options[seed])

  heading("A loop of one number")
  print("An amount of 1 grows by a factor each year until there are 100. How much is it,")
  print("and how does that depend on the factor?")
  print("  factor   years     amount   by the loop   by differences")
  for rate in [1.05, 1.1, 1.5, 3] as [Double] {
    let (loop, d) = (Growth(rate: rate).loop, Growth(rate: rate).derivative)
    let e = 1e-6
    let numeric = (Growth(rate: rate + e).loop.last - Growth(rate: rate - e).loop.last) / (2 * e)
    print(
      rate.decimal(places: 2).aligned(to: 8), "\(loop.steps)".aligned(to: 7),
      loop.last.decimal(places: 3).aligned(to: 10), d.rate.decimal(places: 3).aligned(to: 13),
      numeric.decimal(places: 3).aligned(to: 16))
  }
  let edge = 10.0
  let (below, at) = (Growth(rate: edge - 1e-6), Growth(rate: edge))
  print("At a factor of 10 it is \(at.loop.last.decimal(places: 0)) after \(at.loop.steps) years; a millionth below,")
  print("\(below.loop.last.decimal(places: 1)) after \(below.loop.steps). There, no derivative helps.")

  heading("A tensor array")
  var array = TensorArray<Matrix<Double>>("states", grows: true)
  print("A growing array of [1 × 2]. ■ can be read, □ was read, · is empty.")
  func show(_ what: String) { print(what.padded(to: 34) + array.picture) }
  show("new")
  for t in [0, 1, 3] { array.write(Matrix([[Double(t), 10]]), at: t) }
  show("written at 0, 1 and 3")
  _ = array.read(1)
  show("read at 1")
  array.write(Matrix([[2, 10]]), at: 2)
  show("written at 2")
  let gathered = array.gather([3, 0])
  show("gathered 3 and 0")
  print("What was gathered, \(gathered.shape):")
  print(gathered)

  heading("Sequences of different lengths")
  let lengths = [3, 7, 1, 5]
  let (T, B) = (8, lengths.count)
  let cell = LSTM<Float>(inputs: 3, hidden: 5, using: &random)
  let x = Matrix<Float>.normal(T * B, 3, deviation: 1, using: &random)
  let run = cell.loop(x, from: cell.zeroState(batch: B), lengths: lengths)
  print("\(B) sequences in a batch of \(T) steps; the loop took \(run.steps). |h| after each step taken:")
  print("row  length  " + (0..<T).map { "t = \($0)".aligned(to: 6) }.joined(separator: " "))
  for row in 0..<B {
    let sizes = (0..<T).map { t in
      let h = run.outputs.row(t * B + row)
      return (t < lengths[row] ? Double(h.squaredNorm().squareRoot()).decimal(places: 3) : "·").aligned(to: 6)
    }
    print("\(row)".aligned(to: 3), "\(lengths[row])".aligned(to: 7), "", sizes.joined(separator: " "))
  }
  print("The last state of each row in the batch, and of the same row alone:")
  for row in 0..<B {
    let own = x.rows(at: (0..<lengths[row]).map { $0 * B + row })
    let alone = cell.run(own, from: cell.zeroState(batch: 1)).last
    let (a, b) = (run.last.rows(row..<row + 1).fingerprint, alone.fingerprint)
    print("row \(row)   \(hexadecimal(a))   \(hexadecimal(b))   \(a == b ? "the same bits" : "not the same")")
  }

  heading("One network, five unrollings")
  print("Three steps of two rows. Fingerprints of the outputs, the last state, and of the")
  print("derivatives with respect to weights, inputs and first state:")
  func compare<C: Cell<Double>>(_ name: String, _ make: (inout SplitMix64) -> C) {
    let cell = make(&random)
    let question = Question(to: cell, steps: 3, batch: 2, using: &random)
    let answers = [
      ("by hand", cell.byHand(question)), ("for", cell.byFor(question)), ("scan", cell.byScan(question)),
      ("checkpointed", cell.byCheckpoints(question)), ("while loop", cell.byWhile(question)),
    ]
    for (k, (unrolling, answer)) in answers.enumerated() {
      let prints = answer.fingerprints.map { hexadecimal($0).prefix(8) }.joined(separator: "  ")
      print((k == 0 ? name : "").padded(to: 14), unrolling.padded(to: 13), prints)
    }
    let all = answers.allSatisfy { $0.1.fingerprints == answers[0].1.fingerprints }
    print("".padded(to: 14), all ? "the same bits" : "NOT THE SAME BITS")
  }
  compare("TanhCell") { TanhCell<Double>(inputs: 4, hidden: 5, using: &$0) }
  compare("LSTM") { LSTM<Double>(inputs: 4, hidden: 5, using: &$0) }
  compare("GRU") { GRU<Double>(inputs: 4, hidden: 5, using: &$0) }
  compare("ResetAfterGRU") { ResetAfterGRU<Double>(inputs: 4, hidden: 5, using: &$0) }

  heading("What each keeps for the way back")
  print("An LSTM, 100 steps of 2 rows; for the while loop they have 40 steps and 70:")
  var small = SplitMix64(seed: options[seed])
  let kept = LSTM<Float>(inputs: 4, hidden: 5, using: &small)
  let long = Question(to: kept, steps: 100, batch: 2, using: &small)
  let checkpoints = kept.checkpointed(long.x, from: long.initial).checkpoints
  print("for            \(kept.run(long.x, from: long.initial).traces.count) traces")
  print("scan           \(kept.scanned(long.x, from: long.initial).traces.count) traces")
  let piece = checkpoints.pieces.map(\.count).max() ?? 0
  print("checkpointed   \(checkpoints.carries.count) states, and \(piece) traces at a time on the way back")
  let loop = kept.loop(long.x, from: long.initial, lengths: [40, 70]).loop
  let rows = loop.traces.reduce(0) { $0 + $1.rows.count }
  print("while loop     \(loop.steps) traces, of \(rows) rows in all, not of \(2 * 100)")

  heading("Names of any length")
  let vocabulary = Vocabulary(of: Texts.names)
  let names = try Texts.names.split(separator: "\n").map { try vocabulary.ids(of: String($0)) }
  let (V, H, limit) = (vocabulary.count, options[hidden], options[steps])
  let end = try vocabulary.ids(of: "\n")[0]
  var network = CustomRNN(
    recurrent: LSTM<Float>(inputs: V, hidden: H, using: &random),
    output: Projection(
      W: .uniform(H, V, scale: 1 / Double(H).squareRoot(), using: &random), b: Matrix(1, V)))
  print(
    "\(names.count) names of \(names.map(\.count).min()!) to \(names.map(\.count).max()!) letters; 32 at each step.")
  let guess = Double(logSumExp(Matrix<Double>(1, V))[0, 0]).decimal(places: 3)
  print("\(network.count) weights. The loss in nats for each character; a guess has ln \(V) = \(guess):")
  var adam = Adam(for: network, rate: 5e-3)
  let progress = ProgressBar("Training", total: limit)
  let reports = Set((0...6).map { max(1, limit * $0 / 6) })
  var sum = 0.0
  var count = 0
  for step in 1...limit {
    let batch = (0..<32).map { _ in names[random.below(names.count)] }
    let (loss, gradient) = network.lossAndGradient(of: Lines(batch, end: end, vocabulary: V))
    adam.update(&network, by: gradient)
    (sum, count) = (sum + loss, count + 1)
    progress.update(step, loss: loss)
    guard reports.contains(step) else { continue }
    progress.erase()
    let mean = sum / Double(count)
    print("\(step)".aligned(to: 6), mean.decimal(places: 3).aligned(to: 7), " " + bar(mean, of: 3.4, width: 40))
    (sum, count) = (0, 0)
  }

  heading("Writing until an end mark")
  let written = network.write(lines: 12, end: end, atMost: 20, vocabulary: V, using: &random)
  print("12 rows at once; the loop took \((written.map(\.count).max() ?? 0) + 1) steps. Rows still writing at each:")
  let longest = written.map(\.count).max() ?? 0
  print((0...longest).map { t in "\(written.count { $0.count >= t })".aligned(to: 3) }.joined())
  for line in written.map({ vocabulary.text(of: $0) }) { print("  \(line)") }

  if let folder {
    try write(Diagrams.whileLoop.svg(), to: "05-while-loop.svg", in: folder)
  }

  print("Where next? Give the network a GRU in Chapters/05-WhileLoop/main.swift, and see:")
  print("swift run chapter05 --steps 3000")
}

/// The 16 digits of a fingerprint.
func hexadecimal(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
