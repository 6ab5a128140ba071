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
        export LC_ALL=C TIMEFORMAT=%R
        kill -\(signal) $p; { time wait $p; code=$?; } 2> took
        echo $code $(tail -n 1 took)
        """
      let stopped = try shell(kill, in: folder)
      let answer = stopped.output.split(separator: " ").compactMap { Double($0.filter { !$0.isNewline }) }
      try #require(answer.count == 2, "\(stopped)")
      #expect(answer[0] == (signal == "KILL" ? 137 : 1) && answer[1] < 1, "a file in under a second: \(answer)")
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
      try Data("one".utf8).write(to: folder.appendingPathComponent("one"))
      try Data("not a model at all".utf8).write(to: folder.appendingPathComponent("foreign"))
      #expect(try shell("\(Self.line) --steps 2 --save m", in: folder).status == 0)
      for (arguments, status, says) in [
        ("--train --text short", 2, "has 3 pieces and needs 513"), ("--generate missing", 1, "no such file"),
        ("--generate foreign", 1, "foreign is no safetensors file"),
        ("--resume foreign", 1, "foreign is no safetensors"),
        ("--generate m --prime 'Ω'", 2, "never read Ω"), ("--generate m --prime ''", 2, "--prime is empty"),
        ("--resume m --text short", 2, "needs 41 for 4 streams"),
        ("--tokens letters", 2, "one of characters, bytes, words"),
        ("--train --steps 2 --save /dev/null", 1, "/dev/null is not a file"), ("--batch 0", 2, "--batch wants"),
        ("--train --steps 2 --rate 1e38 --every 1", 1, "try a smaller --rate"),
        ("--train --text one", 2, "has 1 piece and"),
      ] {
        let run = try shell("chapter06 \(arguments)", in: folder)
        #expect(run.status == Int32(status) && run.errors.contains(says), "\(arguments): \(run)")
        #expect(run.errors.hasPrefix("chapter06: ") && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["foreign", "m", "one", "short"])
    }
  }

  @Test("Options that do not go together are refused in one line, which says what to do, before anything is done.")
  func nonsense() throws {
    try withFolder { (folder) throws in
      try Data(String(repeating: "abc ", count: 200).utf8).write(to: folder.appendingPathComponent("text"))
      #expect(try shell("\(Self.line) --text text --steps 2 --save m", in: folder).status == 0)
      let before = try bytes("m", in: folder)
      for (arguments, says) in [
        ("--more 10", "nothing heeds --more: leave it out; it adds steps to the training of --resume FILE."),
        ("--length 10", "nothing heeds --length: leave it out; it is for --generate FILE."),
        ("--train --more=10", "does not heed --more: leave it out; it adds"),
        ("--train --figures there", "does not heed --figures: leave it out."),
        ("--resume m --steps 100", "--resume goes on as it was planned"),
        ("--resume m --steps 2", "does not heed --steps: leave it out; --more N adds steps."),
        ("--resume m --hidden=8 --rate 0.1 --seed 1", "--hidden, --rate and --seed: leave them out."),
        ("--resume m --batch 4", "--batch"), ("--resume m --tokens words", "--tokens"),
        ("--resume m --embedding 4", "--embedding"), ("--resume m --window 10", "--window"),
        ("--resume m --clip 1", "--clip"), ("--resume m --held-out 0.1", "--held-out"),
        ("--resume m --every 20", "--every"), ("--resume m --patience 5", "--patience"),
        ("--resume m --figures there", "--figures"), ("--resume m --length 10", "--length"),
        ("--generate m --resume m", "--generate writes with the model as it was saved and does not heed --resume"),
        ("--generate m --train --save n", "--train and --save: leave them out."),
        ("--generate m --text text", "--text"), ("--generate m --more 3", "--more"),
        ("--generate m --hidden 8", "--hidden"), ("--generate m --figures there", "--figures"),
        ("--resume m --save text", "text is the text to learn from, and would be overwritten"),
        ("--train --text text --batch 4 --window 10 --save ./text", "./text is the text to learn from"),
        ("--figures text", "the folder text of --figures cannot be made"),
        ("--figures /dev/null/there", "the folder /dev/null/there of --figures cannot be made"),
      ] {
        let run = try shell("chapter06 \(arguments)", in: folder, seconds: 5)
        #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(says), "\(arguments): \(run)")
        #expect(run.errors.hasPrefix("chapter06: ") && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      }
      #expect(try bytes("m", in: folder) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["m", "text"])
      let text = String(decoding: try bytes("text", in: folder), as: UTF8.self)
      #expect(text.hasPrefix("abc abc"))
    }
  }

  @Test("What goes together still does: figures in a folder that is made, and a resumed training with --train.")
  func sense() throws {
    try withFolder { (folder) throws in
      let tell = "chapter06 \(Self.small.joined(separator: " ")) --steps 3 --save m --figures new/folder"
      let told = try shell(tell, in: folder)
      #expect(told.status == 0, "\(told.errors)")
      let figures = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/new/folder").sorted()
      #expect(figures == ["06-gates.svg", "06-loss.svg", "06-table.svg"])
      let options = "--train --more 2 --prime the --temperature 0.5 --top 3 --threads 1 --save n"
      #expect(try shell("chapter06 --resume m \(options)", in: folder).status == 0)
    }
  }

  @Test("A rate that ruins the weights ends the training in one line, however large, and saves nothing.")
  func divergence() throws {
    try withFolder { (folder) throws in
      for rate in ["1000", "1e10", "1e30", "1e38"] {
        let run = try shell("\(Self.line) --steps 100 --save m --rate \(rate)", in: folder)
        #expect(run.status == 1 && run.errors.contains("try a smaller --rate than"), "\(rate): \(run)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(!run.output.split(separator: "\n").contains { $0.count > 80 }, "\(rate): 80 columns")
        #expect(
          !run.output.contains("e+") && !run.output.contains("nan") && !run.output.contains("inf"), "\(run.output)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/m"))
      }
    }
  }

  @Test("One is one: a stream, an id, a step.")
  func singular() throws {
    try withFolder { (folder) throws in
      try Data("abcd".utf8).write(to: folder.appendingPathComponent("text"))
      let run = try shell("chapter06 --text text --batch 1 --window 1 --steps 2 --hidden 2", in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("; 1 stream of 1 id, of which\n1 is read in a step;"), "\(run.output)")
      #expect(run.output.contains("read 1 time, receives 1"))
      #expect(run.output.contains("\n1 stream of 1 id; the first"))
      #expect(run.output.components(separatedBy: "\nstream ").count == 2, "no stream is shown twice")
    }
  }
}
