import Console

// MARK: - A table of numbers

/// A CSV file: a header, then lines of numbers.
public struct Table: Sendable {
  /// Where it came from, for messages.
  public let path: String
  /// The names of the columns that hold numbers.
  public let names: [String]
  /// The numbers, line by line.
  public let rows: [[Double]]
  /// What stands in the column that says which sequence a line belongs to.
  public let ids: [String]?
  /// The line of each row in the file, from 1.
  public let lines: [Int]

  /// Reads a file.
  /// - Parameters:
  ///   - sequence: the column of the sequences' names, if there is one
  ///   - unused: columns that are left out
  /// - Throws: a `Failure` that says what is wrong, in which line and column.
  public init(_ path: String, sequence: String? = nil, without unused: [String])
    throws(Failure)
  {
    try self.init(
      readText(path), path: path, sequence: sequence, without: unused)
  }

  init(
    _ text: String, path: String, sequence: String?, without unused: [String]
  ) throws(Failure) {
    var lines = text.split(
      separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    let header = fields(lines.first ?? "")
    func refusal(_ message: String) -> Failure {
      .failed("\(path), line 1: " + message)
    }
    if header.contains(where: { Double($0) != nil }) {
      throw refusal(
        "a number stands where the columns' names should; "
          + "give a file with a header.")
    }
    let all = header.joined(separator: ", ")
    if header.count == 1, let other = [";", "\t"].first(where: all.contains) {
      throw refusal(
        "no comma, but \(other == ";" ? "semicolons" : "tabs"); "
          + "put commas between the columns.")
    }
    for (k, name) in header.enumerated() {
      let place = "\(path), line 1, column \(k + 1)"
      guard !name.isEmpty else {
        throw .failed(place + ": it has no name; give it one.")
      }
      if let first = header[..<k].firstIndex(of: name) {
        throw .failed(
          place + " (\(name)): column \(first + 1) has this name too; "
            + "rename one.")
      }
    }
    func column(_ name: String, _ what: String) throws(Failure) -> Int {
      guard let place = header.firstIndex(of: name) else {
        throw refusal("no column \"\(name)\" \(what); there are \(all).")
      }
      return place
    }
    let id: Int? =
      if let sequence { try column(sequence, "for the sequences") } else { nil }
    var leftOut: Set<Int> = id.map { [$0] } ?? []
    for name in unused { leftOut.insert(try column(name, "to leave out")) }
    let used = header.indices.filter { !leftOut.contains($0) }

    var (rows, ids, numbers): ([[Double]], [String], [Int]) = ([], [], [])
    for (k, line) in lines.enumerated().dropFirst() {
      let cells = fields(line)
      guard line.count(where: { $0 == "\"" }) % 2 == 0 else {
        throw .failed(
          "\(path), line \(k + 1): its quotation mark is not closed; a value "
            + "must end in the line where it begins.")
      }
      guard cells.count == header.count else {
        throw .failed(
          "\(path), line \(k + 1): "
            + counted(cells.count, "value") + ", the header names "
            + counted(header.count, "column") + ".")
      }
      var row: [Double] = []
      for column in used {
        let place =
          "\(path), line \(k + 1), column \(column + 1) "
          + "(\(header[column])): "
        guard !cells[column].isEmpty else {
          throw .failed(
            place + "the value is missing; fill it in, or drop the line.")
        }
        guard let value = Double(cells[column]), value.isFinite else {
          throw .failed(
            place + "\"\(cells[column])\" is no number; mend it, or leave the "
              + "column out with --without.")
        }
        // Its square must be a number in single precision.
        guard abs(value) < 1e18 else {
          throw .failed(
            place + "\(cells[column]) is too large; take a larger unit.")
        }
        row.append(value)
      }
      if let id { ids.append(cells[id]) }
      rows.append(row)
      numbers.append(k + 1)
    }
    (self.path, names) = (path, used.map { header[$0] })
    (self.rows, self.lines) = (rows, numbers)
    self.ids = id == nil ? nil : ids
  }
}

/// The values of a line, without blanks around them. A value may stand in
/// quotation marks, and then hold commas.
private func fields(_ line: Substring) -> [String] {
  var fields: [String] = [""]
  var isQuoted = false
  for character in line {
    if character == "\"" {
      isQuoted.toggle()
    } else if character == "," && !isQuoted {
      fields.append("")
    } else {
      fields[fields.count - 1].append(character)
    }
  }
  return fields.map { $0.trimmed }
}

extension String {
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
