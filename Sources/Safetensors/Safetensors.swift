import Console

/// Named arrays of numbers in a file, in the format that PyTorch, JAX and NumPy users exchange weights in.
///
///     8 bytes      N, the length of the header, little-endian
///     N bytes      JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
///     the rest     the arrays, row after row, little-endian, without a gap; offsets count from here
///
/// A header may also hold `"__metadata__"`, strings by names. (https://github.com/huggingface/safetensors, "Format")
///
/// Nothing in a file is believed before it is checked, so a file made to harm can do no more than be refused.
public struct Safetensors: Equatable, Sendable {
  /// One array: its shape, outermost dimension first, and its numbers, row after row.
  public struct Tensor: Equatable, Sendable {
    /// The sizes of the dimensions; `[]` for a single number.
    public let shape: [Int]
    /// As many numbers as the sizes multiplied.
    public let values: Values

    /// An array of the given numbers. There must be as many as the shape says.
    public init(_ shape: [Int], _ values: Values) {
      precondition(count(of: shape) == values.count, "\(values.count) numbers do not fill \(shape)")
      (self.shape, self.values) = (shape, values)
    }
  }

  /// The numbers of an array, in the precision of the file.
  public enum Values: Equatable, Sendable {
    /// `F32`.
    case float([Float])
    /// `F64`.
    case double([Double])
  }

  /// The arrays by their names.
  public var tensors: [String: Tensor]
  /// Strings by their names: what is not an array.
  public var metadata: [String: String]

  /// Arrays and strings, to be written.
  public init(_ tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    (self.tensors, self.metadata) = (tensors, metadata)
  }
}

extension Safetensors.Values {
  /// How many there are.
  public var count: Int {
    switch self {
    case .float(let values): values.count
    case .double(let values): values.count
    }
  }

  /// All of them as `Double`, exactly.
  public var doubles: [Double] {
    switch self {
    case .float(let values): values.map(Double.init)
    case .double(let values): values
    }
  }

  var type: NumberType {
    switch self {
    case .float: .F32
    case .double: .F64
    }
  }
}

/// The number types that this module knows, by their names in a file.
enum NumberType: String {
  case F32, F64
  var bytes: Int { self == .F32 ? 4 : 8 }
}

/// The product of the sizes, or nil where one is negative or the product is no `Int`.
func count(of shape: [Int]) -> Int? {
  shape.reduce(1) { product, size -> Int? in
    guard let product, size >= 0 else { return nil }
    let (count, overflows) = product.multipliedReportingOverflow(by: size)
    return overflows ? nil : count
  }
}

// MARK: - Reading

extension Safetensors {
  /// What the bytes of a file say.
  /// - Parameter file: its name, for the message
  /// - Throws: a `Failure`, exit code 1, that names the file and the first thing that is wrong with it.
  public init(bytes: [UInt8], file: String) throws(Failure) {
    do throws(Problem) {
      try self.init(checking: bytes)
    } catch {
      throw .failed("\(file) \(error.message); \(error.remedy).")
    }
  }

  private init(checking bytes: [UInt8]) throws(Problem) {
    guard bytes.count >= 8 else {
      throw Problem("is \(counted(bytes.count, "byte")) long, less than any safetensors file")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= Header.longest else {
      throw Problem("is no safetensors file: its first 8 bytes announce a header of \(length) bytes")
    }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw Problem(
        "is cut off: it announces a header of \(counted(Int(length), "byte")) and has \(bytes.count - 8) behind that")
    }
    let header = try Header(bytes[8..<start])
    try header.checkOffsets(data: bytes.count - start)
    let tensors = header.entries.map { ($0.name, Tensor($0.shape, $0.values(of: bytes, from: start))) }
    self.init(Dictionary(uniqueKeysWithValues: tensors), metadata: header.metadata)
  }
}

/// What is wrong with a file, behind its name, and what to do.
struct Problem: Error {
  let message: String
  let remedy: String

