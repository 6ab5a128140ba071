/// What a program can be asked, and what a command line asks of it.
struct Interface {
  enum Request {
    case help
    case run(Options)
  }

  let name: String
  let summary: String
  /// Bare words, in their order; each may be left out.
  let arguments: [any AnyOption]
  /// `--name value`, in any order.
  let options: [any AnyOption]

  /// Reads the words behind the program's name.
  /// - Throws: what is wrong with the first word that is wrong.
  func request(_ words: [String]) throws(Failure) -> Request {
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) { return .help }
    var values = Options(program: name, declared: arguments + options)
    var openArguments = arguments[...]
    var optionsMayFollow = true
    var rest = words[...]
    while let word = rest.popFirst() {
      if optionsMayFollow && word == "--" {
        optionsMayFollow = false
      } else if optionsMayFollow && word.hasPrefix("-") && word != "-" {
        let (option, value) = try read(word, then: &rest)
        guard !values.given.contains(option.name) else { throw .usage("--\(option.name) is given twice.") }
        values.set(option, to: value)
      } else {
        guard let argument = openArguments.popFirst() else { throw .usage(tooMany(word)) }
        guard let value = argument.anyValue(of: word) else {
          throw .usage("\(argument.name) wants \(argument.wants), not \(quoted(word)).")
        }
        values.set(argument, to: value)
      }
    }
    return .run(values)
  }

  /// One option: `--name value` takes the next word too, `--name=value` and `--flag` do not.
  private func read(
    _ word: String, then rest: inout ArraySlice<String>
  ) throws(Failure) -> (any AnyOption, any Sendable) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let (flag, attached) = (parts[0], parts.count > 1 ? parts[1] : nil)
    guard let option = options.first(where: { "--" + $0.name == flag }) else { throw .usage(unknown(flag)) }
    if option.placeholder == nil {
      guard attached == nil else { throw .usage("\(flag) is switched on by its name alone and wants no value.") }
      return (option, true)
    }
    let following = rest.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
    if attached == nil && following != nil { rest.removeFirst() }
    guard let text = attached ?? following else {
      throw .usage("\(flag) wants \(option.wants), but nothing follows it.")
    }
    guard let value = option.anyValue(of: text) else {
      throw .usage("\(flag) wants \(option.wants), not \(quoted(text)).")
    }
    return (option, value)
  }

  private func tooMany(_ word: String) -> String {
    arguments.isEmpty
      ? "\(quoted(word)) belongs to no option." : "\(quoted(word)) is one argument too many."
  }

  private func unknown(_ flag: String) -> String {
    let asked = String(flag.drop { $0 == "-" })
    let names = options.map(\.name) + ["help"]
    let longer = names.first { asked.count > 1 && $0.hasPrefix(asked) }
    let nearest = names.min { editDistance(asked, $0) < editDistance(asked, $1) }
    let similar = nearest.flatMap { editDistance(asked, $0) <= min(2, $0.count - 1) ? $0 : nil }
    return "there is no option \(flag)" + ((longer ?? similar).map { "; did you mean --\($0)?" } ?? ".")
  }
}

/// The word in quotation marks, its control characters escaped, so that a message stays one line.
func quoted(_ word: String) -> String { word.debugDescription }

/// How many characters to insert, delete or replace to make one word the other (Levenshtein 1965).
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var above = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var row = [i + 1]
    for j in b.indices {
      row.append(min(above[j] + (character == b[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1))
    }
    above = row
  }
  return above[b.count]
}
