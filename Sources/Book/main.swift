import Console
import Foundation
import Mirror

enum Action: String, CaseIterable { case check, sync }
let action = Option.choice(
  "action", default: Action.check, "check compares the book with code and output, sync rewrites it")

program("book", "Keeps the book the mirror of the code.", arguments: [action]) { options in
  let here = FileManager.default.currentDirectoryPath
  guard let root = Folder.root(above: URL(filePath: here)) else {
    throw Failure.failed("no folder from \(here) upwards holds Package.swift and book: run it inside the workbook.")
  }
  let book = Book(root: root, run: Programs(of: root).run)
  let report = options[action] == .sync ? book.sync() : book.check()
  print(report)
  if !report.problems.isEmpty { throw Failure.failed("\(counted(report.problems.count, "problem")), listed above.") }
}
