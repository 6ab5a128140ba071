// What the program may be asked at once, and where its results may go: looked at before it begins.

import Console
import Foundation

/// What the program does, and which of its options it heeds then. One that it would not heed is refused: nobody shall
/// believe for an hour that `--resume m --rate 0.001` has changed the rate.
public enum Use: Sendable {
  /// Tells the whole chapter.
  case telling
  /// Trains a new model and does nothing else.
  case training
  /// Goes on with a training of a file.
  case resuming
  /// Writes with the model of a file.
  case writing

  /// What a command line asks for.
  /// - Parameter given: the names of the options that it gives
  /// - Throws: a `Failure` that names the options that do not go together, and what to do.
  public init(_ given: [String]) throws(Failure) {
    self =
      given.contains("generate")
      ? .writing : given.contains("resume") ? .resuming : given.contains("train") ? .training : .telling
    let idle = given.filter { !heeds($0) }.map { "--" + $0 }
    guard let first = idle.first else { return }
    let list = idle.count == 1 ? first : idle.dropLast().joined(separator: ", ") + " and " + idle.last!
    throw .usage("\(reason(for: idle)) \(list): leave \(idle.count == 1 ? "it" : "them") out\(advice(on: idle)).")
  }

  private func heeds(_ option: String) -> Bool {
    switch self {
    case .telling: !["length", "more"].contains(option)
    case .training: !["length", "more", "figures"].contains(option)
    case .resuming:
      ["resume", "more", "train", "save", "text", "prime", "temperature", "top", "threads"].contains(option)
    case .writing: ["generate", "length", "prime", "temperature", "top", "seed", "threads"].contains(option)
    }
  }

  private func reason(for idle: [String]) -> String {
    switch self {
    case .telling: "without a saved file nothing heeds"
    case .training: "--train, which trains a new model and does nothing else, does not heed"
    case .resuming: "--resume goes on as it was planned when the training began and does not heed"
    case .writing: "--generate writes with the model as it was saved and does not heed"
    }
  }

  private func advice(on idle: [String]) -> String {
    if self == .resuming && idle.contains("--steps") { return "; --more N adds steps" }
    if self == .telling || self == .training {
      if idle.contains("--more") { return "; it adds steps to the training of --resume FILE" }
      if idle.contains("--length") { return "; it is for --generate FILE" }
    }
    return ""
  }
}

/// Refuses to save a training over the text that it learns from.
/// - Throws: a `Failure` if the two are one file.
public func requireAnother(_ file: String, than text: String?) throws(Failure) {
  func place(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
  guard let text, place(file) == place(text) else { return }
  throw .usage("\(file) is the text to learn from, and would be overwritten: save to another file.")
}
