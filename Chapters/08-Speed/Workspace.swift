import ExplicitGates
import MinimalMatrix
import VectorMath

// MARK: - Every array of a training step

/// The arrays of a training step, made once. Those that the last products read
/// whole have the last step first, in the order of the way back.
struct Workspace {
  private let B, T, D, H: Int
  /// The inputs and a column of ones: the bias is the weight of an input that
  /// is always 1, `x·W + 1·b`. `[T·B × (D + 1)]`, the last step first.
  private var x: Matrix<Float>
  /// First `z`, then the gates, then `dz`: `i f g o` side by side,
  /// `[T·B × 4H]`, the last step first.
  private var gates: Matrix<Float>
  /// What each step began from, `[T·B × H]`, the last step first.
  private var before: Matrix<Float>
  /// Step after step: the outputs `[T·B × H]`, the cells before each step and
  /// after the last, and their tanh.
  private var outputs: Matrix<Float>
  private let cells, tanhC: Buffer
  /// Of the step at hand: `h` and `dh`, `[B × H]`, `dz`, `[B × 4H]`, and `dc`.
  private var h, dh, dz: Matrix<Float>
  private let dc: Buffer
  /// With respect to `W` and `b`, `[(D + 1) × 4H]`, `U`, and `x`.
  private var dW, dU, dx: Matrix<Float>

  init(batch B: Int, steps T: Int, inputs D: Int, hidden H: Int) {
    (self.B, self.T, self.D, self.H) = (B, T, D, H)
    x = Matrix(T * B, D + 1, repeating: 1)
    gates = Matrix(T * B, 4 * H)
    (before, outputs) = (Matrix(T * B, H), Matrix(T * B, H))
    (cells, tanhC) = (Buffer((T + 1) * B * H), Buffer(T * B * H))
    dc = Buffer(B * H)
    (h, dh, dz) = (Matrix(B, H), Matrix(B, H), Matrix(B, 4 * H))
    (dW, dU) = (Matrix(D + 1, 4 * H), Matrix(H, 4 * H))
    dx = Matrix(T * B, D)
  }

  /// Do its arrays fit?
  func fits(batch B: Int, steps T: Int, inputs D: Int, hidden H: Int) -> Bool {
    (self.B, self.T, self.D, self.H) == (B, T, D, H)
  }
}

// MARK: - The training step again, with those arrays

extension Workspace {
  /// The loss and all derivatives, in the way of versions 10 to 12.
  mutating func answer(_ cell: LSTM<Float>, _ inputs: Matrix<Float>) -> Answer {
    let weights = Block.all(of: cell, sideBySide: true)[0]
    let W = Matrix.stack([weights.W, weights.b])
    clear()
    read(inputs)

    gates.addProduct(x, W)
    for t in 0..<T {
      gates.addProduct(h, weights.U, toRows: rows(of: t))
      forward(t)
    }
    let count = Float(outputs.count)
    for t in (0..<T).reversed() {
      backward(t, outputs: count)
      dh.addProduct(dz, weights.U.T)
    }
    dW.addProduct(x.T, gates)
    dU.addProduct(before.T, gates)
    dx.addProduct(gates, weights.W.T)

    let block = Block(
      W: dW.rows(0..<D), U: dU, b: dW.rows(D..<D + 1))
    return Answer(
      loss: outputs.squaredNorm() / count / 2, gradient: Block.cell([block]),
      dInputs: dx.reversed(inBlocksOf: B))
  }

  /// Where step `t` stands in what has the last step first.
  private func rows(of t: Int) -> Range<Int> {
    (T - 1 - t) * B..<(T - t) * B
  }
}

// MARK: - One loop for the gates

extension Workspace {
  /// From `z` to the gates, the state and the output: each entry is read once
  /// and written once, and nothing between is kept.
  private mutating func forward(_ t: Int) {
    let (B, H, N, slot) = (B, H, B * H, rows(of: t).lowerBound)
    let (next, isLast) = (slot - B, t == T - 1)
    let (c, cAfter) = (cells.start + t * N, cells.start + (t + 1) * N)
    let tanhC = tanhC.start + t * N
    withPointers(&gates, &h, &outputs, &before) { gates, h, outputs, before in
      for row in 0..<B {
        let (gates, place) = (gates + (slot + row) * 4 * H, row * H)
        for j in stride(from: 0, to: H, by: 8) {
          let (at, n) = (place + j, min(8, H - j))
          let i = sigmoid(load(gates + j, n))
          let f = sigmoid(load(gates + (H + j), n))
          let g = tanh(load(gates + (2 * H + j), n))
          let o = sigmoid(load(gates + (3 * H + j), n))
          let sum = f * load(c + at, n) + i * g
          let squashed = tanh(sum)
          let output = o * squashed
          store(i, to: gates + j, n)
          store(f, to: gates + (H + j), n)
          store(g, to: gates + (2 * H + j), n)
          store(o, to: gates + (3 * H + j), n)
          store(sum, to: cAfter + at, n)
          store(squashed, to: tanhC + at, n)
          store(output, to: h + at, n)
          store(output, to: outputs + (t * N + at), n)
          if !isLast { store(output, to: before + (next * H + at), n) }
        }
      }
    }
  }

