import Foundation
import Mirror
import Running
import Testing

/// The book against the code, the programs' output and their figures. What `swift run book` says, as a test.
@Test func theBookMirrorsTheCode() throws {
  let root = try #require(Folder.root(above: URL(filePath: #filePath)))
  let report = Book(root: root, run: Programs(of: root, in: products).run).check()
  #expect(report.problems.isEmpty, "\(report)")
}
