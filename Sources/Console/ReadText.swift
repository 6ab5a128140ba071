import Foundation

/// The text of a UTF-8 file, or of a pipe such as `/dev/stdin`.
///
/// A byte order mark at the start is dropped, and lines that end in CR LF end in LF, so that a file from Windows has the
/// same characters as one from elsewhere. Nothing else changes.
///
/// - Throws: a `Failure` with exit code 1 if there is no such file, it cannot be read, holds no character, or is not
///   UTF-8; then the message names the first wrong byte, its offset from 0 and its line from 1.
public func readText(_ path: String) throws(Failure) -> String {
  let bytes = try readBytes(path)
  let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  let content = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
  guard !content.isEmpty else { throw .failed("\(path) is empty; give a file with a text in it.") }
  guard let text = String(validating: withoutCarriageReturns(content), as: UTF8.self) else {
    throw .failed(complaint(about: bytes, in: path))
  }
  return text
}

private func readBytes(_ path: String) throws(Failure) -> [UInt8] {
  let file = open(path, O_RDONLY)
  guard file >= 0 else { throw cannotRead(path, errno) }
  defer { close(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(file, &block, block.count)
    if count == 0 { return bytes }
    if count > 0 {
      bytes += block[..<count]
    } else if errno != EINTR {
      throw cannotRead(path, errno)
    }
  }
}

private func cannotRead(_ path: String, _ error: Int32) -> Failure {
  switch error {
  case ENOENT: .failed("\(path): there is no such file; check the path.")
  case EISDIR: .failed("\(path) is a directory; give the path of a file.")
  case EACCES: .failed("\(path): no permission to read it; try chmod u+r.")
  default: .failed("\(path) cannot be read: \(String(cString: strerror(error))).")
  }
}

/// CR LF as LF; a CR alone stays.
private func withoutCarriageReturns(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
  return bytes.indices.compactMap { i in
    bytes[i] == cr && i + 1 < bytes.endIndex && bytes[i + 1] == lf ? nil : bytes[i]
  }
}

private func complaint(about bytes: [UInt8], in path: String) -> String {
  let offset = firstInvalidOffset(in: bytes)
  let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
  let value = String(format: "0x%02X", bytes[offset])
  return "\(path) is not UTF-8: byte \(value) at offset \(offset), line \(line); save it as UTF-8."
}

/// Where the first sequence that is no UTF-8 starts.
private func firstInvalidOffset(in bytes: [UInt8]) -> Int {
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var offset = 0
  while case .valid(let scalar) = parser.parseScalar(from: &rest) { offset += scalar.count }
  return offset
}
