import Console
import Foundation
import MinimalMatrix

// MARK: - Files of images

/// A file in the format IDX, in which the 28 × 28 digits of MNIST came: two
/// zero bytes, the type (8 is bytes), the number of sizes, the sizes as
/// big-endian 32-bit numbers, the bytes.
private struct IDX {
  let sizes: [Int]
  let bytes: ArraySlice<UInt8>

  init(_ path: String, sizes dimensions: Int, of what: String) throws(Failure) {
    let all = try contents(of: path)
    func wrong(_ message: String) -> Failure { .failed("\(path): " + message) }
    if all.starts(with: [0x1F, 0x8B]) {
      throw wrong("it is compressed; unpack it with gunzip.")
    }
    let head = [0, 0, 8, UInt8(dimensions)]
    guard all.count >= 4 + 4 * dimensions else {
      throw wrong(
        "it has \(counted(all.count, "byte")), too few for an IDX file of "
          + "\(what); is it whole?")
    }
    guard all.starts(with: head) else {
      throw wrong(
        "it begins with the bytes \(Array(all.prefix(4))), an IDX file of "
          + "\(what) with \(head); are the two files exchanged?")
    }
    let sizes = (0..<dimensions).map { k in
      all[4 + 4 * k..<8 + 4 * k].reduce(0) { $0 << 8 | Int($1) }
    }
    bytes = all[(4 + 4 * dimensions)...]
    // Sizes of 32 bits each: their product may not fit into 64.
    let (count, overflow) = sizes.reduce((1, false)) { product, size in
      let next = product.0.multipliedReportingOverflow(by: size)
      return (next.partialValue, product.1 || next.overflow)
    }
    guard !overflow, bytes.count == count else {
      let shape = sizes.map(String.init).joined(separator: " × ")
      throw wrong(
        "its head announces \(shape) bytes of \(what), "
          + "\(bytes.count) follow; is it whole?")
    }
    self.sizes = sizes
  }
}

private func contents(of path: String) throws(Failure) -> [UInt8] {
  do {
    return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw .failed("\(path) cannot be read: \(error.localizedDescription)")
  }
}

extension LabelledImages {
  /// Images and labels in two IDX files.
  /// - Throws: a `Failure` that names the file, if one cannot be read, is
  ///   truncated, is of the wrong kind, or if the two do not belong together.
  public init(images: String, labels: String) throws(Failure) {
    let (pixels, digits) = (
      try IDX(images, sizes: 3, of: "images"),
      try IDX(labels, sizes: 1, of: "labels")
    )
    let (count, height, width) =
      (pixels.sizes[0], pixels.sizes[1], pixels.sizes[2])
    guard count == digits.sizes[0] else {
      throw .failed(
        "\(images) holds \(counted(count, "image")), \(labels) "
          + "\(counted(digits.sizes[0], "label")); give two files that "
          + "belong together.")
    }
    guard count >= 10, height > 0, width > 0 else {
      throw .failed(
        "\(images) holds \(counted(count, "image")) of \(height) × \(width) "
          + "pixels; "
          + "10 images are the least, a fifth of which is held out.")
    }
    if let place = digits.bytes.firstIndex(where: { $0 > 9 }) {
      throw .failed(
        "\(labels): label \(place - digits.bytes.startIndex) is "
          + "\(digits.bytes[place]); the classes are 0 to 9.")
    }
    self.init(
      rows: Matrix(
        count * height, width, scalars: pixels.bytes.map { Float($0) / 255 }),
      labels: digits.bytes.map(Int.init), height: height)
  }
}
