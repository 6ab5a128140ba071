import Foundation

/// A folder on the disk. Paths are relative to it.
public struct Folder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// The nearest folder, from `url` upwards, that holds a Package.swift and a book.
  public static func root(above url: URL) -> Folder? {
    var folder = Folder(url.standardizedFileURL)
    while !(folder.contains("Package.swift") && folder.contains("book")) {
      if folder.url.path == "/" { return nil }
      folder = Folder(folder.url.deletingLastPathComponent())
    }
    return folder
  }

  func contains(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: path).path)
  }

  /// The names of the files in a folder, sorted; none if it does not exist. Hidden files do not count.
  func files(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: path).path)) ?? []
    return names.filter { !$0.hasPrefix(".") && bytes("\(path)/\($0)") != nil }.sorted()
  }

  /// Returns nil if there is no readable file.
  func bytes(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: url.appending(path: path))).map(Array.init)
  }

  /// The text of a file, with U+FFFD where it is not UTF-8; nil if there is no readable file.
  func text(_ path: String) -> String? {
    bytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes all of the file or nothing.
  func write(_ bytes: [UInt8], to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file, options: .atomic)
  }
}

/// The programs of the book, where the build puts them: beside the one that is running.
public struct Programs: Sendable {
  public struct Failure: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  private let folder: URL?
  private let root: Folder

  /// The programs beside the one that is running, or in `folder`. They run with `root` as their current folder.
  public init(of root: Folder, in folder: URL? = Bundle.main.executableURL?.deletingLastPathComponent()) {
    (self.root, self.folder) = (root, folder)
  }

  /// Runs `program --figures FOLDER` and returns what it printed and drew. Standard error is for the failure's message.
  public func run(_ program: String) throws -> Book.Run {
    guard let file = folder?.appending(path: program), FileManager.default.isExecutableFile(atPath: file.path) else {
      throw Failure(description: "\(program) is not built: run `swift build` first.")
    }
    // Files and not pipes: a program that fills a pipe waits for its reader.
    let scratch = Folder(FileManager.default.temporaryDirectory.appending(path: "book-\(UUID().uuidString)"))
    defer { try? FileManager.default.removeItem(at: scratch.url) }
    for name in ["output", "errors"] { try scratch.write([], to: name) }
    let figures = scratch.url.appending(path: "figures")
    try FileManager.default.createDirectory(at: figures, withIntermediateDirectories: true)

    let process = Process()
    process.executableURL = file
    process.arguments = ["--figures", figures.path]
    process.currentDirectoryURL = root.url
    process.environment = ProcessInfo.processInfo.environment.merging(["NO_COLOR": "1"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: scratch.url.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "errors"))
    try process.run()
    process.waitUntilExit()

    guard process.terminationReason == .exit && process.terminationStatus == 0 else {
      let said = scratch.text("errors")?.split(separator: "\n").suffix(10).joined(separator: "\n    ") ?? ""
      let how = process.terminationReason == .exit ? "with code" : "by signal"
      throw Failure(description: "\(program) ended \(how) \(process.terminationStatus) and said:\n    \(said)")
    }
    let drawn = scratch.files(in: "figures").map { ($0, scratch.bytes("figures/\($0)") ?? []) }
    return Book.Run(output: scratch.text("output") ?? "", figures: Dictionary(uniqueKeysWithValues: drawn))
  }
}
