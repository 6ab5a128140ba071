import Embeddings
import ExplicitGates
import MinimalMatrix
import NumpyStyleRNN

/// Exercise 6.3, write without the state: let every id be read from a state of
/// zeros, write like that, and measure what is lost.
///
///     p(next | all ids so far)      with the state
///     p(next | the last id)         without
///
/// `swift run exercises 6.3` checks you.

// MARK: - Yours

/// - Returns: `[V × V]`, in row `k` the probabilities of the next id if `k` is
///   all that was read
public func pairs(of model: LanguageModel<LSTM<Double>>) -> Matrix<Double> {
  Matrix(model.vocabulary, model.vocabulary)
}

/// - Returns: `count` ids behind `id`, each drawn with the probabilities that
///   the one before it alone gives
public func writeWithoutState(
  _ model: LanguageModel<LSTM<Double>>, _ count: Int, after id: Int,
  using random: inout SplitMix64
) -> [Int] {
  []
}

/// - Parameter ids: a text
/// - Returns: the mean of −log₂ p(id) over all ids of the text but the first,
///   when they are read with the state carried, from zeros on, and when every
///   one is read from zeros
public func bits(of model: LanguageModel<LSTM<Double>>, over ids: [Int])
  -> (withState: Double, without: Double)
{
  (0, 0)
}
