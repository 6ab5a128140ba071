import ExplicitGates
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import WhileLoop

// MARK: - Sequences side by side

/// A batch of sequences, time-major, which may have different lengths.
public struct Sequences<Scalar: MatrixScalar>: Sendable {
  /// The inputs of all steps, `[T·B × D]`. Behind a row's end: anything.
  public var x: Matrix<Scalar>
  /// For each row its number of steps; none if all have `T`.
  public let lengths: [Int]?
  /// `B`, the sequences.
  public let batch: Int

  /// Rows that must be whole steps, and lengths that must be from 0 to `T`.
  public init(_ x: Matrix<Scalar>, batch B: Int, lengths: [Int]? = nil) {
    require(
      B > 0 && x.rows % B == 0,
      "Sequences: \(x.shape) is not whole steps of \(B) rows")
    let T = x.rows / B
    require(
      lengths.map { $0.count == B && $0.allSatisfy { 0...T ~= $0 } } ?? true,
      "Sequences: lengths \(lengths ?? []) for \(B) rows of \(T) steps")
    (self.x, batch, self.lengths) = (x, B, lengths)
  }

  /// `T`, the steps that the longest may have.
  public var steps: Int { x.rows / batch }

  /// The same lengths, other numbers.
  func with(_ x: Matrix<Scalar>) -> Sequences {
    Sequences(x, batch: batch, lengths: lengths)
  }
}

// MARK: - What reads a whole sequence

/// A layer: reads a whole batch of sequences and answers every step.
///
/// A cell makes one step; a layer may look at all steps, also from the end. So
/// it can do what no cell can, and it is faster: what the layer above reads is
/// known for all steps before it begins, and many can be projected at once.
public protocol SequenceLayer<Scalar>: NamedArrays, Sendable {
  /// What is left behind for the way back.
  associatedtype Tape
  /// The numbers in one input.
  var inputs: Int { get }
  /// The numbers in one output.
  var outputs: Int { get }

  /// - Returns: the outputs of all steps, `[T·B × outputs]`, zero behind a
  ///   row's end, and what the way back needs.
  func read(_ sequences: Sequences<Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<Scalar>, tape: Tape)

  /// - Parameter dOutputs: the derivative with respect to every output,
  ///   `[T·B × outputs]`. Behind a row's end it is not heard.
  func backward(_ dOutputs: Matrix<Scalar>, through tape: Tape)
    -> (gradient: Self, dInputs: Matrix<Scalar>)

  /// The gradient alone, for the lowest layer: its inputs are data.
  /// - Parameter dOutputs: the derivative with respect to every output,
  ///   `[T·B × outputs]`. Behind a row's end it is not heard.
  func gradient(_ dOutputs: Matrix<Scalar>, through tape: Tape) -> Self
}

extension SequenceLayer {
  // A layer that can do with fewer products has its own.
  public func gradient(_ dOutputs: Matrix<Scalar>, through tape: Tape) -> Self {
    backward(dOutputs, through: tape).gradient
  }
}

// MARK: - A cell as a layer

/// A cell that reads sequences from the zero state, by chapter 3's loop, or by
/// chapter 5's where lengths differ.
public struct Layer<C: Cell & Sendable>: SequenceLayer {
  /// The cell.
  public var cell: C

  /// A layer of one cell.
  public init(_ cell: C) { self.cell = cell }

  public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
    arrays(of: \.cell, named: "cell")
  }

  public var inputs: Int { cell.inputs }
  public var outputs: Int { cell.hidden }

  /// The run, one or the other, and the mask.
  public struct Tape {
    let run: Run<C>?
    let loop: LoopRun<C>?
    let mask: Matrix<C.Scalar>?

    /// What the mask lets through: of the outputs, and of their derivatives.
    func masked(_ x: Matrix<C.Scalar>) -> Matrix<C.Scalar> {
      mask.map { x * $0 } ?? x
    }
  }

  public func read(_ sequences: Sequences<C.Scalar>, dropout: Dropout?)
    -> (outputs: Matrix<C.Scalar>, tape: Tape)
  {
    let (B, T) = (sequences.batch, sequences.steps)
    let start = cell.zeroState(batch: B)
    let loop = sequences.lengths.map {
      cell.loop(sequences.x, from: start, lengths: $0)
    }
    let run = loop == nil ? cell.run(sequences.x, from: start) : nil
    let h = run?.outputs ?? loop!.outputs
    let mask: Matrix<C.Scalar>? = dropout.map {
      $0.mask(
        rows: (0..<T * B).map { $0 % B }, steps: (0..<T * B).map { $0 / B },
        units: outputs)
    }
    let tape = Tape(run: run, loop: loop, mask: mask)
    return (tape.masked(h), tape)
  }

  public func backward(_ dOutputs: Matrix<C.Scalar>, through tape: Tape)
    -> (gradient: Self, dInputs: Matrix<C.Scalar>)
  {
    let dh = tape.masked(dOutputs)
    let back =
      tape.run.map { cell.backward(dh, through: $0) }
      ?? cell.backward(dh, through: tape.loop!)
    return (Layer(back.gradient), back.dInputs)
  }

  public func gradient(_ dOutputs: Matrix<C.Scalar>, through tape: Tape)
    -> Self
  {
    let dh = tape.masked(dOutputs)
    return Layer(
      tape.run.map { cell.gradient(dh, through: $0) }
        ?? cell.backward(dh, through: tape.loop!).gradient)
  }
}

// MARK: - One layer after the other

