import ExplicitGates
import ManualBPTT
import MinimalMatrix

// MARK: - What stands at one position

/// A matrix is a list of one array: itself. So whatever holds named arrays, a
/// state or a cell's gates, can also hold a matrix.
extension Matrix: NamedArrays {
  /// One array, in its own shape, without a name.
  public static func listArrays() -> [NamedArray<Self, Scalar>] {
    [("", \.self)]
  }
}

extension NamedArrays {
  /// The shapes of all arrays, for messages: `[2 × 3]`, `h [2 × 3] c [2 × 3]`.
  var shapes: String {
    Self.arrays.map { name, path in
      (name.isEmpty ? "" : name + " ") + self[keyPath: path].shape
    }.joined(separator: " ")
  }
}

/// What an element looks like: the shapes of its arrays.
struct Mould<Element: NamedArrays> {
  /// An element of these shapes.
  let model: Element
  // Asked for once: to look up the list takes as long as a small product.
  private let paths = Element.arrays.map { $0.path }

  init(of element: Element) { model = element }

  /// `B`, the rows of one element.
  var rows: Int { model[keyPath: paths[0]].rows }

  /// Is this such an element, or so many of them, one below the other?
  func fits(_ element: Element, times count: Int = 1) -> Bool {
    for path in paths {
      let (a, b) = (element[keyPath: path], model[keyPath: path])
      if a.rows != count * b.rows || a.columns != b.columns { return false }
    }
    return true
  }
}

// MARK: - An array that is written once

/// The steps of a sequence, an element each: a matrix, a state, a cell's gates.
///
/// Each position is written once, and read once unless the array keeps what is
/// read. So there is no question which of two values was meant, and a backward
/// pass knows where every derivative goes. Whatever is against these rules, is
/// outside the array, or has another shape than the first element stops the
/// program, with a message that names the array.
public struct TensorArray<Element: NamedArrays> {
  private enum Position {
    case empty
    case written(Element)
    case read
  }
  private var positions: [Position]
  /// What the messages call it.
  public let name: String
  /// Does it grow where it is written behind its end?
  public let grows: Bool
  /// Is an element gone when it has been read? Its memory is then free, but for
  /// the first one's, to whose shapes all others are held.
  public let clearAfterRead: Bool
  /// The shapes that all elements must have: those of the first one written.
  private var mould: Mould<Element>?

  /// An array of empty positions.
  public init(
    _ name: String, size: Int = 0, grows: Bool = false,
    clearAfterRead: Bool = true
  ) {
    require(size >= 0, "TensorArray \(name): a size of \(size)")
    positions = Array(repeating: .empty, count: size)
    (self.name, self.grows) = (name, grows)
    self.clearAfterRead = clearAfterRead
  }

  /// How many positions there are, written or not.
  public var count: Int { positions.count }

  /// A sign for each position: `■` can be read, `□` was read, `·` is empty.
  public var picture: String {
    positions.map { position in
      switch position {
      case .empty: "·"
      case .written: "■"
      case .read: "□"
      }
    }.joined(separator: " ")
  }
}

// MARK: - Writing and reading

extension TensorArray {
  /// Writes an element. The position must be empty, and the element have the
  /// shapes of the others.
  public mutating func write(_ element: Element, at t: Int) {
    require(
      t >= 0 && (t < count || grows),
      "TensorArray \(name): write at \(t), outside 0..<\(count)")
    if let mould {
      require(
        mould.fits(element),
        "TensorArray \(name): write at \(t) of \(element.shapes), "
          + "where the first element was \(mould.model.shapes)")
    } else {
      mould = Mould(of: element)
    }
    if t >= count {
      while count < t { positions.append(.empty) }
      positions.append(.written(element))
    } else if case .empty = positions[t] {
      positions[t] = .written(element)
    } else {
      fatalError("TensorArray \(name): write at \(t), which was written")
    }
  }

  /// Reads an element. Unless the array keeps it, the position is then empty
  /// for good.
  public mutating func read(_ t: Int) -> Element {
    require(
      0 <= t && t < count,
      "TensorArray \(name): read at \(t), outside 0..<\(count)")
    switch positions[t] {
    case .written(let element):
      if clearAfterRead { positions[t] = .read }
      return element
    case .empty:
      fatalError("TensorArray \(name): read at \(t), which was never written")
    case .read:
      fatalError("TensorArray \(name): read at \(t), which was read before")
    }
  }
}

// MARK: - All positions at once

extension TensorArray {
  /// Takes `[T·B × …]` apart into `T` elements of `B` rows.
  public init(
    unstack whole: Element, rows B: Int, _ name: String,
    clearAfterRead: Bool = true
  ) {
    self.init(name, clearAfterRead: clearAfterRead)
    for (_, path) in Element.arrays {
      let rows = whole[keyPath: path].rows
      require(
        rows == 0 || B > 0 && rows % B == 0,
        "TensorArray \(name): \(whole.shapes) is not whole steps of \(B) rows")
    }
    let rows = whole[keyPath: Element.arrays[0].path].rows
    positions.reserveCapacity(rows / Swift.max(B, 1))
    for first in stride(from: 0, to: rows, by: Swift.max(B, 1)) {
      positions.append(.written(whole.rows(first..<first + B)))
    }
    if case .written(let first)? = positions.first { mould = Mould(of: first) }
  }

