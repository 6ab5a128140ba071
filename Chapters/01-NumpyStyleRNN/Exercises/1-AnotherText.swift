import NumpyStyleRNN
import VectorMath

/// Exercise 1.1, another text: say of a text, before any network is made, what
/// the program will print of it.
///
///     V         how many characters it has, each counted once
///     weights   how many numbers the five arrays hold together
///     loss      what an untrained network pays for a character, in nats
///
/// `swift run exercises 1.1` checks you.

// MARK: - Yours

/// - Parameter H: how many numbers the state has
public func forecast(for text: String, hidden H: Int)
  -> (V: Int, weights: Int, loss: Double)
{
  (0, 0, 0)
}