  init(_ message: String, remedy: String = "take another copy of the file") {
    (self.message, self.remedy) = (message, remedy)
  }
}

extension Header {
  /// The arrays must fill the data from its first to its last byte, one behind the other.
  func checkOffsets(data: Int) throws(Problem) {
    var end = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      let name = entry.name.debugDescription
      guard let count = count(of: entry.shape), let bytes = product(count, entry.type.bytes) else {
        throw Problem("has an array \(name) of shape \(entry.shape), more than can be counted")
      }
      guard entry.begin <= entry.end, entry.end <= data else {
        throw Problem("has an array \(name) at \(entry.begin)..<\(entry.end) of \(counted(data, "byte")) of data")
      }
      guard entry.end - entry.begin == bytes else {
        throw Problem(
          "has an array \(name) of shape \(entry.shape) and type \(entry.type.rawValue), which is \(counted(bytes, "byte")), in "
            + "\(entry.end - entry.begin)")
      }
      guard entry.begin == end else {
        let what = entry.begin < end ? "overlaps the array before it" : "leaves a gap before it"
        throw Problem("has an array \(name) that \(what): it begins at \(entry.begin) and not at \(end)")
      }
      end = entry.end
    }
    guard end == data else { throw Problem("has \(counted(data - end, "byte")) behind its last array") }
  }

  private func product(_ a: Int, _ b: Int) -> Int? {
    let (result, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? nil : result
  }
}

extension Header.Entry {
  /// The numbers, once the offsets are known to be good.
  fileprivate func values(of bytes: [UInt8], from start: Int) -> Safetensors.Values {
    let data = bytes[start + begin..<start + end]
    return switch type {
    case .F32: .float(words(data).map { Float(bitPattern: UInt32(littleEndian: $0)) })
    case .F64: .double(words(data).map { Double(bitPattern: UInt64(littleEndian: $0)) })
    }
  }

  private func words<Word: FixedWidthInteger>(_ data: ArraySlice<UInt8>) -> [Word] {
    // All empty arrays share one storage, into which this initialiser would write its count, 0.
    if data.isEmpty { return [] }
    return [Word](unsafeUninitializedCapacity: data.count / MemoryLayout<Word>.size) { words, count in
      count = words.count
      data.withUnsafeBytes { UnsafeMutableRawBufferPointer(words).copyMemory(from: $0) }
    }
  }
}

// MARK: - Writing

extension Safetensors {
  /// The file. The same arrays and strings always give the same bytes: those of Python's package, but for the order of
  /// several strings, which there is random.
  public func bytes() -> [UInt8] {
    // The wide numbers first: so each begins at a multiple of its size. Then by name, byte for byte.
    let order = tensors.sorted { (a, b) in
      let (wide, other) = (a.value.values.type.bytes, b.value.values.type.bytes)
      return wide == other ? a.key.utf8.lexicographicallyPrecedes(b.key.utf8) : wide > other
    }
    var (entries, data): ([String], [UInt8]) = ([], [])
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
        quoted($0.key) + ":" + quoted($0.value)
      }
      entries.append("\"__metadata__\":{" + strings.joined(separator: ",") + "}")
    }
    for (name, tensor) in order {
      let begin = data.count
      switch tensor.values {
      case .float(let values): append(values.map(\.bitPattern.littleEndian), to: &data)
      case .double(let values): append(values.map(\.bitPattern.littleEndian), to: &data)
      }
      let (type, shape) = (tensor.values.type.rawValue, tensor.shape.map(String.init).joined(separator: ","))
      entries.append(
        "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(data.count)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    // Spaces, so that the data begin at a multiple of 8.
    header += Array(repeating: UInt8(ascii: " "), count: -header.count & 7)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }

  private func append<Word: FixedWidthInteger>(_ words: [Word], to data: inout [UInt8]) {
    words.withUnsafeBytes { data.append(contentsOf: $0) }
  }
}
