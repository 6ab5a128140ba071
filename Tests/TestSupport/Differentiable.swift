// Matrices for the compiler's own derivatives, where the toolchain has them.
#if canImport(_Differentiation)
  import ExplicitGates
  import MinimalMatrix
  import _Differentiation

  /// A matrix that the compiler can differentiate. Its tangent is a matrix too; `nil` stands for zeros of any shape.
  public struct Value: Differentiable, AdditiveArithmetic {
    public typealias TangentVector = Value
    /// The numbers, if they are not zeros of no known shape.
    public var matrix: Matrix<Double>?
    /// The given matrix.
    public init(_ matrix: Matrix<Double>?) { self.matrix = matrix }
    public static var zero: Value { Value(nil) }
    public static func + (a: Value, b: Value) -> Value {
      guard let x = a.matrix, let y = b.matrix else { return a.matrix == nil ? b : a }
      return Value(x + y)
    }
    public static func - (a: Value, b: Value) -> Value { a + Value(b.matrix.map { -$0 }) }
    public mutating func move(by offset: Value) { self += offset }
  }

  // The operations of a cell, each with its derivative. `nil` comes back as it came.

  /// `a·b`.
  @differentiable(reverse)
  public func product(_ a: Value, _ b: Value) -> Value { Value(matmul(a.matrix!, b.matrix!)) }
  /// Its derivative.
  @derivative(of: product)
  public func productDerivative(_ a: Value, _ b: Value) -> (value: Value, pullback: (Value) -> (Value, Value)) {
    (
      product(a, b),
      { d in (Value(d.matrix.map { matmul($0, b.matrix!.T) }), Value(d.matrix.map { matmul(a.matrix!.T, $0) })) }
    )
  }

  /// `a ⊙ b`.
  @differentiable(reverse)
  public func times(_ a: Value, _ b: Value) -> Value { Value(a.matrix! * b.matrix!) }
  /// Its derivative.
  @derivative(of: times)
  public func timesDerivative(_ a: Value, _ b: Value) -> (value: Value, pullback: (Value) -> (Value, Value)) {
    (times(a, b), { d in (Value(d.matrix.map { $0 * b.matrix! }), Value(d.matrix.map { $0 * a.matrix! })) })
  }

  /// `a + b`.
  @differentiable(reverse)
  public func sum(_ a: Value, _ b: Value) -> Value { a + b }
  /// Its derivative.
  @derivative(of: sum)
  public func sumDerivative(_ a: Value, _ b: Value) -> (value: Value, pullback: (Value) -> (Value, Value)) {
    (sum(a, b), { ($0, $0) })
  }

  /// `a`, with `row` added to every row.
  @differentiable(reverse)
  public func addToRows(_ a: Value, _ row: Value) -> Value { a + row }
  /// Its derivative.
  @derivative(of: addToRows)
  public func addToRowsDerivative(_ a: Value, _ row: Value) -> (value: Value, pullback: (Value) -> (Value, Value)) {
    (addToRows(a, row), { d in (d, Value(d.matrix?.columnSums())) })
  }

  /// `tanh a`.
  @differentiable(reverse)
  public func bend(_ a: Value) -> Value { Value(tanh(a.matrix!)) }
  /// Its derivative.
  @derivative(of: bend)
  public func bendDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    let y = tanh(a.matrix!)
    return (Value(y), { d in Value(d.matrix.map { $0 * (1 - y * y) }) })
  }

  /// `σ(a)`.
  @differentiable(reverse)
  public func squash(_ a: Value) -> Value { Value(sigmoid(a.matrix!)) }
  /// Its derivative.
  @derivative(of: squash)
  public func squashDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    let y = sigmoid(a.matrix!)
    return (Value(y), { d in Value(d.matrix.map { $0 * y * (1 - y) }) })
  }

  /// `1 − a`.
  @differentiable(reverse)
  public func rest(_ a: Value) -> Value { Value(1 - a.matrix!) }
  /// Its derivative.
  @derivative(of: rest)
  public func restDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    (rest(a), { d in Value(d.matrix.map { -$0 }) })
  }

  /// `aᵀ`.
  @differentiable(reverse)
  public func turned(_ a: Value) -> Value { Value(a.matrix!.transposed()) }
  /// Its derivative.
  @derivative(of: turned)
  public func turnedDerivative(_ a: Value) -> (value: Value, pullback: (Value) -> Value) {
    (turned(a), { d in Value(d.matrix.map { $0.transposed() }) })
  }

  /// `⟨d, a⟩`: a loss whose derivative is `d`.
  @differentiable(reverse,wrt: a)
  public func weigh(_ a: Value, _ d: Matrix<Double>) -> Double { a.matrix!.dot(d) }
  /// Its derivative.
  @derivative(of: weigh, wrt: a)
  public func weighDerivative(_ a: Value, _ d: Matrix<Double>) -> (value: Double, pullback: (Double) -> Value) {
    (weigh(a, d), { Value($0 * d) })
  }

  /// A gate as its equation stands in the book.
  public struct AutomaticGate: Differentiable {
    /// The gate's weights, `[D × H]` and `[H × H]`, and its bias, `[1 × H]`.
    public var W, U, b: Value
    /// The gate with its numbers.
    public init(_ gate: Gate<Double>) { (W, U, b) = (Value(gate.W), Value(gate.U), Value(gate.b)) }

    /// `x·W + h·U + b`.
    @differentiable(reverse)
    public func callAsFunction(_ x: Value, _ h: Value) -> Value {
      addToRows(sum(product(x, W), product(h, U)), b)
    }
  }
#endif
