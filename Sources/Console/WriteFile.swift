import Foundation

/// Writes a text to a file whole or not at all, and makes the folder if there is none.
///
/// - Throws: a ``Failure`` that says which file could not be written, and why.
public func write(_ text: String, to file: String, in folder: String) throws(Failure) {
  let url = URL(filePath: folder).appending(path: file)
  do {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url, options: .atomic)
  } catch {
    throw .failed("\(url.path) cannot be written: \(error.localizedDescription)")
  }
}
