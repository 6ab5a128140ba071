/// The values of a program's options and arguments: those given on the command line, and the defaults of the others.
public struct Options: Sendable {
  private let program: String
  private var values: [String: any Sendable]
  /// The names of what the command line gives, in its order, be it the default or not: `["steps"]` for `--steps 3000`.
  public private(set) var given: [String] = []

  init(program: String, declared: [any AnyOption]) {
    self.program = program
    values = Dictionary(uniqueKeysWithValues: declared.map { ($0.name, $0.anyDefault) })
  }

  mutating func set(_ option: any AnyOption, to value: any Sendable) {
    values[option.name] = value
    given.append(option.name)
  }

  /// The value of an option that the program has declared.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    guard let value = values[option.name] as? Value else {
      fatalError("options[\(option.name)]: \(program) does not list this option")
    }
    return value
  }
}
