import Console
import MinimalMatrix
import NumpyStyleRNN

// MARK: - Sequences out of a table

/// One sequence of a table and the value it is to foretell, in the table's
/// units.
public struct Example: Sendable {
  /// What the reader of the predictions knows it by.
  public let name: String
  /// A row a step.
  public let rows: [[Double]]
  /// What is to be foretold.
  public let value: Double
  /// The value of the last row that is read, where the network is shown it.
  public let latest: Double?
}

extension Table {
  /// The examples for one target column.
  ///
  /// With sequence names: the lines of one name are one sequence, which
  /// foretells its target in its last line out of all other columns. Without:
  /// every window of so many lines foretells the target of the line after it,
  /// out of all columns.
  /// - Throws: a `Failure` if there is no such column, or too few examples.
  public func examples(
    target: String, window: Int
  ) throws(Failure) -> [Example] {
    guard let column = names.firstIndex(of: target) else {
      throw .failed(
        "\(path), line 1: no column \"\(target)\" for the target; there are "
          + "\(names.joined(separator: ", ")).")
    }
    guard ids == nil || names.count > 1 else {
      throw .failed(
        "\(path), line 1: there is no column beside \"\(target)\" "
          + "to learn from.")
    }
    let examples = ids == nil ? windows(window, column) : sequences(column)
    guard examples.count >= 10 else {
      throw .failed(
        "\(path): its numbers, \(counted(rows.count, "line")), make "
          + "\(counted(examples.count, "sequence")); 10 are the least, a fifth "
          + "of which is held out.")
    }
    return examples
  }

  private func windows(_ W: Int, _ column: Int) -> [Example] {
    guard rows.count > W else { return [] }
    return (0..<rows.count - W).map { first in
      Example(
        name: "line \(lines[first + W])", rows: Array(rows[first..<first + W]),
        value: rows[first + W][column], latest: rows[first + W - 1][column])
    }
  }

  private func sequences(_ column: Int) -> [Example] {
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (k, id) in ids!.enumerated() {
      if members[id] == nil { order.append(id) }
      members[id, default: []].append(k)
    }
    return order.map { id in
      let own = members[id]!.map { rows[$0] }
      let features = own.map { row in
        row.indices.filter { $0 != column }.map { row[$0] }
      }
      return Example(
        name: id, rows: features, value: own.last![column], latest: nil)
    }
  }
}

// MARK: - Examples as a batch

/// Mean and spread, so that all columns come in like numbers.
struct Standard: Sendable {
  let mean, spread: Double

  init(of values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    (self.mean, spread) = (mean, square > 0 ? square.squareRoot() : 1)
  }

  func callAsFunction(_ value: Double) -> Double { (value - mean) / spread }
}

/// What training examples say of the size of all numbers.
struct Standards: Sendable {
  let columns: [Standard]
  let value: Standard

  init(of examples: [Example]) {
    let rows = examples.flatMap(\.rows)
    columns = rows[0].indices.map { column in
      Standard(of: rows.map { $0[column] })
    }
    value = Standard(of: examples.map(\.value))
  }

  /// Side by side, as long as the longest, padded with zeros.
  func batch(_ examples: [Example]) -> Sequences<Float> {
    let lengths = examples.map(\.rows.count)
    let (B, T) = (examples.count, lengths.max()!)
    var x = Matrix<Float>(T * B, columns.count)
    for (b, example) in examples.enumerated() {
      for (t, row) in example.rows.enumerated() {
        for (k, value) in row.enumerated() {
          x[t * B + b, k] = Float(columns[k](value))
        }
      }
    }
    let isOneLength = lengths.allSatisfy { $0 == T }
    return Sequences(x, batch: B, lengths: isOneLength ? nil : lengths)
  }

  func values(of examples: [Example]) -> Matrix<Float> {
    Matrix(examples.map { [Float(value($0.value))] })
  }
}

// MARK: - From a sequence to a value

/// What a fit to a table gave.
public struct Fit: Sendable {
  /// The examples that were held out, the last fifth, and what was foretold.
  public let heldOut: [(example: Example, predicted: Double)]
  /// How many were learned from.
  public let trained: Int
  /// The mean of their values.
  public let mean: Double

  /// The root of the mean squared error of some guess of the held-out values.
  public func error(_ guess: (Example) -> Double) -> Double {
    let squares = heldOut.map { example, _ in
      (guess(example) - example.value) * (guess(example) - example.value)
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  /// The same of the network.
  public var error: Double {
    let squares = heldOut.map { example, predicted in
      (predicted - example.value) * (predicted - example.value)
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  /// The predictions as a CSV file.
  public var table: String {
    "sequence,actual,predicted\n"
      + heldOut.map { "\(quoted($0.name)),\($0.value),\($1)\n" }.joined()
  }
}

private func quoted(_ name: String) -> String {
  name.contains(",") ? "\"\(name)\"" : name
}

extension ClassifierPlan {
  /// Fits layers to the first four fifths of the examples, by the squared
  /// error, and foretells the others.
  public func fit(
    _ examples: [Example], seed: UInt64, progress: (Int, Double) -> Void
  ) -> Fit {
    let kept = examples.count - examples.count / 5
    let (train, heldOut) = (Array(examples[..<kept]), Array(examples[kept...]))
    let standards = Standards(of: train)
    var random = SplitMix64(seed: seed)
    func run<L: SequenceLayer<Float>>(_ layers: L) -> [Double] {
      let network = SequenceNetwork(layers, answers: 1, using: &random)
      var trainer = SequenceTrainer(
        network, rate: rate, keep: keep, seed: random.next())
      for step in 1...steps {
        let drawn = trainer.draw(batch, of: train.count).map { train[$0] }
        let values = standards.values(of: drawn)
        let loss = trainer.step(standards.batch(drawn), .last) { answers in
          let error = answers - values
          return (
            Double((error * error).mean()), error * (2 / Float(drawn.count))
          )
        }
        progress(step, loss)
      }
      let answers = trainer.network.answers(
        to: standards.batch(heldOut), .last)
      return answers.scalars.map {
        Double($0) * standards.value.spread + standards.value.mean
      }
    }
    let D = train[0].rows[0].count
    let predicted = run(start(inputs: D, using: &random))
    return Fit(
      heldOut: Array(zip(heldOut, predicted)).map { ($0, $1) },
      trained: kept, mean: standards.value.mean)
  }
}
