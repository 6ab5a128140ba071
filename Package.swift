// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The table of contents. Every chapter is a library that later chapters build on, and a program: `swift run chapter01`.

let chapters = [
  chapter("01-NumpyStyleRNN"),
  chapter("02-ManualBPTT", buildsOn: "NumpyStyleRNN"),
  chapter("03-ExplicitGates", buildsOn: "NumpyStyleRNN", "ManualBPTT", processes: 2),
  chapter("04-Scan", buildsOn: "NumpyStyleRNN", "ManualBPTT", "ExplicitGates"),
  chapter("05-WhileLoop", buildsOn: "NumpyStyleRNN", "ManualBPTT", "ExplicitGates", "Scan"),
  chapter("06-Embeddings", buildsOn: "NumpyStyleRNN", "ManualBPTT", "ExplicitGates", "Safetensors"),
  chapter(
    "07-SequenceTasks", buildsOn: "NumpyStyleRNN", "ManualBPTT", "ExplicitGates", "Scan", "WhileLoop", "Digits"),
  chapter("08-Speed", buildsOn: "NumpyStyleRNN", "ManualBPTT", "ExplicitGates"),
]

// What is not optimised holds texts, talks, draws and compares pages: that takes no time, and the compiler is done in a
// third of its own.
let ground = [
  library("VectorMath"),
  library("MinimalMatrix", buildsOn: ["VectorMath"]),
  library("Console", isOptimised: false),
  library("Texts", but: ["README.md", "names.py", "workbook.py"], isOptimised: false),
  library("Digits", but: ["README.md", "digits.py"]),
  library("Running", isOptimised: false),
  library("Drawing", isOptimised: false),
  library("Mirror", isOptimised: false),
  library("Safetensors", buildsOn: ["Console"]),
]

// The chapters, the reader's rooms, and what compares and shows.
let checked =
  ["MinimalMatrix", "Console", "Running"] + chapters.map { $0[0].name }
  + chapters.flatMap { $0.dropFirst(2) }.map(\.name)

let tools = [
  // It runs the chapters' programs, so they are built with it.
  program("book", at: "Sources/Book", buildsOn: ["Mirror", "Console"] + chapters.map { $0[1].name }),
  // What it measures is optimised where it stands.
  program(
    "benchmark", at: "Chapters/Benchmark",
    buildsOn: ["MinimalMatrix", "Console", "Texts"] + chapters.map { $0[0].name }, isOptimised: false),
  library("ExerciseChecks", at: "Chapters/Exercises", but: ["main.swift"], buildsOn: checked, isOptimised: false),
  program("exercises", at: "Chapters/Exercises", only: "main.swift", buildsOn: ["ExerciseChecks"]),
]

// For the tests, every program is built. Those that run one do not name it: then they are compiled beside it, not after.
let checks = [
  // What the tests of several chapters compare with.
  library(
    "TestSupport", at: "Tests/TestSupport",
    buildsOn: ["MinimalMatrix", "NumpyStyleRNN", "ManualBPTT", "ExplicitGates"], isOptimised: false),
  // Optimised are the loops that compare millions of numbers, and tests that compare thousands, or make thousands of files.
  library("PlainLoops", at: "Tests/PlainLoops", buildsOn: ["MinimalMatrix"]),
  tests(of: "VectorMath", isOptimised: true),
  tests(of: "MinimalMatrix", on: ["MinimalMatrix", "PlainLoops"]),
  tests(of: "Console"),
  tests(of: "Texts"),
  tests(of: "Running"),
  tests(of: "Drawing"),
  tests(of: "Safetensors", on: ["Safetensors", "Console"], isOptimised: true),
  tests(of: "Mirror", on: ["Mirror", "Running"]),
  tests(of: "Book", on: ["Mirror", "Running"]),
  // Exercises in trouble: they crash, loop, give wrong shapes. Only the tests run it.
  program(
    "troubled-exercises", at: "Tests/TroubledExercises", buildsOn: checked + ["ExerciseChecks"], isOptimised: false),
  tests(of: "Exercises", on: checked + ["ExerciseChecks", "TestSupport"], beside: [], processes: 2),
]

/// A chapter's tests see it and the chapters before it.
let chapterChecks = chapters.indices.map { index in
  tests(
    of: String(chapters[index][1].name.capitalized),
    on: chapters[...index].map { $0[0].name } + ground.map(\.name) + ["TestSupport"])
}

