// The functions of one number: the same bits as a lane of a vector.
//
// `exp`, `log` and `tanh` of a `Float` or a `Double` are declared once more, not generic. Swift prefers such a function to a
// generic one, so in a file that imports Foundation too, `exp(x)` would quietly be the C library's, whose bits differ from
// system to system. Now that line is an error, and `VectorMath.exp(x)` or `Foundation.exp(x)` says which is meant.

/// e^x: the same bits as a lane of ``exp(_:)`` of a vector.
@inlinable @inline(__always)
public func exp<S: VectorScalar>(_ x: S) -> S { apply(Exp.self, SIMD2(repeating: x))[0] }

/// e^x: the same bits as a lane of ``exp(_:)`` of a vector.
@inlinable @inline(__always)
public func exp(_ x: Float) -> Float { apply(Exp.self, SIMD2(repeating: x))[0] }

/// e^x: the same bits as a lane of ``exp(_:)`` of a vector.
@inlinable @inline(__always)
public func exp(_ x: Double) -> Double { apply(Exp.self, SIMD2(repeating: x))[0] }

/// The natural logarithm of x: the same bits as a lane of ``log(_:)`` of a vector.
@inlinable @inline(__always)
public func log<S: VectorScalar>(_ x: S) -> S { apply(Log.self, SIMD2(repeating: x))[0] }

/// The natural logarithm of x: the same bits as a lane of ``log(_:)`` of a vector.
@inlinable @inline(__always)
public func log(_ x: Float) -> Float { apply(Log.self, SIMD2(repeating: x))[0] }

/// The natural logarithm of x: the same bits as a lane of ``log(_:)`` of a vector.
@inlinable @inline(__always)
public func log(_ x: Double) -> Double { apply(Log.self, SIMD2(repeating: x))[0] }

/// tanh x: the same bits as a lane of ``tanh(_:)`` of a vector.
@inlinable @inline(__always)
public func tanh<S: VectorScalar>(_ x: S) -> S { apply(Tanh.self, SIMD2(repeating: x))[0] }

/// tanh x: the same bits as a lane of ``tanh(_:)`` of a vector.
@inlinable @inline(__always)
public func tanh(_ x: Float) -> Float { apply(Tanh.self, SIMD2(repeating: x))[0] }

/// tanh x: the same bits as a lane of ``tanh(_:)`` of a vector.
@inlinable @inline(__always)
public func tanh(_ x: Double) -> Double { apply(Tanh.self, SIMD2(repeating: x))[0] }

/// 1 / (1 + e^−x): the same bits as a lane of ``sigmoid(_:)`` of a vector.
@inlinable @inline(__always)
public func sigmoid<S: VectorScalar>(_ x: S) -> S { apply(Sigmoid.self, SIMD2(repeating: x))[0] }
