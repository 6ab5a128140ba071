import Console
import Drawing
import MinimalMatrix
import NumpyStyleRNN
import Texts
import VectorMath

let seed = Option.seed()
let steps = Option.int("steps", default: 10, in: 1..., "how many characters to read, one at a time")
let text = Option.file("text", otherwise: "5,163 first names", "the text to take the characters from")
let hidden = Option.int("hidden", default: 16, in: 1...4096, "H, how many numbers the state has")
let prompt = Option.string(
  "prompt", otherwise: "a line break, or the text's first character", "what the network reads before it writes")
let temperature = Option.double("temperature", default: 1, in: 0.01...100, "how daring it writes; 1 as predicted")
let figures = Option.figures()

program(
  "chapter01", "A recurrent network in the style of NumPy: reads a text one character at a time, untrained.",
  options: [seed, steps, text, hidden, prompt, temperature, figures]
) { options in
  let source = try options[text].map(readText) ?? Texts.names
  let vocabulary = Vocabulary(of: source)
  let ids = try vocabulary.ids(of: source)
  guard ids.count > options[steps] else {
    throw Failure.usage(
      "the text has \(counted(ids.count, "character")), and to read \(counted(options[steps], "step")) takes "
        + "\(options[steps] + 1): take a longer text or fewer --steps.")
  }
  let usual = vocabulary.characters.contains("\n") ? "\n" : String(source.prefix(1))
  let start = try vocabulary.ids(of: options[prompt] ?? usual)
  guard !start.isEmpty else { throw Failure.usage("--prompt is empty: it takes at least one character to begin with.") }
  let folder = try options.folder(figures)

  heading("A text becomes numbers")
  print("text        \(ids.count) characters, beginning \"\(source.prefix(24).map(shown).joined())\"")
  print("vocabulary  V = \(vocabulary.count): \(vocabulary.characters.prefix(40).map(shown).joined(separator: " "))")
  print("ids         \(ids.prefix(12).map(String.init).joined(separator: " ")) …")
  let oneHot = Matrix<Float>.oneHot([ids[0]], size: vocabulary.count)
  print("one-hot     \(oneHot.scalars.prefix(32).map { $0 == 1 ? "1" : "0" }.joined(separator: " "))")
  print("            is the first character as a row \(oneHot.shape): 1 in column \(ids[0])")

  heading("The weights")
  var random = SplitMix64(seed: options[seed])
  let network = RNN<Float>(vocabulary: vocabulary.count, hidden: options[hidden], using: &random)
  let cell = network.cell
  let projection = network.projection
  func shape(_ name: String, _ value: Matrix<Float>, _ meaning: String) {
    print(name.padded(to: 16) + value.shape.padded(to: 12) + meaning)
  }
  shape("Wx", cell.Wx, "from the character to the state")
  shape("Wh", cell.Wh, "from the old state to the new one")
  shape("b", cell.b, "added to every row")
  shape("W", projection.W, "from the state to the logits")
  shape("b", projection.b, "added to every row")
  let parameters = [cell.Wx, cell.Wh, cell.b, projection.W, projection.b].reduce(0) { $0 + $1.count }
  print("\(parameters) numbers in all: this is the whole model.")

  heading("One step")
  let h0 = network.zeroState(batch: 1)
  let x = Matrix<Float>.oneHot([ids[0]], size: vocabulary.count)
  let h1 = cell.step(x, from: h0)
  let y = projection(h1)
  let p = softmax(y)
  let loss = crossEntropy(y, [ids[1]])
  shape("x", x, "the character \(shown(vocabulary.characters[ids[0]])), one-hot")
  shape("x·Wx", matmul(x, cell.Wx), "which is row \(ids[0]) of Wx")
  shape("h", h0, "the state: nothing was read yet")
  shape("h·Wh", matmul(h0, cell.Wh), "what the past has to say")
  shape("h′", h1, "tanh of their sum and b, the new state")
  shape("y", y, "h′·W + b, the logits")
  shape("p", p, "softmax(y), which sums to \(Double(p.sum()).decimal(places: 4))")
  shape("loss", loss, "−ln p of the true next character, \(shown(vocabulary.characters[ids[1]]))")
  print("the state after this step begins")
  print(h1.row(0))

  heading("Step by step")
  print("step  reads  expects  p(expected)  loss (nats)")
  var h = h0
  var total = 0.0
  var states: [Matrix<Float>] = []
  for t in 0..<options[steps] {
    let (next, logits) = network.read([ids[t]], from: h)
    let loss = Double(crossEntropy(logits, [ids[t + 1]])[0, 0])
    let p = Double(softmax(logits)[0, ids[t + 1]])
    h = next
    if t < 20 { states.append(h) }
    total += loss
    if t < 20 {
      let (read, expected) = (vocabulary.characters[ids[t]], vocabulary.characters[ids[t + 1]])
      let columns = [
        "\(t)".padded(to: 6), shown(read).padded(to: 7), shown(expected).padded(to: 9),
        p.decimal(places: 4).padded(to: 13), loss.decimal(places: 4),
      ]
      print(columns.joined())
    } else if t == 20 {
      print("…")
    }
  }
  let V = Double(vocabulary.count)
  print("mean loss            \((total / Double(options[steps])).decimal(places: 4)) nats a character")
  print("ln V = ln \(vocabulary.count)          \(log(V).decimal(places: 4)) nats, when all are equally likely")
  print("It has learned nothing yet, and its loss says so.")

  heading("It writes")
  for _ in 0..<3 {
    let written = network.write(60, after: start, temperature: options[temperature], using: &random)
    print(vocabulary.text(of: written).map(shown).joined())
  }
  print("Chapter 2 teaches it: swift run chapter02")

  if let folder {
    let largest = Double(states.flatMap { abs($0).scalars }.max() ?? 1)
    let map = HeatMap(
      title: "The state, step by step", rows: (0..<options[hidden]).map { "h\($0)" },
      columns: states.indices.map { shown(vocabulary.characters[ids[$0]]) },
      values: (0..<options[hidden]).map { unit in states.map { Double($0[0, unit]) } }, range: -largest...largest)
    try write(map.svg(), to: "01-state.svg", in: folder)
  }
}
