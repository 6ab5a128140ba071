// One struct for each vector type, all alike, because only a concrete vector type has its comparisons and its integer
// arithmetic as vector instructions from the start. For the rest, and for any `V: SIMD`, Swift 6.3 writes out a loop over the
// lanes and the optimiser makes the vector instruction of it, as long as there is no branch in it. `replacing(with:where:)`
// has one, so it is not used here; and wider vectors are not listed, for their loops stay loops.
//
// It looks for vectors from the end of a function backwards, and if that is arithmetic, it may settle for half of the
// processor's width: `sigmoid` took 2.5 times as long. So every function ends in an operation on bits: a choice, or a sign.

@frozen @usableFromInline
struct Float2: Lanes {
  @usableFromInline typealias Scalar = Float
  @usableFromInline typealias Vector = SIMD2<Float>
  @usableFromInline typealias Bits = SIMD2<Int32>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Float) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 23)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 23)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Float4: Lanes {
  @usableFromInline typealias Scalar = Float
  @usableFromInline typealias Vector = SIMD4<Float>
  @usableFromInline typealias Bits = SIMD4<Int32>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Float) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 23)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 23)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Float8: Lanes {
  @usableFromInline typealias Scalar = Float
  @usableFromInline typealias Vector = SIMD8<Float>
  @usableFromInline typealias Bits = SIMD8<Int32>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Float) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 23)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 23)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Float16: Lanes {
  @usableFromInline typealias Scalar = Float
  @usableFromInline typealias Vector = SIMD16<Float>
  @usableFromInline typealias Bits = SIMD16<Int32>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Float) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 23)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 23)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Double2: Lanes {
  @usableFromInline typealias Scalar = Double
  @usableFromInline typealias Vector = SIMD2<Double>
  @usableFromInline typealias Bits = SIMD2<Int64>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Double) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 52)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 52)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Double4: Lanes {
  @usableFromInline typealias Scalar = Double
  @usableFromInline typealias Vector = SIMD4<Double>
  @usableFromInline typealias Bits = SIMD4<Int64>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Double) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 52)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 52)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}

@frozen @usableFromInline
struct Double8: Lanes {
  @usableFromInline typealias Scalar = Double
  @usableFromInline typealias Vector = SIMD8<Double>
  @usableFromInline typealias Bits = SIMD8<Int64>
  @usableFromInline var v: Vector
  @inlinable @inline(__always) init(v: Vector) { self.v = v }
  @inlinable @inline(__always) init(_ c: Double) { v = Vector(repeating: c) }
  @inlinable @inline(__always) static func + (a: Self, b: Self) -> Self { Self(v: a.v + b.v) }
  @inlinable @inline(__always) static func - (a: Self, b: Self) -> Self { Self(v: a.v - b.v) }
  @inlinable @inline(__always) static func * (a: Self, b: Self) -> Self { Self(v: a.v * b.v) }
  @inlinable @inline(__always) static func / (a: Self, b: Self) -> Self { Self(v: a.v / b.v) }
  @inlinable @inline(__always) func adding(_ a: Self, times b: Self) -> Self { Self(v: v.addingProduct(a.v, b.v)) }
  @inlinable @inline(__always) func replacing(with a: Self, where b: Self, isLessThan c: Self) -> Self {
    let mask = unsafeBitCast(b.v .< c.v, to: Bits.self)  // −1 where true
    return Self(bits: bits &- (a.bits &- bits) &* mask)
  }
  @inlinable @inline(__always) static func & (a: Self, b: Self) -> Self { Self(bits: a.bits & b.bits) }
  @inlinable @inline(__always) static func | (a: Self, b: Self) -> Self { Self(bits: a.bits | b.bits) }
  @inlinable @inline(__always) static func &+ (a: Self, b: Self) -> Self { Self(bits: a.bits &+ b.bits) }
  @inlinable @inline(__always) static func &- (a: Self, b: Self) -> Self { Self(bits: a.bits &- b.bits) }
  @inlinable @inline(__always) var shiftedToExponent: Self { Self(bits: bits &<< Bits(repeating: 52)) }
  @inlinable @inline(__always) var shiftedFromExponent: Self { Self(bits: bits &>> Bits(repeating: 52)) }
  @inlinable @inline(__always) var bits: Bits { unsafeBitCast(v, to: Bits.self) }
  @inlinable @inline(__always) init(bits: Bits) { v = unsafeBitCast(bits, to: Vector.self) }
}
