import ExplicitGates
import Foundation
import MinimalMatrix

// MARK: - What a training step answers

/// The loss of an LSTM over a sequence, and all derivatives. The loss is half
/// the mean square of all outputs.
public struct Answer: Equatable, Sendable {
  /// Half the mean square.
  public var loss: Float
  /// With respect to the weights.
  public var gradient: LSTM<Float>
  /// With respect to the inputs, `[T·B × D]`.
  public var dInputs: Matrix<Float>
}

extension LSTM<Float> {
  /// The answer by chapter 3's own code: what every version is measured by.
  /// - Parameter x: the inputs of all steps, `[T·B × D]`, time-major
  public func answer(_ x: Matrix<Float>, batch B: Int) -> Answer {
    let run = run(x, from: zeroState(batch: B))
    let count = Float(run.outputs.count)
    let (gradient, dInputs, _) = backward(run.outputs / count, through: run)
    let loss = run.outputs.squaredNorm() / count / 2
    return Answer(loss: loss, gradient: gradient, dInputs: dInputs)
  }
}

// MARK: - Weights, gate by gate or side by side

/// The weights of some gates: of one, or of all four, `i f g o`, side by side.
struct Block {
  /// `[D × N]`, `[H × N]` and `[1 × N]`, where `N` is `H` for every gate.
  var W, U, b: Matrix<Float>

  /// The blocks of a cell: four or one.
  static func all(of cell: LSTM<Float>, sideBySide: Bool) -> [Block] {
    let gates = [cell.input, cell.forget, cell.candidate, cell.output]
    if !sideBySide { return gates.map { Block(W: $0.W, U: $0.U, b: $0.b) } }
    return [
      Block(
        W: .sideBySide(gates.map(\.W)), U: .sideBySide(gates.map(\.U)),
        b: .sideBySide(gates.map(\.b)))
    ]
  }

  /// The same shapes, all zero.
  var zeros: Block {
    Block(
      W: Matrix(zerosLike: W), U: Matrix(zerosLike: U), b: Matrix(zerosLike: b))
  }

  /// A cell of the blocks.
  static func cell(_ blocks: [Block]) -> LSTM<Float> {
    let (W, U) = (gates(blocks.map(\.W)), gates(blocks.map(\.U)))
    let b = gates(blocks.map(\.b))
    let all = (0..<4).map { Gate(W: W[$0], U: U[$0], b: b[$0]) }
    return LSTM(
      input: all[0], forget: all[1], candidate: all[2], output: all[3])
  }

  /// Four matrices, of four or of one with the four side by side.
  static func gates(_ parts: [Matrix<Float>]) -> [Matrix<Float>] {
    if parts.count == 4 { return parts }
    let H = parts[0].columns / 4
    return (0..<4).map { parts[0].columns($0 * H..<($0 + 1) * H) }
  }

  /// And back: as many as there are blocks.
  static func parts(_ gates: [Matrix<Float>], of blocks: [Block])
    -> [Matrix<Float>]
  {
    blocks.count == 4 ? gates : [.sideBySide(gates)]
  }
}

// MARK: - One training step, by a recipe

extension Recipe {
  /// The loss and all derivatives, in the way of versions 1 to 9.
  func answerByArrays(_ cell: LSTM<Float>, _ x: Matrix<Float>, batch B: Int)
    -> Answer
  {
    let (T, H) = (x.rows / B, cell.hidden)
    let blocks = Block.all(of: cell, sideBySide: hasGatesSideBySide)
    let steps = (0..<T).map { x.rows($0 * B..<($0 + 1) * B) }

    // Forward.
    let ahead = projectsAhead ? project(x, blocks) : []
    var (h, c) = (Matrix<Float>(B, H), Matrix<Float>(B, H))
    var outputs = Matrix<Float>(T * B, H)
    var traces: [Trace] = []
    for t in 0..<T {
      var z =
        projectsAhead
        ? ahead.map { $0.rows(t * B..<(t + 1) * B) } : project(steps[t], blocks)
      for k in blocks.indices { product.add(h, blocks[k].U, to: &z[k]) }
      let trace = gates(z, h: h, c: c)
      (h, c) = (trace.o * trace.tanhC, trace.c)
      outputs.setRows(from: t * B, to: h)
      traces.append(trace)
    }

    // And back.
    let dOutputs = outputs / Float(outputs.count)
    var (dh, dc) = (Matrix<Float>(B, H), Matrix<Float>(B, H))
    var gradient = blocks.map(\.zeros)
    var dInputs = Matrix<Float>(T * B, x.columns)
    var dzOfAll: [[Matrix<Float>]] = []
    for t in (0..<T).reversed() {
      dh += dOutputs.rows(t * B..<(t + 1) * B)
      let gates = traces[t].backward(dh: dh, dc: &dc)
      let dz = Block.parts(gates, of: blocks)
      dh = Matrix(B, H)
      for k in blocks.indices {
        product.add(dz[k], transposed: blocks[k].U, to: &dh)
      }
      if projectsAhead || gathersGradient { dzOfAll.append(dz) }
      if !gathersGradient {
        add(dz, inputs: steps[t], before: traces[t].h, to: &gradient)
      }
      if !projectsAhead {
        dInputs.setRows(from: t * B, to: inputGradient(dz, blocks))
      }
    }

    // What could wait until here: the last step first, in the way back's order.
    let dz = blocks.indices.map { k in Matrix.stack(dzOfAll.map { $0[k] }) }
    if gathersGradient {
      let before = Matrix.stack(traces.reversed().map(\.h))
      let inputs = x.reversed(inBlocksOf: B)
      add(dz, inputs: inputs, before: before, to: &gradient)
    }
    if projectsAhead {
      dInputs = inputGradient(dz, blocks).reversed(inBlocksOf: B)
    }
    return Answer(
      loss: outputs.squaredNorm() / Float(outputs.count) / 2,
      gradient: Block.cell(gradient), dInputs: dInputs)
  }

