import Foundation
import Mirror

/// Writes one line to standard error and ends the program.
func fail(_ message: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("book: \(message)\n".utf8))
  exit(code)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.isEmpty || arguments == ["sync"] else {
  fail("unknown argument in “\(arguments.joined(separator: " "))”: `book` compares, `book sync` rewrites.", code: 2)
}
let here = URL(filePath: FileManager.default.currentDirectoryPath)
guard let root = Folder.root(above: here) else {
  fail("no folder from \(here.path) upwards holds Package.swift and book: run it inside the workbook.", code: 1)
}
let book = Book(root: root, run: Programs(of: root).run)
let report = arguments.isEmpty ? book.check() : book.sync()
print(report)
exit(report.problems.isEmpty ? 0 : 1)
