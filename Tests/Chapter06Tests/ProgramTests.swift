import Foundation
import Running
import Safetensors
import Testing

/// What the chapter's program does, right or wrong used.
@Suite(.serialized) struct Chapter06ProgramTests {
  static let small = ["--hidden", "8", "--embedding", "4", "--batch", "4", "--window", "10", "--every", "20"]
  static let line = "chapter06 --train " + small.joined(separator: " ")

  func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chapter06-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  func bytes(_ file: String, in folder: URL) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(file))
  }

  @Test(
    "Stopped by Ctrl-C or killed, and resumed, a training saves the file of one that never stopped.",
    arguments: ["INT", "TERM", "KILL"])
  func stopped(signal: String) throws {
    try withFolder { (folder) throws in
      let whole = try shell("\(Self.line) --steps 1500 --patience 1000 --held-out 0.01 --save whole", in: folder)
      #expect(whole.status == 0, "\(whole.errors)")
      // As soon as there is a file, the training is under way and far from its end.
      let kill = """
        \(Self.line) --steps 1500 --patience 1000 --held-out 0.01 --save part > printed 2> complaint & p=$!
        while [ ! -e part ]; do sleep 0.002; done
        kill -\(signal) $p; s=$(date +%s%N); wait $p; code=$?
        echo $code $(( ($(date +%s%N) - s) / 1000000 ))
        """
      let stopped = try shell(kill, in: folder)
      let answer = stopped.output.split(separator: " ").compactMap { Int($0.filter(\.isNumber)) }
      try #require(answer.count == 2, "\(stopped)")
      #expect(answer[0] == (signal == "KILL" ? 137 : 1) && answer[1] < 1000, "a file in under a second: \(answer)")
      #expect(try bytes("part", in: folder) != bytes("whole", in: folder), "it was stopped before its end")
      if signal != "KILL" {
        let complaint = String(decoding: try bytes("complaint", in: folder), as: UTF8.self)
        #expect(complaint.contains("chapter06: stopped after step") && complaint.contains("--resume part"))
      }
      let resumed = try shell("chapter06 --resume part", in: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try bytes("part", in: folder) == bytes("whole", in: folder))
      let last = { (run: Run) in run.output.split(separator: "\n").dropLast().last }
      #expect(last(resumed) == last(whole), "the fingerprint")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.allSatisfy { !$0.contains("partial") } || signal == "KILL")
    }
  }

  @Test("More steps than were planned, another kind of token, and a text of one's own.")
  func more() throws {
    try withFolder { (folder) throws in
      try Data(String(repeating: "The cat sat on the mat, étonné. ", count: 40).utf8)
        .write(to: folder.appendingPathComponent("text"))
      for kind in ["characters", "bytes", "words"] {
        let train = "\(Self.line) --text text --tokens \(kind) --steps 10 --save \(kind)"
        #expect(try shell(train, in: folder).status == 0)
        let resumed = try shell("chapter06 --resume \(kind) --more 15", in: folder)
        #expect(resumed.status == 0 && resumed.output.contains("\n    25 "), "\(resumed)")
        let write = "chapter06 --generate \(kind) --prime 'The cat' --length 50"
        let first = try shell(write, in: folder)
        #expect(first.status == 0 && first.output.count > 20 && first.errors.isEmpty, "\(first)")
        #expect(try shell(write, in: folder).output == first.output)
        #expect(try shell(write + " --seed 9", in: folder).output != first.output)
        #expect(
          try shell(write + " --top 1 --seed 9", in: folder).output == shell(write + " --top 1", in: folder).output)
      }
    }
  }

  @Test("What is written appears as it is written, and who reads no more ends it.")
  func streamed() throws {
    try withFolder { (folder) throws in
      #expect(try shell("\(Self.line) --steps 2 --save m", in: folder).status == 0)
      let endless = try shell("chapter06 --generate m --length 1000000000 | head -c 300 | wc -c", in: folder)
      #expect(endless.output.contains("300"))
    }
  }

  @Test("Whatever is wrong is said in one line, and nothing is touched.")
  func wrongUse() throws {
    try withFolder { (folder) throws in
      try Data("short".utf8).write(to: folder.appendingPathComponent("short"))
      try Data("not a model at all".utf8).write(to: folder.appendingPathComponent("foreign"))
      #expect(try shell("\(Self.line) --steps 2 --save m", in: folder).status == 0)
      for (arguments, status, says) in [
        ("--train --text short", 2, "16 streams of 32 steps need 513"), ("--generate missing", 1, "no such file"),
        ("--generate foreign", 1, "foreign is no safetensors file"),
        ("--resume foreign", 1, "foreign is no safetensors"),
        ("--generate m --prime 'Ω'", 2, "never read Ω"), ("--generate m --prime ''", 2, "--prime is empty"),
        ("--resume m --text short", 2, "need 41"), ("--tokens letters", 2, "one of characters, bytes, words"),
        ("--train --steps 2 --save /dev/full", 1, "/dev/full is not a file"), ("--batch 0", 2, "--batch wants"),
        ("--train --steps 2 --rate 1e38 --every 1", 1, "try a smaller --rate"),
      ] {
        let run = try shell("chapter06 \(arguments)", in: folder)
        #expect(run.status == Int32(status) && run.errors.contains(says), "\(arguments): \(run)")
        #expect(run.errors.hasPrefix("chapter06: ") && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["foreign", "m", "short"])
    }
  }
}
