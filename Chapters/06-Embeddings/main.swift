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
let prime = Option.string("prime", otherwise: "a line break", "what the model reads before it writes")
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
let heldOut = Option.double("held-out", default: plan.heldOut, in: 0...0.5, "part of the text kept to be tested on")
let every = Option.int("every", default: plan.every, in: 1..., "steps from one test to the next")
let patience = Option.int("patience", default: plan.patience, in: 1..., "tests without a better one, then it stops")
let threads = Option.int(
  "threads", default: 2, in: 1...1024, "how many may share a large product; the bits stay the same")
let figures = Option.file("figures", otherwise: "none are written", "a folder for the figures, as SVG files")

program(
  "chapter06", "A language model that trains, writes, saves and resumes.",
  options: [
    train, save, resume, more, generate, length, prime, temperature, top, text, tokens, embedding, hidden, batch, window,
    steps, rate, clip, heldOut, every, patience, seed, threads, figures,
  ]
) { options in
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

  /// Trains and prints; returns the looks at the text that was kept.
  func learn() throws -> [(step: Int, learned: Double, heldOut: Double)] {
    Interruption.listen()
    let trainer = checkpoint.trainer
    print("\(trainer.model.count) weights; \(trainer.streams.B) streams of \(trainer.streams.length) ids, of which")
    print("\(trainer.streams.T) are read in a step; \(trainer.heldOut.ids.count) ids are kept to be tested on.")
    print("  step  learned  kept (nats per id)   bits/char  perplexity  it writes")
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

  if options[train] || options[resume] != nil {
    heading("Training")
    let looks = try learn()
    if looks.isEmpty { print("Nothing is left to be done after step \(checkpoint.trainer.step).") }
    print("fingerprint of the weights: \(String(checkpoint.trainer.model.fingerprint, radix: 16))")
    print(target.map { "Let it write: swift run chapter06 --generate \($0)" } ?? "Nothing was saved: see --save.")
    return
  }
}

/// Writes bytes to standard output at once, so that a text appears as it is written.
func put(_ bytes: [UInt8]) {
  FileHandle.standardOutput.write(Data(bytes))
}
