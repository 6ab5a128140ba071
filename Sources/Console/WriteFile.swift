import Foundation

/// Writes a text to a file whole or not at all, and makes the folder if there is none.
///
/// - Throws: a `Failure` that says which file could not be written, and why.
public func write(_ text: String, to file: String, in folder: String) throws(Failure) {
  let url = URL(filePath: folder).appending(path: file)
  do {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url, options: .atomic)
  } catch {
    throw .failed("\(url.path) cannot be written: \(error.localizedDescription)")
  }
}

/// Asks before a long run whether its result can be written.
///
/// - Throws: a `Failure` if `file` is a folder, or if its folder does not exist or may not be written to.
public func requirePlace(for file: String) throws(Failure) {
  let folder = URL(filePath: file).deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
    throw .usage("\(file) is a folder: name a file in it.")
  }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw .usage("\(file) cannot be written: there is no folder \(folder), or it may not be written to.")
  }
}

extension Options {
  /// The folder that `option` names, made where it is not there yet; `nil` if none is given. To be asked for before a long
  /// run whose figures go there.
  ///
  /// - Throws: a `Failure` if it is a file, cannot be made, or may not be written to.
  public func folder(_ option: Option<String?>) throws(Failure) -> String? {
    guard let folder = self[option] else { return nil }
    let isMade: Void? = try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard isMade != nil, FileManager.default.isWritableFile(atPath: folder) else {
      throw .usage("the folder \(folder) of --\(option.name) cannot be made or written to; name another one.")
    }
    return folder
  }
}