/// Two layers: the second reads, at every step, what the first answers.
///
/// It gives the bits of a ``Stack`` of the two cells. That one goes up through
/// the layers at every step, this one along the steps in every layer.
public struct Then<First: SequenceLayer, Second: SequenceLayer<First.Scalar>>:
  SequenceLayer
{
  /// The one that reads the input.
  public var first: First
  /// The one that reads the answers of the first.
  public var second: Second

  /// The second must read as many numbers as the first answers with.
  public init(_ first: First, _ second: Second) {
    require(
      second.inputs == first.outputs,
      "Then: the second layer reads \(second.inputs) numbers, "
        + "the first answers with \(first.outputs)")
    (self.first, self.second) = (first, second)
  }

  public static func listArrays() -> [NamedArray<Self, First.Scalar>] {
    arrays(of: \.first, named: "first") + arrays(of: \.second, named: "second")
  }

  public var inputs: Int { first.inputs }
  public var outputs: Int { second.outputs }

  public func read(_ sequences: Sequences<First.Scalar>, dropout: Dropout?)
    -> (
      outputs: Matrix<First.Scalar>, tape: (first: First.Tape, Second.Tape)
    )
  {
    let (below, above) = dropout.map { $0.split() } ?? (nil, nil)
    let first = first.read(sequences, dropout: below)
    let second = second.read(sequences.with(first.outputs), dropout: above)
    return (second.outputs, (first.tape, second.tape))
  }

  public func backward(
    _ dOutputs: Matrix<First.Scalar>,
    through tape: (first: First.Tape, Second.Tape)
  ) -> (gradient: Self, dInputs: Matrix<First.Scalar>) {
    let second = second.backward(dOutputs, through: tape.1)
    let first = first.backward(second.dInputs, through: tape.first)
    return (Then(first.gradient, second.gradient), first.dInputs)
  }

  public func gradient(
    _ dOutputs: Matrix<First.Scalar>,
    through tape: (first: First.Tape, Second.Tape)
  ) -> Self {
    let second = second.backward(dOutputs, through: tape.1)
    let first = first.gradient(second.dInputs, through: tape.first)
    return Then(first, second.gradient)
  }
}

// MARK: - As many as are asked for

/// Layers, one after the other; there must be one. How many is known only at
/// run time, and so is the type: for three
/// `Then<Then<Layer<LSTM>, Layer<LSTM>>, Layer<LSTM>>`.
public func joined<Scalar: MatrixScalar>(_ parts: [any SequenceLayer<Scalar>])
  -> any SequenceLayer<Scalar>
{
  func join<A: SequenceLayer<Scalar>, B: SequenceLayer<Scalar>>(_ a: A, _ b: B)
    -> any SequenceLayer<Scalar>
  {
    Then(a, b)
  }
  require(!parts.isEmpty, "joined: there must be one")
  var whole = parts[0]
  for part in parts.dropFirst() { whole = join(whole, part) }
  return whole
}

/// The cells that chapter 3 made.
public enum CellKind: String, CaseIterable, Sendable {
  case rnn, gru, lstm

  /// A layer of such a cell that knows nothing yet.
  public func layer<Scalar: MatrixScalar>(
    inputs D: Int, hidden H: Int, using random: inout SplitMix64
  ) -> any SequenceLayer<Scalar> {
    switch self {
    case .rnn: Layer(TanhCell<Scalar>(inputs: D, hidden: H, using: &random))
    case .gru: Layer(GRU<Scalar>(inputs: D, hidden: H, using: &random))
    case .lstm: Layer(LSTM<Scalar>(inputs: D, hidden: H, using: &random))
    }
  }

  /// `N` such layers, each with weights of its own; `N` must be above 0.
  public func layers<Scalar: MatrixScalar>(
    _ N: Int, inputs D: Int, hidden H: Int, using random: inout SplitMix64
  ) -> any SequenceLayer<Scalar> {
    var parts: [any SequenceLayer<Scalar>] = []
    for k in 0..<N {
      parts.append(layer(inputs: k == 0 ? D : H, hidden: H, using: &random))
    }
    return joined(parts)
  }
}

// MARK: - One layer twice, by mistake

/// A layer that reads its own answers again: what `[cell] * layers` makes in
/// other languages, where the list holds one cell several times.
public struct Again<L: SequenceLayer>: SequenceLayer {
  /// The one that reads twice.
  public var layer: L

  /// The layer must answer with as many numbers as it reads.
  public init(_ layer: L) {
    require(
      layer.inputs == layer.outputs,
      "Again: the layer reads \(layer.inputs) numbers and answers with "
        + "\(layer.outputs)")
    self.layer = layer
  }

  public static func listArrays() -> [NamedArray<Self, L.Scalar>] {
    arrays(of: \.layer, named: "layer")
  }

  public var inputs: Int { layer.inputs }
  public var outputs: Int { layer.outputs }

  public func read(_ sequences: Sequences<L.Scalar>, dropout: Dropout?)
    -> (
      outputs: Matrix<L.Scalar>,
      tape: Then<L, L>.Tape
    )
  {
    Then(layer, layer).read(sequences, dropout: dropout)
  }

  public func backward(
    _ dOutputs: Matrix<L.Scalar>, through tape: Then<L, L>.Tape
  ) -> (gradient: Self, dInputs: Matrix<L.Scalar>) {
    let back = Then(layer, layer).backward(dOutputs, through: tape)
    // The weights were read twice, so two derivatives arrive, and they add.
    let gradient = Again(back.gradient.first + back.gradient.second)
    return (gradient, back.dInputs)
  }
}
