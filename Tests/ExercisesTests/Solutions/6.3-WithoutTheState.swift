import Embeddings
import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN

/// Exercise 6.3, write without the state: let every id be read from a state of
/// zeros, write like that, and measure what is lost.

// MARK: - Solution 6.3

func pairs(of model: LanguageModel<LSTM<Double>>) -> Matrix<Double> {
  let V = model.vocabulary
  // V streams of one step: each id is the first of its stream.
  let zero = model.cell.zeroState(batch: V)
  return softmax(model.read(Array(0..<V), from: zero).logits)
}

func writeWithoutState(
  _ model: LanguageModel<LSTM<Double>>, _ count: Int, after id: Int,
  using random: inout SplitMix64
) -> [Int] {
  let logits = log(pairs(of: model))
  var (last, written) = (id, [Int]())
  for _ in 0..<count {
    last = sample(logits.row(last), temperature: 1, using: &random)
    written.append(last)
  }
  return written
}

func bits(of model: LanguageModel<LSTM<Double>>, over ids: [Int])
  -> (withState: Double, without: Double)
{
  let (inputs, targets) = (Array(ids.dropLast()), Array(ids.dropFirst()))
  func bits(streams B: Int) -> Double {
    let reading = model.read(inputs, from: model.cell.zeroState(batch: B))
    return Score(nats: model.loss(reading, targets)).bitsPerCharacter
  }
  return (bits(streams: 1), bits(streams: inputs.count))
}
