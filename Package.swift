// swift-tools-version: 6.1
import PackageDescription

// The table of contents. Every chapter is a library that later chapters build on, and a program: `swift run chapter01`.

let chapters = [
  chapter("01-NumpyStyleRNN", buildsOn: ["MinimalMatrix"]),
  chapter("02-ManualBPTT", buildsOn: ["MinimalMatrix", "NumpyStyleRNN"]),
]

let ground = [
  library("VectorMath"),
  library("MinimalMatrix", buildsOn: ["VectorMath"]),
  library("Console"),
  library("Drawing", buildsOn: ["Console"]),
  library("Mirror"),
]

let tools = [
  // It runs the chapters' programs, so they are built with it.
  program("book", at: "Sources/Book", buildsOn: ["Mirror", "Console"] + chapters.map { $0[1].name })
]

let checks = [
  tests(of: "VectorMath"),
  tests(of: "MinimalMatrix"),
  tests(of: "Console"),
  tests(of: "Drawing"),
  tests(of: "Mirror", and: ["book"]),
]

let package = Package(
  name: "recurrent-workbook",
  targets: chapters.flatMap { $0 } + ground + tools + checks
)

// MARK: - What a line above stands for

/// The folder `Chapters/NN-Name` as two targets: the library `Name` (everything but main.swift) and the program `chapterNN`.
func chapter(_ folder: String, buildsOn modules: [String]) -> [Target] {
  let number = String(folder.prefix(2))
  let name = String(folder.dropFirst(3))
  return [
    .target(
      name: name, dependencies: modules.map { .byName(name: $0) }, path: "Chapters/\(folder)",
      exclude: ["main.swift"], swiftSettings: settings()),
    .executableTarget(
      name: "chapter\(number)", dependencies: ([name, "Console", "Drawing"] + modules).map { .byName(name: $0) },
      path: "Chapters/\(folder)", sources: ["main.swift"], swiftSettings: settings()),
  ]
}

func library(_ name: String, buildsOn modules: [String] = []) -> Target {
  .target(name: name, dependencies: modules.map { .byName(name: $0) }, swiftSettings: settings())
}

func program(_ name: String, at path: String, buildsOn modules: [String]) -> Target {
  .executableTarget(name: name, dependencies: modules.map { .byName(name: $0) }, path: path, swiftSettings: settings())
}

func tests(of module: String, and others: [String] = []) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: ([module] + others).map { .byName(name: $0) }, swiftSettings: settings())
}

/// Optimised in every configuration, because a reader's `swift run` is a debug build; and for the processor at hand.
/// `WORKBOOK_CPU=haswell swift build` builds for another one, `WORKBOOK_CPU=any` for all: the results are the same bits.
func settings() -> [SwiftSetting] {
  #if arch(x86_64)
    let cpu = Context.environment["WORKBOOK_CPU"] ?? "native"
    if cpu != "any" { return [.unsafeFlags(["-O", "-target-cpu", cpu])] }
  #endif
  return [.unsafeFlags(["-O"])]
}
