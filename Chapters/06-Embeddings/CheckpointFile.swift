// What Checkpoint.swift needs to write arrays and facts, and to read them from a file that nobody vouches for.

import Console
import ExplicitGates
import Foundation
import MinimalMatrix
import Safetensors

// MARK: - Arrays and facts of a file

/// The arrays and strings of a file, asked for one by one. What is missing, or
/// not as it should be, throws a failure that names file, name and reason.
struct Arrays {
  let file: String
  let content: Safetensors

  /// An array of the given sizes, any where none is given, of numbers that are
  /// neither infinite nor NaN. A list of numbers is one row.
  func matrix<Scalar: MatrixScalar>(
    _ name: String, _ rows: Int?, _ columns: Int?
  ) throws(Failure) -> Matrix<Scalar> {
    guard let tensor = content.tensors[name] else {
      throw broken("has no array \(name)")
    }
    let shape = tensor.shape.count == 1 ? [1] + tensor.shape : tensor.shape
    guard shape.count == 2, shape[0] == rows ?? shape[0],
      shape[1] == columns ?? shape[1], !shape.contains(0)
    else {
      let wanted = [rows, columns].map { $0.map(String.init) ?? "any" }
      throw broken(
        "has \(name) of shape \(tensor.shape) and not "
          + "[\(wanted.joined(separator: ", "))]")
    }
    let scalars =
      switch tensor.values {
      case .float(let values): values.map { Scalar($0) }
      case .double(let values): values.map { Scalar($0) }
      }
    guard scalars.allSatisfy(\.isFinite) else {
      throw broken("has a number in \(name) that is infinite or none at all")
    }
    return Matrix(shape[0], shape[1], scalars: scalars)
  }

  /// A value that is kept as JSON.
  func value<Value: Decodable>(_ name: String) throws(Failure) -> Value {
    guard let text = content.metadata[name] else {
      throw broken("does not say \"\(name)\" in its metadata")
    }
    guard
      let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    else { throw broken("has no sound \"\(name)\" in its metadata") }
    return value
  }

  func broken(_ what: String) -> Failure {
    .failed("\(file) \(what): take one that chapter06 has saved.")
  }
}

extension Arrays {
  /// A memory of the optimiser: an array for each of the model's.
  func memory<Scalar>(
    _ prefix: String, of model: LanguageModel<LSTM<Scalar>>
  ) throws(Failure) -> LanguageModel<LSTM<Scalar>> {
    let memory = try LanguageModel<LSTM<Scalar>>(self, prefix: prefix)
    guard
      memory.embedding.table.shape == model.embedding.table.shape,
      memory.cell.hidden == model.cell.hidden
    else { throw broken("has a \(prefix) of another size than the model") }
    return memory
  }
}

// MARK: - Arrays and facts for a file

/// `[rows × columns]`, and for a list of numbers one dimension.
func tensor<Scalar>(_ matrix: Matrix<Scalar>) -> Safetensors.Tensor {
  .init([matrix.rows, matrix.columns], values(Array(matrix.scalars)))
}

func tensor<Scalar: MatrixScalar>(_ scalars: [Scalar])
  -> Safetensors.Tensor
{
  .init([scalars.count], values(scalars))
}

func values<Scalar: MatrixScalar>(_ scalars: [Scalar])
  -> Safetensors.Values
{
  if let floats = scalars as? [Float] { return .float(floats) }
  return .double(scalars.map { Double($0) })
}

/// A value as JSON, the same text for the same value.
func json(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // Strings and finite numbers can always be written.
  return String(decoding: try! encoder.encode(value), as: UTF8.self)
}

// MARK: - Is it the same training?

extension LanguageTrainer {
  /// A number made of all ids of the text (FNV-1a, 64 bits).
  var fingerprintOfText: UInt64 {
    (streams.ids + heldOut.ids).reduce(0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
  }
}

extension Plan {
  /// Can a training follow it?
  var isSound: Bool {
    batch > 0 && window > 0 && (1...(1 << 53)).contains(steps) && every > 0 && patience > 0
      && (0...0.5).contains(heldOut) && rate >= 0 && clip > 0
  }
}
