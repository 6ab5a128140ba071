import Console
import Foundation
import Testing

@testable import Safetensors

@Suite struct DiskTests {
  static let small = Safetensors(["a": .init([2], .float([1, 2]))], metadata: ["k": "v"])

  @Test("What is written is read; what was there before is replaced and keeps its permissions; nothing else is left.")
  func replaces() throws {
    try withFolder { (folder) throws in
      let path = folder.appendingPathComponent("model.safetensors").path
      try Safetensors().write(to: path)
      #expect(chmod(path, 0o600) == 0)
      try Self.small.write(to: path)
      #expect(try Safetensors(contentsOf: path) == Self.small)
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
      #expect(try listing(folder) == ["model.safetensors"])
    }
  }

  @Test("Through a link the file behind it is replaced.")
  func link() throws {
    try withFolder { (folder) throws in
      let (path, link) = (folder.appendingPathComponent("a").path, folder.appendingPathComponent("b").path)
      try Safetensors().write(to: path)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      try Self.small.write(to: link)
      #expect(try Safetensors(contentsOf: path) == Self.small)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    }
  }

  @Test("On a full disk the old file stays, or none is there, and no litter: in a process that may write 1000 bytes.")
  func fullDisk() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        let (old, new) = (folder.appendingPathComponent("old").path, folder.appendingPathComponent("new").path)
        try DiskTests.small.write(to: old)
        var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
        #if os(Linux)
          setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        #else
          setrlimit(RLIMIT_FSIZE, &limit)
        #endif
        let large = Safetensors(["a": .init([1000], .double(Array(repeating: 1, count: 1000)))])
        for (path, says) in [(old, "the old file is as it was"), (new, "there is no file")] {
          do {
            try large.write(to: path)
            exit(3)
          } catch let failure as Failure {
            let isClear = failure.message.contains("File too large; \(says)") && failure.exitCode == 1
            guard isClear else { exit(4) }
          }
        }
        guard try Safetensors(contentsOf: old) == DiskTests.small else { exit(5) }
        guard try listing(folder) == ["old"] else { exit(6) }
      }
    }
  }

  @Test("Where nothing can be written or read, the message names the path and the reason.")
  func unwritable() throws {
    func failure(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no failure"
    }
    try withFolder { (folder) throws in
      let missing = folder.appendingPathComponent("no/such").path
      #expect(failure { try Self.small.write(to: missing) }.contains("\(missing) cannot be written: No such file"))
      #expect(failure { try Self.small.write(to: "/dev/null") } == "/dev/null is not a file; give another name.")
      #expect(failure { try Self.small.write(to: folder.path) }.contains("is not a file"))
      #expect(
        failure { _ = try Safetensors(contentsOf: missing) } == "\(missing): there is no such file; check the path.")
      #expect(failure { _ = try Safetensors(contentsOf: "/dev/zero") }.contains("/dev/zero is not a file"))
      #expect(failure { _ = try Safetensors(contentsOf: folder.path) }.contains("is not a file"))
      #expect(try listing(folder) == [])
    }
  }
}

/// The half of interchange.py that is written in Swift: it reads Python's file and writes another, every number doubled.
@Suite struct Interchange {
  static let environment = ProcessInfo.processInfo.environment

  @Test(.enabled(if: environment["INTERCHANGE_FROM"] != nil, "interchange.py runs it"))
  func interchange() throws {
    var file = try Safetensors(contentsOf: try #require(Self.environment["INTERCHANGE_FROM"]))
    for (name, tensor) in file.tensors {
      switch tensor.values {
      case .float(let values): file.tensors[name] = .init(tensor.shape, .float(values.map { 2 * $0 }))
      case .double(let values): file.tensors[name] = .init(tensor.shape, .double(values.map { 2 * $0 }))
      }
    }
    file.metadata["from"] = "Swift"
    try file.write(to: try #require(Self.environment["INTERCHANGE_TO"]))
  }
}
