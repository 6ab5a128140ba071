import Foundation
import Testing
import VectorMath

/// A function under test: at every vector width, as its doc comment promises it, and as the C library has it.
private struct Subject<S: VectorScalar>: CustomStringConvertible, Sendable {
  let description: String
  let of1: @Sendable (S) -> S
  let of2: @Sendable (SIMD2<S>) -> SIMD2<S>
  let of3: @Sendable (SIMD3<S>) -> SIMD3<S>
  let of4: @Sendable (SIMD4<S>) -> SIMD4<S>
  let of8: @Sendable (SIMD8<S>) -> SIMD8<S>
  let of16: @Sendable (SIMD16<S>) -> SIMD16<S>
  let of32: @Sendable (SIMD32<S>) -> SIMD32<S>
  /// The promise: errors in units in the last place of the exact value.
  let promisedUlps: Double
  let libm: @Sendable (Double) -> Double
}

private func subjects<S: VectorScalar>(_: S.Type, promised: (exp: Double, log: Double, tanh: Double, sigmoid: Double))
  -> [Subject<S>]
{
  [
    Subject(
      description: "exp", of1: { exp($0) }, of2: { exp($0) }, of3: { exp($0) }, of4: { exp($0) }, of8: { exp($0) },
      of16: { exp($0) }, of32: { exp($0) }, promisedUlps: promised.exp, libm: { Foundation.exp($0) }),
    Subject(
      description: "log", of1: { log($0) }, of2: { log($0) }, of3: { log($0) }, of4: { log($0) }, of8: { log($0) },
      of16: { log($0) }, of32: { log($0) }, promisedUlps: promised.log, libm: { Foundation.log($0) }),
    Subject(
      description: "tanh", of1: { tanh($0) }, of2: { tanh($0) }, of3: { tanh($0) }, of4: { tanh($0) },
      of8: { tanh($0) },
      of16: { tanh($0) }, of32: { tanh($0) }, promisedUlps: promised.tanh, libm: { Foundation.tanh($0) }),
    Subject(
      description: "sigmoid", of1: { sigmoid($0) }, of2: { sigmoid($0) }, of3: { sigmoid($0) }, of4: { sigmoid($0) },
      of8: { sigmoid($0) }, of16: { sigmoid($0) }, of32: { sigmoid($0) }, promisedUlps: promised.sigmoid,
      libm: { x in x < 0 ? Foundation.exp(x) / (1 + Foundation.exp(x)) : 1 / (1 + Foundation.exp(-x)) }),
  ]
}

// The numbers that the doc comments state.
private let floats = subjects(Float.self, promised: (exp: 0.8, log: 0.9, tanh: 1.5, sigmoid: 1.6))
private let doubles = subjects(Double.self, promised: (exp: 0.8, log: 0.9, tanh: 1.5, sigmoid: 1.6))

@Suite("exp, log, tanh, sigmoid")
struct VectorMathTests {

  // MARK: - Accuracy

  @Test("Float: the error is as promised, over all bit patterns", arguments: floats)
  private func floatAccuracy(_ subject: Subject<Float>) {
    let stride = 397  // a prime, so that every exponent and every kind of significand comes up
    var worst = 0.0
    var worstX: Float = 0
    for start in Swift.stride(from: 0, to: 1 << 32, by: 8 * stride) {
      var x = SIMD8<Float>()
      for lane in 0..<8 { x[lane] = Float(bitPattern: UInt32(truncatingIfNeeded: start + lane * stride)) }
      let y = subject.of8(x)
      for lane in 0..<8 {
        let error = ulps(of: y[lane], exact: subject.libm(Double(x[lane])))
        if error > worst { (worst, worstX) = (error, x[lane]) }
      }
    }
    #expect(worst <= subject.promisedUlps, "\(subject)(\(worstX)) = \(subject.of1(worstX)) is \(worst) ulp off")
    #expect(worst > 0.5, "the measure cannot be right: no function here is correctly rounded")
  }

  @Test("Double: the error is as promised, against 60 digits", arguments: doubles)
  private func doubleAccuracy(_ subject: Subject<Double>) throws {
    let lines = try references().filter { $0.function == subject.description }
    #expect(lines.count == 2000)
    var worst = 0.0
    var worstX = 0.0
    for line in lines {
      let error = abs((subject.of1(line.x) - line.nearest) / line.nearest.ulp - line.rest)
      if !(error <= worst) { (worst, worstX) = (error.isNaN ? .infinity : error, line.x) }
    }
    #expect(worst <= subject.promisedUlps, "\(subject)(\(worstX)) = \(subject.of1(worstX)) is \(worst) ulp off")
    #expect(worst > 0.5, "the measure cannot be right: no function here is correctly rounded")
  }

