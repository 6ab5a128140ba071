import Console
import Drawing
import Embeddings
import ExplicitGates
import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Texts
import VectorMath

let seed = Option.seed()
let text = Option.file("text", otherwise: "the workbook's own prose and code", "the text to learn from")
let tokens = Option.choice("tokens", default: TokenKind.characters, "what an id stands for")
let train = Option.flag("train", "only train: no pictures, no story")
let save = Option.file("save", otherwise: "nothing is saved", "where to save the training, again and again")
let resume = Option.file("resume", otherwise: "a new one begins", "go on with the training saved in FILE")
let more = Option.int("more", default: 0, "with --resume: steps beyond those once planned")
let generate = Option.file("generate", otherwise: "none", "write with the model saved in FILE")
let length = Option.int("length", default: 400, "how much to write, in ids")
let prime = Option.string(
  "prime", otherwise: "a line break, where the text has one", "what the model reads before it writes")
let temperature = Option.double("temperature", default: 0.7, in: 0.01...100, "how daring it writes; 1 as predicted")
let top = Option.int("top", default: 0, "write only one of the N likeliest; 0 for any")
let plan = Plan()
let embedding = Option.int("embedding", default: 32, in: 1...4096, "E, the width of the table")
let hidden = Option.int("hidden", default: 128, in: 1...4096, "H, the units of the LSTM")
let batch = Option.int("batch", default: plan.batch, in: 1...65536, "B, streams read side by side")
let window = Option.int("window", default: plan.window, in: 1...65536, "T, steps until the derivatives are cut off")
let steps = Option.int("steps", default: plan.steps, in: 1..., "training steps, each one window of all streams")
let rate = Option.double("rate", default: plan.rate, in: 0...1e38, "how far a step of Adam goes at first")
let clip = Option.double("clip", default: plan.clip, in: 1e-30...1e38, "the longest that a gradient may be")
let heldOut = Option.double("held-out", default: plan.heldOut, in: 0...0.5, "the part of the text to be tested on")
let every = Option.int("every", default: plan.every, in: 1..., "steps from one test to the next")
let patience = Option.int("patience", default: plan.patience, in: 1..., "tests without a better one, then it stops")
let threads = Option.int(
  "threads", default: 2, in: 1...1024, "how many may share a large product; the bits stay the same")
let figures = Option.figures()