let package = Package(
  name: "recurrent-workbook",
  platforms: [.macOS(.v15)],
  targets: chapters.flatMap { $0 } + ground + tools + checks + chapterChecks
)

// MARK: - What a line above stands for

/// The folder `Chapters/NN-Name` as targets: the library `Name` (everything but main.swift and Exercises), the program
/// `chapterNN`, and the library `NameExercises`: a room that does not compile stops nobody else.
///
/// It builds on what is named; on the matrix, and on what draws and talks to the terminal, in any case. A program leaves
/// the work to its library, and need not be optimised.
func chapter(_ folder: String, buildsOn named: String..., processes: Int = 1) -> [Target] {
  let (number, name, path) = (folder.prefix(2), String(folder.dropFirst(3)), "Chapters/\(folder)")
  let modules = named + ["MinimalMatrix", "VectorMath", "Console", "Drawing"]
  return [
    library(name, at: path, but: ["main.swift", "Exercises"], buildsOn: modules, processes: processes),
    program(
      "chapter\(number)", at: path, only: "main.swift", buildsOn: [name, "Texts"] + modules, isOptimised: false),
    library("\(name)Exercises", at: "\(path)/Exercises", buildsOn: [name] + modules),
  ]
}

/// A folder of Sources, or the one at `path`, `but` for some of its files.
func library(
  _ name: String, at path: String? = nil, but files: [String] = [], buildsOn modules: [String] = [],
  isOptimised: Bool = true, processes: Int = 1
) -> Target {
  .target(
    name: name, dependencies: modules.map { .byName(name: $0) }, path: path, exclude: files,
    swiftSettings: settings(isOptimised: isOptimised, processes: processes))
}

/// The program in the folder at `path`; where it shares the folder with a library, `only` one file of it.
func program(
  _ name: String, at path: String, only file: String? = nil, buildsOn modules: [String], isOptimised: Bool = true
) -> Target {
  let others = file.map { file in files(in: path).filter { $0 != file } }
  return .executableTarget(
    name: name, dependencies: modules.map { .byName(name: $0) }, path: path, exclude: others ?? [],
    sources: file.map { [$0] }, swiftSettings: settings(isOptimised: isOptimised))
}

/// The folder `Tests/NameTests`, which tests the module `Name`, or those named. Reference numbers and the scripts that made
/// them lie `beside` the tests: all files that are not Swift, unless others are named. Tests that leave the work to what they
/// test need not be optimised themselves: the compiler is done with them sooner.
func tests(
  of name: String, on modules: [String]? = nil, beside others: [String]? = nil, isOptimised: Bool = false,
  processes: Int = 1
) -> Target {
  let (modules, path) = (modules ?? [name], "Tests/\(name)Tests")
  return .testTarget(
    name: "\(name)Tests", dependencies: modules.map { .byName(name: $0) }, path: path,
    exclude: others ?? files(in: path).filter { !$0.hasSuffix(".swift") },
    swiftSettings: settings(isOptimised: isOptimised, processes: processes))
}

/// The names of the files and folders in a folder of the package, for what is left out of a target and nothing else:
/// SwiftPM keeps what a manifest said until its text changes, and an old list of names then costs a warning, no build.
func files(in path: String) -> [String] {
  (try? FileManager.default.contentsOfDirectory(atPath: "\(Context.packageDirectory)/\(path)").sorted()) ?? []
}

/// Optimised in every configuration, because a reader's `swift run` is a debug build; and for the processor at hand.
/// `WORKBOOK_CPU=haswell swift build` builds for another one, `WORKBOOK_CPU=any` for all: the results are the same bits.
/// The files of a module are compiled by one process: two would both read all that it imports, and the other core has other
/// modules to build. Only where it has none are two processes done sooner.
/// C's `sqrt` sets `errno`, which costs a call for each lane of a vector; without, a square root is one instruction.
func settings(isOptimised: Bool = true, processes: Int = 1) -> [SwiftSetting] {
  var flags = (isOptimised ? ["-O"] : []) + ["-driver-batch-count", "\(processes)", "-Xcc", "-fno-math-errno"]
  #if arch(x86_64)
    let cpu = Context.environment["WORKBOOK_CPU"] ?? "native"
    if cpu != "any" { flags += ["-target-cpu", cpu] }
  #endif
  return [.unsafeFlags(flags)]
}
