import NumpyStyleRNN
import VectorMath

/// Exercise 1.1, another text: what the program will print of it.

// MARK: - Solution 1.1

func forecast(for text: String, hidden H: Int)
  -> (V: Int, weights: Int, loss: Double)
{
  let V = Vocabulary(of: text).count
  let cell = V * H + H * H + H
  let projection = H * V + V
  return (V, cell + projection, log(Double(V)))
}