  /// `x·W + b`, for each block.
  private func project(_ x: Matrix<Float>, _ blocks: [Block])
    -> [Matrix<Float>]
  {
    blocks.map { block in
      var z = Matrix<Float>(x.rows, block.W.columns)
      product.add(x, block.W, to: &z)
      z += block.b
      return z
    }
  }

  /// `dW += xᵀ·dz`, `dU += hᵀ·dz`, `db += Σ dz`, for each block.
  private func add(
    _ dz: [Matrix<Float>], inputs x: Matrix<Float>, before h: Matrix<Float>,
    to gradient: inout [Block]
  ) {
    for k in dz.indices {
      product.add(transposed: x, dz[k], to: &gradient[k].W)
      product.add(transposed: h, dz[k], to: &gradient[k].U)
      gradient[k].b.addColumnSums(of: dz[k])
    }
  }

  /// `dx = Σ dz·Wᵀ` over the blocks.
  private func inputGradient(_ dz: [Matrix<Float>], _ blocks: [Block])
    -> Matrix<Float>
  {
    var dx = Matrix<Float>(dz[0].rows, blocks[0].W.rows)
    for k in dz.indices { product.add(dz[k], transposed: blocks[k].W, to: &dx) }
    return dx
  }
}

// MARK: - The gates, an array for each operation

/// What a step leaves behind for its way back.
private struct Trace {
  /// The gates as they stood, and the cell after the step.
  let i, f, g, o, c, tanhC: Matrix<Float>
  /// The state before the step.
  let h, cBefore: Matrix<Float>

  /// Chapter 3's equations, backward. `dc` becomes that of the step before.
  func backward(dh: Matrix<Float>, dc: inout Matrix<Float>) -> [Matrix<Float>] {
    let dO = dh * tanhC
    let dC = dc + dh * o * (1 - tanhC * tanhC)
    dc = dC * f
    return [
      dC * g * i * (1 - i), dC * cBefore * f * (1 - f), dC * i * (1 - g * g),
      dO * o * (1 - o),
    ]
  }
}

extension Recipe {
  /// Chapter 3's equations, for gates that stand in four matrices or in one.
  private func gates(
    _ z: [Matrix<Float>], h: Matrix<Float>, c before: Matrix<Float>
  ) -> Trace {
    let z = Block.gates(z)
    let (i, f, o) = (sigma(z[0]), sigma(z[1]), sigma(z[3]))
    let g = squash(z[2])
    let c = f * before + i * g
    return Trace(
      i: i, f: f, g: g, o: o, c: c, tanhC: squash(c), h: h, cBefore: before)
  }

  /// `σ(z) = 1 / (1 + e⁻ᶻ)`.
  private func sigma(_ z: Matrix<Float>) -> Matrix<Float> {
    if hasVectorFunctions { return sigmoid(z) }
    let entries = Array(z.scalars).map { 1 / (1 + Foundation.exp(-$0)) }
    return Matrix(z.rows, z.columns, scalars: entries)
  }

  /// `tanh z`.
  private func squash(_ z: Matrix<Float>) -> Matrix<Float> {
    if hasVectorFunctions { return tanh(z) }
    let entries = Array(z.scalars).map { Foundation.tanh($0) }
    return Matrix(z.rows, z.columns, scalars: entries)
  }
}