  /// The same lines, read upwards: from `dh` and `dc` to `dz`, which takes the
  /// gates' place, and to the `dc` of the step before.
  /// - Parameter count: of all outputs; the derivative with respect to one is
  ///   the output over their number
  private mutating func backward(_ t: Int, outputs count: Float) {
    let (B, H, N, slot) = (B, H, B * H, rows(of: t).lowerBound)
    let (c, tanhC) = (cells.start + t * N, tanhC.start + t * N)
    let dc = dc.start
    withPointers(&gates, &dz, &dh, &outputs) { gates, dz, dh, outputs in
      for row in 0..<B {
        let (gates, place) = (gates + (slot + row) * 4 * H, row * H)
        let dz = dz + row * 4 * H
        for j in stride(from: 0, to: H, by: 8) {
          let (at, n) = (place + j, min(8, H - j))
          let i = load(gates + j, n)
          let f = load(gates + (H + j), n)
          let g = load(gates + (2 * H + j), n)
          let o = load(gates + (3 * H + j), n)
          let squashed = load(tanhC + at, n)
          let output = load(outputs + (t * N + at), n)
          let dH = load(dh + at, n) + output / count
          let dO = dH * squashed
          let dC = load(dc + at, n) + dH * o * (1 - squashed * squashed)
          func write(_ value: Eight, _ place: Int) {
            store(value, to: gates + place, n)
            store(value, to: dz + place, n)
          }
          write(dC * g * i * (1 - i), j)
          write(dC * load(c + at, n) * f * (1 - f), H + j)
          write(dC * i * (1 - g * g), 2 * H + j)
          write(dO * o * (1 - o), 3 * H + j)
          store(dC * f, to: dc + at, n)
          // The product that comes next begins from zeros.
          store(Eight(), to: dh + at, n)
        }
      }
    }
  }
}

// MARK: - Before the first step

extension Workspace {
  /// Zeros, wherever something is added.
  private mutating func clear() {
    for path in [\Workspace.gates, \.h, \.dh, \.dW, \.dU, \.dx] {
      let count = self[keyPath: path].count
      self[keyPath: path].withPointer { $0.update(repeating: 0, count: count) }
    }
    dc.start.update(repeating: 0, count: B * H)
  }

  /// The inputs into their places, the last step first; the ones stay.
  private mutating func read(_ inputs: Matrix<Float>) {
    let (B, T, D) = (B, T, D)
    x.withPointer { x in
      inputs.withAddress { inputs in
        for t in 0..<T {
          for row in 0..<B {
            let from = inputs + (t * B + row) * D
            (x + ((T - 1 - t) * B + row) * (D + 1)).update(from: from, count: D)
          }
        }
      }
    }
  }
}

private typealias Target = UnsafeMutablePointer<Float>

/// Memory for `count` numbers, at first zeros, that no matrix needs to hold.
private final class Buffer: @unchecked Sendable {
  let start: Target

  init(_ count: Int) {
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }
}

/// Lends the first entries' addresses of four of them.
private func withPointers(
  _ a: inout Matrix<Float>, _ b: inout Matrix<Float>,
  _ c: inout Matrix<Float>, _ d: inout Matrix<Float>,
  _ body: (Target, Target, Target, Target) -> Void
) {
  a.withPointer { a in
    b.withPointer { b in
      c.withPointer { c in d.withPointer { d in body(a, b, c, d) } }
    }
  }
}

/// The first `n` of eight numbers; those behind it are 0.
private func load(_ p: Target, _ n: Int) -> Eight {
  if n == 8 { return UnsafeRawPointer(p).loadUnaligned(as: Eight.self) }
  var v = Eight()
  for lane in 0..<n { v[lane] = p[lane] }
  return v
}

/// Writes the first `n` of eight numbers.
private func store(_ v: Eight, to p: Target, _ n: Int) {
  if n == 8 {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Eight.self)
  } else {
    for lane in 0..<n { p[lane] = v[lane] }
  }
}