program(
  "chapter06", "A language model that trains, writes, saves and resumes.",
  options: [
    train, save, resume, more, generate, length, prime, temperature, top, text, tokens, embedding, hidden, batch,
    window, steps, rate, clip, heldOut, every, patience, seed, threads, figures,
  ]
) { options in
  let use = try Use(options.given)
  Threads.count = options[threads]
  let choice = Choice(temperature: options[temperature], top: options[top] == 0 ? nil : options[top])
  guard options[prime] != "" else {
    throw Failure.usage("--prime is empty: it takes at least one character to begin with.")
  }

  if let file = options[generate] {
    let saved = try SavedModel<Float>(contentsOf: file)
    let start = try options[prime].map(saved.tokens.ids) ?? saved.tokens.start
    let writer = Writer(saved.model, after: start, choice, using: SplitMix64(seed: options[seed]))
    for id in writer.prefix(options[length]) { put(saved.tokens.bytes(of: id)) }
    put([UInt8(ascii: "\n")])
    return
  }

  func source(_ file: String?) throws(Failure) -> String { try file.map(readText) ?? Texts.workbook }
  var checkpoint: Checkpoint<Float>
  if let file = options[resume] {
    checkpoint = try Checkpoint(contentsOf: file) { saved throws(Failure) in try source(options[text] ?? saved) }
    checkpoint.trainer.extend(by: options[more])
  } else {
    var plan = Plan()
    (plan.batch, plan.window, plan.steps) = (options[batch], options[window], options[steps])
    (plan.rate, plan.clip, plan.heldOut) = (options[rate], options[clip], options[heldOut])
    (plan.every, plan.patience) = (options[every], options[patience])
    checkpoint = try Checkpoint(
      text: try source(options[text]), from: options[text], options[tokens], embedding: options[embedding],
      hidden: options[hidden], plan, seed: options[seed])
  }
  let vocabulary = checkpoint.tokens
  let start = try options[prime].map(vocabulary.ids) ?? vocabulary.start
  let target = options[save] ?? options[resume]
  if let target {
    try requirePlace(for: target)
    try requireAnother(target, than: checkpoint.textFile)
  }
  let folder = try options.folder(figures)

  /// Trains and prints; returns the looks at the held-out text.
  func learn() throws -> [(step: Int, learned: Double, heldOut: Double)] {
    Interruption.listen()
    let trainer = checkpoint.trainer
    let streams = trainer.streams
    print(
      "\(trainer.model.count) weights; \(counted(streams.B, "stream")) of \(counted(streams.length, "id")), of which")
    print(
      "\(streams.T) \(streams.T == 1 ? "is" : "are") read in a step; "
        + "\(trainer.heldOut.ids.count) ids are held out to be tested on.")
    print("  step  learned  held out (nats/id)   bits/char  perplexity  it writes")
    var looks: [(step: Int, learned: Double, heldOut: Double)] = []
    let progress = ProgressBar("Training", total: trainer.plan.steps)
    try checkpoint.train(savingTo: target, until: { Interruption.isAsked }) { event, checkpoint in
      switch event {
      case .step(let step, let loss): progress.update(step, loss: loss)
      case .saved: break
      case .look(let step, let learned, let heldOut):
        looks.append((step, learned, heldOut))
        let score = checkpoint.score(heldOut)
        let written = checkpoint.trainer.model.write(18, after: start, choice, using: &checkpoint.trainer.random)
        progress.erase()
        print(
          "\(step)".aligned(to: 6), learned.decimal(places: 3).aligned(to: 8),
          heldOut.decimal(places: 3).aligned(to: 6) + " "
            + Drawing.bar(heldOut, of: VectorMath.log(Double(vocabulary.count)), width: 13),
          score.bitsPerCharacter.decimal(places: 3).aligned(to: 9),
          score.perplexity.decimal(places: 1).aligned(to: 11),
          " " + String(vocabulary.text(of: written).map(shown).joined().prefix(20)))
      }
    }
    progress.erase()
    if Interruption.isAsked {
      let place = "stopped after step \(checkpoint.trainer.step)"
      throw Failure.failed(target.map { "\(place); go on with --resume \($0)" } ?? "\(place); nothing was saved.")
    }
    return looks
  }

  if use != .telling {
    heading("Training")
    let looks = try learn()
    if looks.isEmpty { print("Nothing is left to be done after step \(checkpoint.trainer.step).") }
    print("fingerprint of the weights: \(String(checkpoint.trainer.model.fingerprint, radix: 16))")
    print(target.map { "Let it write: swift run chapter06 --generate \($0)" } ?? "Nothing was saved: see --save.")
    return
  }

  heading("From text to vectors")
  let untrained = checkpoint.trainer.model
  let streams = checkpoint.trainer.streams
  let first = Array(streams.ids.prefix(8))
  let table = untrained.embedding.table
  print("\(streams.ids.count) ids of V = \(vocabulary.count) \(vocabulary.kind.rawValue); the text begins")
  print("  " + first.map { vocabulary.name(of: $0).aligned(to: 5) }.joined() + "    as pieces")
  print("  " + first.map { "\($0)".aligned(to: 5) }.joined() + "    as ids")
  let rows = untrained.embedding(first)
  let product = matmul(Matrix.oneHot(first, size: vocabulary.count), table)
  print("table \(table.shape): a row of \(table.columns) numbers for every id")
  print("rows \(rows.shape) of these ids; the same bits as one-hot rows times the table: \(rows == product)")
  let dx = Matrix<Float>(first.count, table.columns, repeating: 1)
  let received = untrained.embedding.gradient(dx, ids: first).table
  let twice = first.first { id in first.count { $0 == id } > 1 } ?? first[0]
  let readers = counted(first.count { $0 == twice }, "time")
  print(
    "with 1 for every derivative, the row of \(vocabulary.name(of: twice)), read \(readers),"
      + " receives \(Double(received[twice, 0]).decimal(places: 0))")

  heading("One text, many streams")
  let size = "\(counted(streams.B, "stream")) of \(counted(streams.length, "id"))"
  print("\(size); the first, the second and the last begin and go on")
  var window = streams
  let windows = [window.next().inputs, window.next().inputs]
  for b in Set([0, 1, streams.B - 1]).sorted() where b < streams.B {
    let parts = windows.map { inputs in
      let ids = stride(from: b, to: inputs.count, by: streams.B).map { inputs[$0] }
      return String(vocabulary.text(of: ids).map(shown).joined().prefix(34)).padded(to: 34)
    }
    print("  stream \("\(b)".aligned(to: 2))  \(parts[0])│\(parts[1])".trimmingCharacters(in: .whitespaces))
  }

  heading("Training")
  let looks = try learn()
  let trainer = checkpoint.trainer
  let model = trainer.model
  print("fingerprint of the weights: \(String(model.fingerprint, radix: 16))")

  heading("The loss curve")
  let curve = LineChart(
    title: "Learning to predict the next piece", x: "step", y: "nats per id",
    series: [
      .init("learned", points: looks.map { (Double($0.step), $0.learned) }),
      .init("held out", points: looks.map { (Double($0.step), $0.heldOut) }),
    ],
    references: [.init("ln \(vocabulary.count)", at: VectorMath.log(Double(vocabulary.count)))])
  print(curve.text(height: 14))

  heading("What is lost when the state is not carried")
  print("The held-out text, in bits per character, read in windows of T steps:")
  for T in [4, 8, 16, 32, 64] where 4 * T < trainer.heldOut.ids.count {
    let kept = try Streams(trainer.heldOut.ids, streams: 4, steps: T)
    let (carried, reset) = (model.loss(over: kept), model.loss(over: kept, carriesState: false))
    let bits = [carried, reset].map { checkpoint.score($0).bitsPerCharacter }
    print(
      "  T = \("\(T)".aligned(to: 2))   carried \(bits[0].decimal(places: 3))   from zeros \(bits[1].decimal(places: 3))"
    )
  }

  heading("It writes")
  for (choice, name) in [
    (Choice(temperature: 0.4), "temperature 0.4"), (Choice(temperature: 0.8), "temperature 0.8"),
    (Choice(temperature: 1.2), "temperature 1.2"), (Choice(temperature: 1.2, top: 3), "1.2, of the likeliest 3"),
  ] {
    var random = SplitMix64(seed: options[seed])
    let written = vocabulary.text(of: model.write(150, after: start, choice, using: &random))
    print(name + ":")
    print("  " + written.map(shown).joined().prefix(78))
  }

  heading("What comes next")
  var random = SplitMix64(seed: options[seed])
  let written = start + model.write(40, after: start, Choice(temperature: 0.5), using: &random)
  let reading = model.read(written, from: model.cell.zeroState(batch: 1))
  print("Below each piece: the likeliest next ones, and how sure it is of the first.")
  func mark(_ id: Int) -> String { String(vocabulary.name(of: id).replacing("\\n", with: "¶").prefix(1)) }
  let likeliest = model.likeliest(3, in: reading)
  let shownPieces = written.prefix(33).map { mark($0) }
  print("  read      " + shownPieces.joined(separator: " "))
  for rank in 0..<min(3, vocabulary.count) {
    let row = likeliest.prefix(33).map { mark($0[rank].id) }
    print("  " + ["likeliest", "second   ", "third    "][rank] + " " + row.joined(separator: " "))
  }
  let sure = likeliest.prefix(33).map { "\(min(9, Int($0[0].probability * 10)))" }
  print("  tenths    " + sure.joined(separator: " "))

  heading("The table in two dimensions")
  let letters = vocabulary.letters
  let (places, shares) = principalComponents(of: Matrix<Double>(model.embedding.table.rows(at: letters.map(\.id))))
  let map = PointMap(
    title: "The rows of the lower-case letters, seen from where they differ most",
    points: letters.enumerated().map { row, letter in
      .init(letter.name, x: places[row, 0], y: places[row, 1], group: letter.isVowel ? 1 : 0)
    })
  print(map.text(height: 16))
  print(
    "across and up: \(shares.map { (100 * $0).decimal(places: 0) + " %" }.joined(separator: " and ")) of the variance")

  heading("Forget gates over what it wrote")
  let gates = reading.liveliestForgetGates(8)
  let heat = HeatMap(
    title: "", rows: gates.map { "unit \($0.unit)" }, columns: written.prefix(32).map { vocabulary.name(of: $0) },
    values: gates.map { Array($0.gate.prefix(32)) }, range: 0...1)
  print(heat.text(spaced: true))

  heading("Saved and resumed")
  let file = NSTemporaryDirectory() + "chapter06-\(getpid()).safetensors"
  defer { unlink(file) }
  try checkpoint.safetensors.write(to: file)
  var saved = try Checkpoint<Float>(contentsOf: file) { saved throws(Failure) in try source(saved) }
  for _ in 0..<5 {
    _ = checkpoint.trainer.advance()
    _ = saved.trainer.advance()
  }
  let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
  print("\(bytes) bytes: weights, Adam's memory, the state, the place in the text.")
  print("Five steps more, never stopped:    \(String(checkpoint.trainer.model.fingerprint, radix: 16))")
  print("five steps more, from the file:    \(String(saved.trainer.model.fingerprint, radix: 16))")
  if let target { print("Let it write more: swift run chapter06 --generate \(target)") }
  print("Where next? Your own text, and a model that stays:")
  print("swift run chapter06 --train --text FILE --save model.safetensors")

  if let folder {
    var drawn = heat
    drawn.title = "Forget gates over what the model wrote"
    try write(curve.svg(), to: "06-loss.svg", in: folder)
    try write(map.svg(), to: "06-table.svg", in: folder)
    try write(drawn.svg(), to: "06-gates.svg", in: folder)
  }
}

/// Writes bytes to standard output at once, so that a text appears as it is written.
func put(_ bytes: [UInt8]) {
  FileHandle.standardOutput.write(Data(bytes))
}
