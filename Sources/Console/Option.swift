/// One thing a program can be asked, such as `--steps 3000`: declared once, then the key to its value.
///
/// ```swift
/// let steps = Option.int("steps", default: 3000, "training steps")
/// program("chapter02", "Backpropagation through time.", options: [steps]) { options in
///   train(steps: options[steps])
/// }
/// ```
///
/// Listed under `arguments:` instead of `options:`, the same declaration reads a bare word: `swift run book sync`.
public struct Option<Value: Sendable>: Sendable {
  public let name: String
  public let help: String
  /// What stands for the value in the help, as `N` in `--steps N`; `nil` for a flag, which has no value.
  public let placeholder: String?
  /// The default in words; `nil` where there is nothing to say.
  public let defaultText: String?
  /// What a value must be, to complete "--steps wants …".
  public let wants: String
  let defaultValue: Value
  /// The value that a word stands for; `nil` if it is not what is wanted. (Where `Value` is itself optional, a given value
  /// is `.some`, twice.)
  let read: @Sendable (String) -> Value?
}

/// An ``Option`` of any value type, so that options of several types fit in one list.
public protocol AnyOption: Sendable {
  var name: String { get }
  var help: String { get }
  var placeholder: String? { get }
  var defaultText: String? { get }
  var wants: String { get }
  /// The value when the option is not given.
  var anyDefault: any Sendable { get }
  /// The value a word stands for; `nil` if it is not what the option wants.
  func anyValue(of word: String) -> (any Sendable)?
}

extension Option: AnyOption {
  public var anyDefault: any Sendable { defaultValue }
  public func anyValue(of word: String) -> (any Sendable)? { read(word) }
}

// MARK: - Numbers

extension Option where Value == Int {
  /// A whole number within a range.
  public static func int(
    _ name: String, default value: Int, in range: ClosedRange<Int>, _ help: String
  ) -> Option {
    let wants = "a whole number " + (range.upperBound >= largest ? "from \(range.lowerBound) up" : words(range))
    return Option(
      name: name, help: help, placeholder: "N", defaultText: "\(value)", wants: wants, defaultValue: value,
      read: { word in Int(word).flatMap { range.contains($0) ? $0 : nil } })
  }

  /// Where no upper bound is named: larger than anybody can mean, and still safe to add to and to multiply by a few hundred.
  private static var largest: Int { 1 << 53 }

  /// A whole number from a bound up; from 0 if none is named.
  public static func int(
    _ name: String, default value: Int, in range: PartialRangeFrom<Int> = 0..., _ help: String
  ) -> Option {
    int(name, default: value, in: range.lowerBound...largest, help)
  }
}

extension Option where Value == UInt64 {
  /// `--seed N`: where the random numbers start, so that a run can be repeated.
  public static func seed(default value: UInt64 = 1) -> Option {
    Option(
      name: "seed", help: "where the random numbers start; same seed, same run", placeholder: "N",
      defaultText: "\(value)", wants: "a whole number from 0 to \(UInt64.max)", defaultValue: value,
      read: { UInt64($0) })
  }
}

extension Option where Value == Double {
  /// A finite number within a range.
  public static func double(
    _ name: String, default value: Double, in range: ClosedRange<Double>, _ help: String
  ) -> Option {
    let isOpen = range.upperBound == .greatestFiniteMagnitude
    return Option(
      name: name, help: help, placeholder: "X", defaultText: "\(value)",
      wants: "a number " + (isOpen ? "from \(range.lowerBound) up" : words(range)), defaultValue: value,
      read: { word in Double(word).flatMap { range.contains($0) ? $0 : nil } })
  }

  /// A finite number from a bound up.
  public static func double(
    _ name: String, default value: Double, in range: PartialRangeFrom<Double>, _ help: String
  ) -> Option {
    double(name, default: value, in: range.lowerBound...Double.greatestFiniteMagnitude, help)
  }
}

private func words<Bound>(_ range: ClosedRange<Bound>) -> String { "from \(range.lowerBound) to \(range.upperBound)" }

// MARK: - Words

extension Option where Value == String {
  /// Any text, the empty one included.
  public static func string(_ name: String, default value: String, _ help: String) -> Option {
    Option(
      name: name, help: help, placeholder: "TEXT", defaultText: "\"\(value)\"", wants: "a text", defaultValue: value,
      read: { $0 })
  }
}

extension Option where Value == String? {
  /// Any text, or `nil` when none is given.
  /// - Parameter otherwise: what then happens, for the help.
  public static func string(_ name: String, otherwise: String? = nil, _ help: String) -> Option {
    Option(
      name: name, help: help, placeholder: "TEXT", defaultText: otherwise, wants: "a text", defaultValue: nil,
      read: { .some($0) })
  }

  /// The path of a file, or `nil` when none is given. The file itself is looked at by whoever opens it.
  /// - Parameter otherwise: what is used then, for the help.
  public static func file(_ name: String, otherwise: String? = nil, _ help: String) -> Option {
    Option(
      name: name, help: help, placeholder: "FILE", defaultText: otherwise, wants: "the path of a file",
      defaultValue: nil, read: { $0.isEmpty ? .none : .some($0) })
  }

  /// `--figures FOLDER`: where the figures go, or `nil` when none are wanted. ``Options/folder(_:)`` makes it.
  public static func figures(_ help: String = "a folder for the figures, as SVG files") -> Option {
    Option(
      name: "figures", help: help, placeholder: "FOLDER", defaultText: "none are written",
      wants: "a folder, there already or to be made", defaultValue: nil,
      read: { $0.isEmpty ? .none : .some($0) })
  }
}

extension Option where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the names of an enumeration.
  public static func choice(_ name: String, default value: Value, _ help: String) -> Option {
    let names = Value.allCases.map(\.rawValue)
    return Option(
      name: name, help: help, placeholder: names.joined(separator: "|"), defaultText: value.rawValue,
      wants: "one of " + names.joined(separator: ", "), defaultValue: value, read: { Value(rawValue: $0) })
  }
}

extension Option where Value == Bool {
  /// Something to switch on: `--quick`.
  public static func flag(_ name: String, _ help: String) -> Option {
    Option(
      name: name, help: help, placeholder: nil, defaultText: nil, wants: "no value", defaultValue: false,
      read: { _ in nil })
  }
}
