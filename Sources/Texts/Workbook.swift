extension Texts {
  /// The workbook's own prose and code: the pages up to chapter 3, frozen when chapter 6 began.
  ///
  /// workbook.py in this folder made this file.
  public static let workbook = #"""
    # The Recurrent Workbook

    A recurrent network is a loop around four matrix expressions. This book builds it from there, runs every line it
    shows, and hides nothing behind a framework.

    ## Contents

    The minutes are for reading; the exercises take as long again, or an evening.

    | Page | The question it answers | Command | Minutes |
    | --- | --- | --- | --- |
    | [The matrix](00-matrix.md) | What is computed with, and why does everybody get the same bits? | | 20 |
    | [1. A recurrent network, NumPy-style](01-numpy-style-rnn.md) | What is a recurrent network, with every shape in sight? | `swift run chapter01` | 40 |
    | [2. Backpropagation through time](02-manual-bptt.md) | How does it learn, how do I know that the gradient is right, and how far back does it reach? | `swift run chapter02` | 90 |
    | [3. Explicit gates](03-explicit-gates.md) | How does a network decide what to remember, and how do I change a gate and keep the gradient right? | `swift run chapter03` | 90 |

    Whoever knows NumPy may skip the page on the matrix and come back when a line puzzles them.

    ## How to read

    1. **Read** the page. The code in it is the code that runs.
    2. **Run** the chapter's program. It prints what the page shows, to the last digit. `--help` lists what you can change:
       the text, the size, the seed.
    3. **Change** the code. Every chapter is a short library in `Chapters`, and a `main.swift` that tells the story.
       `git checkout Chapters` puts everything back.
    4. **Do the exercises.** Predict first, then run. Hints and solutions are folded away, and the solutions' numbers come from
       real runs.
    5. **Check** yourself with `swift test`. If you break a gradient, it says which array is wrong. It also finds the book out of
       date as soon as you change the code; in that case, that is your success.

    Chapters build on chapters: chapter 2 trains the very network of chapter 1. Change the cell there, and everything later runs with
    your cell.

    ## Letters and shapes

    | letter | means | letter | means |
    | --- | --- | --- | --- |
    | `B` | batch: texts read side by side | `H` | hidden units: the size of the state |
    | `T` | time steps in a window | `V` | vocabulary: how many characters there are |
    | `D` | features of one input | `E` | width of an embedding |

    - A matrix is `[rows × columns]`, row after row in memory, and rows are the batch: `h` is `[B × H]`, and `x·W` is
      `[B × D]·[D × H]`.
    - A sequence is *time-major*: all `B` rows of step 0, then all of step 1. As one matrix it is `[T·B × D]`.
    - `dX` is the derivative of the loss with respect to `X`, and has the shape of `X`.
    - $`\odot`$ multiplies entry by entry; $`\cdot`$ between matrices is the matrix product.
    - Losses are in nats: natural logarithms. One bit is $`\ln 2 \approx 0.693`$ nats.

    ## How the book mirrors the code

    Each page names, in a comment, the Swift files and the program that it mirrors. A block below `` is the section
    under `// MARK: - The cell`; a block below `` is what the program printed under that heading. The
    chapters draw the figures.

    Every section of the code and of the output stands in its page exactly once and in order. `swift test` fails where they differ.
    So if a page shows a number, the program printed it. Blocks without such a comment, as in the exercises' solutions, were run by hand.

    # The matrix

    After this page you can read every line of the chapters that computes something, and you know why it gives you the
    same bits as everybody else. It takes about 20 minutes.

    `Matrix<Scalar>` is a table of `Float`s or `Double`s: a number of rows, a number of columns, and the numbers, row after row. It is
    a value, like an array: assign it and you have another matrix, changed without touching the first. There is no graph behind it,
    no device, no lazy evaluation. The module [`MinimalMatrix`](../Sources/MinimalMatrix) holds all of it.

    ## Shapes

    ```swift
    let x = Matrix<Float>([[1, 2, 3], [4, 5, 6]])            // [2 × 3]
    let W = Matrix<Float>.linspace(0, 1.1, 3, 4)             // [3 × 4]
    let b = Matrix<Float>([[10, 20, 30, 40]])                // [1 × 4]
    ```

    Rows are the batch, columns are the features. `linspace` gives evenly spaced numbers, here 0, 0.1, … 1.1: a matrix whose entries are
    all different and that needs no random numbers. `print` shows four decimals, and of a large matrix the corners, as NumPy does:

    What you know from NumPy is called

    | NumPy | here | shapes |
    | --- | --- | --- |
    | `x @ W` | `matmul(x, W)` | `[m × k]·[k × n]` is `[m × n]` |
    | `h.T @ dz` | `matmul(h.T, dz)` | `[k × m]ᵀ·[k × n]` is `[m × n]` |
    | `z += h @ W` | `z.addProduct(h, W)` | `z` is `[m × n]` already |
    | `x + b` | `x + b` | same shapes, or `b` is one row |
    | `x * y` | `x * y` | entry by entry: *not* a matrix product |
    | `dz.sum(axis=0)` | `dz.columnSums()` | `[m × n]` becomes `[1 × n]` |
    | `W[ids]` | `W.rows(at: ids)` | one row for each id |
    | `np.add.at(dW, ids, dz)` | `dW.addRows(at: ids, dz)` | a row named twice gets both |

    Only one kind of broadcasting exists: one row against all rows. It is the one that biases need, and it is the one that hardly ever happens by
    accident.

    ## Transposed, without moving anything

    A backward pass is full of transposes. Copying a matrix for each would be waste: to read it by columns, it is enough to
    walk over it differently.

    ```swift
    /// A matrix read with rows and columns exchanged; nothing is moved. Made by
    /// ``Matrix/T``, for ``matmul(_:_:)-(Matrix,_)``.
    public struct Transposed<Scalar: MatrixScalar> {
      let base: Matrix<Scalar>
    }

    extension Matrix {
      /// The transpose, for a product: `matmul(h.T, dz)` is `hᵀ·dz`. Free of cost.
      public var T: Transposed<Scalar> { Transposed(base: self) }

      /// The transpose as a matrix of its own, `[columns × rows]`.
      public func transposed() -> Matrix {
        var result = Matrix(columns, rows)
        Scalar._transpose(
          scalars, rows: rows, columns: columns, into: &result.scalars)
        return result
      }
    }
    ```

    So `x.T` is not a matrix but a way to read one; only a product takes it. `transposed()` makes a real one.

    ```swift
    /// Either side of a product: a matrix, or a transposed one.
    public protocol Factor<Scalar> {
      associatedtype Scalar: MatrixScalar
      /// Where the entries are and how to walk over them.
      var _operand: _Operand<Scalar> { get }
    }

    extension Matrix: Factor {
      public var _operand: _Operand<Scalar> {
        _Operand(
          scalars: scalars, rows: rows, columns: columns,
          rowStride: columns, columnStride: 1)
      }
    }

    extension Transposed: Factor {
      public var _operand: _Operand<Scalar> {
        _Operand(
          scalars: base.scalars, rows: base.columns, columns: base.rows,
          rowStride: 1, columnStride: base.columns)
      }
    }

    /// A matrix in memory: entry `[i, j]` is
    /// `scalars[i * rowStride + j * columnStride]`.
    public struct _Operand<Scalar> {
      let scalars: [Scalar]
      let rows, columns, rowStride, columnStride: Int
      var shape: String { "[\(rows) × \(columns)]" }
    }
    ```

    The two strides are the trick. In a matrix, the next row is `columns` numbers away and the next column one; in its transpose it
    is the other way round, and nothing else changes. From here on a product need not know which of the two it was given.

    ## The product

    ```swift
    /// The matrix product `a·b`: `[m × k]·[k × n]` is `[m × n]`. Either side may be
    /// transposed: `matmul(h.T, dz)`.
    ///
    /// Every entry adds its `k` terms in order, each by one fused multiply-add, so
    /// the result is the same, bit for bit, whatever the width of the vectors, the
    /// number of threads and the processor.
    public func matmul<Scalar>(
      _ a: some Factor<Scalar>, _ b: some Factor<Scalar>
    ) -> Matrix<Scalar> {
      let (a, b) = (a._operand, b._operand)
      checkFactors(a, b)
      var result = Matrix<Scalar>(a.rows, b.columns)
      Scalar._product(a, b, into: &result.scalars, at: 0)
      return result
    }
    ```

    The second paragraph of its comment is a promise, and it needs a word. Computers round after every addition, so the order of
    a sum matters. In `Float`, with a column of ones:

    A library that adds in the order its vectors like gives other bits on another machine, and after 20,000 training steps
    another network. Here the order is part of the contract: $`p = 0, 1, 2, \dots`$, each step one *fused multiply-add*, which
    computes $`c + ab`$ and rounds once. A wide vector unit does this for 16 columns at a time, a narrow one for 4, but each entry of the
    result sees the same terms in the same order. `exp`, `log` and `tanh` are the project's own for the same reason: those of
    the system differ from system to system.

    The outputs in this book are therefore not examples. They are what your machine prints.

    ## A product added to what is there

    The cell needs `x·Wx + h·Wh`, a sum of two products. The second can be added to the first in place.

    ```swift
    extension Matrix {
      /// `self += a·b`, for a matrix of the product's shape.
      ///
      /// Every entry goes on adding from the value that is there. So a sum of
      /// products in pieces has the bits of the one product over all of it, if the
      /// pieces come in the same order.
      public mutating func addProduct(
        _ a: some Factor<Scalar>, _ b: some Factor<Scalar>
      ) {
        addProduct(a, b, toRows: 0..<rows)
      }

      /// `self[range] += a·b`: adds the product to the rows in `range` and leaves
      /// the others.
      public mutating func addProduct(
        _ a: some Factor<Scalar>, _ b: some Factor<Scalar>,
        toRows range: Range<Int>
      ) {
        let (a, b) = (a._operand, b._operand)
        checkFactors(a, b)
        require(
          a.rows == range.count && b.columns == columns
            && range.lowerBound >= 0 && range.upperBound <= rows,
          "addProduct: \(a.shape)·\(b.shape) to rows "
            + "\(range.lowerBound)..<\(range.upperBound) of \(shape)")
        Scalar._product(a, b, into: &scalars, at: range.lowerBound * columns)
      }
    }
    ```

    Since every entry goes on from the value that is there, the pieces of a product, added in order, give the same bits as the whole. Added in
    another order they do not: for a $`[7 \times 100] \cdot [100 \times 5]`$ in four pieces, the first way gave equal matrices,
    the last piece first gave others.

    ## When the shapes do not fit

    ```swift
    private func checkFactors<Scalar>(
      _ a: _Operand<Scalar>, _ b: _Operand<Scalar>
    ) {
      require(
        a.columns == b.rows,
        "matmul: \(a.shape)·\(b.shape): "
          + "\(a.columns) columns against \(b.rows) rows")
    }
    ```

    A wrong shape is a mistake in the program, so the program stops, and says what was asked of which shapes:

    ## Random numbers

    Weights begin at random, and yet your run must be my run. So the generator is seeded, and it is part of the project.

    ```swift
    /// The generator SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom
    /// number generators", 2014, figure 17).
    ///
    /// Small, fast, seeded, the same on every machine. Not for secrets.
    public struct SplitMix64: RandomNumberGenerator, Sendable {
      /// A generator with this as its seed goes on as this one does.
      public private(set) var state: UInt64

      /// Any seed is as good as any other.
      public init(seed: UInt64) { state = seed }

      /// The next 64 random bits.
      public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
      }

      /// A number from 0 up to but not including 1: one of the 2⁵³ multiples of
      /// 2⁻⁵³ there, all equally likely.
      public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
      }

      /// A whole number from 0 up to but not including `bound`, which must be
      /// positive. All are equally likely.
      ///
      /// The high half of `bits * bound`; the few bits that would favour some
      /// numbers are drawn again (Lemire 2019).
      public mutating func below(_ bound: Int) -> Int {
        require(bound > 0, "below: a bound of \(bound) leaves no number to choose")
        let bound = UInt64(bound)
        let surplus = (0 &- bound) % bound
        while true {
          let (high, low) = next().multipliedFullWidth(by: bound)
          if low >= surplus { return Int(high) }
        }
      }

      /// A number from the normal distribution with mean 0 and standard
      /// deviation 1.
      ///
      /// The polar method (Marsaglia & Bray 1964): a point that falls inside the
      /// unit circle, and how far out it fell.
      public mutating func normal() -> Double {
        while true {
          let u = 2 * uniform() - 1
          let v = 2 * uniform() - 1
          let s = u * u + v * v
          if s > 0 && s < 1 { return u * (-2 * log(s) / s).squareRoot() }
        }
      }
    }
    ```

    `SplitMix64` adds a constant to a counter and stirs the result. From its 64 bits come a `uniform` number (the top 53 bits, which is what
    a `Double` holds), a whole number `below` a bound, and a `normal` one.

    ```swift
    extension Matrix {
      /// Random entries between `-scale` and `scale`, all equally likely, drawn row
      /// after row.
      ///
      /// They are drawn in `Double`, so that a `Float` matrix holds the same
      /// numbers, rounded.
      public static func uniform(
        _ rows: Int, _ columns: Int, scale: Double, using random: inout SplitMix64
      ) -> Matrix {
        var result = Matrix(rows, columns)
        for i in 0..<result.count {
          result.scalars[i] = Scalar(scale * (2 * random.uniform() - 1))
        }
        return result
      }

      /// Random entries from the normal distribution with mean 0 and the given
      /// standard deviation, drawn row after row.
      public static func normal(
        _ rows: Int, _ columns: Int, deviation: Double,
        using random: inout SplitMix64
      ) -> Matrix {
        var result = Matrix(rows, columns)
        for i in 0..<result.count {
          result.scalars[i] = Scalar(deviation * random.normal())
        }
        return result
      }
    }
    ```

    Pass *one* generator through all of a network, `inout`, so that each matrix goes on where the last one stopped. Seeding anew for
    each matrix is a well-known mistake: all of them then start with equal numbers.

    ## How it is fast

    The fast part is in [`Kernels.swift`](../Sources/MinimalMatrix/Kernels.swift). The ideas are those of Goto & van de Geijn (2008); you need none
    of them to read the chapters.

    **Tiles.** A processor multiplies faster than it fetches. Computing one entry of the result takes two fetches for each
    multiplication. A tile of six rows by two vectors keeps all its sums in registers while $`p`$ runs: each step fetches two vectors of `b`
    and six numbers of `a`, and does twelve vector multiply-adds with them. Twelve sums that do not wait for one another also keep
    the multipliers busy while each result is on its way.

    **Packing.** What a tile reads of `b` lies scattered: two vectors here, the next two a whole row further. So a panel of `b`, two vectors wide
    and up to 256 steps deep, is first copied into one piece, in the order of reading, and then used by all the rows of `a`.
    The copy costs $`k \cdot n`$ moves and serves $`m \cdot n \cdot k`$ multiplications. With a single row, $`m = 1`$, it would not pay:
    that case has a loop of its own.

    **Threads.** A large product is cut along its longer side and each thread computes its part whole. No sum is ever split between
    two threads; so their number cannot change a bit.

    ## Sources

    - K. Goto & R. A. van de Geijn, "Anatomy of high-performance matrix multiplication", *ACM Transactions on Mathematical Software*
      34, 2008.
    - G. L. Steele, D. Lea & C. H. Flood, "Fast splittable pseudorandom number generators", *OOPSLA* 2014.
    - G. Marsaglia & T. A. Bray, "A convenient method for generating normal variables", *SIAM Review* 6, 1964.
    - D. Lemire, "Fast random integer generation in an interval", *ACM Transactions on Modeling and Computer Simulation* 29, 2019.

    Next: [chapter 1](01-numpy-style-rnn.md), a network made of four such expressions.

    # Chapter 1: A recurrent network, NumPy-style

    After this page you can write a recurrent network as four matrix expressions, give the shape of every value in it, and
    say what loss it must have before it has learned anything. It takes about 40 minutes, exercises apart.

    The network reads a text one character at a time and guesses, after each, the next one. Everything it knows of the past
    is one row of numbers, the *state*. Here it is untrained, on purpose: you see what the machinery does before anything
    clever has happened to the weights. Chapter 2 trains it.

    ## Characters become numbers

    A matrix product cannot read letters. So collect the characters that occur in the text, sort them, and let each one's
    place in the list be its number, its *id*.

    ```swift
    /// The characters of a text, each with a number: its id.
    ///
    /// A character is what a reader sees as one (a Swift `Character`), be it `é` or
    /// an emoji. They are sorted, so the same text gives the same ids in every run.
    public struct Vocabulary: Equatable, Sendable {
      /// The `V` characters; the id of one is its place here.
      public let characters: [Character]
      private let ids: [Character: Int]

      /// The characters that occur in `text`.
      public init(of text: String) {
        characters = Set(text).sorted()
        ids = Dictionary(
          uniqueKeysWithValues: characters.enumerated().map { ($1, $0) })
      }

      /// `V`, the number of characters.
      public var count: Int { characters.count }

      /// The id of each character of `text`, from 0 to `V − 1`.
      ///
      /// - Throws: a failure that names the first character the vocabulary lacks.
      public func ids(of text: String) throws(Failure) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(text.utf8.count)
        for (place, character) in text.enumerated() {
          guard let id = ids[character] else {
            throw .usage(
              "the text learned from has no \(shown(character)), which is "
                + "character \(place + 1) of \"\(text.prefix(40))\"; "
                + "it has "
                + characters.prefix(80).map(shown).joined(separator: " ")
                + (count > 80 ? " and others." : "."))
          }
          result.append(id)
        }
        return result
      }

      /// The text that the ids stand for.
      public func text(of ids: [Int]) -> String {
        String(ids.map { characters[$0] })
      }
    }

    /// The character as it can be printed inside a line: a line break as `\n`.
    public func shown(_ character: Character) -> String {
      switch character {
      case "\n": "\\n"
      case "\t": "\\t"
      case " ": "␣"
      default: String(character)
      }
    }
    ```

    The sorting is not for looks. A set has no order, and Swift shuffles it anew in every run; without `sorted()`, weights
    saved on Monday would read `a` where they had learned `q`.

    The text is a list of first names, one a line, so the line break is a character like any other: it means "the name is
    over". The id goes into the network as a *one-hot* row: `V` numbers, all 0 but for a 1 in the column of the id. Why not
    the id itself? Because 10 is not twice 5 when 10 means `j` and 5 means `e`.

    ## One step of the cell

    A feed-forward layer computes its answer from the input alone: `x·Wx + b`. To remember, a cell must also read what it
    had in mind before. Elman's cell (1990) adds a second product, of the old state, and squashes the sum:

    Rows are the batch. With $`B`$ texts read side by side, $`D`$ numbers in an input and $`H`$ in a state, the shapes are

    ```swift
    /// The simple recurrent cell (Elman, "Finding structure in time", 1990): one
    /// step from the state `h` of the step before to the new one.
    ///
    ///     h′ = tanh(x·Wx + h·Wh + b)
    public struct TanhCell<Scalar: MatrixScalar>: Equatable, Sendable {
      /// From the input to the state, `[D × H]`.
      public var Wx: Matrix<Scalar>
      /// From the old state to the new one, `[H × H]`.
      public var Wh: Matrix<Scalar>
      /// `[1 × H]`, added to every row.
      public var b: Matrix<Scalar>

      /// A cell of the given arrays, whose shapes must fit together.
      public init(Wx: Matrix<Scalar>, Wh: Matrix<Scalar>, b: Matrix<Scalar>) {
        let H = Wh.rows
        require(
          Wh.columns == H && Wx.columns == H && b.rows == 1 && b.columns == H,
          "TanhCell: Wx \(Wx.shape), Wh \(Wh.shape) and b \(b.shape) do not fit")
        (self.Wx, self.Wh, self.b) = (Wx, Wh, b)
      }

      /// One time step.
      /// - Parameters:
      ///   - x: the inputs, `[B × D]`
      ///   - h: the state after the step before, `[B × H]`
      /// - Returns: the state after this step, `[B × H]`, from −1 to 1.
      public func step(_ x: Matrix<Scalar>, from h: Matrix<Scalar>)
        -> Matrix<Scalar>
      {
        tanh(matmul(x, Wx) + matmul(h, Wh) + b)
      }
    }
    ```

    The last line is the equation. `matmul` is NumPy's `@`; `+ b` adds the one row of `b` to each of the `B` rows, as NumPy's
    broadcasting does. Leave out `matmul(h, Wh)`, and the cell is an ordinary layer: it would predict the same letter after
    every `a`, whatever came before the `a`. Leave out `tanh`, and nothing keeps the state small: each step could double it.

    ## From the state to a guess

    The state has `H` numbers, the guess needs `V`: one for each character that might come next. A linear map gets from
    one to the other. Its results, the *logits*, may be any numbers.

    ```swift
    /// A linear map from the state to one number for each class: the logits.
    ///
    ///     y = h·W + b
    public struct Projection<Scalar: MatrixScalar>: Equatable, Sendable {
      /// `[H × V]`.
      public var W: Matrix<Scalar>
      /// `[1 × V]`, added to every row.
      public var b: Matrix<Scalar>

      /// A projection of the given arrays, whose shapes must fit together.
      public init(W: Matrix<Scalar>, b: Matrix<Scalar>) {
        require(
          b.rows == 1 && b.columns == W.columns,
          "Projection: W \(W.shape) and b \(b.shape) do not fit")
        (self.W, self.b) = (W, b)
      }

      /// The logits `[B × V]` for the states `[B × H]`.
      public func callAsFunction(_ h: Matrix<Scalar>) -> Matrix<Scalar> {
        matmul(h, W) + b
      }
    }
    ```

    Softmax turns logits into probabilities: positive, and 1 in sum.

    ## How wrong a guess is

    A good network gives the character that did come next a high probability $`p`$. The *cross-entropy* $`-\ln p`$ is 0 when
    $`p = 1`$ and grows without bound as $`p`$ falls towards 0. Its unit is the nat, a bit being $`\ln 2 \approx 0.69`$ nats.
    Put the softmax into the logarithm, and the exponential of the target cancels:

    ```swift
    /// The cross-entropy of each row in nats: `−ln softmax(y)[target]`, `[B × 1]`.
    ///
    /// Written as `ln Σ exp(y) − y[target]`, it cannot overflow, and no probability
    /// can become 0 and lose its logarithm.
    ///
    /// - Parameters:
    ///   - logits: `y`, `[B × V]`
    ///   - targets: the true class of each row, `B` numbers below `V`
    public func crossEntropy<Scalar>(_ logits: Matrix<Scalar>, _ targets: [Int])
      -> Matrix<Scalar>
    {
      require(
        targets.count == logits.rows,
        "crossEntropy: \(targets.count) targets for logits \(logits.shape)")
      var loss = logSumExp(logits)
      for (row, target) in targets.enumerated() {
        loss[row, 0] -= logits[row, target]
      }
      return loss
    }
    ```

    The right-hand side is what the code computes. The left-hand side, typed as it stands, breaks: in `Float`,
    $`e^{100}`$ is already infinite and $`e^{-110}`$ already 0. `logSumExp` subtracts the largest logit first, which
    changes nothing in exact arithmetic and everything in `Float`. Exercise 5 breaks it.

    ## The whole model

    Five arrays, and nothing hidden behind them.

    ```swift
    /// A network that reads characters and predicts, after each, the next one.
    public struct RNN<Scalar: MatrixScalar>: Equatable, Sendable {
      /// Its input is a one-hot row: `D = V`.
      public var cell: TanhCell<Scalar>
      /// From the state to one logit for each character.
      public var projection: Projection<Scalar>

      /// A network of the given parts, whose state must have the same size `H`.
      public init(cell: TanhCell<Scalar>, projection: Projection<Scalar>) {
        require(
          cell.Wh.columns == projection.W.rows,
          "RNN: Wh \(cell.Wh.shape) and W \(projection.W.shape) do not fit")
        (self.cell, self.projection) = (cell, projection)
      }

      /// A network that knows nothing yet.
      ///
      /// The weights are drawn from the normal distribution, the biases are 0. With
      /// small weights it finds every character about equally likely.
      ///
      /// - Parameters:
      ///   - vocabulary: `V`, how many characters there are
      ///   - hidden: `H`, how many numbers the state has
      ///   - deviation: the standard deviation of the weights
      public init(
        vocabulary V: Int, hidden H: Int, deviation: Double = 0.01,
        using random: inout SplitMix64
      ) {
        func weights(_ rows: Int, _ columns: Int) -> Matrix<Scalar> {
          .normal(rows, columns, deviation: deviation, using: &random)
        }
        cell = TanhCell(Wx: weights(V, H), Wh: weights(H, H), b: Matrix(1, H))
        projection = Projection(W: weights(H, V), b: Matrix(1, V))
      }
    }
    ```

    The weights are random so that the `H` numbers of the state start out different: were they all equal, they would get
    equal gradients in chapter 2 and stay equal for ever. They are small so that the untrained network commits itself
    to nothing.

    Check the total yourself: $`27 \cdot 16 + 16 \cdot 16 + 16 + 16 \cdot 27 + 27 = 1163`$.

    ## Reading one character

    ```swift
    extension RNN {
      /// `V`, the number of characters.
      public var vocabulary: Int { cell.Wx.rows }
      /// `H`, the size of the state.
      public var hidden: Int { cell.Wh.rows }

      /// The state before anything was read: zeros, `[B × H]`.
      public func zeroState(batch B: Int) -> Matrix<Scalar> { Matrix(B, hidden) }

      /// Reads one character in each row of the batch.
      /// - Parameters:
      ///   - ids: the `B` characters
      ///   - h: the state before, `[B × H]`
      /// - Returns: the state after, `[B × H]`, and the logits of the next
      ///   character, `[B × V]`.
      public func read(_ ids: [Int], from h: Matrix<Scalar>)
        -> (h: Matrix<Scalar>, logits: Matrix<Scalar>)
      {
        let x = Matrix<Scalar>.oneHot(ids, size: vocabulary)
        let h = cell.step(x, from: h)
        return (h, projection(h))
      }
    }
    ```

    There is no hidden object that "has" the state. It goes in as an argument and comes out as a result, so you can keep it,
    copy it, start from it twice or set it to zero. The program takes one step apart:

    Look at the second line. A one-hot row times `Wx` is one row of `Wx`: the product multiplies 26 rows by 0, adds them up,
    and arrives at row 10. Chapter 2 looks the row up instead (exercise 3).

    ## Reading a text

    From step to step the state is handed on. That loop is all that "recurrent" means.

    ![A heat map of the 16 numbers of the state over the ten characters read](figures/01-state.svg)

    The figure shows the same ten steps from inside: each column is a state, under the character just read. Compare the two columns under
    `j`. One was read first, the other after `james` and a line break, and they are nearly equal: the state of this network hardly
    remembers (exercise 6).

    The mean loss is a test that costs nothing. A network that finds all $`V`$ characters equally likely gives each
    $`p = 1/V`$ and so pays

    whatever the text is. An untrained network must land there. If yours prints 5 or 40, its weights are too large or its
    loss is wrong; if it prints 2, it has seen the answer.

    ## Writing

    To write, turn the probabilities into one character by chance, read that character, and go on. The *temperature*
    $`\tau`$ divides the logits first:

    Below 1 it stretches the differences between logits, so the likely becomes likelier; above 1 it shrinks them.

    ```swift
    /// Draws one class of a row of logits.
    ///
    /// - Parameters:
    ///   - logits: `[1 × V]`
    ///   - temperature: the logits are divided by it. Below 1 the likely becomes
    ///     likelier, above 1 all come closer together.
    ///   - random: where the chance comes from
    /// - Returns: class `k` with probability `softmax(logits / temperature)[k]`.
    public func sample<Scalar>(
      _ logits: Matrix<Scalar>, temperature: Double, using random: inout SplitMix64
    ) -> Int {
      require(
        logits.rows == 1 && logits.columns > 0 && temperature > 0,
        "sample: logits \(logits.shape) at temperature \(temperature)")
      let probabilities = softmax(logits / Scalar(temperature))
      var left = random.uniform()
      for k in 0..<logits.columns {
        left -= Double(probabilities[0, k])
        if left < 0 { return k }
      }
      // Rounding can leave a crumb: it goes to the last class that is possible.
      return probabilities.scalars.lastIndex { $0 > 0 } ?? logits.columns - 1
    }
    ```

    Imagine the probabilities laid end to end along a line of length 1. A random number is a point on it; the loop walks
    along until it has passed the point. The line may end a crumb short of 1, and a point may fall into the gap: then the
    last character that is possible at all is the answer.

    ```swift
    extension RNN {
      /// Reads `prompt`, then writes: each character is drawn from the prediction
      /// and read in turn.
      ///
      /// - Parameters:
      ///   - prompt: at least one character
      ///   - count: how many characters to write
      ///   - temperature: see ``sample(_:temperature:using:)``
      /// - Returns: the characters written, without the prompt.
      public func write(
        _ count: Int, after prompt: [Int], temperature: Double = 1,
        using random: inout SplitMix64
      ) -> [Int] {
        require(!prompt.isEmpty, "write: the prompt is empty")
        var h = zeroState(batch: 1)
        var logits = Matrix<Scalar>(1, vocabulary)
        for id in prompt { (h, logits) = read([id], from: h) }
        var written: [Int] = []
        while written.count < count {
          let id = sample(logits, temperature: temperature, using: &random)
          written.append(id)
          (h, logits) = read([id], from: h)
        }
        return written
      }
    }
    ```

    All 27 characters about equally often: that is what 3.2957 nats looks like. `--prompt` gives it a beginning, `--seed`
    another set of weights.

    ## What goes wrong, and how it looks

    | What you did | How it looks |
    | --- | --- |
    | numbered the characters of a `Set` without sorting | another result in every run, and saved weights read as nonsense |
    | forgot to hand the state on: `read(…, from: h0)` in the loop | nothing crashes; every `e` gets the same prediction, and no training will cure it |
    | drew large weights | an untrained loss far above $`\ln V`$: confident and wrong (exercise 4) |
    | wrote $`-\ln(\operatorname{softmax}(y))`$ | `inf` or `nan`, but only when the network is very sure (exercise 5) |
    | wrote `x * Wx` for `matmul(x, Wx)` | it stops: `*: [1 × 27] and [27 × 16]: the shapes differ, and the second is not one row of 27` |
    | asked for a character that the text lacks | `chapter01: the text learned from has no é, which is character 1 of …` |

    > [!NOTE]
    > The most dangerous row is the second one. A wrong shape stops the program; a wrong state does not.

    ## Summary

    - A text becomes ids, an id becomes a one-hot row, and a one-hot row times a matrix is a row of that matrix.
    - The cell is $`h' = \tanh(x \cdot W_x + h \cdot W_h + b)`$: one product for the input, one for the past.
    - The logits are a linear map of the state, and the loss is $`\ln \sum_j e^{y_j} - y_k`$, computed without overflow.
    - The state is a value: it goes in, it comes out, nobody hides it.
    - An untrained network pays $`\ln V`$ nats a character.

    ## Exercises

    Each takes a change of a few lines at most. `git checkout Chapters` puts everything back.

    ### 1. Another text (easy)

    Make a text of eleven letters, `printf abracadabra > abra.txt`. Before you run `swift run chapter01 --text abra.txt`: what
    will `V` be, how many weights will there be, and what will the mean loss be?

    <details>
    <summary>Hint</summary>

    Only the shapes with a `V` in them change. The text has no line break.

    </details>

    <details>
    <summary>Solution</summary>

    The letters are `a b c d r`, so `V` is 5. The weights are $`5 \cdot 16 + 16 \cdot 16 + 16 + 16 \cdot 5 + 5 = 437`$. The loss
    is about $`\ln 5 = 1.6094`$. The program prints

    and then it stops, because the default prompt is a line break, which this text has not. With `--prompt a` it writes.

    </details>

    ### 2. Hot and cold (easy)

    Run it with `--temperature 0.01`, and with `--temperature 100`. Trained networks become stubborn in the first case and
    silly in the second. What does this one do, and why?

    <details>
    <summary>Hint</summary>

    How large is a logit here? A state has 16 entries of about 0.01; so has a column of `W`.

    </details>

    <details>
    <summary>Solution</summary>

    A logit is a sum of 16 products of about $`0.01 \cdot 0.01`$, so it is about $`0.0004`$. Divided by 0.01 it is about 0.04,
    and $`e^{0.04} \approx 1.04`$: still nearly equal chances. At 100 they are more nearly equal still. Both write nonsense, and
    since the same random numbers fall on nearly the same line, nearly the same nonsense:

    Temperature sharpens opinions. It cannot make any.

    </details>

    ### 3. Look it up (easy)

    A one-hot row times `Wx` is a row of `Wx`. Rewrite `read` so that it multiplies nothing by zero. Does the output change?

    <details>
    <summary>Hint</summary>

    `Matrix` has `rows(at:)`. You need `tanh` and the cell's three arrays in place of `cell.step`.

    </details>

    <details>
    <summary>Solution</summary>

    ```swift
    let h = tanh(cell.Wx.rows(at: ids) + matmul(h, cell.Wh) + cell.b)
    return (h, projection(h))
    ```

    Not one character of the output changes: adding 26 zeros to a number leaves every bit of it alone. What changes is the
    work, from `V·H` multiplications to none. Chapter 2 does it this way.

    </details>

    ### 4. Too sure of itself (middle)

    In `RNN.init`, draw the weights with `deviation: Double = 1` instead of 0.01. Predict whether the untrained loss becomes
    larger or smaller. Then look at `p(expected)`.

    <details>
    <summary>First hint</summary>

    The states now lie close to −1 and 1. How large is a sum of 16 such numbers with random signs and weights of about 1?

    </details>

    <details>
    <summary>Second hint</summary>

    A wrong guess made with confidence costs much, a right one saves little: at most `ln V`.

    </details>

    <details>
    <summary>Solution</summary>

    The logits now have a deviation of almost $`\sqrt{16} = 4`$, so softmax has favourites, chosen by chance. Where the true
    character is a favourite, the loss is below $`\ln V`$, where it is not, far above; and the average loses, because
    $`-\ln p`$ is unbounded upwards. Training would spend its first steps on taking these opinions back.

    </details>

    ### 5. The loss that breaks (middle)

    Write the loss as the textbook does, `-log(softmax(y))`, and find logits for which it fails while `crossEntropy` does not.

    <details>
    <summary>First hint</summary>

    Two logits are enough. Which probabilities can a `Float` not tell from 0?

    </details>

    <details>
    <summary>Second hint</summary>

    `Matrix<Float>([[0, 1000]])`, and the true class is 0.

    </details>

    <details>
    <summary>Solution</summary>

    At the end of `main.swift`:

    ```swift
    let sure = Matrix<Float>([[0, 1000]])
    print((-log(softmax(sure)))[0, 0], crossEntropy(sure, [0])[0, 0])
    ```

    The probability is $`e^{-1000}`$, which is 0 in `Float` (and in `Double`), and the logarithm of 0 is gone for good. The
    difference $`\ln \sum_j e^{y_j} - y_k = 1000 - 0`$ never leaves the land of ordinary numbers.

    </details>

    ### 6. How long does it remember? (middle)

    Let one copy of the state read `a` and another `b`. Then let both read line breaks, and print after each how far apart the two
    states are. How fast is the difference forgotten?

    <details>
    <summary>First hint</summary>

    `network.read([1], from: h0)` reads an `a`. The distance of two states is `(a - b).squaredNorm().squareRoot()`.

    </details>

    <details>
    <summary>Second hint</summary>

    Near 0, `tanh z` is about `z`. So each step multiplies the difference by `Wh`, whose entries have deviation 0.01.

    </details>

    <details>
    <summary>Solution</summary>

    At the end of `main.swift`:

    ```swift
    var (a, b) = (h0, h0)
    (a, _) = network.read([1], from: a)
    (b, _) = network.read([2], from: b)
    for k in 0...4 {
      let distance = Double((a - b).squaredNorm().squareRoot())
      print(k, distance.scientific(places: 1))
      (a, _) = network.read([0], from: a)
      (b, _) = network.read([0], from: b)
    }
    ```

    A random $`H \times H`$ matrix of deviation $`s`$ makes a vector about $`s\sqrt{H} = 0.01 \cdot 4 = 0.04`$ times as long.
    After four steps the first letter is all but gone. An untrained network has a state, but no memory worth the name;
    [chapter 2](02-manual-bptt.md#how-far-a-derivative-reaches) meets the same factor on the way back.

    </details>

    ### 7. Two floors (hard)

    Put a second cell above the first: the upper one reads the state of the lower one. Write it as a type of its own, with a `read`
    like the one above. What is its state? What must its untrained loss be?

    <details>
    <summary>First hint</summary>

    The upper cell's `D` is the lower one's `H`. There are two states, and each layer keeps its own.

    </details>

    <details>
    <summary>Second hint</summary>

    Give the pair of states a name, so that `read` still takes one thing and returns one.

    </details>

    <details>
    <summary>Solution</summary>

    In `RNN.swift`:

    ```swift
    /// Two cells, one above the other: what the lower one knows is what the upper
    /// one reads.
    public struct TwoLayers<Scalar: MatrixScalar> {
      public var lower: TanhCell<Scalar>
      public var upper: TanhCell<Scalar>
      public var projection: Projection<Scalar>

      public init(_ V: Int, _ H: Int, using random: inout SplitMix64) {
        func weights(_ rows: Int, _ columns: Int) -> Matrix<Scalar> {
          .normal(rows, columns, deviation: 0.01, using: &random)
        }
        func cell(_ D: Int) -> TanhCell<Scalar> {
          TanhCell(Wx: weights(D, H), Wh: weights(H, H), b: Matrix(1, H))
        }
        (lower, upper) = (cell(V), cell(H))
        projection = Projection(W: weights(H, V), b: Matrix(1, V))
      }

      /// Each layer has a state of its own, `[B × H]`.
      public typealias State = (lower: Matrix<Scalar>, upper: Matrix<Scalar>)

      public func read(_ ids: [Int], from h: State)
        -> (h: State, logits: Matrix<Scalar>)
      {
        let x = Matrix<Scalar>.oneHot(ids, size: lower.Wx.rows)
        let low = lower.step(x, from: h.lower)
        let up = upper.step(low, from: h.upper)
        return ((low, up), projection(up))
      }
    }
    ```

    And at the end of `main.swift`:

    ```swift
    let two = TwoLayers<Float>(vocabulary.count, 16, using: &random)
    let zero = network.zeroState(batch: 1)
    var state: TwoLayers<Float>.State = (zero, zero)
    var sum: Float = 0
    for t in 0..<10 {
      let (next, logits) = two.read([ids[t]], from: state)
      state = next
      sum += crossEntropy(logits, [ids[t + 1]])[0, 0]
    }
    print("two layers  \(Double(sum / 10).decimal(places: 4))")
    ```

    Every network that is sure of nothing pays $`\ln V`$, however many floors it has. Print the lengths of the two states, too: the lower
    one's is 0.029, the upper one's 0.0007. It reads small numbers where the lower one reads a 1.

    </details>

    ## Where next

    The network runs and knows nothing. [Chapter 2](02-manual-bptt.md) derives the gradient of the loss with respect to all five
    arrays, line by line, proves it right against differences, and trains until it invents names.

    ## Sources

    - J. L. Elman, "Finding structure in time", *Cognitive Science* 14, 1990: the cell.
    - A. Karpathy, [min-char-rnn](https://gist.github.com/karpathy/d4dee566867f8291f086), 2015: the style, a whole character model
      in one short file.

    # Chapter 2: Backpropagation through time, by hand

    After this page you can derive the gradient of a recurrent network, write it without a framework, prove it right, and say how
    far into the past it reaches. It takes about 90 minutes, exercises apart.

    Training is simple once you know, for every weight, how the loss would change if the weight grew a little. There are 15,527 weights.
    Trying them one by one would take 31,054 runs of the network for one small improvement. The chain rule gives all the
    derivatives for about the price of two more runs.

    ## Forward, and what to keep

    Chapter 1 read one character at a time. To learn, read a *window* of $`T`$ of them and keep every state, because the way
    back will need them.

    ```swift
    extension TanhCell {
      /// Runs the cell over a sequence.
      ///
      ///     hₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b)
      ///
      /// - Parameters:
      ///   - projected: `x·Wx + b` of all steps, `[T·B × H]`, time-major: the `B`
      ///     rows of step 0, then those of step 1. It does not depend on the state,
      ///     so it is computed before, in one piece.
      ///   - h0: the state before, `[B × H]`
      /// - Returns: `h0` and the states after each step, `[(T+1)·B × H]`.
      public func unroll(_ projected: Matrix<Scalar>, from h0: Matrix<Scalar>)
        -> Matrix<Scalar>
      {
        let B = h0.rows
        var states = Matrix<Scalar>(B + projected.rows, h0.columns)
        states.setRows(from: 0, to: h0)
        var h = h0
        for t in 0..<projected.rows / max(B, 1) {
          var z = projected.rows(t * B..<(t + 1) * B)
          z.addProduct(h, Wh)
          h = tanh(z)
          states.setRows(from: (t + 1) * B, to: h)
        }
        return states
      }
    }
    ```

    Two things differ from chapter 1. The part of $`z_t`$ that does not depend on the state is computed for all steps at once,
    before the loop; `addProduct` adds the part that does. And rows are time-major: first the $`B`$ rows of step 0,
    then those of step 1, so one step is one slice `t * B..<(t + 1) * B`.

    ```swift
    /// What the forward pass leaves behind for the backward pass.
    public struct Trace<Scalar: MatrixScalar> {
      /// The characters that were read, `T·B` of them, time-major.
      public let inputs: [Int]
      /// The states, the one before the first step included: `[(T+1)·B × H]`.
      public let states: Matrix<Scalar>
      /// The predictions after each step, `[T·B × V]`.
      public let logits: Matrix<Scalar>

      /// `B`, the rows of one step.
      public var batch: Int { states.rows - inputs.count }
      /// `h₀ … h_T₋₁`, the state that each step began from: `[T·B × H]`.
      public var before: Matrix<Scalar> { states.rows(0..<inputs.count) }
      /// `h₁ … h_T`, the state that each step led to: `[T·B × H]`.
      public var after: Matrix<Scalar> { states.rows(batch..<states.rows) }
      /// The state after the last step, `[B × H]`: where the next window goes on.
      public var last: Matrix<Scalar> { states.rows(inputs.count..<states.rows) }
    }
    ```

    `before` and `after` are the same states, shifted by one step. They are easily confused, and nothing crashes if you do: both are
    `[T·B × H]`. The gradient check below will tell.

    ```swift
    extension RNN {
      /// Reads `T` characters in each row of the batch.
      ///
      /// - Parameters:
      ///   - inputs: `T·B` ids, time-major
      ///   - h0: the state before, `[B × H]`
      public func forward(_ inputs: [Int], from h0: Matrix<Scalar>)
        -> Trace<Scalar>
      {
        // A one-hot row times Wx is a row of Wx.
        let projected = cell.Wx.rows(at: inputs) + cell.b
        let states = cell.unroll(projected, from: h0)
        let after = states.rows(h0.rows..<states.rows)
        return Trace(inputs: inputs, states: states, logits: projection(after))
      }

      /// The loss of a window in nats: the sum over its steps of the mean
      /// cross-entropy over the rows.
      ///
      /// - Parameters:
      ///   - trace: of the forward pass
      ///   - targets: the true next characters, `T·B` ids, time-major
      public func loss(_ trace: Trace<Scalar>, _ targets: [Int]) -> Scalar {
        crossEntropy(trace.logits, targets).sum() / Scalar(trace.batch)
      }
    }
    ```

    `cell.Wx.rows(at: inputs)` is the product of one-hot rows with `Wx`, without the zeros. The loss is the sum over the $`T`$ steps
    of the mean over the $`B`$ rows:

    ## Four rules

    Write $`dX`$ for the matrix of all $`\partial L / \partial X_{ij}`$; it has the shape of $`X`$. Everything below follows
    from four rules.

    **A product.** If $`Y = A \cdot W`$, then $`Y_{ij} = \sum_k A_{ik} W_{kj}`$. The entry $`A_{ik}`$ is used in all of row $`i`$
    of $`Y`$, each time times $`W_{kj}`$; the entry $`W_{kj}`$ in all of column $`j`$, each time times $`A_{ik}`$:

    You need not remember where the transpose goes, as long as all the sizes differ: with $`A`$ of shape $`[B \times D]`$ and
    $`dY`$ of shape $`[B \times H]`$, there is one way to make a $`[D \times H]`$ of them. `Wh` is square, and there the shapes
    do not warn you.

    **An added row.** If $`b`$ is added to every row of $`Y`$, it has a hand in every row, so $`db`$ is the sum of $`dY`$ over
    the rows: $`[T \cdot B \times H]`$ becomes $`[1 \times H]`$.

    **A function, entry by entry.** For $`h = \tanh z`$ the slope is $`1 - \tanh^2 z = 1 - h^2`$. It can be had from the result
    alone, which is why the trace keeps no $`z`$:

    **Two readers.** If a value is read in two places, a nudge to it changes the loss through both, and to first order the changes
    add. So its derivative is the *sum* of what each reader reports. This rule is what "through time" is made of.

    ## Backward, through the loss

    Differentiate $`\ln \sum_j e^{y_j} - y_k`$ with respect to $`y_j`$: the first term gives $`e^{y_j} / \sum_i e^{y_i}`$, which is
    softmax; the second gives −1 for the target and nothing elsewhere.

    ```swift
    /// The derivative of the mean over the rows of the cross-entropy with respect
    /// to the logits: `(softmax(y) − onehot(target)) / B`, `[T·B × V]`.
    public func crossEntropyGradient<Scalar>(
      _ logits: Matrix<Scalar>, _ targets: [Int], batch B: Int
    ) -> Matrix<Scalar> {
      var dy = softmax(logits)
      for (row, target) in targets.enumerated() { dy[row, target] -= 1 }
      if B > 1 { dy *= 1 / Scalar(B) }
      return dy
    }
    ```

    It says "less of what you guessed, more of what came", and each row sums to 0.

    ## Backward, through the projection

    The logits are $`y = h \cdot W + b`$: a product and an added row, so two rules give three results. In shapes:

    ```swift
    extension Projection {
      /// From the derivative with respect to the logits to those with respect to
      /// the weights and the states.
      ///
      ///     y = h·W + b
      ///     dW = hᵀ·dy      db = Σ dy over the rows      dh = dy·Wᵀ
      ///
      /// - Parameters:
      ///   - dy: `[T·B × V]`
      ///   - h: the states that were projected, `[T·B × H]`
      public func backward(_ dy: Matrix<Scalar>, through h: Matrix<Scalar>)
        -> (gradient: Projection, dh: Matrix<Scalar>)
      {
        let gradient = Projection(W: matmul(h.T, dy), b: dy.columnSums())
        return (gradient, matmul(dy, W.T))
      }
    }
    ```

    All steps are done in one product: the sum over the rows inside `matmul(h.T, dy)` is the sum over the steps, too.

    ## Backward, through time

    The state $`h_t`$ has two readers. The projection makes the guess of step $`t`$ from it; the cell makes $`h_{t+1}`$ from it.
    By the fourth rule

    The second term needs $`dz_{t+1}`$, so begin with the last step, which has no successor (its `carried` is zero), and go
    backwards. At each step, from $`dh_t`$ to $`dz_t`$ through tanh, and from $`dz_t`$ to the state before through `Wh`. Every line
    below is `[B × H]`, but for $`W_h`$, which is `[H × H]`.

    ```swift
    extension TanhCell {
      /// The way back through all the steps.
      ///
      ///     dhₜ   = what the projection says of hₜ + what step t+1 says of it
      ///     dzₜ   = dhₜ ⊙ (1 − hₜ²)          hₜ = tanh zₜ
      ///     dhₜ₋₁ = dzₜ·Whᵀ                  zₜ = … + hₜ₋₁·Wh + …
      ///
      /// - Parameters:
      ///   - dOutput: what the projection says of each state, `[T·B × H]`
      ///   - after: the states, `[T·B × H]`
      ///   - B: the rows of one step
      /// - Returns: `dz` of all steps, `[T·B × H]`, and the derivative with respect
      ///   to the state before the first one, `[B × H]`.
      public func backward(
        _ dOutput: Matrix<Scalar>, through after: Matrix<Scalar>, batch B: Int
      ) -> (dz: Matrix<Scalar>, dh0: Matrix<Scalar>) {
        let WhT = Wh.transposed()  // once, and not at every step
        let slope = 1 - after * after  // tanh′, of all steps
        var dz = Matrix(zerosLike: after)
        var carried = Matrix<Scalar>(B, after.columns)
        for t in (0..<after.rows / max(B, 1)).reversed() {
          let rows = t * B..<(t + 1) * B
          // hₜ has two readers, so two derivatives arrive, and they add.
          let dh = dOutput.rows(rows) + carried
          let dzt = dh * slope.rows(rows)
          carried = matmul(dzt, WhT)
          dz.setRows(from: rows.lowerBound, to: dzt)
        }
        return (dz, carried)
      }
    }
    ```

    What would each line left out do?

    - Without `+ carried`, a state answers only for its own guess. The network still learns, a little, as if the past were none
      of its business. It is the most common mistake of all, and no shape gives it away.
    - Without `slope`, a state that is stuck at ±1 receives a large derivative that it cannot follow.
    - With `Wh` in place of its transpose, the shapes fit and every number is wrong.
    - What is left in `carried` after step 0 is the derivative with respect to the state before the window. Truncation throws it away;
      the check below uses it.

    ## Backward, the whole network

    `Wx`, `Wh` and `b` are read at every step: $`T`$ readers, so $`T`$ derivatives to add.

    For `Wx`, the transposed one-hot row times $`dz_t`$ puts $`dz_t`$ into the row of the character that was read, and zeros elsewhere. A
    character that comes twice in a window gets both: add, do not overwrite.

    ```swift
    extension RNN {
      /// The derivatives of ``loss(_:_:)`` with respect to every weight, and to the
      /// state before the window.
      ///
      /// Every step uses the same weights, so every step's contribution is added:
      ///
      ///     dWh = Σₜ hₜ₋₁ᵀ·dzₜ     db = Σₜ dzₜ     dWx[idₜ] += dzₜ
      ///
      /// The sum over the steps of `hₜ₋₁ᵀ·dzₜ` is one product of two tall matrices.
      ///
      /// - Returns: the gradient, an array for each array of the network, and
      ///   `dh0`, `[B × H]`.
      public func backward(_ trace: Trace<Scalar>, _ targets: [Int])
        -> (gradient: RNN, dh0: Matrix<Scalar>)
      {
        let B = trace.batch
        let dy = crossEntropyGradient(trace.logits, targets, batch: B)
        let (dProjection, dOutput) =
          projection.backward(dy, through: trace.after)
        let (dz, dh0) = cell.backward(dOutput, through: trace.after, batch: B)
        var dWx = Matrix(zerosLike: cell.Wx)
        dWx.addRows(at: trace.inputs, dz)
        let dCell = TanhCell(
          Wx: dWx, Wh: matmul(trace.before.T, dz), b: dz.columnSums())
        return (RNN(cell: dCell, projection: dProjection), dh0)
      }
    }
    ```

    The sum over $`t`$ does not appear as a loop. Lay all $`h_{t-1}`$ one below the other, likewise all $`dz_t`$, and
    `matmul(trace.before.T, dz)` is $`[H \times T \cdot B] \cdot [T \cdot B \times H]`$: the inner sum runs over all steps and rows.
    One large product is much faster than 25 small ones. That is the whole backward pass.

    ## Every array by its name

    What follows treats all arrays alike: check each, clip each, update each. So a model lists them once.

    ```swift
    /// A value as the list of its arrays: a model, its gradient, a state.
    ///
    /// An optimiser, a gradient check and a file treat all arrays alike; they walk
    /// over this list. The gradient of a model is a model of the same type, whose
    /// arrays hold the derivatives.
    public protocol NamedArrays<Scalar> {
      associatedtype Scalar: MatrixScalar
      /// Lists the arrays in a fixed order, each with its name and the way to it.
      static func listArrays() -> [NamedArray<Self, Scalar>]
    }

    /// The name of an array and the way to it from its model.
    public typealias NamedArray<Model, Scalar: MatrixScalar> =
      (name: String, path: WritableKeyPath<Model, Matrix<Scalar>>)

    extension NamedArrays {
      /// The arrays of a part of a model, seen from the model.
      public static func arrays<Part: NamedArrays<Scalar>>(
        of part: WritableKeyPath<Self, Part>, named name: String
      ) -> [NamedArray<Self, Scalar>] {
        Part.arrays.map { ("\(name).\($0.name)", part.appending(path: $0.path)) }
      }

      /// The arrays of the model, listed once: to make a key path takes longer than
      /// to add two small matrices.
      public static var arrays: [NamedArray<Self, Scalar>] {
        let type = ObjectIdentifier(Self.self)
        if let known = lists.withLock({ $0[type] }) {
          return known.arrays as! [NamedArray<Self, Scalar>]
        }
        let arrays = listArrays()
        lists.withLock { $0[type] = List(arrays: arrays) }
        return arrays
      }

      /// How many numbers there are in all arrays.
      public var count: Int {
        Self.arrays.reduce(0) { $0 + self[keyPath: $1.path].count }
      }

      /// A number made of all bits of all arrays in order (FNV-1a, 64 bits): two
      /// models with one fingerprint are the same to the last bit.
      public var fingerprint: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for (_, path) in Self.arrays {
          for scalar in self[keyPath: path].scalars {
            hash = (hash ^ Double(scalar).bitPattern) &* 0x100_0000_01b3
          }
        }
        return hash
      }
    }

    private struct List: @unchecked Sendable { let arrays: Any }
    private let lists = Mutex<[ObjectIdentifier: List]>([:])

    extension TanhCell: NamedArrays {
      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        [("Wx", \.Wx), ("Wh", \.Wh), ("b", \.b)]
      }
    }

    extension Projection: NamedArrays {
      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        [("W", \.W), ("b", \.b)]
      }
    }

    extension RNN: NamedArrays {
      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        arrays(of: \.cell, named: "cell")
          + arrays(of: \.projection, named: "projection")
      }
    }
    ```

    A gradient is a value of the model's own type: `gradient.cell.Wh` is the derivative with respect to `network.cell.Wh`, and the
    compiler keeps the shapes apart by name.

    ## Is it right?

    A wrong gradient often learns, only worse. So never trust one; check it. The definition of the derivative needs no
    calculus:

    ```swift
    /// The derivative of `loss` with respect to every entry of `array`, found
    /// without any calculus: nudge the entry both ways and see what the loss does.
    ///
    ///     dL/dw ≈ (L(w + ε) − L(w − ε)) / 2ε
    ///
    /// The error of the formula falls with ε², that of the subtraction grows with
    /// 1/ε; in `Double` both are small at ε = 10⁻⁵.
    public func centredDifferences(
      of loss: (Matrix<Double>) -> Double, at array: Matrix<Double>,
      epsilon: Double = 1e-5
    ) -> Matrix<Double> {
      var derivative = Matrix(zerosLike: array)
      var nudged = array
      for i in 0..<array.rows {
        for j in 0..<array.columns {
          nudged[i, j] = array[i, j] + epsilon
          let above = loss(nudged)
          nudged[i, j] = array[i, j] - epsilon
          let below = loss(nudged)
          nudged[i, j] = array[i, j]
          derivative[i, j] = (above - below) / (2 * epsilon)
        }
      }
      return derivative
    }
    ```

    Nudging both ways makes the error of the formula fall with $`\varepsilon^2`$, here about $`10^{-10}`$. The subtraction loses digits:
    in `Double` about $`10^{-16} / \varepsilon = 10^{-11}`$. In `Float` it would be $`10^{-7} / 10^{-5}`$, a hundredth, and the check
    would prove nothing. That is why the network is generic over its scalar: check in `Double`, train in `Float`.

    ```swift
    /// What the check found out about the gradient of one array.
    public struct ArrayCheck: CustomStringConvertible {
      /// The array's name, such as `cell.Wh`.
      public let name: String
      /// What the backward pass says.
      public let analytic: Matrix<Double>
      /// What the centred differences say.
      public let numeric: Matrix<Double>

      /// What a backward pass and the differences say of one array.
      public init(
        name: String, analytic: Matrix<Double>, numeric: Matrix<Double>
      ) {
        (self.name, self.analytic, self.numeric) = (name, analytic, numeric)
      }

      /// How far two derivatives are apart, relative to the larger. What is below
      /// 10⁻⁴ counts as 10⁻⁴: there the differences have few digits, and where both
      /// should be zero, as a derivative may well be, they leave some 10⁻¹².
      static func error(_ a: Double, _ b: Double) -> Double {
        let error = abs(a - b) / max(abs(a), abs(b), 1e-4)
        // What is infinite or no number is never right, though ∞/∞ does not say so.
        return error.isNaN ? .infinity : error
      }

      /// The entry where the two differ most.
      public var worst: (row: Int, column: Int, error: Double) {
        var worst = (row: 0, column: 0, error: 0.0)
        for i in 0..<numeric.rows {
          for j in 0..<numeric.columns {
            let error = Self.error(analytic[i, j], numeric[i, j])
            if error > worst.error { worst = (i, j, error) }
          }
        }
        return worst
      }

      /// Do the two agree, entry by entry, to six digits?
      public var passes: Bool {
        analytic.shape == numeric.shape && worst.error <= 1e-6
      }

      /// One line: right, or where it is wrong, by how much, and what that looks
      /// like.
      public var description: String {
        guard analytic.shape == numeric.shape else {
          return "\(name): the gradient is \(analytic.shape), "
            + "the array is \(numeric.shape)"
        }
        let (row, column, error) = worst
        if passes {
          return "\(name) \(numeric.shape): right, "
            + "largest relative error \(error.scientific(places: 1))"
        }
        return "\(name)[\(row), \(column)]: the backward pass says "
          + "\(analytic[row, column].scientific(places: 4)), the differences say "
          + "\(numeric[row, column].scientific(places: 4)): \(likeness)"
      }
    }
    ```

    Compare *relative* errors: a difference of $`10^{-6}`$ is nothing beside 1 and everything beside $`10^{-6}`$. But two
    derivatives that should both be 0 must count as equal; that is what the `1e-4` in `error` is for.

    Some mistakes leave a signature:

    ```swift
    extension ArrayCheck {
      /// The relation between the two gradients in words, where there is one.
      public var likeness: String {
        func areAlike(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Bool {
          zip(a.scalars, b.scalars).allSatisfy { Self.error($0, $1) <= 1e-5 }
        }
        let squares = numeric.squaredNorm()
        let factor = squares > 0 ? analytic.dot(numeric) / squares : 0
        if !analytic.isFinite { return "not a number, or infinite" }
        if analytic.squaredNorm() == 0 {
          return "nothing arrives here: is the gradient never added?"
        }
        if areAlike(analytic, -numeric) { return "the sign is wrong everywhere" }
        if areAlike(analytic, factor * numeric) {
          return "everywhere \(factor.decimal(places: 4)) times what it should be: "
            + "is a sum taken for a mean, or something counted twice?"
        }
        if numeric.rows == numeric.columns
          && areAlike(analytic, numeric.transposed())
        {
          return "it is the transpose"
        }
        return "no simple relation: a term is missing, doubled, or taken from "
          + "another step"
      }
    }
    ```

    ```swift
    extension NamedArrays where Scalar == Double {
      /// Checks `gradient`, what a backward pass says of this model, array by array
      /// against centred differences of `loss`. The gradient must not be clipped.
      public func check(gradient: Self, of loss: (Self) -> Double) -> [ArrayCheck] {
        Self.arrays.map { name, path in
          var model = self
          let numeric = centredDifferences(
            of: {
              model[keyPath: path] = $0
              return loss(model)
            }, at: self[keyPath: path])
          return ArrayCheck(
            name: name, analytic: gradient[keyPath: path], numeric: numeric)
        }
      }
    }
    ```

    ```swift
    extension RNN where Scalar == Double {
      /// Checks the backward pass of one window: every array of the network, and
      /// the state before the window.
      public func checkGradients(
        _ inputs: [Int], _ targets: [Int], from h0: Matrix<Double>
      ) -> [ArrayCheck] {
        let (gradient, dh0) = backward(forward(inputs, from: h0), targets)
        let arrays = check(gradient: gradient) { network in
          network.loss(network.forward(inputs, from: h0), targets)
        }
        let numeric = centredDifferences(
          of: { loss(forward(inputs, from: $0), targets) }, at: h0)
        return arrays + [ArrayCheck(name: "h0", analytic: dh0, numeric: numeric)]
      }
    }
    ```

    Two traps. Clip *after* the check: a clipped gradient is not the derivative of the loss any more. And choose sizes that
    differ, with a batch larger than one: with $`B = 1`$, a forgotten division by $`B`$ is right by luck.

    Six arrays, 73 entries, all right to seven digits or more. The last one, the state before the window, sees through every step at
    once: if a derivative is lost anywhere on the way, it is lost there.

    ## Clipping

    Once in a while a gradient is huge, and one step along it undoes an hour of learning. Two remedies:

    ```swift
    extension NamedArrays {
      /// The length of the gradient: the root of the sum of the squares of all its
      /// entries, over all arrays together.
      public var norm: Double {
        Self.arrays.reduce(0) { $0 + Double(self[keyPath: $1.path].squaredNorm()) }
          .squareRoot()
      }

      /// Moves every entry into `−limit … limit`. It changes the direction of the
      /// gradient, but no entry can be wild.
      public mutating func clipValues(to limit: Scalar) {
        for (_, path) in Self.arrays {
          self[keyPath: path].clamp(to: -limit...limit)
        }
      }

      /// Shortens the gradient to `limit` if it is longer, and keeps its direction
      /// (Pascanu, Mikolov & Bengio 2013, algorithm 1).
      public mutating func clipNorm(to limit: Double) {
        let norm = norm
        guard norm > limit else { return }
        for (_, path) in Self.arrays {
          self[keyPath: path] *= Scalar(limit / norm)
        }
      }
    }
    ```

    Take the gradient $`(30, 3)`$ and the limit 5. By value it becomes $`(5, 3)`$: short enough, but it points elsewhere. By norm, its
    length $`\sqrt{30^2 + 3^2} = 30.15`$ is brought to 5 and it becomes $`(4.98, 0.50)`$: the same direction. The training below clips by
    value, as min-char-rnn does; the task at the end of this page clips by norm. Note that the norm is taken over all
    arrays together. Clip each on its own, and the direction changes after all.

    ## Adagrad

    Plain gradient descent moves every weight by the same multiple of its derivative. But the row of `Wx` for `a` gets a derivative in almost
    every window, the row for `x` in hardly any. Adagrad divides by what each weight has already received:

    ```swift
    /// An optimiser that gives every weight its own rate: the more its derivatives
    /// have been, the smaller its steps (Duchi, Hazan & Singer 2011).
    ///
    ///     m ← m + g²
    ///     w ← w − rate · g / √(m + ε)
    public struct Adagrad<Model: NamedArrays> {
      /// `m`, the sum of all squared derivatives so far, for every weight.
      public private(set) var memory: Model
      /// The step of a weight whose derivative comes for the first time.
      public let rate: Model.Scalar
      /// `ε`, so that a weight never reached is not divided by zero.
      public let epsilon: Model.Scalar

      /// An optimiser that remembers nothing yet.
      public init(
        for model: Model, rate: Model.Scalar, epsilon: Model.Scalar = 1e-8
      ) {
        memory = model
        (self.rate, self.epsilon) = (rate, epsilon)
        for (_, path) in Model.arrays { memory[keyPath: path] *= 0 }
      }

      /// Moves every weight of `model` one step against its derivative.
      public mutating func update(_ model: inout Model, by gradient: Model) {
        for (_, path) in Model.arrays {
          let g = gradient[keyPath: path]
          memory[keyPath: path].add(g, times: g)
          let step = g / sqrt(memory[keyPath: path] + epsilon)
          model[keyPath: path].add(-rate, times: step)
        }
      }
    }
    ```

    At the first step $`m = g^2`$, so each weight moves by $`\eta`$ exactly, up or down, however small its derivative: 0.1 in a network
    whose weights are about 0.01. The loss *rises* at first; you will see it. Later the root grows and the steps shrink,
    and never grow again, which is Adagrad's weakness in a long training.

    ## Truncation, and the state that is carried on

    The text has 36,122 characters. Unrolled from end to end, the way back would be as long, and there would be one step of learning
    for each reading. So cut it into windows of 25.

    ```swift
    /// A text cut into windows of `T` steps, one behind the other.
    ///
    /// The derivatives stop at the edge of a window: that is truncated BPTT. The
    /// state does not: it is carried from each window into the next. Behind the
    /// last whole window the text begins again, with a state of zeros.
    public struct Windows {
      /// The ids of the text.
      public let ids: [Int]
      /// The steps of a window.
      public let T: Int
      private var place = 0

      /// The text must be longer than one window: the last target stands behind it.
      public init(_ ids: [Int], steps T: Int) {
        require(
          T > 0 && ids.count > T,
          "Windows: \(ids.count) characters hold no window of \(T) steps")
        (self.ids, self.T) = (ids, T)
      }

      /// The next window: what is read, what comes after each, and whether the text
      /// begins again here.
      public mutating func next()
        -> (inputs: [Int], targets: [Int], beginsText: Bool)
      {
        if place + T + 1 > ids.count { place = 0 }
        let start = place
        place += T
        let inputs = Array(ids[start..<start + T])
        let targets = Array(ids[start + 1..<start + T + 1])
        return (inputs, targets, start == 0)
      }
    }
    ```

    Two things cross the edge of a window differently. The *state* crosses it: `h = trace.last` below, so the network reads on
    where it stopped. The *derivative* does not: `carried` is thrown away, as if the state had fallen from the sky. This is truncated
    backpropagation through time. What it loses is measured at the end of this page.

    ```swift
    /// A network in training: itself, its optimiser and the state it carries.
    public struct Trainer<Scalar: MatrixScalar> {
      /// The network, which becomes better.
      public private(set) var network: RNN<Scalar>
      private var optimiser: Adagrad<RNN<Scalar>>
      private var windows: Windows
      private var h: Matrix<Scalar>

      /// - Parameters:
      ///   - network: at its beginning
      ///   - ids: the text
      ///   - T: the steps of a window
      ///   - rate: see ``Adagrad``
      public init(
        _ network: RNN<Scalar>, on ids: [Int], steps T: Int, rate: Scalar = 0.1
      ) {
        self.network = network
        optimiser = Adagrad(for: network, rate: rate)
        windows = Windows(ids, steps: T)
        h = network.zeroState(batch: 1)
      }

      /// Forward, backward, clip, update: one window.
      /// - Returns: the loss of the window before the update, in nats, its sum over
      ///   the steps.
      public mutating func step() -> Scalar {
        let window = windows.next()
        if window.beginsText { h = network.zeroState(batch: 1) }
        let trace = network.forward(window.inputs, from: h)
        let loss = network.loss(trace, window.targets)
        var (gradient, _) = network.backward(trace, window.targets)
        gradient.clipValues(to: 5)
        optimiser.update(&network, by: gradient)
        h = trace.last
        return loss
      }
    }
    ```

    Forward, backward, clip, update: `step()` is all there is to training.

    ## It learns

    The first line is $`\ln 27`$, as chapter 1 promised. By step 2,000 there are names of a plausible length with vowels in plausible
    places.

    ![The loss falls from 3.3 nats a character to about 2.0, most of it in the first 3,000 steps](figures/02-loss.svg)

    There is the bump of Adagrad's first steps, and there is a long, slow descent. It cannot reach 0: after `mar` a name may go on in many
    ways, and no network can know which.

    At temperature 0.3 it plays safe, at 1.0 it takes its own uncertainty seriously. It was never told what a syllable is.

    ## How far a derivative reaches

    To learn that a letter depends on one $`k`$ steps back, $`\partial L / \partial h`$ has to arrive there. Each step back does the same
    two things to it:

    If that shortens a vector to 0.6 of its length, ten steps make it $`0.6^{10} \approx 0.006`$. If it lengthens it to 1.5 times,
    fifty steps make it $`1.5^{50} \approx 6 \cdot 10^8`$. The gradient *vanishes* or *explodes*, because it is a power.

    ```swift
    extension TanhCell {
      /// The length of `∂L/∂hₜ` at every lag, when only the last state is read:
      /// entry `k` belongs to the state `k` steps before the last.
      ///
      /// Each step back multiplies by `(1 − h²)` and by `Whᵀ`: lengths shrink or
      /// grow by about the same factor every time (Bengio, Simard & Frasconi 1994;
      /// Pascanu, Mikolov & Bengio 2013, section 2.1).
      ///
      /// - Parameters:
      ///   - dLast: the derivative with respect to the last state, `[B × H]`
      ///   - after: the states, `[T·B × H]`
      public func reach(of dLast: Matrix<Scalar>, through after: Matrix<Scalar>)
        -> [Double]
      {
        let B = dLast.rows
        var dh = dLast
        var lengths = [Double(dh.squaredNorm()).squareRoot()]
        for t in (1..<after.rows / B).reversed() {
          let h = after.rows(t * B..<(t + 1) * B)
          dh = matmul(dh * (1 - h * h), Wh.T)
          lengths.append(Double(dh.squaredNorm()).squareRoot())
        }
        return lengths
      }
    }
    ```

    Measure it on three cells drawn at random, and on the network just trained. For a random `Wh` of deviation $`g / \sqrt{H}`$, the length of
    $`v \cdot W_h^\top`$ is about $`g`$ times that of $`v`$; call $`g`$ the gain.

    ```swift
    extension TanhCell {
      /// The reach of a cell whose `Wh` is drawn from the normal distribution with
      /// deviation `gain / √H`, so that `Whᵀ` makes a vector about `gain` times as
      /// long. The cell runs for `T` steps on faint noise; the derivative with
      /// respect to the last state is a random one of length 1.
      public static func reach(
        gain: Double, hidden H: Int, steps T: Int, using random: inout SplitMix64
      ) -> [Double] {
        let deviation = gain / Double(H).squareRoot()
        let cell = TanhCell(
          Wx: Matrix(1, H), Wh: .normal(H, H, deviation: deviation, using: &random),
          b: Matrix(1, H))
        let noise = Matrix<Scalar>.normal(T, H, deviation: 0.01, using: &random)
        let after = cell.unroll(noise, from: Matrix(1, H)).rows(1..<T + 1)
        let dLast = Matrix<Scalar>.normal(1, H, deviation: 1, using: &random)
        let length = dLast.squaredNorm().squareRoot()
        return cell.reach(of: dLast / length, through: after)
      }
    }

    extension RNN {
      /// The reach of this network on a text: how long `∂L/∂hₜ` is at every lag for
      /// the loss of the last prediction alone, in parts of its length at lag 0;
      /// the mean over all windows of `T` steps.
      public func reach(on ids: [Int], steps T: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: T)
        let count = max(1, (ids.count - 1) / T)
        var windows = Windows(ids, steps: T)
        for _ in 0..<count {
          let window = windows.next()
          let trace = forward(window.inputs, from: zeroState(batch: 1))
          let dy = crossEntropyGradient(
            trace.logits.row(T - 1), [window.targets[T - 1]], batch: 1)
          let dLast = matmul(dy, projection.W.T)
          let lengths = cell.reach(of: dLast, through: trace.after)
          for k in 0..<T { sums[k] += lengths[k] / lengths[0] }
        }
        return sums.map { $0 / Double(count) }
      }
    }
    ```

    ![Length of the derivative over the steps back, on a logarithmic axis: three random cells and the trained network](figures/02-reach.svg)

    On a logarithmic axis a power is a straight line. The gain 0.5 falls along one: $`0.5^{49} \approx 2 \cdot 10^{-15}`$ is what
    the formula says, and the run is close. The gain 1.0 hovers about 1. The gain 1.5 grows, yet far less than the
    $`1.5^{49} \approx 4 \cdot 10^8`$ of the formula: its states are large, so $`1 - h^2`$ is well below 1 and holds the growth
    back. The trained network keeps about two thirds of it at a step: after ten steps a fiftieth is left, after 25 a twenty-thousandth, so
    what happened then has next to no say in what it learns. (The flat end of the
    curve is the work of a few windows in which it hardly shrinks: at 49 steps the mean over the 99 windows is $`4 \cdot 10^{-5}`$, their
    median $`5 \cdot 10^{-9}`$.) Clipping cures exploding. Against vanishing it can do nothing: for that, chapter 3
    changes the cell.

    ## A task whose best loss is known

    With names, nobody knows how low the loss could go. So make a task where it can be computed: a stream of fair coins, and a second
    bit $`y`$ that depends on the coins 3 and 8 steps before.

    ```swift
    /// Random bits, each a fair coin, and a second stream that depends on them:
    /// `y` is 1 with probability ½, plus ½ if the bit 3 steps before was 1, minus
    /// ¼ if the bit 8 steps before was 1.
    ///
    /// Whoever has learned nothing but how often `y` is 1 pays 0.6616 nats a step;
    /// who knows the bit 3 steps back, 0.5192; who knows both, 0.4545. No model can
    /// do better, because the rest is chance.
    public struct DelayedBits {
      /// How far back the two bits are that matter.
      public static let lags = (near: 3, far: 8)
      private var history: [[Int]]
      private var random: SplitMix64

      /// `B` independent pairs of streams.
      public init(batch B: Int, seed: UInt64) {
        history = Array(
          repeating: Array(repeating: 0, count: Self.lags.far), count: B)
        random = SplitMix64(seed: seed)
      }

      /// The probability that `y` is 1.
      public static func chance(near: Int, far: Int) -> Double {
        0.5 + 0.5 * Double(near) - 0.25 * Double(far)
      }

      /// The next `T` steps: the bits and their `y`, `T·B` each, time-major.
      public mutating func next(_ T: Int) -> (inputs: [Int], targets: [Int]) {
        var inputs: [Int] = []
        var targets: [Int] = []
        for _ in 0..<T {
          for row in history.indices {
            let near = history[row][Self.lags.far - Self.lags.near]
            let chance = Self.chance(near: near, far: history[row][0])
            let bit = random.uniform() < 0.5 ? 1 : 0
            inputs.append(bit)
            targets.append(random.uniform() < chance ? 1 : 0)
            history[row].removeFirst()
            history[row].append(bit)
          }
        }
        return (inputs, targets)
      }
    }
    ```

    Who knows the probability $`p`$ that $`y = 1`$ exactly pays, on average, the entropy

    and nobody pays less. The four cases are equally likely:

    | bit 3 back | bit 8 back | $`p`$ | $`S(p)`$ |
    | --- | --- | --- | --- |
    | 0 | 0 | 0.50 | 0.6931 |
    | 0 | 1 | 0.25 | 0.5623 |
    | 1 | 0 | 1.00 | 0 |
    | 1 | 1 | 0.75 | 0.5623 |

    - **Knowing nothing**, you see the mean of the four $`p`$, 0.625: $`S(0.625) = 0.6616`$.
    - **Knowing the near bit**, you see 0.375 when it is 0 and 0.875 when it is 1: $`S(0.375) = 0.6616`$ or $`S(0.875) = 0.3768`$, on
      average $`0.5192`$.
    - **Knowing both**, you see the $`p`$ of the table: $`(0.6931 + 0.5623 + 0 + 0.5623) / 4 = 0.4545`$.

    ```swift
    extension DelayedBits {
      /// The loss in nats of one who knows the probability of `y` exactly, given
      /// neither bit, the near one, or both.
      public static var floors: (nothing: Double, near: Double, both: Double) {
        /// The entropy of a bit that is 1 with probability `p`.
        func entropy(_ p: Double) -> Double {
          p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log(1 - p)
        }
        func mean(_ values: [Double]) -> Double {
          values.reduce(0, +) / Double(values.count)
        }
        let chances = [0, 1].map { near in
          [0, 1].map { far in chance(near: near, far: far) }
        }
        return (
          nothing: entropy(mean(chances.map(mean))),
          near: mean(chances.map { entropy(mean($0)) }),
          both: mean(chances.flatMap { $0 }.map(entropy))
        )
      }
    }
    ```

    Now train the same network on it three times, through windows of 3, 4 and 16 steps. In a window of $`T`$ steps the longest way
    back, from the last guess to the first bit, is $`T - 1`$ steps.

    ```swift
    extension DelayedBits {
      /// Trains a new network on the task, cut into windows of `T` steps, the state
      /// carried from each into the next.
      /// - Returns: the loss of every window in nats a step, before its update.
      public static func learn(
        steps T: Int, windows: Int, hidden H: Int, batch B: Int, rate: Float,
        seed: UInt64
      ) -> [Double] {
        var random = SplitMix64(seed: seed)
        var task = DelayedBits(batch: B, seed: random.next())
        var network = RNN<Float>(vocabulary: 2, hidden: H, using: &random)
        var optimiser = Adagrad(for: network, rate: rate)
        var h = network.zeroState(batch: B)
        return (0..<windows).map { _ in
          let (inputs, targets) = task.next(T)
          let trace = network.forward(inputs, from: h)
          var (gradient, _) = network.backward(trace, targets)
          gradient.clipNorm(to: 5)
          optimiser.update(&network, by: gradient)
          h = trace.last
          return Double(network.loss(trace, targets)) / Double(T)
        }
      }
    }
    ```

    ![Loss over windows of training: 3 steps stay at the first floor, 4 steps reach the second, 16 steps come close to the third](figures/02-truncation.svg)

    - **3 steps** reach 2 back, and neither bit is there. The loss stays on the first floor, for ever. (It may end a hair below: an average over
      some thousand coins is not exact.)
    - **4 steps** reach 3 back, and only from the last of the four guesses. That is enough: the weights are shared, so what the last
      step learns, all steps know. The loss even falls *below* the second floor. No derivative ever came from 8 steps back, but the state
      is carried on, and a cell that has learned to keep a bit for 3 steps still holds traces of it after 8.
    - **16 steps** reach both bits, and the loss comes close to the third floor.

    So truncation limits what the network is *taught*, not what it can know. What lies beyond the window it learns only by luck.

    ## What goes wrong, and how it looks

    Each of these mistakes was planted in the code above, one at a time. All but the last compile and run, and the network learns in spite of
    some of them.

    | The mistake | Which arrays fail the check | What it says |
    | --- | --- | --- |
    | carry dropped: no `+ carried` | `Wx`, `Wh`, `b`, `h0` | no simple relation |
    | no `(1 - h * h)` | `Wx`, `Wh`, `b`, `h0` | no simple relation |
    | transposed weight: `matmul(dzt, Wh)` | `Wx`, `Wh`, `b`, `h0` | no simple relation |
    | overwrite instead of add, in `dWx` | `Wx` | no simple relation |
    | only the first step counted, in `dWh` | `Wh` | no simple relation |
    | off by one: `trace.after` for `trace.before` | `Wh` | no simple relation |
    | `dWh` transposed | `Wh` | it is the transpose |
    | target not subtracted from softmax | all six | no simple relation |
    | not divided by $`B`$ | all six | everywhere 2.0000 times what it should be |
    | bias summed over the wrong axis: `dz.rowSums()` | none: the program stops | its shape is `[6 × 1]`, and `TanhCell.init` refuses it |

    Read the table by its second column. If one array fails alone, look at the line that computes it. If all arrays of the cell and `h0` fail
    while the projection passes, the mistake lies on the way back through time. If everything fails, it lies before: in the loss.
    The tests plant such mistakes too, and see that the check rejects them: `swift test --filter Chapter02Tests`.

    Some mistakes are beyond a gradient check:

    | What you see | What it may be |
    | --- | --- |
    | the loss stays at $`\ln V`$ | the update has the wrong sign or the rate is far too small |
    | the loss jumps above $`\ln V`$ and stays there | the rate is too large (exercises 2 and 4) |
    | `the loss is nan at step …` | far too large a rate |
    | it learns, but less than it should | the state is not carried from window to window (exercise 3) |

    ## Summary

    - Four rules make the whole backward pass: product, added row, function of one entry, two readers.
    - $`dh_t`$ is what the projection says plus what the next step says; then $`dz_t = dh_t \odot (1 - h_t^2)`$ and
      $`dh_{t-1} = dz_t \cdot W_h^\top`$.
    - Weights have a reader at every step, so their derivatives are sums over the steps, computed as one product.
    - A gradient is not right until centred differences say so: in `Double`, unclipped, with sizes that differ.
    - The derivative shrinks or grows like a power of the lag. Truncation cuts it off; the carried state goes on.

    ## Exercises

    `git checkout Chapters` puts everything back.

    ### 1. Drop the carry (easy)

    In `TanhCell.backward`, leave out `+ carried`. Before you run the program: which of the six arrays will fail the check, and why does
    `projection.W` not?

    <details>
    <summary>Hint</summary>

    Who reads `dz`, and who reads only `dy`?

    </details>

    <details>
    <summary>Solution</summary>

    `cell.Wx`, `cell.Wh`, `cell.b` and `h0` fail. The projection's gradients are made of `dy` and the states, before any time
    is travelled. One of the lines:

    The program then refuses to train and ends with exit code 1.

    </details>

    ### 2. Too fast (easy)

    Run `swift run chapter02 --rate 1 --steps 3000`. What does the loss do? How can a network do worse than one that knows nothing?

    <details>
    <summary>Hint</summary>

    How far does every weight move in Adagrad's first step? What are the states after that?

    </details>

    <details>
    <summary>Solution</summary>

    The first step moves each of the 15,527 weights by 1. All states are pushed to ±1, where $`1 - h^2`$ is nearly 0 and hardly any
    derivative comes through, and the logits are huge, so the guesses are certain and wrong:

    After 3,000 steps it is still worse than where it began, $`\ln 27 = 3.296`$, and writes `a a a a a`. Its reach is 0.00001 after one step back,
    and 0 after ten.

    </details>

    ### 3. Forget the past (easy)

    In `Trainer.step`, remove the line `h = trace.last`. No test of the gradient can notice. Does the loss?

    <details>
    <summary>Hint</summary>

    Which guesses suffer? How many of the 25 in a window are they?

    </details>

    <details>
    <summary>Solution</summary>

    The loss after 20,000 steps is 2.142 instead of 2.023. Every window now begins with an empty state, usually in the middle of a
    name, and its first guesses are made without knowing what stands before. The full network was better
    than that after 10,000 steps already: forgetting costs half of the training.

    </details>

    ### 4. Without Adagrad (middle)

    Make `update` plain gradient descent: `model[keyPath: path].add(-rate, times: g)`. Find a `--rate` with which it learns.

    <details>
    <summary>First hint</summary>

    The derivatives are sums over 25 steps. The default rate, 0.1, is made for Adagrad, whose steps soon become tiny.

    </details>

    <details>
    <summary>Second hint</summary>

    Go down by factors of ten.

    </details>

    <details>
    <summary>Solution</summary>

    ```swift
    for (_, path) in Model.arrays {
      model[keyPath: path].add(-rate, times: gradient[keyPath: path])
    }
    ```

    At 0.1 the logits run away within 2,000 steps, the guesses become certain, most states stick at ±1, and there is no way back: it ends by writing
    `aes aes aes`. At 0.01 it learns, though less than with Adagrad (2.023); at 0.001 more slowly still. (The task of the two bits uses the same
    `update` with a rate of its own, 0.1, and no longer leaves the first floor.)

    </details>

    ### 5. Clip by norm (middle)

    In `Trainer.step`, clip by norm instead of by value. Does it learn faster or slower here? What would you have to measure to say
    that one is *better*?

    <details>
    <summary>First hint</summary>

    Which of the two shortens more gradients at the limit 5? Think of a gradient with 15,527 entries of 0.1 each.

    </details>

    <details>
    <summary>Second hint</summary>

    Adagrad divides by the size of the gradients it has seen. What does that do to a constant factor?

    </details>

    <details>
    <summary>Solution</summary>

    `gradient.clipNorm(to: 5)`. The loss after 20,000 steps is 2.196 instead of 2.023; after 2,000 it is 2.844 instead of 2.550. A gradient with 15,527
    entries of 0.1 has length 12.5: the norm clips it, the values are left alone. So the same limit means something else, and
    one run of each proves nothing. To compare, search the best limit and rate for both, with several `--seed`s, and look at the spread.

    </details>

    ### 6. A window of eight (middle)

    In `main.swift`, change the windows `[3, 4, 16]` to `[8, 9, 16]`. Windows of 8 reach 7 steps back, one short of the far bit. Which floor
    will they end on? Windows of 9?

    <details>
    <summary>First hint</summary>

    What did windows of 4 know that they were never taught?

    </details>

    <details>
    <summary>Second hint</summary>

    To keep a bit for 7 steps, and to keep it for 8: are those different skills?

    </details>

    <details>
    <summary>Solution</summary>

    All three end close to the third floor, 0.4545. A cell that carries bits along for the near lag carries them one step further for
    nothing, and the projection, which is trained with the carried states, finds them there. Truncation hurts where
    *nothing* inside the window rewards keeping the bit, as with 3 steps.

    </details>

    ### 7. Memory for nothing (hard)

    In `RNN.init`, draw `Wh` with deviation $`1/\sqrt{H}`$ instead of 0.01. Windows of 3 steps cannot be taught anything about
    either bit. Predict what they reach now, then run. And the names?

    <details>
    <summary>First hint</summary>

    `Wh: .normal(H, H, deviation: 1 / Double(H).squareRoot(), using: &random)`

    </details>

    <details>
    <summary>Second hint</summary>

    Look at the gain 1.0 in the figure of the reach, and at exercise 6 of [chapter 1](01-numpy-style-rnn.md#exercises).

    </details>

    <details>
    <summary>Solution</summary>

    With the gain 1 the past echoes in the state for many steps before anything is trained. Nobody needs to teach the cell to keep the
    bit; the projection only has to find it, and its gradient needs no way through time. (Networks that train only the projection and leave a
    random cell as it is are called *echo state networks*.) The names become worse, 2.170 instead of 2.023: there the last few letters matter
    most, and a loud echo of older ones is noise.

    </details>

    ### 8. A cell that lets go slowly (hard)

    Keep half of the old state at each step:

    Change the forward and the backward pass until the check says "right" six times. How does the reach change?

    <details>
    <summary>First hint</summary>

    Let $`g_t`$ be the tanh. Now $`h_{t-1}`$ has *three* readers: the projection, the tanh, and the new state itself.

    </details>

    <details>
    <summary>Second hint</summary>

    The trace keeps no $`g_t`$, but $`g_t = 2 h_t - h_{t-1}`$. So `backward` needs `trace.states` instead of `trace.after`, and the rows of the
    step before are `states.rows(rows)`.

    </details>

    <details>
    <summary>Solution</summary>

    In `step`: `0.5 * h + 0.5 * tanh(…)`. In `unroll`: `h = 0.5 * h + 0.5 * tanh(z)`. In `backward`, which now takes `states`,
    `[(T+1)·B × H]`, and counts its steps by `dOutput`:

    ```swift
    let before = states.rows(rows)
    let h = states.rows((t + 1) * B..<(t + 2) * B)
    let g = 2 * h - before
    let dh = dOutput.rows(rows) + carried
    let dzt = 0.5 * dh * (1 - g * g)
    carried = 0.5 * dh + matmul(dzt, WhT)
    ```

    `RNN.backward` hands over `trace.states`, and `reach` changes in the same way:

    ```swift
    let g = 2 * h - after.rows((t - 1) * B..<t * B)
    dh = 0.5 * dh + matmul(0.5 * dh * (1 - g * g), Wh.T)
    ```

    The check says "right" six times, the loss after 20,000 steps is 1.900 instead of 2.023, and the reach

    is six times as long after ten steps and ninety times after 25. The term `0.5 * dh` is a way back that goes through neither tanh nor
    `Wh`. Replace the fixed ½ by a number that the cell computes at each step, and you have invented a gate: chapter 3.

    </details>

    ## Where next

    The gradient vanishes because every step back multiplies by the same matrix. Chapter 3 gives the cell a second state that is
    *added to*, and three gates that decide when: the LSTM. Its backward pass uses the same four rules and the same check.

    Back to [the contents](README.md).

    ## Sources

    - D. E. Rumelhart, G. E. Hinton & R. J. Williams, "Learning representations by back-propagating errors", *Nature* 323, 1986.
    - P. J. Werbos, "Backpropagation through time: what it does and how to do it", *Proceedings of the IEEE* 78, 1990.
    - R. J. Williams & J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories",
      *Neural Computation* 2, 1990: truncation.
    - Y. Bengio, P. Simard & P. Frasconi, "Learning long-term dependencies with gradient descent is difficult", *IEEE Transactions on
      Neural Networks* 5, 1994: why the gradient vanishes.
    - R. Pascanu, T. Mikolov & Y. Bengio, "On the difficulty of training recurrent neural networks", *ICML* 2013: vanishing,
      exploding, and clipping by norm.
    - J. Duchi, E. Hazan & Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization", *Journal of Machine
      Learning Research* 12, 2011: Adagrad.
    - A. Karpathy, [min-char-rnn](https://gist.github.com/karpathy/d4dee566867f8291f086), 2015: windows of 25, hidden 100, Adagrad
      with the rate 0.1, clipping by value to 5.
    - R2RT, [Recurrent Neural Networks in TensorFlow I](https://r2rt.com/recurrent-neural-networks-in-tensorflow-i.html), 2016: the task of
      the two delayed bits.

    # Chapter 3: Explicit gates

    After this page you can derive the backward pass of an LSTM and of a GRU line by line, change a gate, and prove that the gradient is
    still right. It takes about 90 minutes, exercises apart.

    In chapter 2 the derivative shrank on its way back, because every step multiplied it by the same matrix and by the slope of tanh. The
    remedy is a second state that is *added to*: what is added passes a derivative on as it is. But a memory that can only be added to never
    forgets, and everything that passes by is written into it. So the network decides, at every step and for every unit: what to
    keep, what to write, what to show. These decisions are the gates.

    ## One gate

    A gate looks at the input and at the last output, and answers with a number for every unit.

    $`\sigma`$ squeezes $`z`$ between 0 and 1, so multiplying by $`a`$ lets through nothing, all, or a part. In shapes:

    ```swift
    /// The weights of one gate: what it sees of the input, what it sees of the
    /// state, and where it stands when it sees nothing.
    ///
    ///     z = x·W + h·U + b
    public struct Gate<Scalar: MatrixScalar>: NamedArrays, Equatable, Sendable {
      /// From the input, `[D × H]`.
      public var W: Matrix<Scalar>
      /// From the output of the step before, `[H × H]`.
      public var U: Matrix<Scalar>
      /// `[1 × H]`, added to every row.
      public var b: Matrix<Scalar>

      /// A gate of the given arrays, whose shapes must fit together.
      public init(W: Matrix<Scalar>, U: Matrix<Scalar>, b: Matrix<Scalar>) {
        let H = U.rows
        precondition(U.columns == H && W.columns == H && b.shape == "[1 × \(H)]")
        (self.W, self.U, self.b) = (W, U, b)
      }

      /// Weights between `−1/√H` and `1/√H`, all equally likely, as PyTorch draws
      /// them; every entry of the bias is `bias`.
      public init(
        inputs D: Int, hidden H: Int, bias: Scalar = 0,
        using random: inout SplitMix64
      ) {
        let scale = 1 / Double(H).squareRoot()
        W = .uniform(D, H, scale: scale, using: &random)
        U = .uniform(H, H, scale: scale, using: &random)
        b = Matrix(1, H, repeating: bias)
      }

      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        [("W", \.W), ("U", \.U), ("b", \.b)]
      }

      /// Are the two of one size, as the gates of a cell must be?
      func fits(_ other: Gate) -> Bool {
        W.shape == other.W.shape && U.shape == other.U.shape
      }

      /// `x·W + b`, for inputs `[N × D]`.
      public func project(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
        matmul(x, W) + b
      }

      /// `z + h·U`, the gate before its squashing function, `[B × H]`.
      /// - Parameters:
      ///   - z: the projected input of this step, `[B × H]`
      ///   - h: the output of the step before, `[B × H]`
      public func callAsFunction(_ z: Matrix<Scalar>, _ h: Matrix<Scalar>)
        -> Matrix<Scalar>
      {
        var z = z
        z.addProduct(h, U)
        return z
      }

      /// For a gate that holds derivatives: adds `dW = xᵀ·dz`, `dU = hᵀ·dz` and
      /// `db = Σ dz` over the rows, all summed over the steps by the products.
      public mutating func addGradient(
        _ dz: Matrix<Scalar>, inputs x: Matrix<Scalar>, before h: Matrix<Scalar>
      ) {
        W.addProduct(x.T, dz)
        U.addProduct(h.T, dz)
        b.addColumnSums(of: dz)
      }
    }
    ```

    As in chapter 2, the part that does not depend on the state, $`x \cdot W + b`$, is computed for all time steps at once: that is
    `project`. Calling the gate adds the rest.

    ## The LSTM

    Three gates, one candidate, two lines that use them:

    $`c`$ is the cell, the memory; $`h`$ is what the outside and the gates see of it. A prime marks the new value. The candidate $`g`$
    is squeezed by tanh and not by $`\sigma`$, because one must be able to write a negative number, too.

    ```swift
    /// The long short-term memory (Hochreiter & Schmidhuber, 1997; with the forget
    /// gate of Gers, Schmidhuber & Cummins, 2000).
    ///
    ///     i  = σ(x·Wi + h·Ui + bi)       what to write
    ///     f  = σ(x·Wf + h·Uf + bf)       what to keep
    ///     g  = tanh(x·Wg + h·Ug + bg)    what could be written
    ///     o  = σ(x·Wo + h·Uo + bo)       what to show
    ///     c′ = f ⊙ c + i ⊙ g
    ///     h′ = o ⊙ tanh c′
    public struct LSTM<Scalar: MatrixScalar>: Equatable, Sendable {
      /// `i`: how much of the candidate is written into the cell.
      public var input: Gate<Scalar>
      /// `f`: how much of the old cell is kept.
      public var forget: Gate<Scalar>
      /// `g`: what could be written.
      public var candidate: Gate<Scalar>
      /// `o`: how much of the cell is shown.
      public var output: Gate<Scalar>

      /// An LSTM that knows nothing yet.
      ///
      /// - Parameters:
      ///   - forgetBias: the bias of the forget gate. At 1 a new cell keeps most of
      ///     what it holds, so that derivatives reach far from the first day on
      ///     (Gers, Schmidhuber & Cummins, 2000; Jozefowicz, Zaremba & Sutskever,
      ///     2015).
      public init(
        inputs D: Int, hidden H: Int, forgetBias: Scalar = 1,
        using random: inout SplitMix64
      ) {
        input = Gate(inputs: D, hidden: H, using: &random)
        forget = Gate(inputs: D, hidden: H, bias: forgetBias, using: &random)
        candidate = Gate(inputs: D, hidden: H, using: &random)
        output = Gate(inputs: D, hidden: H, using: &random)
      }

      /// An LSTM of the given gates, which must be of one size.
      public init(
        input: Gate<Scalar>, forget: Gate<Scalar>, candidate: Gate<Scalar>,
        output: Gate<Scalar>
      ) {
        precondition(input.fits(forget))
        precondition(input.fits(candidate) && input.fits(output))
        (self.input, self.forget) = (input, forget)
        (self.candidate, self.output) = (candidate, output)
      }
    }
    ```

    The state has two named fields. The trace keeps what the way back will ask for:

    ```swift
    extension LSTM {
      /// What is carried from step to step.
      public struct State: CellState, Equatable, Sendable {
        /// The output, `[B × H]`.
        public var h: Matrix<Scalar>
        /// The cell: the memory that the gates guard, `[B × H]`.
        public var c: Matrix<Scalar>

        /// A state of the given arrays.
        public init(h: Matrix<Scalar>, c: Matrix<Scalar>) {
          (self.h, self.c) = (h, c)
        }

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("h", \.h), ("c", \.c)]
        }
      }

      /// One array for each gate, `[N × H]`.
      public struct Gates: NamedArrays, Equatable, Sendable {
        public var i, f, g, o: Matrix<Scalar>

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("i", \.i), ("f", \.f), ("g", \.g), ("o", \.o)]
        }
      }

      /// The gates as they stood, the cell's tanh, and the state before.
      public struct Trace: Sendable {
        public let i, f, g, o, tanhC: Matrix<Scalar>
        public let before: State
      }
    }
    ```

    ```swift
    extension LSTM: Cell {
      public var inputs: Int { input.W.rows }
      public var hidden: Int { input.U.rows }

      public func zeroState(batch B: Int) -> State {
        State(h: Matrix(B, hidden), c: Matrix(B, hidden))
      }

      public func project(_ x: Matrix<Scalar>) -> Gates {
        Gates(
          i: input.project(x), f: forget.project(x), g: candidate.project(x),
          o: output.project(x))
      }

      public func step(_ z: Gates, from state: State)
        -> (state: State, trace: Trace)
      {
        let h = state.h
        let i = sigmoid(input(z.i, h))
        let f = sigmoid(forget(z.f, h))
        let g = tanh(candidate(z.g, h))
        let o = sigmoid(output(z.o, h))
        let c = f * state.c + i * g
        let tanhC = tanh(c)
        let trace = Trace(i: i, f: f, g: g, o: o, tanhC: tanhC, before: state)
        return (State(h: o * tanhC, c: c), trace)
      }

    }
    ```

    Four lines for four gates, two for the memory, in the order of the equations. Everything in `step` is `[B × H]`.

    What would each line left out do?

    - Without `f * state.c`, the cell is what was written just now: no memory but that in `h`.
    - Without the factor `f`, nothing is ever forgotten, and `c` grows without bound over a long sequence. (So the LSTM was first published; the
      forget gate came three years later.)
    - Without `i`, every input is written, wanted or not.
    - Without `o`, the cell is shown at every step, also when nobody should act on it yet. That is exercise 3.
    - Without the tanh around `c`, `h` may be as large as `c`, and the gates, which read it, are slammed open or shut.

    ## Backward through the LSTM

    Same four rules as in chapter 2: product, added row, function of one entry, two readers. Start at the bottom of the six equations and read
    upwards. Given are $`dh'`$ and $`dc'`$: what the later steps and the outside have said of the state after this step.

    **The output line**, $`h' = o \odot \tanh c'`$. A product entry by entry: each factor receives the derivative times the other one. And through
    tanh it is times $`1 - \tanh^2`$.

    The `+=` is the one surprise. $`c'`$ has **two readers**: the line that makes $`h'`$ of it, here and now, and the next step, which keeps
    a part of it. The next step's share has arrived as $`dc'`$; the other is added.

    **The memory line**, $`c' = f \odot c + i \odot g`$. A sum hands its derivative to both terms, a product to each factor times the other:

    **Through the squashing functions.** With $`a = \sigma(z) = (1 + e^{-z})^{-1}`$ the chain rule gives

    because $`e^{-z} / (1 + e^{-z}) = 1 - a`$. So, for each of the three gates, and for the candidate with its tanh:

    Both slopes can be had from the result, so the trace keeps no $`z`$. The slope of $`\sigma`$ is at most ¼, and nearly 0 for a gate that is
    wide open or shut: a gate that has made up its mind is hard to persuade.

    **The four products.** $`h`$ was read by four gates, so four derivatives arrive and add. For the weights it is chapter 2 again, four times.

    ```swift
    extension LSTM {
      public func backward(_ d: State, through t: Trace)
        -> (dz: Gates, dBefore: State)
      {
        // h′ = o ⊙ tanh c′
        let dO = d.h * t.tanhC
        // … and c′ has two readers: h′ and the next step
        let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC)
        // c′ = f ⊙ c + i ⊙ g
        let dF = dC * t.before.c
        let dI = dC * t.g
        let dG = dC * t.i
        // σ′ = σ(1 − σ), tanh′ = 1 − tanh²
        let dz = Gates(
          i: dI * t.i * (1 - t.i), f: dF * t.f * (1 - t.f),
          g: dG * (1 - t.g * t.g), o: dO * t.o * (1 - t.o))
        // z = … + h·U + …, in four gates
        var dH = matmul(dz.i, input.U.T)
        dH.addProduct(dz.f, forget.U.T)
        dH.addProduct(dz.g, candidate.U.T)
        dH.addProduct(dz.o, output.U.T)
        return (dz, State(h: dH, c: dC * t.f))
      }
    }
    ```

    Look at the last line: $`dc = dc' \odot f`$. This is what the LSTM was made for. From one step to the one before, the derivative of the
    memory is multiplied by the forget gate and by nothing else: no matrix, no slope. Along the cell alone, over $`n`$ steps,

    If the gate stands at 1, the derivative arrives unharmed. If it stands at ½, half is lost at every step, which after fifty steps is as bad as
    any tanh cell. (There are other ways back, through `h` and the gates; they shrink as in chapter 2.) Where the gate stands before
    anything is learned is decided by its bias: that is what `forgetBias` in the initialiser is for.

    What would each line left out do?

    - Without `d.c +`, the memory answers only for what it shows at once. The long way back is cut.
    - Without `* t.f` in the last line, the way back never forgets though the way forward does.
    - Without one of the four `addProduct`, the state is not told what it did to that gate.
    - Swap `t.g` and `t.i` in `dI` and `dG`, and all shapes fit.

    The weights have a reader at every step. As in chapter 2, one product with all steps below one another adds them up:

    ```swift
    extension LSTM {
      public func addGradient(
        _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout LSTM
      ) {
        let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
        sum.input.addGradient(dz.i, inputs: x, before: h)
        sum.forget.addGradient(dz.f, inputs: x, before: h)
        sum.candidate.addGradient(dz.g, inputs: x, before: h)
        sum.output.addGradient(dz.o, inputs: x, before: h)
      }

      public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
        var dx = matmul(dz.i, input.W.T)
        dx.addProduct(dz.f, forget.W.T)
        dx.addProduct(dz.g, candidate.W.T)
        dx.addProduct(dz.o, output.W.T)
        return dx
      }

      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        arrays(of: \.input, named: "input")
          + arrays(of: \.forget, named: "forget")
          + arrays(of: \.candidate, named: "candidate")
          + arrays(of: \.output, named: "output")
      }
    }
    ```

    `inputGradient` is for whatever made the input: a layer below, or an embedding in a later chapter.

    ## One contract

    Everything that follows, reading a sequence, going back through it, training, does not care which cell it has. It needs a zero state for a batch
    size, a step forward, and the same step backward:

    ```swift
    /// A state: a value with named arrays `[B × H]`, of which `h` is what the cell
    /// shows to the outside.
    public protocol CellState<Scalar>: NamedArrays {
      /// The output of the cell, `[B × H]`.
      var h: Matrix<Scalar> { get set }
    }

    /// A recurrent cell: a zero state for a batch size, a step from input and state
    /// to state, and the same step backward.
    ///
    /// What a step does with its input, `x·W + b`, does not depend on the state. So
    /// a cell does it for all time steps at once, in ``project(_:)``, and a step
    /// takes the projected input. Backward it is the same: a step gives `dz`, the
    /// derivative with respect to what was projected, and
    /// ``addGradient(_:inputs:traces:to:)`` makes the derivatives of all weights
    /// out of those of any number of steps at once.
    public protocol Cell<Scalar>: NamedArrays {
      associatedtype State: CellState<Scalar>
      /// One array `[N × H]` for each gate: `x·W + b`, and in the backward pass
      /// `dz`.
      associatedtype Gates: NamedArrays<Scalar>
      /// What a step leaves behind for its backward step.
      associatedtype Trace

      /// `D`, the numbers in one input.
      var inputs: Int { get }
      /// `H`, the numbers in the output.
      var hidden: Int { get }

      /// The state before anything was read, `B` rows of zeros.
      func zeroState(batch B: Int) -> State

      /// `x·W + b` of every gate, for inputs `[N × D]` of any steps.
      func project(_ x: Matrix<Scalar>) -> Gates

      /// One time step.
      /// - Parameters:
      ///   - z: the projected input of this step, `B` rows
      ///   - state: the state after the step before
      func step(_ z: Gates, from state: State) -> (state: State, trace: Trace)

      /// One time step backward.
      /// - Parameters:
      ///   - dState: the derivative with respect to the state after the step
      ///   - trace: what the step left behind
      /// - Returns: the derivatives with respect to the projected input, and to the
      ///   state before the step.
      func backward(_ dState: State, through trace: Trace)
        -> (dz: Gates, dBefore: State)

      /// Adds what some steps say of the weights and biases to `sum`.
      ///
      /// The way back meets the last step first, and that is the order in which the
      /// contributions are added: so all steps at once, one by one, or by the dozen
      /// give the same bits.
      /// - Parameters:
      ///   - dz: of `N` steps, the last one first, `[N·B × H]` for each gate
      ///   - x: their inputs, `[N·B × D]`
      ///   - traces: what they left behind
      ///   - sum: the derivatives so far, an array for each array of the cell
      func addGradient(
        _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout Self)

      /// The derivative with respect to the inputs: `Σ dz·Wᵀ` over the gates.
      func inputGradient(_ dz: Gates) -> Matrix<Scalar>
    }
    ```

    `State`, `Gates` and `Trace` are types of each cell's own, so an LSTM's state cannot be handed to a GRU. All but the trace are lists of named
    arrays, like the models of chapter 2. Some things can be said for all such lists:

    ```swift
    extension NamedArrays {
      /// Row `range` of every array.
      public func rows(_ range: Range<Int>) -> Self {
        var result = self
        for (_, path) in Self.arrays {
          result[keyPath: path] = self[keyPath: path].rows(range)
        }
        return result
      }

      /// The parts one below the other, array by array. There must be a part.
      public static func stack(_ parts: [Self]) -> Self {
        var result = parts[0]
        for (_, path) in arrays {
          result[keyPath: path] = Matrix.stack(parts.map { $0[keyPath: path] })
        }
        return result
      }

      /// Arrays of the same shapes, all zero.
      public func zeros() -> Self {
        var result = self
        for (_, path) in Self.arrays {
          result[keyPath: path] = Matrix(zerosLike: self[keyPath: path])
        }
        return result
      }

      /// The sum, array by array.
      public static func + (a: Self, b: Self) -> Self {
        var result = a
        for (_, path) in arrays { result[keyPath: path] += b[keyPath: path] }
        return result
      }
    }
    ```

    A sequence is the cell in a loop. Its projected inputs are computed before, its outputs collected.

    ```swift
    /// What a run over a sequence gives.
    public struct Run<C: Cell> {
      /// The inputs of all steps, `[T·B × D]`.
      public let inputs: Matrix<C.Scalar>
      /// The outputs `h` of all steps, `[T·B × H]`.
      public let outputs: Matrix<C.Scalar>
      /// The state after the last step.
      public let last: C.State
      /// What every step left behind, in order.
      public let traces: [C.Trace]
    }

    extension Cell {
      /// Runs the cell over a sequence.
      /// - Parameters:
      ///   - x: the inputs of all steps, `[T·B × D]`, time-major
      ///   - initial: the state before, with `B` rows
      public func run(_ x: Matrix<Scalar>, from initial: State) -> Run<Self> {
        let B = initial.h.rows
        guard x.rows == 0 || B > 0 && x.rows % B == 0 else {
          fatalError("run: \(x.rows) inputs are not whole steps of \(B) rows")
        }
        let z = project(x)
        var state = initial
        var outputs = Matrix<Scalar>(x.rows, hidden)
        var traces: [Trace] = []
        for first in stride(from: 0, to: x.rows, by: max(B, 1)) {
          let step = step(z.rows(first..<first + B), from: state)
          state = step.state
          outputs.setRows(from: first, to: state.h)
          traces.append(step.trace)
        }
        return Run(inputs: x, outputs: outputs, last: state, traces: traces)
      }
    }
    ```

    And backward it is the loop reversed. The cell's own backward step knows nothing of the outside, so this loop adds what the outside says of
    each output to what the next step said of it: two readers, once more.

    ```swift
    extension Cell {
      /// The way back through a run.
      /// - Parameters:
      ///   - dOutputs: the derivative with respect to every output, `[T·B × H]`
      ///   - dLast: the derivative with respect to the state after the last step,
      ///     beside what its output already says; none if nobody reads it
      /// - Returns: the derivatives with respect to the cell's arrays, the inputs
      ///   `[T·B × D]`, and the state before.
      public func backward(
        _ dOutputs: Matrix<Scalar>, last dLast: State? = nil, through run: Run<Self>
      ) -> (gradient: Self, dInputs: Matrix<Scalar>, dInitial: State) {
        var gradient = zeros()
        let (dInputs, dInitial) = backward(
          dOutputs, last: dLast, through: run, addingTo: &gradient)
        return (gradient, dInputs, dInitial)
      }

      /// The way back through a run that is a piece of a longer one.
      /// - Parameters:
      ///   - dLast: the derivative that the piece after this one passes on
      ///   - sum: the derivatives with respect to the cell's arrays so far; this
      ///     piece adds its own
      public func backward(
        _ dOutputs: Matrix<Scalar>, last dLast: State?, through run: Run<Self>,
        addingTo sum: inout Self
      ) -> (dInputs: Matrix<Scalar>, dInitial: State) {
        guard dOutputs.shape == run.outputs.shape else {
          fatalError(
            "backward: derivatives \(dOutputs.shape) of outputs "
              + run.outputs.shape)
        }
        let B = run.last.h.rows
        var dState = dLast ?? zeroState(batch: B)
        var dz: [Gates] = []
        for (t, trace) in run.traces.enumerated().reversed() {
          // The output of a step has two readers: the outside and the next step.
          dState.h += dOutputs.rows(t * B..<(t + 1) * B)
          let step = backward(dState, through: trace)
          dState = step.dBefore
          dz.append(step.dz)
        }
        // A sequence of no steps changes no weight.
        guard !dz.isEmpty else {
          return (Matrix(zerosLike: run.inputs), dState)
        }
        let all = Gates.stack(dz)
        addGradient(
          all, inputs: run.inputs.reversed(inBlocksOf: B),
          traces: run.traces.reversed(), to: &sum)
        return (inputGradient(all).reversed(inBlocksOf: B), dState)
      }

      /// The derivatives of all weights and biases, from those steps alone.
      public func gradient(_ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace])
        -> Self
      {
        var sum = zeros()
        addGradient(dz, inputs: x, traces: traces, to: &sum)
        return sum
      }
    }
    ```

    `dLast` is for whoever reads the last state itself, memory included: the next window of a long text, say, or a decoder. All steps' `dz` are
    stacked before the weights' products, as the way back meets them: the last step first. A product adds its terms in order, so a long
    sequence can be taken back piece by piece, the last piece first, and its gradient has the bits of the whole.

    The state before the first step may be zero, given, or learned. To learn it, note that every row of the batch began from the same
    row: $`B`$ readers, so $`B`$ derivatives to add.

    ```swift
    /// A cell and the state that it begins from, one row of it, both to be learned.
    public struct LearnedStart<C: Cell>: NamedArrays {
      /// The cell.
      public var cell: C
      /// The state that every row of a batch begins from: each array `[1 × H]`.
      public var start: C.State

      /// A cell that begins, until it has learned better, from zeros.
      public init(_ cell: C) {
        (self.cell, start) = (cell, cell.zeroState(batch: 1))
      }

      /// The state that a batch of `B` rows begins from.
      public func state(batch B: Int) -> C.State {
        cell.zeroState(batch: B) + start
      }

      /// The gradient of both. Every row began from `start`, so what the rows say
      /// of it is added up.
      /// - Parameters:
      ///   - dCell: the derivative with respect to the cell's arrays
      ///   - dInitial: that with respect to the state of the `B` rows
      public func gradient(_ dCell: C, _ dInitial: C.State) -> LearnedStart {
        var gradient = self
        gradient.cell = dCell
        for (_, path) in C.State.arrays {
          gradient.start[keyPath: path] = dInitial[keyPath: path].columnSums()
        }
        return gradient
      }

      public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
        arrays(of: \.cell, named: "cell") + arrays(of: \.start, named: "start")
      }
    }
    ```

    Chapter 2's cell fits the contract as it is. It has one "gate", which is not a gate: nothing is multiplied by it.

    ```swift
    extension TanhCell: Cell {
      /// Its whole state is its output.
      public struct State: CellState, Equatable, Sendable {
        public var h: Matrix<Scalar>

        /// A state of the given array, `[B × H]`.
        public init(h: Matrix<Scalar>) { self.h = h }

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("h", \.h)]
        }
      }

      /// There is one gate, and it is always open: `x·Wx + b`, `[N × H]`.
      public struct Gates: NamedArrays, Equatable, Sendable {
        public var z: Matrix<Scalar>

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("z", \.z)]
        }
      }

      /// The states before and after a step.
      public struct Trace: Sendable {
        public let before, after: State
      }

      public var inputs: Int { Wx.rows }
      public var hidden: Int { Wh.rows }

      public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

      public func project(_ x: Matrix<Scalar>) -> Gates {
        Gates(z: matmul(x, Wx) + b)
      }

      public func step(_ z: Gates, from state: State)
        -> (state: State, trace: Trace)
      {
        var sum = z.z
        sum.addProduct(state.h, Wh)
        let after = State(h: tanh(sum))
        return (after, Trace(before: state, after: after))
      }

      public func backward(_ d: State, through t: Trace)
        -> (dz: Gates, dBefore: State)
      {
        let dz = d.h * (1 - t.after.h * t.after.h)
        return (Gates(z: dz), State(h: matmul(dz, Wh.T)))
      }

      public func addGradient(
        _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace],
        to sum: inout TanhCell
      ) {
        let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
        sum.Wx.addProduct(x.T, dz.z)
        sum.Wh.addProduct(h.T, dz.z)
        sum.b.addColumnSums(of: dz.z)
      }

      public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
        matmul(dz.z, Wx.T)
      }
    }
    ```

    ## The GRU

    The gated recurrent unit has one state, two gates, and a rule that makes keeping and writing one decision: what is not kept is replaced.

    The letters are those of the literature, so $`z`$ is the update gate here; what a gate is before its squashing function is $`z_r`$,
    $`z_z`$, $`z_n`$ in the equations below.

    ```swift
    /// The gated recurrent unit (Cho et al., "Learning phrase representations using
    /// RNN encoder–decoder", 2014). It resets the state before the product.
    ///
    ///     r  = σ(x·Wr + h·Ur + br)             what the candidate may see
    ///     z  = σ(x·Wz + h·Uz + bz)             what to keep
    ///     n  = tanh(x·Wn + (r ⊙ h)·Un + bn)    what could come instead
    ///     h′ = (1 − z) ⊙ n + z ⊙ h
    ///
    /// Here `z` keeps, as in that paper and in PyTorch. In the paper that made the
    /// cell known (Chung et al., 2014) `z` renews: `h′ = (1 − z) ⊙ h + z ⊙ n`. As
    /// `1 − σ(a) = σ(−a)`, that is this cell with `Wz`, `Uz` and `bz` negated.
    public struct GRU<Scalar: MatrixScalar>: Equatable, Sendable {
      /// `r`: how much of the old state the candidate sees.
      public var reset: Gate<Scalar>
      /// `z`: how much of the old state is kept.
      public var update: Gate<Scalar>
      /// `n`: what takes the place of what is not kept.
      public var candidate: Gate<Scalar>

      /// A GRU that knows nothing yet.
      ///
      /// - Parameters:
      ///   - updateBias: the bias of the update gate. The higher, the more a new
      ///     cell keeps: what the forget bias is to an LSTM.
      public init(
        inputs D: Int, hidden H: Int, updateBias: Scalar = 0,
        using random: inout SplitMix64
      ) {
        reset = Gate(inputs: D, hidden: H, using: &random)
        update = Gate(inputs: D, hidden: H, bias: updateBias, using: &random)
        candidate = Gate(inputs: D, hidden: H, using: &random)
      }

      /// A GRU of the given gates, which must be of one size.
      public init(
        reset: Gate<Scalar>, update: Gate<Scalar>, candidate: Gate<Scalar>
      ) {
        precondition(reset.fits(update) && reset.fits(candidate))
        (self.reset, self.update) = (reset, update)
        self.candidate = candidate
      }
    }
    ```

    ```swift
    extension GRU {
      /// Its whole state is its output.
      public struct State: CellState, Equatable, Sendable {
        /// The output and the memory in one, `[B × H]`.
        public var h: Matrix<Scalar>

        /// A state of the given array.
        public init(h: Matrix<Scalar>) { self.h = h }

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("h", \.h)]
        }
      }

      /// One array for each gate, `[N × H]`.
      public struct Gates: NamedArrays, Equatable, Sendable {
        public var r, z, n: Matrix<Scalar>

        public static func listArrays() -> [NamedArray<Self, Scalar>] {
          [("r", \.r), ("z", \.z), ("n", \.n)]
        }
      }

      /// The gates as they stood, and the state before.
      public struct Trace: Sendable {
        public let r, z, n: Matrix<Scalar>
        public let before: State
      }
    }
    ```

    ```swift
    extension GRU: Cell {
      public var inputs: Int { reset.W.rows }
      public var hidden: Int { reset.U.rows }

      public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

      public func project(_ x: Matrix<Scalar>) -> Gates {
        Gates(r: reset.project(x), z: update.project(x), n: candidate.project(x))
      }

      public func step(_ projected: Gates, from state: State)
        -> (state: State, trace: Trace)
      {
        let h = state.h
        let r = sigmoid(reset(projected.r, h))
        let z = sigmoid(update(projected.z, h))
        let n = tanh(candidate(projected.n, r * h))
        let trace = Trace(r: r, z: z, n: n, before: state)
        return (State(h: (1 - z) * n + z * h), trace)
      }

    }
    ```

    Upwards again. **The last line**, $`h' = (1 - z) \odot n + z \odot h`$, is a mixture. If $`z`$ grows, $`h`$ gains what $`n`$ loses:

    **The candidate.** Through tanh as before; then a product whose left factor is $`r \odot h`$; then that product entry by entry:

    **The gates** are gates: $`dz_r = dr \odot r \odot (1 - r)`$, $`dz_z = dz \odot z \odot (1 - z)`$, and

    Count the `+=`: inside one step $`h`$ has **four readers**, the mixture, $`r \odot h`$, and the two gates. (Three products with $`U`$, as
    there are three gates; the fourth reader is the mixture, which reads it without a matrix. The outside, which reads it as an output, is
    the fifth, and was added by the loop before.)

    ```swift
    extension GRU {
      public func backward(_ d: State, through t: Trace)
        -> (dz: Gates, dBefore: State)
      {
        let h = t.before.h
        // h′ = (1 − z) ⊙ n + z ⊙ h
        let dZ = d.h * (h - t.n)
        let dN = d.h * (1 - t.z)
        // n = tanh zn
        let dzn = dN * (1 - t.n * t.n)
        // zn = … + (r ⊙ h)·Un + …
        let dRH = matmul(dzn, candidate.U.T)
        let dR = dRH * h
        // σ′ = σ(1 − σ)
        let dz = Gates(
          r: dR * t.r * (1 - t.r), z: dZ * t.z * (1 - t.z), n: dzn)
        // h has four readers: h′, r ⊙ h, and the gates r and z
        var dH = d.h * t.z + dRH * t.r
        dH.addProduct(dz.r, reset.U.T)
        dH.addProduct(dz.z, update.U.T)
        return (dz, State(h: dH))
      }
    }
    ```

    The term `d.h * t.z` is the GRU's highway: as with the LSTM's `dC * t.f`, there is no matrix in it.

    One line in the weights differs from the LSTM. The candidate's $`U_n`$ was multiplied by $`r \odot h`$ and not by $`h`$, so its
    gradient is $`(r \odot h)^\top \cdot dz_n`$:

    ```swift
    extension GRU {
      public func addGradient(
        _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace], to sum: inout GRU
      ) {
        let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
        let r = Matrix.stack(traces.map(\.r), columns: hidden)
        sum.reset.addGradient(dz.r, inputs: x, before: h)
        sum.update.addGradient(dz.z, inputs: x, before: h)
        sum.candidate.addGradient(dz.n, inputs: x, before: r * h)
      }

      public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
        var dx = matmul(dz.r, reset.W.T)
        dx.addProduct(dz.z, update.W.T)
        dx.addProduct(dz.n, candidate.W.T)
        return dx
      }

      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        arrays(of: \.reset, named: "reset")
          + arrays(of: \.update, named: "update")
          + arrays(of: \.candidate, named: "candidate")
      }
    }
    ```

    ### The other GRU

    PyTorch's GRU is a different function: it multiplies first and resets afterwards.

    $`(r \odot h) \cdot U_n`$ lets the gate choose which units the candidate *sees*; $`r \odot (h \cdot U_n)`$ chooses which units of the candidate
    *listen*. With the same weights the two give different numbers, and a network trained as one cannot be run as the other. The
    second form is faster, as all three products with $`h`$ can be one.

    ```swift
    /// The gated recurrent unit as in the first draft of its paper (arXiv
    /// 1406.1078v1) and in PyTorch: it resets what the product has made of the
    /// state.
    ///
    ///     r  = σ(x·Wr + h·Ur + br)
    ///     z  = σ(x·Wz + h·Uz + bz)
    ///     s  = h·Un + cn                 what the state says to the candidate
    ///     n  = tanh(x·Wn + r ⊙ s + bn)
    ///     h′ = (1 − z) ⊙ n + z ⊙ h
    ///
    /// So no product has to wait for another one. The price is a second bias, `cn`,
    /// which the reset gate holds back together with the state.
    public struct ResetAfterGRU<Scalar: MatrixScalar>: Equatable, Sendable {
      /// `r`: how much of what the state says the candidate hears.
      public var reset: Gate<Scalar>
      /// `z`: how much of the old state is kept.
      public var update: Gate<Scalar>
      /// `n`: what takes the place of what is not kept.
      public var candidate: Gate<Scalar>
      /// `cn`, `[1 × H]`, added to every row of `h·Un`.
      public var stateBias: Matrix<Scalar>

      /// A GRU that knows nothing yet.
      ///
      /// - Parameters:
      ///   - updateBias: see ``GRU``
      public init(
        inputs D: Int, hidden H: Int, updateBias: Scalar = 0,
        using random: inout SplitMix64
      ) {
        reset = Gate(inputs: D, hidden: H, using: &random)
        update = Gate(inputs: D, hidden: H, bias: updateBias, using: &random)
        candidate = Gate(inputs: D, hidden: H, using: &random)
        stateBias = Matrix(1, H)
      }

      /// A GRU of the given gates, which must be of one size, as must the bias.
      public init(
        reset: Gate<Scalar>, update: Gate<Scalar>, candidate: Gate<Scalar>,
        stateBias: Matrix<Scalar>
      ) {
        precondition(reset.fits(update) && reset.fits(candidate))
        precondition(stateBias.shape == reset.b.shape)
        (self.reset, self.update) = (reset, update)
        (self.candidate, self.stateBias) = (candidate, stateBias)
      }
    }
    ```

    ```swift
    extension ResetAfterGRU: Cell {
      /// Its whole state is its output.
      public typealias State = GRU<Scalar>.State
      /// One array for each gate, `[N × H]`.
      public typealias Gates = GRU<Scalar>.Gates

      /// The gates as they stood, what the state said, and the state before.
      public struct Trace: Sendable {
        public let r, z, n, s: Matrix<Scalar>
        public let before: State
      }

      public var inputs: Int { reset.W.rows }
      public var hidden: Int { reset.U.rows }

      public func zeroState(batch B: Int) -> State { State(h: Matrix(B, hidden)) }

      public func project(_ x: Matrix<Scalar>) -> Gates {
        Gates(r: reset.project(x), z: update.project(x), n: candidate.project(x))
      }

      public func step(_ projected: Gates, from state: State)
        -> (state: State, trace: Trace)
      {
        let h = state.h
        let r = sigmoid(reset(projected.r, h))
        let z = sigmoid(update(projected.z, h))
        let s = matmul(h, candidate.U) + stateBias
        let n = tanh(projected.n + r * s)
        let trace = Trace(r: r, z: z, n: n, s: s, before: state)
        return (State(h: (1 - z) * n + z * h), trace)
      }
    }
    ```

    On the way back, only the candidate's lines are new. From $`z_n = x \cdot W_n + r \odot s + b_n`$,

    Again four readers: the mixture, $`s`$, and the two gates.

    ```swift
    extension ResetAfterGRU {
      public func backward(_ d: State, through t: Trace)
        -> (dz: Gates, dBefore: State)
      {
        // h′ = (1 − z) ⊙ n + z ⊙ h
        let dZ = d.h * (t.before.h - t.n)
        let dN = d.h * (1 - t.z)
        // n = tanh zn
        let dzn = dN * (1 - t.n * t.n)
        // zn = … + r ⊙ s + …
        let dR = dzn * t.s
        let dS = dzn * t.r
        // σ′ = σ(1 − σ)
        let dz = Gates(
          r: dR * t.r * (1 - t.r), z: dZ * t.z * (1 - t.z), n: dzn)
        // h has four readers: h′, s, and the gates r and z
        var dH = d.h * t.z
        dH.addProduct(dS, candidate.U.T)
        dH.addProduct(dz.r, reset.U.T)
        dH.addProduct(dz.z, update.U.T)
        return (dz, State(h: dH))
      }
    }
    ```

    And $`U_n`$ and $`c_n`$ belong to $`s`$, so they receive $`ds`$, while $`W_n`$ and $`b_n`$ receive $`dz_n`$:

    ```swift
    extension ResetAfterGRU {
      public func addGradient(
        _ dz: Gates, inputs x: Matrix<Scalar>, traces: [Trace],
        to sum: inout ResetAfterGRU
      ) {
        let h = Matrix.stack(traces.map(\.before.h), columns: hidden)
        let dS = dz.n * Matrix.stack(traces.map(\.r), columns: hidden)
        sum.reset.addGradient(dz.r, inputs: x, before: h)
        sum.update.addGradient(dz.z, inputs: x, before: h)
        sum.candidate.W.addProduct(x.T, dz.n)
        sum.candidate.b.addColumnSums(of: dz.n)
        // s = h·Un + cn: what Un and cn get has passed the reset gate.
        sum.candidate.U.addProduct(h.T, dS)
        sum.stateBias.addColumnSums(of: dS)
      }

      public func inputGradient(_ dz: Gates) -> Matrix<Scalar> {
        var dx = matmul(dz.r, reset.W.T)
        dx.addProduct(dz.z, update.W.T)
        dx.addProduct(dz.n, candidate.W.T)
        return dx
      }

      public static func listArrays() -> [NamedArray<Self, Scalar>] {
        arrays(of: \.reset, named: "reset")
          + arrays(of: \.update, named: "update")
          + arrays(of: \.candidate, named: "candidate")
          + [("stateBias", \.stateBias)]
      }
    }
    ```

    So the two biases $`b_n`$ and $`c_n`$ are not one: the gate stands between them.

    ## Is it right?

    That runs chapter 2's check for all four cells, over one step and over three (the section on what goes wrong says why both): every array, the inputs, and every part of the initial state, from
    the default state and from a random one. The other tests of the chapter compare outputs and gradients with PyTorch's numbers, and
    with the derivatives that the Swift compiler finds by itself.

    ## From outputs to answers

    The cell has as many units as the task needs memory. The answer has as many numbers as the question asks for. A projection goes from one to the
    other:

    ```swift
    /// A cell that reads a sequence, and a projection that makes an answer of its
    /// output after every step.
    ///
    /// The cell has `H` hidden units because the task needs that much memory; the
    /// answer has `O` numbers because the question does. The projection goes from
    /// one to the other. It is the same at every step: what a state means does not
    /// depend on when it is reached, and so a sequence may have any length.
    public struct SequenceModel<C: Cell>: NamedArrays {
      /// What reads.
      public var cell: C
      /// What answers, `[H × O]`.
      public var projection: Projection<C.Scalar>

      /// A model of the given parts, which must have the same `H`.
      public init(cell: C, projection: Projection<C.Scalar>) {
        precondition(cell.hidden == projection.W.rows)
        (self.cell, self.projection) = (cell, projection)
      }

      /// A model around `cell`; the projection knows nothing yet. Its weights are
      /// drawn as those of a ``Gate``, its bias is 0.
      /// - Parameter O: the numbers in one answer
      public init(
        _ cell: C, answers O: Int = 1, using random: inout SplitMix64
      ) {
        let (H, scale) = (cell.hidden, 1 / Double(cell.hidden).squareRoot())
        self.cell = cell
        projection = Projection(
          W: .uniform(H, O, scale: scale, using: &random), b: Matrix(1, O))
      }

      public static func listArrays() -> [NamedArray<Self, C.Scalar>] {
        arrays(of: \.cell, named: "cell")
          + arrays(of: \.projection, named: "projection")
      }
    }
    ```

    ```swift
    extension SequenceModel {
      /// Reads `B` sequences side by side, from a state of zeros.
      /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major
      /// - Returns: the run of the cell, and the answers, `[T·B × O]`.
      public func read(_ x: Matrix<C.Scalar>, batch B: Int)
        -> (run: Run<C>, answers: Matrix<C.Scalar>)
      {
        let run = cell.run(x, from: cell.zeroState(batch: B))
        return (run, projection(run.outputs))
      }

      /// The derivatives of the loss with respect to every array.
      /// - Parameter dAnswers: those with respect to the answers, `[T·B × O]`
      public func backward(_ dAnswers: Matrix<C.Scalar>, through run: Run<C>)
        -> SequenceModel
      {
        let (dProjection, dOutputs) =
          projection.backward(dAnswers, through: run.outputs)
        let dCell = cell.backward(dOutputs, through: run).gradient
        return SequenceModel(cell: dCell, projection: dProjection)
      }
    }
    ```

    All of it was written before: `run` above, `Projection` in chapters 1 and 2. Two small things, for comparing cells: a tanh cell whose
    weights are drawn as those of a gate,

    ```swift
    extension TanhCell {
      /// A cell that knows nothing yet, its weights drawn as those of a ``Gate``:
      /// so it can be compared with the cells that have several.
      public init(inputs D: Int, hidden H: Int, using random: inout SplitMix64) {
        let gate = Gate<Scalar>(inputs: D, hidden: H, using: &random)
        self.init(Wx: gate.W, Wh: gate.U, b: gate.b)
      }
    }
    ```

    and a measure of how much the end of a sequence depends on the state before it, memory included:

    ```swift
    extension SequenceModel {
      /// The length of the derivative of the outputs after the last step, added
      /// up, with respect to the whole state before the first one.
      public func reach(through x: Matrix<C.Scalar>, batch B: Int) -> Double {
        let run = cell.run(x, from: cell.zeroState(batch: B))
        var dLast = cell.zeroState(batch: B)
        dLast.h += 1
        let none = Matrix<C.Scalar>(x.rows, cell.hidden)
        return cell.backward(none, last: dLast, through: run).dInitial.norm
      }
    }

    extension SequenceModel: Sendable where C: Sendable {}
    extension SequenceModel: Equatable where C: Equatable {}
    ```

    ## Adam

    Adagrad, in chapter 2, divides by the root of *all* squared derivatives so far, so its steps only become shorter. Adam forgets old
    ones, and also averages the derivatives themselves:

    Why the hats? $`m`$ begins at 0. If all derivatives were $`g`$, then after $`t`$ steps $`m = (1 - \beta_1^t)\, g`$: too small by just
    that factor. Without the hats the first steps would be wrong by $`(1 - \beta_1) / \sqrt{1 - \beta_2}`$, about three times too
    long. With them, the first step moves every weight by $`\eta`$, whatever its derivative.

    ```swift
    /// An optimiser that remembers, for every weight, where its derivatives point
    /// and how large they are (Kingma & Ba 2015, algorithm 1).
    ///
    ///     m ← β₁ m + (1 − β₁) g
    ///     v ← β₂ v + (1 − β₂) g²
    ///     m̂ = m / (1 − β₁ᵗ)
    ///     v̂ = v / (1 − β₂ᵗ)
    ///     w ← w − rate · m̂ / (√v̂ + ε)
    ///
    /// Both memories begin at zero, so at step `t` they hold but `1 − βᵗ` of what
    /// they should: hence the hats. A gradient that is always ten times as long
    /// moves the weights as far.
    public struct Adam<Model: NamedArrays> {
      /// `m`, the mean of the latest derivatives of every weight.
      public var mean: Model
      /// `v`, the mean of the squares of the latest derivatives.
      public var square: Model
      /// How far a weight moves whose derivatives agree.
      public var rate: Double
      /// `β₁` and `β₂`: how much of a memory is kept from step to step.
      public let decays: (mean: Double, square: Double)
      /// `ε`, so that a weight never reached is not divided by zero.
      public let epsilon: Double
      /// `β₁ᵗ` and `β₂ᵗ`, where `t` is the number of steps so far.
      public var left = (mean: 1.0, square: 1.0)

      /// An optimiser that remembers nothing yet.
      public init(
        for model: Model, rate: Double = 1e-3,
        decays: (mean: Double, square: Double) = (0.9, 0.999),
        epsilon: Double = 1e-8
      ) {
        (mean, square) = (model, model)
        (self.rate, self.decays, self.epsilon) = (rate, decays, epsilon)
        for (_, path) in Model.arrays {
          let zeros = Matrix(zerosLike: model[keyPath: path])
          (mean[keyPath: path], square[keyPath: path]) = (zeros, zeros)
        }
      }

      /// Moves every weight of `model` one step against its derivative.
      public mutating func update(_ model: inout Model, by gradient: Model) {
        left = (left.mean * decays.mean, left.square * decays.square)
        // The hats, out of the arrays: m̂ / (√v̂ + ε) is m / (√v + ε·root), times
        // root / (1 − β₁ᵗ), as the paper says behind its algorithm.
        let root = (1 - left.square).squareRoot()
        let rate = Model.Scalar(rate * root / (1 - left.mean))
        let epsilon = Model.Scalar(epsilon * root)
        let β = decays
        typealias Part = Matrix<Model.Scalar>
        func move(_ w: inout Part, _ m: inout Part, _ v: inout Part, _ g: Part) {
          m.move(to: g, keeping: β.mean)
          v.move(to: g * g, keeping: β.square)
          w.add(-rate, times: m / (sqrt(v) + epsilon))
        }
        // Through a key path an array is changed in place at a third of the cost
        // of reading it: so it is asked for once.
        for (_, path) in Model.arrays {
          move(
            &model[keyPath: path], &mean[keyPath: path], &square[keyPath: path],
            gradient[keyPath: path])
        }
      }
    }

    extension Matrix {
      /// `self ← β self + (1 − β) other`, for every entry.
      fileprivate mutating func move(to other: Matrix, keeping β: Double) {
        self *= Scalar(β)
        add(Scalar(1 - β), times: other)
      }
    }
    ```

    ## Several trainings at once

    One run of a training proves little: another seed, another story. So this chapter trains with ten seeds where it compares, and on all
    cores. Trainings share nothing, hence the numbers are the same on one core.

    ```swift
    /// The results of `body(0)`, `body(1)`, …, in order, worked out on as many
    /// cores as there are. Each call must stand on its own: then the results do not
    /// depend on how many cores that are.
    public func concurrently<Result: Sendable>(
      _ count: Int, _ body: @Sendable (Int) -> Result
    ) -> [Result] {
      let results = Mutex<[Int: Result]>([:])
      DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = body(index)
        results.withLock { $0[index] = result }
      }
      return results.withLock { results in (0..<count).map { results[$0]! } }
    }
    ```

    ## A task: adding, bit by bit

    Two numbers come in as bits, the least significant first, one pair of bits at each step. The network answers with the bit of the sum. As people
    do, it needs to remember one thing: the carry.

    | $`a + b`$ | the carry that goes on | for a memory |
    | --- | --- | --- |
    | 0 | 0 | clear it |
    | 1 | what it was | keep it |
    | 2 | 1 | set it |

    This table could have been written for an LSTM: keep is the forget gate, set is the input gate. But nobody tells the network about carries. It
    sees bits and is told which of its answers were wrong.

    ```swift
    /// Sums to be found, bit by bit, least significant bit first: so a network can
    /// add as people do, with a carry (the task of a small program that
    /// taught many the LSTM: nivwusquorum, "tensorflow_rnn_example", 2016).
    public struct Sums: Equatable, Sendable {
      /// The bits of a sum, `T`, from 1 to 64.
      public let bits: Int
      /// The numbers to be added, `B` pairs. They have one bit less than the sum.
      public let a, b: [UInt64]

      /// The given pairs, whose sums must have no more than `bits` bits.
      public init(_ a: [UInt64], _ b: [UInt64], bits: Int) {
        precondition((1...64).contains(bits) && a.count == b.count)
        for (a, b) in zip(a, b) {
          let (sum, overflows) = a.addingReportingOverflow(b)
          precondition(!overflows && sum >> UInt64(bits) == 0)
        }
        (self.bits, self.a, self.b) = (bits, a, b)
      }

      /// Random pairs; all numbers that leave the sum its bits are equally likely.
      public init(_ B: Int, bits: Int, using random: inout SplitMix64) {
        let unused = UInt64(64 - (bits - 1))
        let pairs = (0..<B).map { _ in
          (random.next() >> unused, random.next() >> unused)
        }
        self.init(pairs.map { $0.0 }, pairs.map { $0.1 }, bits: bits)
      }

      /// `B`, how many there are.
      public var count: Int { a.count }

      /// The two bits to read at each step, `[T·B × 2]`, time-major.
      public func inputs<Scalar: MatrixScalar>() -> Matrix<Scalar> {
        let (a, b): (Matrix<Scalar>, Matrix<Scalar>) = (column(a), column(b))
        let pairs = zip(a.scalars, b.scalars).flatMap { [$0, $1] }
        return Matrix(bits * count, 2, scalars: pairs)
      }

      /// The bit of the sum to answer at each step, `[T·B × 1]`, time-major.
      public func targets<Scalar: MatrixScalar>() -> Matrix<Scalar> {
        column(zip(a, b).map { $0 + $1 })
      }

      /// The carry out of each step, `[T·B × 1]`: what a network that adds has to
      /// remember, and what nobody tells it.
      public func carries<Scalar: MatrixScalar>() -> Matrix<Scalar> {
        // A bit of the sum is that of a, flipped by that of b and by the carry into
        // it, which is the carry out of the bit before.
        column(zip(a, b).map { (($0 + $1) ^ $0 ^ $1) >> 1 })
      }

      /// The bits of `B` numbers, one below the other, time-major.
      private func column<Scalar>(_ numbers: [UInt64]) -> Matrix<Scalar> {
        let scalars = (0..<bits).flatMap { t in
          numbers.map { Scalar($0 >> UInt64(t) & 1) }
        }
        return Matrix(bits * count, 1, scalars: scalars)
      }
    }
    ```

    The answer is a logit $`y`$, and $`\sigma(y)`$ is the probability of a 1. Its cross-entropy with the target $`t`$, 0 or 1, is

    For $`y = 200`$, $`1 - \sigma(y)`$ is 0 in `Float` and its logarithm −∞. So rewrite it. As $`-\ln \sigma(y) = \ln(1 + e^{-y})`$ and
    $`-\ln(1 - \sigma(y)) = y + \ln(1 + e^{-y})`$,

    where the last step, for negative $`y`$, pulls $`-y`$ out of the logarithm. And $`dL/dy = \sigma(y) - t`$: as with softmax, what was
    guessed minus what came.

    ```swift
    /// The cross-entropy of each bit in nats, `−ln σ(y)` where the target is 1 and
    /// `−ln(1 − σ(y))` where it is 0, for logits of any size.
    ///
    ///     L = max(y, 0) − y·t + ln(1 + e^−|y|)
    ///
    /// No `e` to a positive power, so nothing overflows; no logarithm of a
    /// probability, so none that has become 0.
    public func bitCrossEntropy<Scalar>(
      _ y: Matrix<Scalar>, _ targets: Matrix<Scalar>
    ) -> Matrix<Scalar> {
      // (y + |y|) / 2 is y or 0, whichever is larger.
      0.5 * (y + abs(y)) - y * targets + log(1 + exp(-abs(y)))
    }

    /// The derivative of the mean of ``bitCrossEntropy(_:_:)`` over all bits with
    /// respect to the logits: `(σ(y) − t) / (T·B)`.
    public func bitCrossEntropyGradient<Scalar>(
      _ y: Matrix<Scalar>, _ targets: Matrix<Scalar>
    ) -> Matrix<Scalar> {
      (sigmoid(y) - targets) / Scalar(y.count)
    }
    ```

    A network has added correctly when every bit is right; a bit is 1 where its logit is above 0.

    ```swift
    extension SequenceModel {
      /// The sums as the network finds them: a bit is 1 where its logit is above 0.
      public func add(_ sums: Sums) -> [UInt64] {
        let logits = read(sums.inputs(), batch: sums.count).answers
        return (0..<sums.count).map { row in
          (0..<sums.bits).reduce(0) { sum, t in
            sum | (logits[t * sums.count + row, 0] > 0 ? 1 << UInt64(t) : 0)
          }
        }
      }

      /// The share of bits that are right, from 0 to 1.
      public func bitAccuracy(on sums: Sums) -> Double {
        let wrong = zip(add(sums), zip(sums.a, sums.b)).reduce(0) {
          $0 + ($1.0 ^ ($1.1.0 + $1.1.1)).nonzeroBitCount
        }
        return 1 - Double(wrong) / Double(sums.bits * sums.count)
      }

      /// Loss and gradient of some sums: the mean over all bits, in nats.
      public func lossAndGradient(
        of x: Matrix<C.Scalar>, _ targets: Matrix<C.Scalar>, batch B: Int
      ) -> (loss: C.Scalar, gradient: SequenceModel) {
        let (run, logits) = read(x, batch: B)
        let loss = bitCrossEntropy(logits, targets).mean()
        let dLogits = bitCrossEntropyGradient(logits, targets)
        return (loss, backward(dLogits, through: run))
      }
    }

    extension Sums {
      /// A sum as a person writes it, with what the network says it is:
      /// `  13 +   7 =   20  ✓`.
      public func line(_ row: Int, found: UInt64) -> String {
        func text(_ number: UInt64, bits: Int) -> String {
          let widest = String(UInt64.max >> UInt64(64 - bits))
          let digits = String(number)
          return String(repeating: " ", count: widest.count - digits.count) + digits
        }
        let terms = [a[row], b[row]].map { text($0, bits: bits - 1) }
        return " \(terms[0]) + \(terms[1]) = \(text(found, bits: bits))  "
          + (found == a[row] + b[row] ? "✓" : "✗")
      }
    }
    ```

    Training is what it was in chapter 2: forward, loss, backward, update. Sums are cheap, so every step has new ones.

    ```swift
    /// A network that learns to add: itself, its optimiser, and an endless supply
    /// of random sums.
    public struct AdditionTrainer<C: Cell> {
      /// The network, which becomes better.
      public private(set) var model: SequenceModel<C>
      private var optimiser: Adam<SequenceModel<C>>
      private var random: SplitMix64
      private let bits, batch: Int

      /// - Parameters:
      ///   - model: at its beginning
      ///   - bits: `T`, the bits of a sum
      ///   - B: the sums of one step
      ///   - rate: see ``Adam``
      ///   - seed: of the sums; two trainers with one seed see the same ones
      public init(
        _ model: SequenceModel<C>, bits: Int = 10, batch B: Int = 16,
        rate: Double = 0.01, seed: UInt64
      ) {
        self.model = model
        optimiser = Adam(for: model, rate: rate)
        random = SplitMix64(seed: seed)
        (self.bits, batch) = (bits, B)
      }

      /// One step on new sums.
      /// - Returns: their loss before the update, in nats a bit.
      public mutating func step() -> Double {
        step(on: Sums(batch, bits: bits, using: &random))
      }

      /// One step on the given sums.
      public mutating func step(on sums: Sums) -> Double {
        step(on: sums.inputs(), sums.targets(), batch: sums.count)
      }

      /// One step on sums already taken to pieces, see ``Sums/inputs()``.
      public mutating func step(
        on x: Matrix<C.Scalar>, _ targets: Matrix<C.Scalar>, batch B: Int
      ) -> Double {
        let (loss, gradient) = model.lossAndGradient(of: x, targets, batch: B)
        optimiser.update(&model, by: gradient)
        return Double(loss)
      }

      /// Steps until all bits of `heldOut` are right, looked at every ten steps, or
      /// until `limit` steps are done.
      /// - Returns: the loss of every step, and whether all bits became right.
      public mutating func learn(until heldOut: Sums, limit: Int)
        -> (losses: [Double], allRight: Bool)
      {
        var losses: [Double] = []
        while losses.count < limit {
          losses.append(step())
          if losses.count % 10 == 0 && model.bitAccuracy(on: heldOut) == 1 {
            return (losses, true)
          }
        }
        return (losses, model.bitAccuracy(on: heldOut) == 1)
      }
    }
    ```

    At first half of the bits are right, as for one who throws a coin: the loss is $`\ln 2`$, which a bit costs when nothing is known. Then
    the network finds the carry, and two hundred steps later all bits are right. There are $`2^{18}`$ pairs of numbers of 9 bits, and it has seen a
    small part of them.

    Addition is the same at every position, so a network that has understood it needs no training for longer numbers:

    Trained on sums of 10 bits, right on sums of 64. Neither the batch size nor the number of steps is in the shape of any weight.

    ### Three cells

    The same sums for the tanh cell, the GRU and the LSTM, all with the same number of units:

    ```swift
    /// How one network learned to add.
    public struct AdditionLesson: Sendable {
      /// The loss of every step, in nats a bit.
      public let losses: [Double]
      /// Were all bits of the held-out sums right in the end?
      public let allRight: Bool

      /// Trains a network around the cell that `make` draws, once for each of some
      /// seeds, until it adds 100 held-out sums without a fault. The same seed
      /// means the same sums, whatever the cell.
      public static func learn<C: Cell & Sendable>(
        seeds: Int, from first: UInt64 = 1, limit: Int,
        _ make: @Sendable (inout SplitMix64) -> C
      ) -> [AdditionLesson] {
        concurrently(seeds) { index in
          var random = SplitMix64(seed: first &+ UInt64(index))
          let heldOut = Sums(100, bits: 10, using: &random)
          let sums = random.next()
          let model = SequenceModel(make(&random), using: &random)
          var trainer = AdditionTrainer(model, seed: sums)
          let (losses, allRight) = trainer.learn(until: heldOut, limit: limit)
          return AdditionLesson(losses: losses, allRight: allRight)
        }
      }
    }
    ```

    ![Loss over steps for tanh, GRU and LSTM: all begin at ln 2; the GRU falls first, the LSTM soon after, the tanh cell last](figures/03-addition.svg)

    All three learn it with every seed; the gated cells are faster. (The LSTM and the GRU also have more weights: four and three times as many as
    the tanh cell. Equal units are not equal weights.) The carry is needed one step later, and for so short a lag a tanh cell will do.

    ### Where is the carry?

    Nobody told the network to keep one. Search the units for the one whose memory follows the carry most closely:

    ```swift
    extension SequenceModel {
      /// How closely each column of `values` follows the carry over some sums: the
      /// correlation of the two, from −1 to 1, and 0 where one of them is constant.
      /// - Parameters:
      ///   - values: after each step, `[T·B × H]`
      ///   - carries: out of each step, `[T·B × 1]`
      public static func correlations(
        of values: Matrix<C.Scalar>, with carries: Matrix<C.Scalar>
      ) -> [Double] {
        let n = C.Scalar(values.rows)
        let centred = values - values.columnSums() / n
        let carry = carries - carries.mean()
        let products = matmul(carry.T, centred)
        let squares = (centred * centred).columnSums() * carry.squaredNorm()
        return zip(products.scalars, squares.scalars).map { product, square in
          square > 0 ? Double(product / square.squareRoot()) : 0
        }
      }
    }

    extension SequenceModel {
      /// The unit of an LSTM whose memory follows the carry most closely over the
      /// given sums, and its correlation with it.
      public func carryUnit<Scalar>(over sums: Sums)
        -> (unit: Int, correlation: Double)
      where C == LSTM<Scalar> {
        let run = read(sums.inputs(), batch: sums.count).run
        let found = Self.correlations(of: run.cells(), with: sums.carries())
        let unit = found.indices.max { abs(found[$0]) < abs(found[$1]) } ?? 0
        return (unit, found[unit])
      }
    }

    extension Run {
      /// The memories `c` of an LSTM after every step, `[T·B × H]`: each step left
      /// behind the one it began from, and the last is in the last state.
      public func cells<Scalar>() -> Matrix<Scalar> where C == LSTM<Scalar> {
        Matrix.stack(traces.dropFirst().map(\.before.c) + [last.c])
      }
    }
    ```

    ![Gates, candidate and cell of one unit over the ten bits of one sum: the candidate is negative where both bits are 1, the forget gate lower where both are 0](figures/03-carry.svg)

    Read it beside the table above. Where both bits are 1, at bits 0, 1, 3 and 5, the candidate is far below 0: *set*. (This unit counts
    downwards: its correlation with the carry is negative.) Where both are 0, at bits 2, 4 and 9, the forget gate goes down and the candidate up:
    *clear*. Where there is one 1, the forget gate is open: *keep*. One unit alone does not decide, though; at bit 4 it lags behind,
    and others, which the projection also sees, make the answer right.

    ## A task with a long lag

    The carry is needed at the very next step. How about fifty steps later? In the adding problem a long row of random numbers goes by; two of
    them are marked; at the end, and only there, the network is asked for their sum.

    ```swift
    /// The adding problem (Hochreiter & Schmidhuber 1997, section 5.4, with values
    /// from 0 to 1): a long row of random numbers, two of which are marked, one in
    /// each half; what is their sum? The answer is wanted after the last step only.
    ///
    /// Who always answers 1, the mean, is wrong by 1/6 = 0.1667 on the average of
    /// the squares: the variance of two uniform numbers. To do better one must have
    /// kept a number for half of the row or longer.
    public struct AddingProblem {
      /// The mean squared error of the answer 1.
      public static let floor = 1.0 / 6
      /// `T`, the length of a row, at least 2.
      public let steps: Int
      private var random: SplitMix64

      /// An endless supply of rows of `T` steps.
      public init(steps T: Int, seed: UInt64) {
        precondition(T >= 2)
        (steps, random) = (T, SplitMix64(seed: seed))
      }

      /// The next `B` rows.
      /// - Returns: at each step the number and whether it is marked (1 or 0),
      ///   `[T·B × 2]`, time-major; and the sums, `[B × 1]`.
      public mutating func next<Scalar: MatrixScalar>(_ B: Int)
        -> (x: Matrix<Scalar>, sums: Matrix<Scalar>)
      {
        var x = Matrix<Scalar>(steps * B, 2)
        var sums = Matrix<Scalar>(B, 1)
        for row in 0..<x.rows { x[row, 0] = Scalar(random.uniform()) }
        for row in 0..<B {
          let half = steps / 2
          for t in [random.below(half), half + random.below(steps - half)] {
            x[t * B + row, 1] = 1
            sums[row, 0] += x[t * B + row, 0]
          }
        }
        return (x, sums)
      }
    }
    ```

    The loss counts one answer in $`T`$. All that the network is ever told arrives at the last step, and must travel back to the two marks.

    ```swift
    extension SequenceModel {
      /// Loss and gradient of one batch: the mean squared error of the answers
      /// after the last step. All other answers are free.
      ///
      ///     L = Σ (y − s)² / B      dL/dy = 2 (y − s) / B, at the last step only
      public func squaredErrorAndGradient(
        of x: Matrix<C.Scalar>, _ sums: Matrix<C.Scalar>
      ) -> (loss: C.Scalar, gradient: SequenceModel) {
        let B = sums.rows
        let (run, answers) = read(x, batch: B)
        let last = answers.rows - B
        let error = answers.rows(last..<answers.rows) - sums
        var dAnswers = Matrix(zerosLike: answers)
        dAnswers.setRows(from: last, to: 2 / C.Scalar(B) * error)
        let loss = error.squaredNorm() / C.Scalar(B)
        return (loss, backward(dAnswers, through: run))
      }
    }

    extension AddingProblem {
      /// Trains `model` with Adam, its gradients shortened to a norm of 1.
      /// - Returns: the mean squared error of every batch, before its update.
      public mutating func train<C: Cell>(
        _ model: inout SequenceModel<C>, batches: Int, batch B: Int = 16,
        rate: Double = 0.04
      ) -> [Double] {
        var optimiser = Adam(for: model, rate: rate)
        return (0..<batches).map { _ in
          let (x, sums): (Matrix<C.Scalar>, Matrix<C.Scalar>) = next(B)
          var (loss, gradient) = model.squaredErrorAndGradient(of: x, sums)
          gradient.clipNorm(to: 1)
          optimiser.update(&model, by: gradient)
          return Double(loss)
        }
      }
    }
    ```

    ![Mean squared error over batches: the tanh cell and the LSTM without forget bias stay near the line of always answering 1; the LSTM with forget bias 1 falls to nearly 0 halfway](figures/03-adding-problem.svg)

    - **The tanh cell** stays where one ends who always answers 1. Its derivative from the last step does not reach the marks, so it cannot
      learn what to keep. It is not that it could not hold a number; nothing tells it to.
    - **The LSTM with forget bias 0** learns a lag of 50 and not, in this time, one of 100.
    - **The LSTM with forget bias 1** learns both. It stays on the line for a long time, too, and then falls within a few batches: as soon as a
      little of one number is kept, the derivative knows where to go.

    Why does a bias matter that is a weight like any other, and could be learned? Because of where it begins:

    With bias 0 a forget gate stands near ½, and half of the memory is lost at each step. At 1 it stands near
    $`\sigma(1) \approx 0.73`$, at 3 near $`\sigma(3) \approx 0.95`$. Raised to the power of the lag, these are worlds apart. A derivative that is too
    small to be felt cannot open the gate that makes it small; a gate that begins open can be closed at any time.

    ## What goes wrong, and how it looks

    Each of these mistakes was planted in a cell with 4 inputs and 5 units, and checked over one step and over three. The inputs and the
    parts of the initial state count as arrays.

    | The mistake | Wrong over three steps | Wrong over one step |
    | --- | --- | --- |
    | LSTM: no `d.c +` | all 15 arrays | all but the output gate's |
    | LSTM: no `* (1 - t.tanhC * t.tanhC)` | all 15 | all but the output gate's |
    | LSTM: `t.g` and `t.i` swapped | all 15 | the input gate's, the candidate's, `x`, `initial.h` |
    | LSTM: no slope in `dz.o` | all 15 | the output gate's, `x`, `initial.h` |
    | LSTM: no `* t.f` in the last line | all 15 | `initial.c` |
    | LSTM: no `addProduct` for the candidate | all 15 | `initial.h` |
    | LSTM: `forget.U` in place of `forget.U.T` | all 15 | `initial.h` |
    | GRU: no `d.h * t.z` in `dH` | all 11 | `initial.h` |
    | GRU: `t.n - h` for `h - t.n` | all 11 | the update gate's, `x`, `initial.h` |
    | GRU: `h` for `r * h` in the gradient of `Un` | `candidate.U` | `candidate.U` |
    | Reset after: `dz.n` for `dS` in the gradient | `candidate.U`, `stateBias` | the same |

    Over three steps, a mistake on the way back is everywhere: each step hands its error to the one before. Over one step it stands alone:
    a wrong gate is one gate, a wrong way back is `initial.h` or `initial.c` and nothing else. So when all is red, check one step. The swapped
    sign even has a name then: `update.W[0, 1]: the backward pass says -1.3800e-01, the differences say 1.3800e-01: the sign is wrong everywhere`.

    Counting red arrays is work for a machine: `print(cell.diagnose())`, for any `Cell<Double>`, says at which step of the way back the first
    mistake is made, in which array, and with which values. Where the numbers give it away, it also says which mistake it is.

    Beyond a gradient check are these:

    | What you see | What it may be |
    | --- | --- |
    | a loss that stays at $`\ln 2`$ for the bits, or at $`1/6`$ for the marked numbers | nothing is learned yet: wait, open the forget gate, or look at the rate |
    | right on 10 bits, wrong on 20 | it has learned positions, or a memory that fades: train longer |
    | the loss is `nan` | a logarithm of 0: take the loss from the logits, as above |
    | good with the training batch, a crash or nonsense with another | a state of the wrong number of rows is carried along |

    ## Questions people ask

    **Are there hidden weights?** No. "Hidden" is said of units, which the outside sees only through the projection. An LSTM has twelve arrays, a
    $`W`$, a $`U`$ and a $`b`$ for each of four gates, $`4 (D H + H^2 + H)`$ numbers, and `LSTM.arrays` lists them all. Libraries often store
    them as one array of $`4H`$ columns, or ask only for `hidden` and make the weights when the first input arrives; that is where the
    question comes from.

    **Why do `x` and `h` have different weights?** Because they are different things: in the adding task `x` is two bits and `h` is $`H`$ numbers
    of the network's own making. Their shapes alone forbid to share. You may lay $`x`$ and $`h`$ side by side, $`[B \times (D + H)]`$, and
    $`W`$ above $`U`$, and have one product; the numbers are the same. Two names make two roles visible, and let `x·W` be done for all
    steps at once.

    **What is the first dimension of each array?** For what flows, the rows that are read side by side: `x` is `[T·B × D]`, time-major, so step
    $`t`$ is rows $`tB`$ to $`(t+1)B`$; one step and every state are `[B × …]`. For weights, the size of what comes in: `W` is
    `[D × H]`, `U` is `[H × H]`, the projection's `[H × O]`. A bias is one row. No weight has $`B`$ or $`T`$ in its shape.

    **What is the difference between output and state?** The state is what the next step needs; the output is what the outside may see. For an LSTM
    the state is `h` and `c`, and the output is `h`. For the tanh cell and the GRU they are the same matrix. `Run` has the outputs of *all*
    steps and the state after the *last*, and `last.h` is the last $`B`$ rows of `outputs`.

    **Can I use another batch size for evaluation?** Yes. Rows do not know of each other. Ask the cell for a `zeroState` of the new size; what
    cannot be done is to carry a state of 16 rows into a batch of 100. The same holds for the length of the sequence.

    **Why are the projection's weights shared by all steps?** Because what a state means does not depend on when it is reached: "a carry is
    pending, and I just read 0 and 1" asks for the same answer at bit 3 as at bit 30. With weights of its own for each step, the network would have to
    learn addition once for every position, and could not read one bit more than in training. In the code it is one product over all
    `T·B` rows.

    **Why is the hidden size not the output size?** The first is how much the network can hold in mind, the second how many numbers it is
    asked for. A sum is one bit at a time; the memory for it had better not be one number. Without a projection the two would have to be
    equal, and an answer would be stuck between −1 and 1 as $`h`$ is.

    ## Summary

    - A gate is $`\sigma(x \cdot W + h \cdot U + b)`$, multiplied by what it guards. Its slope is $`a(1 - a)`$.
    - The LSTM's memory is added to. Back through it, the derivative is multiplied by the forget gate alone.
    - $`c'`$ has two readers, the output and the next step. $`h`$ has four in the LSTM, its gates, and four in the GRU: the two gates, the
      candidate and the mixture.
    - The two GRUs are different functions: they differ in where the reset gate stands: before the product with $`U_n`$ or after.
    - State is what goes on, output is what is shown, and an answer is a projection of the output with the same weights at every step.
    - A forget bias of 1 lets a new network remember before it has learned what.

    ## Exercises

    The check after each: `swift test --filter Chapter03Tests.GradientTests`. Other tests of the chapter know the cells as they are and will
    object; so will `swift run book`. `git checkout Chapters` puts everything back.

    ### 1. Does an open gate help at adding? (easy)

    In `LSTM.init`, let `forgetBias` be 0 by default. For a lag of 100 that was the end. Will the LSTM learn to add later, or never? Predict, then
    run `swift run chapter03` and look at the three cells.

    <details>
    <summary>Hint</summary>

    How long does a carry live? What must happen to it when two zeros come?

    </details>

    <details>
    <summary>Solution</summary>

    Sooner: the median was 220. The carry is needed one step later, and then must be overwritten. A memory that holds on to everything has
    to learn to let go first. A forget bias is a guess about the task, and 1 is a guess for long lags. The gradient check says
    "right" as before: a bias is a number, and no formula has changed.

    </details>

    ### 2. Coupled gates (middle)

    What is forgotten makes room for what is written. Let one gate decide both:

    Change `step` and `backward` in `LSTM.swift`. The forget gate's weights stay in their place, unread.

    <details>
    <summary>First hint</summary>

    Change `step` alone and run the check: over one step the output gate and the candidate are still right. Which lines made the others?

    </details>

    <details>
    <summary>Second hint</summary>

    $`i`$ has two readers now: $`c' = (1 - i) \odot c + i \odot g`$.

    </details>

    <details>
    <summary>Solution</summary>

    In `step`: `let f = 1 - i`. In `backward`, with $`di = dc' \odot (g - c)`$:

    ```swift
    let dI = dC * (t.g - t.before.c)
    let dG = dC * t.i
    let dz = Gates(
      i: dI * t.i * (1 - t.i), f: Matrix(zerosLike: dI),
      g: dG * (1 - t.g * t.g), o: dO * t.o * (1 - t.o))
    ```

    and without `dH.addProduct(dz.f, forget.U.T)`. The check says "right" for all 15 arrays; those of the forget gate are right because both sides say 0.
    With `t.g + t.before.c`, a sign lost, it rejects `input.W`, `input.U`, `input.b`, `x` and `initial.h` over one step, and all but the
    forget gate's arrays over three. It learns to add sooner than the LSTM, and with a quarter fewer weights to read:

    This is the memory of a GRU.

    </details>

    ### 3. No output gate (middle)

    Show the cell at every step: $`h' = \tanh c'`$. Change `step` alone, first: `let o = Matrix(zerosLike: i) + 1`. Predict what the check
    says of a backward pass that nobody has touched.

    <details>
    <summary>First hint</summary>

    Put $`o = 1`$ into every line of `backward` that reads `t.o`.

    </details>

    <details>
    <summary>Second hint</summary>

    What is the slope $`o (1 - o)`$ of a gate that is fully open?

    </details>

    <details>
    <summary>Solution</summary>

    It says "right", 15 times. With $`o = 1`$, `dC` is what it should be, and `dz.o` is 0 because the slope is: the formula of the output gate
    already knows that a gate fully open cannot be moved. The lines may go, but need not; without them (`o: Matrix(zerosLike: dI)`, no product with
    `output.U.T`) the check says the same. And it learns to add:

    For this task nothing is gained by hiding the memory.

    </details>

    ### 4. A minimal gated unit (middle)

    One gate for the GRU's two: in the minimal gated unit the candidate sees of the old state just the part that it is about to replace.

    Change `step` and `backward` of the `GRU`. The reset gate's weights stay in their place, unread.

    <details>
    <summary>First hint</summary>

    Count the readers of $`z`$.

    </details>

    <details>
    <summary>Second hint</summary>

    $`dr`$ is what it was. As $`r = 1 - z`$, it goes to $`z`$ with a minus.

    </details>

    <details>
    <summary>Solution</summary>

    In `step`: `let z = …`, then `let r = 1 - z`. In `backward`, once `dRH` is known:

    ```swift
    let dZ = d.h * (h - t.n) - dRH * h
    let dz = Gates(
      r: Matrix(zerosLike: dZ), z: dZ * t.z * (1 - t.z), n: dzn)
    var dH = d.h * t.z + dRH * t.r
    dH.addProduct(dz.z, update.U.T)
    ```

    All 11 arrays are right. With a plus in the first line, `update.W`, `update.U`, `update.b`, `x` and `initial.h` are wrong over one step. Steps
    until it adds, a little more than the GRU's 210 in the middle:

    (G.-B. Zhou et al., "Minimal gated unit for recurrent neural networks", 2016.)

    </details>

    ### 5. Peepholes (hard)

    The gates see $`h`$, which the output gate may have closed. Let them see the memory itself, each unit its own, by a row of weights each: the old
    memory for $`i`$ and $`f`$, the new one for $`o`$:

    <details>
    <summary>First hint</summary>

    Count readers. $`c'`$ has a third one, the output gate. $`c`$ has three: the memory line, $`i`$ and $`f`$.

    </details>

    <details>
    <summary>Second hint</summary>

    So $`dz_o`$ must be there before $`dc'`$ is complete. A row is added to every row, or multiplied with it: its derivative is a sum over the rows.
    (`Matrix` takes a row on the right: `state.c * peepI`.)

    </details>

    <details>
    <summary>Solution</summary>

    Three arrays `peepI`, `peepF`, `peepO`, `[1 × H]`, zero in both initialisers and listed in `listArrays`; `c` in the trace. Forward:

    ```swift
    let i = sigmoid(input(z.i, h) + state.c * peepI)
    let f = sigmoid(forget(z.f, h) + state.c * peepF)
    let g = tanh(candidate(z.g, h))
    let c = f * state.c + i * g
    let o = sigmoid(output(z.o, h) + c * peepO)
    ```

    Backward:

    ```swift
    let dO = d.h * t.tanhC
    let dzo = dO * t.o * (1 - t.o)
    let dC = d.c + d.h * t.o * (1 - t.tanhC * t.tanhC) + dzo * peepO
    // … as before, with o: dzo …
    let dBefore = dC * t.f + dz.i * peepI + dz.f * peepF
    return (dz, State(h: dH, c: dBefore))
    ```

    And in `gradient`, where `gradient` is the `LSTM` that it returned before:

    ```swift
    let before = Matrix.stack(traces.map(\.before.c), columns: hidden)
    let after = Matrix.stack(traces.map(\.c), columns: hidden)
    gradient.peepI = (dz.i * before).columnSums()
    gradient.peepF = (dz.f * before).columnSums()
    gradient.peepO = (dz.o * after).columnSums()
    ```

    All 18 arrays are right. (The test “Every array of every cell is on its list” objects, and is right, too: there are three more.) Without
    `dzo * peepO`, 14 of them are wrong over one step: all but the output gate's own and `peepO`. Without the two terms in
    `dBefore`, one is, `initial.c`; over three steps all 18 are. It adds after 230 steps in the middle, the LSTM after 220: nobody hides the
    carry here, so there is nothing to peep at.

    </details>

    ### 6. A state to begin from (middle)

    `SequenceModel.read` begins from zeros. Write a model that begins from a state of its own, learned, with `LearnedStart`, and check the
    gradient of every array of it. Where does the derivative of the initial state come from, and why are `B` rows of it one?

    <details>
    <summary>First hint</summary>

    `Cell.backward` returns three things, and `SequenceModel.backward` throws two of them away.

    </details>

    <details>
    <summary>Second hint</summary>

    The model is a `LearnedStart<C>` and a `Projection`. `reader.state(batch: B)` is where a run begins, `reader.gradient(dCell, dInitial)` is where the
    way back ends.

    </details>

    <details>
    <summary>Solution</summary>

    ```swift
    struct StartedModel<C: Cell>: NamedArrays {
      var reader: LearnedStart<C>
      var projection: Projection<C.Scalar>

      static func listArrays() -> [NamedArray<Self, C.Scalar>] {
        arrays(of: \.reader, named: "reader")
          + arrays(of: \.projection, named: "projection")
      }

      func lossAndGradient(
        of x: Matrix<C.Scalar>, _ targets: Matrix<C.Scalar>, batch B: Int
      ) -> (loss: C.Scalar, gradient: Self) {
        let run = reader.cell.run(x, from: reader.state(batch: B))
        let logits = projection(run.outputs)
        let (dProjection, dOutputs) = projection.backward(
          bitCrossEntropyGradient(logits, targets), through: run.outputs)
        let (dCell, _, dInitial) = reader.cell.backward(dOutputs, through: run)
        let gradient = StartedModel(
          reader: reader.gradient(dCell, dInitial), projection: dProjection)
        return (bitCrossEntropy(logits, targets).mean(), gradient)
      }
    }
    ```

    With three sums of 5 bits, an LSTM of 4 units, and `check(gradient:of:)` from chapter 2, all 16 arrays are right; the last four lines are

    Every row began from the one `start`, so it has $`B`$ readers and their derivatives add. For other batch sizes nothing changes.

    </details>

    ## Where next

    This page's sequence is a `for` loop that is written once, inside `run`. The next chapters look at the loop itself: as a
    scan and as a while-loop, for sequences of different lengths; and then at inputs that are words.

    Back to [the contents](README.md).

    ## Sources

    - S. Hochreiter & J. Schmidhuber, "Long short-term memory", *Neural Computation* 9, 1997: the memory that is added to, input and
      output gates, and the adding problem.
    - F. A. Gers, J. Schmidhuber & F. Cummins, "Learning to forget: continual prediction with LSTM", *Neural Computation* 12, 2000: the
      forget gate.
    - K. Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", *EMNLP* 2014: the GRU.
    - J. Chung, C. Gulcehre, K. Cho & Y. Bengio, "Empirical evaluation of gated recurrent neural networks on sequence modeling", 2014.
    - D. P. Kingma & J. Ba, "Adam: a method for stochastic optimization", *ICLR* 2015.
    - R. Jozefowicz, W. Zaremba & I. Sutskever, "An empirical exploration of recurrent network architectures", *ICML* 2015: the
      forget bias of 1.
    - nivwusquorum, [tensorflow_rnn_example](https://gist.github.com/nivwusquorum/b18ce332bde37e156034e5d3f60f8a23), 2016: binary addition with
      an LSTM of 20 units, which this chapter's task comes from.

    """#
}