  // MARK: - The edges

  @Test("Infinities, zeros, NaN, and where results overflow, underflow or are exact")
  private func edges() {
    edges(of: Float.self, overflow: 88.72284, below: 88.72283, gone: -104, logOfLeast: -103.27893, tanhIsOne: 9.02)
    edges(
      of: Double.self, overflow: 709.782712893385, below: 709.782712893383, gone: -745.2,
      logOfLeast: -744.4400719213812,
      tanhIsOne: 19.07)
  }

  private func edges<S: VectorScalar>(
    of _: S.Type, overflow: S, below: S, gone: S, logOfLeast: S, tanhIsOne: S, _ here: SourceLocation = #_sourceLocation
  ) {
    let least = S.leastNonzeroMagnitude
    let expected: [(String, S, S)] = [
      ("exp −∞", exp(-S.infinity), 0), ("exp ∞", exp(S.infinity), .infinity), ("exp 0", exp(S(0)), 1),
      ("exp −0", exp(-S.zero), 1), ("exp least", exp(least), 1), ("exp overflow", exp(overflow), .infinity),
      ("exp gone", exp(gone), 0), ("exp far", exp(-S.greatestFiniteMagnitude), 0),
      ("exp huge", exp(S.greatestFiniteMagnitude), .infinity),
      ("log 0", log(S(0)), -.infinity), ("log −0", log(-S.zero), -.infinity), ("log ∞", log(S.infinity), .infinity),
      ("log 1", log(S(1)), 0), ("log least", log(least), logOfLeast),
      ("tanh −∞", tanh(-S.infinity), -1), ("tanh ∞", tanh(S.infinity), 1), ("tanh 0", tanh(S(0)), 0),
      ("tanh least", tanh(least), least), ("tanh −least", tanh(-least), -least), ("tanh one", tanh(tanhIsOne), 1),
      ("sigmoid −∞", sigmoid(-S.infinity), 0), ("sigmoid ∞", sigmoid(S.infinity), 1), ("sigmoid 0", sigmoid(S(0)), 0.5),
      ("sigmoid −0", sigmoid(-S.zero), 0.5), ("sigmoid gone", sigmoid(gone), 0),
    ]
    for (name, result, value) in expected {
      #expect(result == value, "\(name) in \(S.self)", sourceLocation: here)
    }
    #expect(exp(below).isFinite && exp(below) > S.greatestFiniteMagnitude * 0.99, sourceLocation: here)
    #expect(tanh(-S.zero).sign == .minus && tanh(S.zero).sign == .plus, sourceLocation: here)
    for notANumber in [S.nan, -S.nan, S.signalingNaN] {
      #expect(exp(notANumber).isNaN && log(notANumber).isNaN, sourceLocation: here)
      #expect(tanh(notANumber).isNaN && sigmoid(notANumber).isNaN, sourceLocation: here)
    }
    for negative in [-least, -S.leastNormalMagnitude, -1, -S.greatestFiniteMagnitude, -S.infinity] {
      #expect(log(negative).isNaN, "log \(negative)", sourceLocation: here)
    }
  }

  @Test("sigmoid keeps subnormal results: σ(−89) is e^−89, not 0")
  private func subnormalSigmoid() {
    #expect(sigmoid(Float(-89)) == Float(Foundation.exp(-89.0)))
    #expect(sigmoid(Float(-89)).isSubnormal)
    #expect(sigmoid(-720.0).isSubnormal)
  }

  // MARK: - The same bits

  @Test("Float: every width and every lane gives the same bits", arguments: floats)
  private func floatWidths(_ subject: Subject<Float>) {
    expectSameBits(subject, of: [Float](sampling: { Float(bitPattern: UInt32(truncatingIfNeeded: $0 >> 32)) }))
  }

  @Test("Double: every width and every lane gives the same bits", arguments: doubles)
  private func doubleWidths(_ subject: Subject<Double>) {
    expectSameBits(subject, of: [Double](sampling: { Double(bitPattern: $0) }))
  }