  /// Reads the elements at `indices` and puts them one below the other.
  public mutating func gather(_ indices: [Int]) -> Element {
    require(!indices.isEmpty, "TensorArray \(name): gather of no positions")
    var parts: [Element] = []
    for t in indices { parts.append(read(t)) }
    return Element.stack(parts)
  }

  /// Reads all elements and puts them one below the other: `[T·B × …]`. There
  /// must be one at every position.
  public mutating func stack() -> Element {
    var parts: [Element] = []
    parts.reserveCapacity(count)
    for t in 0..<count {
      guard case .written(let element) = positions[t] else {
        fatalError(
          "TensorArray \(name): stack of \(count) positions, "
            + "of which \(t) is empty")
      }
      parts.append(element)
      if clearAfterRead { positions[t] = .read }
    }
    require(!parts.isEmpty, "TensorArray \(name): stack of no positions")
    return Element.stack(parts)
  }
}

// MARK: - Backward through a tensor array

extension TensorArray {
  /// The derivative with respect to the elements of an array.
  ///
  ///     forward                   backward
  ///     write(x, at: t)           dx = d.read(t)
  ///     x = read(t)               d.add(dx, at: t)
  ///     s = stack()               d = a.derivative(unstack: ds)
  ///     a = unstack s             ds = d.stack()
  ///     g = gather(indices)       d.add(dg, at: indices)
  ///
  /// What was written once may have been read several times, and then the
  /// derivatives add; what was never read has the derivative 0. A position that
  /// is not there, and another shape than the elements', stop the program.
  public struct Derivative {
    private var elements: [Element?]
    fileprivate let mould: Mould<Element>
    private let name: String

    fileprivate init(
      _ elements: [Element?], _ mould: Mould<Element>, _ name: String
    ) {
      (self.elements, self.mould, self.name) = (elements, mould, name)
    }

    /// Adds what a reader of position `t` says.
    public mutating func add(_ d: Element, at t: Int) {
      check(t)
      if let sum = elements[t] {
        elements[t] = sum + d
      } else {
        elements[t] = d
      }
    }

    /// Adds what a reader of several positions says, one below the other.
    public mutating func add(_ d: Element, at indices: [Int]) {
      var parts = TensorArray(unstack: d, rows: mould.rows, name)
      require(
        parts.count == indices.count,
        "derivative of TensorArray \(name): \(d.shapes) at "
          + "\(indices.count) positions of \(mould.model.shapes)")
      for (k, t) in indices.enumerated() { add(parts.read(k), at: t) }
    }

    /// The derivative with respect to the element at `t`.
    public func read(_ t: Int) -> Element {
      check(t)
      return elements[t] ?? mould.model.zeros()
    }

    /// Those with respect to several elements, one below the other.
    public func gather(_ indices: [Int]) -> Element {
      require(
        !indices.isEmpty,
        "derivative of TensorArray \(name): gather of no positions")
      var parts: [Element] = []
      parts.reserveCapacity(indices.count)
      for t in indices { parts.append(read(t)) }
      let whole = Element.stack(parts)
      // One look at all of them; only if it is not right, one at each.
      if !mould.fits(whole, times: indices.count) { findMisfit() }
      return whole
    }

    /// Those with respect to all elements, one below the other.
    public func stack() -> Element { gather(Array(elements.indices)) }

    private func findMisfit() {
      for (t, element) in elements.enumerated() {
        require(
          element.map { mould.fits($0) } ?? true,
          "derivative of TensorArray \(name): \(element!.shapes) at \(t), "
            + "where the element is \(mould.model.shapes)")
      }
    }

    private func check(_ t: Int) {
      require(
        0 <= t && t < elements.count,
        "derivative of TensorArray \(name): position \(t), "
          + "outside 0..<\(elements.count)")
    }
  }

  /// The derivative before anybody has said anything. An element must have been
  /// written: it says which shape a derivative has.
  public func derivative() -> Derivative {
    guard let mould else {
      fatalError("TensorArray \(name): derivative of an array never written")
    }
    return Derivative(Array(repeating: nil, count: count), mould, name)
  }

  /// The derivative where the array was stacked.
  /// - Parameter dStack: that with respect to the stack, `[T·B × …]`
  public func derivative(unstack dStack: Element) -> Derivative {
    let none = derivative()
    require(
      none.mould.fits(dStack, times: count),
      "derivative of TensorArray \(name): \(dStack.shapes) of the stack of "
        + "\(count) elements \(none.mould.model.shapes)")
    let B = none.mould.rows
    var parts: [Element?] = []
    parts.reserveCapacity(count)
    for t in 0..<count { parts.append(dStack.rows(t * B..<(t + 1) * B)) }
    return Derivative(parts, none.mould, name)
  }
}
