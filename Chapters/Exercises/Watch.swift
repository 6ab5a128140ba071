import Console
import Foundation

/// Waits for a file to be saved, and builds.
struct Watch {
  let root: URL
  let file: URL

  init(_ path: String, of root: URL) { (self.root, file) = (root, root.appending(path: path)) }

  /// When the file was last written; some editors remove it for a moment, and then nobody knows.
  var date: Date? {
    (try? FileManager.default.attributesOfItem(atPath: file.path))?[.modificationDate] as? Date
  }

  /// Returns as soon as the file is newer than at `date`.
  func wait(after date: Date?) {
    while self.date == nil || self.date == date { Thread.sleep(forTimeInterval: 0.2) }
  }

  /// Builds `program` as the running one was built, its messages on the terminal.
  /// - Returns: did it succeed?
  func build(_ program: String) throws -> Bool {
    // The running program lies in `scratch folder/platform/configuration`.
    guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
      throw Failure.failed("it is not known where this program lies; start it with swift run.")
    }
    let scratch = folder.deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "build", "--quiet", "--product", program, "--package-path", root.path, "--scratch-path", scratch.path,
      "-c", folder.lastPathComponent.lowercased(),
    ]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