  @Test("The bits of a sweep are those of the day they were written down")
  private func bitsForAll() {
    // One processor cannot see what another does. These numbers came out the same for `WORKBOOK_CPU` any, haswell, native.
    let hashes = floats.map { subject in
      hash(
        [Float](sampling: { Float(Int32(truncatingIfNeeded: $0 >> 40)) * 0x1p-18 }).map { subject.of1($0).bitPattern })
    }
    #expect(
      hashes == [
        0x9C9C_9664_9B2D_C8C7, 0x877C_4FFE_4854_5159, 0x48A2_CE6B_A906_5D54, 0x4C1C_719E_9741_8418,
      ])
    let doubleHashes = doubles.map { subject in
      hash([Double](sampling: { Double(Int64(bitPattern: $0)) * 0x1p-57 }).map { subject.of1($0).bitPattern })
    }
    #expect(
      doubleHashes == [
        0xA40F_C392_62BC_30C8, 0x8BE1_E954_455E_BC2B, 0xFBE4_5E66_7185_C6F1, 0xA452_13DB_9501_7BE4,
      ])
  }
}

// MARK: - Help

/// The error of `y` in units in the last place of a `Float` of the exact value's size; ∞ where the kind is wrong.
private func ulps(of y: Float, exact: Double) -> Double {
  let nearest = Float(exact)
  if exact.isNaN || y.isNaN { return exact.isNaN && y.isNaN ? 0 : .infinity }
  if y == nearest && (y.isInfinite || exact == 0) { return 0 }
  if y.isInfinite || nearest.isInfinite || (y != 0 && y.sign != exact.sign) { return .infinity }
  let exponent = max(exact == 0 ? -126 : Int(exact.exponent), -126)
  return abs(Double(y) - exact) * Double(sign: .plus, exponent: 23 - exponent, significand: 1)
}

/// A line of reference.txt: f(x) = nearest + rest·(the unit in its last place).
private struct Reference {
  let function: String
  let x, nearest, rest: Double
}

private func references() throws -> [Reference] {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.txt")
  return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
    let words = line.split(separator: " ")
    return Reference(
      function: String(words[0]),
      x: Double(bitPattern: try #require(UInt64(words[1], radix: 16))),
      nearest: Double(bitPattern: try #require(UInt64(words[2], radix: 16))),
      rest: try #require(Double(words[3])))
  }
}

extension Array {
  /// 4,096 numbers made from well-mixed bits.
  fileprivate init(sampling number: (UInt64) -> Element) {
    self = (1...4096).map { i in
      var bits = UInt64(i) &* 0x9E37_79B9_7F4A_7C15
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      return number(bits ^ (bits >> 27))
    }
  }
}

private func expectSameBits<S: VectorScalar>(
  _ subject: Subject<S>, of xs: [S], _ here: SourceLocation = #_sourceLocation
) {
  let wanted = xs.map { bits(subject.of1($0)) }
  #expect(inVectors(xs, subject.of2) == wanted, "SIMD2", sourceLocation: here)
  #expect(inVectors(Array(xs.prefix(4095)), subject.of3) == Array(wanted.prefix(4095)), "SIMD3", sourceLocation: here)
  #expect(inVectors(xs, subject.of4) == wanted, "SIMD4", sourceLocation: here)
  #expect(inVectors(xs, subject.of8) == wanted, "SIMD8", sourceLocation: here)
  #expect(inVectors(xs, subject.of16) == wanted, "SIMD16", sourceLocation: here)
  #expect(inVectors(xs, subject.of32) == wanted, "SIMD32", sourceLocation: here)
}

/// The bits of `f` of all the numbers, taken a vector at a time.
private func inVectors<V: SIMD>(_ xs: [V.Scalar], _ f: (V) -> V) -> [UInt64] where V.Scalar: VectorScalar {
  stride(from: 0, to: xs.count, by: V.scalarCount).flatMap { start in
    let y = f(V(xs[start..<(start + V.scalarCount)]))
    return y.indices.map { bits(y[$0]) }
  }
}

private func bits<S: VectorScalar>(_ x: S) -> UInt64 {
  x.isNaN ? .max : (x as? Float).map { UInt64($0.bitPattern) } ?? (x as? Double)?.bitPattern ?? 0
}

/// FNV-1a, a word at a time.
private func hash<Word: FixedWidthInteger & UnsignedInteger>(_ words: [Word]) -> UInt64 {
  words.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
