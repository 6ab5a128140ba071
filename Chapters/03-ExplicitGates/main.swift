import Console
import Drawing
import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN

let seed = Option.seed()
let steps = Option.int(
  "steps", default: 1000, in: 10..., "training steps of the adding network, and the most of others")
let hidden = Option.int("hidden", default: 20, in: 1...1024, "H, how many units the networks that add have")
let figures = Option.figures()

program(
  "chapter03", "Explicit gates: an LSTM learns to add, keeps a carry, and remembers where a tanh cell forgets.",
  options: [seed, steps, hidden, figures]
) { options in
  let (H, limit, first) = (options[hidden], options[steps], options[seed])
  let folder = try options.folder(figures)
  var random = SplitMix64(seed: first)

  heading("Learning to add")
  let heldOut = Sums(100, bits: 10, using: &random)
  let cell = LSTM<Float>(inputs: 2, hidden: H, using: &random)
  var trainer = AdditionTrainer(SequenceModel(cell, using: &random), without: heldOut, seed: random.next())
  print("An LSTM of \(counted(H, "unit")), \(trainer.model.count) weights; each step sees 16 new sums of 10 bits.")
  print("  step    loss  (nats per bit)                  bits right of 100 held-out sums")
  let progress = ProgressBar("Training", total: limit)
  let reports = Set((0...10).map { max(1, limit * $0 / 10) })
  for step in 1...limit {
    let loss = trainer.step()
    progress.update(step, loss: loss)
    guard reports.contains(step) else { continue }
    let right = 100 * trainer.model.bitAccuracy(on: heldOut)
    progress.erase()
    print(
      "\(step)".aligned(to: 6), loss.decimal(places: 4).aligned(to: 7), " " + Drawing.bar(loss, of: 0.7, width: 30),
      right.decimal(places: 1).aligned(to: 6) + " %")
  }
  let model = trainer.model

  heading("Sums it has never seen")
  for (row, sum) in model.add(heldOut).prefix(6).enumerated() { print(heldOut.line(row, found: sum)) }

  heading("Other lengths, other batches, the same weights")
  print("Bits right, of sums of so many bits, so many at once:")
  let batches = [1, 100, 1000]
  print("  bits " + batches.map { "B = \($0)".aligned(to: 12) }.joined())
  for bits in [5, 10, 20, 64] {
    let found = batches.map { B in
      let share = 100 * model.bitAccuracy(on: Sums(B, bits: bits, using: &random))
      return "\(share.decimal(places: 2)) %".aligned(to: 12)
    }
    print("\(bits)".aligned(to: 6), found.joined())
  }
  let long = Sums(1, bits: 64, using: &random)
  print(long.line(0, found: model.add(long)[0]))

  heading("Three cells, the same sums")
  let lessons = [
    (
      "tanh",
      AdditionLesson.learn(seeds: 10, from: first, limit: limit) { TanhCell<Float>(inputs: 2, hidden: H, using: &$0) }
    ),
    (
      "GRU", AdditionLesson.learn(seeds: 10, from: first, limit: limit) { GRU<Float>(inputs: 2, hidden: H, using: &$0) }
    ),
    (
      "LSTM",
      AdditionLesson.learn(seeds: 10, from: first, limit: limit) { LSTM<Float>(inputs: 2, hidden: H, using: &$0) }
    ),
  ]
  print("Steps until 100 held-out sums are right in every bit, 10 seeds each:")
  for (name, lessons) in lessons {
    let counts = lessons.map { $0.allRight ? $0.losses.count : Int.max }.sorted()
    let texts = counts.map { ($0 == .max ? "never" : "\($0)").aligned(to: 5) }
    // Of ten numbers, the median lies halfway between the fifth and the sixth.
    let median = counts[5] == .max ? "never" : "\((counts[4] + counts[5]) / 2)"
    print("\(name.padded(to: 4))  median \(median.aligned(to: 5)): \(texts.joined(separator: " "))")
  }
  let curves = LineChart(
    title: "Learning to add", x: "step", y: "nats per bit",
    series: lessons.map { name, lessons in LineChart.Series(name, meansOf: lessons[0].losses, every: 5) },
    references: [LineChart.Reference("ln 2", at: 0.6931)])
  print(curves.text(height: 14))

  heading("The carry")
  let (unit, correlation) = model.carryUnit(over: Sums(1000, bits: 10, using: &random))
  print("Of all memories, that of unit \(unit) follows the carry of 1000 sums most closely:")
  print("their correlation is \(correlation.decimal(places: 3)). This is what it does in one sum.")
  let sum = Sums([299], [235], bits: 10)
  let x: Matrix<Float> = sum.inputs()
  let (run, logits) = model.read(x, batch: 1)
  let rows: [(String, [Float])] = [
    ("input gate", run.traces.map { $0.i[0, unit] }), ("forget gate", run.traces.map { $0.f[0, unit] }),
    ("candidate", run.traces.map { $0.g[0, unit] }), ("output gate", run.traces.map { $0.o[0, unit] }),
    ("tanh of c", run.traces.map { $0.tanhC[0, unit] }),
  ]
  func bits(_ name: String, _ values: some Sequence<Float>) {
    print("\(name.aligned(to: 12))  \(values.map { $0 > 0 ? "1" : "0" }.joined(separator: " "))")
  }
  bits("a", (0..<sum.bits).map { x[$0, 0] })
  bits("b", (0..<sum.bits).map { x[$0, 1] })
  bits("carry out", sum.carries().scalars)
  bits("answer", logits.scalars)
  let carry = HeatMap(
    title: "", rows: rows.map(\.0), columns: (0..<sum.bits).map { "\($0)" },
    values: rows.map { $0.1.map(Double.init) }, range: -1...1)
  print(carry.text(spaced: true))
  print(sum.line(0, found: model.add(sum)[0]))

  heading("A number kept for a hundred steps")
  print("The adding problem, 8 hidden units, \(limit) batches of 16 rows.")
  print("The mean squared error over the last tenth; who always answers 1 has 0.1667:")
  let kinds = ["tanh", "LSTM, forget bias 0", "LSTM, forget bias 1"]
  let trials = kinds.flatMap { kind in [50, 100].map { T in (kind, T) } }
  let errors = concurrently(trials.count) { index in
    let (kind, T) = trials[index]
    func train<C: Cell>(_ make: (inout SplitMix64) -> C) -> [Double] {
      var random = SplitMix64(seed: first)
      var problem = AddingProblem(steps: T, seed: random.next())
      var model = SequenceModel(make(&random), using: &random)
      return problem.train(&model, batches: limit)
    }
    return kind == "tanh"
      ? train { TanhCell<Float>(inputs: 2, hidden: 8, using: &$0) }
      : train { LSTM<Float>(inputs: 2, hidden: 8, forgetBias: kind.hasSuffix("1") ? 1 : 0, using: &$0) }
  }
  for (row, kind) in kinds.enumerated() {
    let ends = [0, 1].map { column in
      let end = errors[2 * row + column].suffix(max(1, limit / 10))
      return (end.reduce(0, +) / Double(end.count)).decimal(places: 4)
    }
    print("\(kind.padded(to: 20))  T = 50: \(ends[0])   T = 100: \(ends[1])")
  }
  let lag = LineChart(
    title: "The adding problem, T = 100", x: "batch", y: "mean squared error",
    series: kinds.enumerated().map { row, kind in
      LineChart.Series(kind, meansOf: errors[2 * row + 1], every: max(1, limit / 50))
    }, references: [LineChart.Reference("always 1", at: AddingProblem.floor)])
  print(lag.text(height: 14))

  heading("What a forget gate keeps before it has learned anything")
  print("How much the last output depends on the state T steps before, untrained:")
  for bias in [0, 1, 3] as [Double] {
    let reaches = [10, 50, 100].map { T in
      var random = SplitMix64(seed: first)
      let cell = LSTM<Double>(inputs: 2, hidden: 8, forgetBias: bias, using: &random)
      var problem = AddingProblem(steps: T, seed: random.next())
      let (x, _): (Matrix<Double>, Matrix<Double>) = problem.next(16)
      let reach = SequenceModel(cell, using: &random).reach(through: x, batch: 16)
      return "T = \(T): \(reach.scientific(places: 1))"
    }
    print("forget bias \(Int(bias))   \(reaches.joined(separator: "   "))")
  }

  print("Where next? Change a gate, and be told whether your backward pass is right:")
  print("swift run exercises")

  if let folder {
    var drawn = carry
    drawn.title = "The carry in \(sum.a[0]) + \(sum.b[0]), bit by bit"
    try write(curves.svg(), to: "03-addition.svg", in: folder)
    try write(drawn.svg(showingValues: true), to: "03-carry.svg", in: folder)
    try write(lag.svg(), to: "03-adding-problem.svg", in: folder)
  }
}
