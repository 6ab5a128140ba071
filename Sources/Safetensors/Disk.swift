import Console
import Foundation

// MARK: - From a file

extension Safetensors {
  /// Reads a file.
  /// - Throws: a `Failure`, exit code 1: there is no such file, it cannot be read, or it is no sound safetensors file.
  public init(contentsOf path: String) throws(Failure) {
    try self.init(bytes: try readFile(path), file: path)
  }
}

private func readFile(_ path: String) throws(Failure) -> [UInt8] {
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else {
    throw .failed(
      errno == ENOENT
        ? "\(path): there is no such file; check the path." : "\(path) cannot be read: \(reason(errno)).")
  }
  defer { close(file) }
  var status = stat()
  // A pipe or a device may have no end.
  guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw .failed("\(path) is not a file; give the path of one.")
  }
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + done, $0.count - done) }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw .failed("\(path) cannot be read: \(reason(errno)).") }
    if count == 0 { break }
    done += count
  }
  return Array(bytes.prefix(done))
}

private func reason(_ error: Int32) -> String { String(cString: strerror(error)) }

// MARK: - Into a file, whole or not at all

extension Safetensors {
  /// Writes the file whole or not at all: into another file beside it, which takes its place when every byte is on the disk.
  /// Whoever pulls the plug finds the old file or the new one.
  /// - Throws: a `Failure`, exit code 1; then the old file is as it was, and nothing else is left.
  public func write(to path: String) throws(Failure) {
    let target = destination(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      throw .failed("\(path) is not a file; give another name.")
    }
    let partial = target + ".\(getpid()).partial"
    do throws(WriteError) {
      try fill(partial, with: bytes(), mode: exists ? status.st_mode & 0o777 : nil)
      guard rename(partial, target) == 0 else { throw WriteError() }
    } catch {
      unlink(partial)
      throw .failed(
        "\(path) cannot be written: \(reason(error.code)); \(exists ? "the old file is as it was" : "there is no file")."
      )
    }
    synchroniseFolder(of: target)
  }
}

/// What the system says of the call that failed.
private struct WriteError: Error { let code = errno }

/// Where a link leads; else the path itself. A file written in the place of a link would leave its target old.
private func destination(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func fill(_ path: String, with bytes: [UInt8], mode: mode_t?) throws(WriteError) {
  // A limit on the size of files is then an error like a full disk, and not a signal that kills.
  let before = signal(SIGXFSZ, SIG_IGN)
  defer { signal(SIGXFSZ, before) }
  unlink(path)  // of a program that had our number and was killed
  let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard file >= 0 else { throw WriteError() }
  var failure: WriteError?
  if let mode, fchmod(file, mode) != 0 { failure = WriteError() }
  var done = 0
  while failure == nil && done < bytes.count {
    let count = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress! + done, $0.count - done) }
    if count >= 0 {
      done += count
    } else if errno != EINTR {
      failure = WriteError()
    }
  }
  if failure == nil && fsync(file) != 0 { failure = WriteError() }
  if close(file) != 0 && failure == nil { failure = WriteError() }
  if let failure { throw failure }
}

/// The new name lies in the folder, so the folder too must reach the disk.
private func synchroniseFolder(of path: String) {
  let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
  guard folder >= 0 else { return }  // a folder that cannot be read
  fsync(folder)
  close(folder)
}
