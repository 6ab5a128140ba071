import ExplicitGates
import ManualBPTT
import MinimalMatrix
import WhileLoop

// MARK: - Lengths guessed from the data

extension LabelledImages {
  /// The same images; every row of pixels is wiped out with this probability.
  public func damaged(_ share: Double, seed: UInt64) -> LabelledImages {
    var random = SplitMix64(seed: seed)
    let isKept = (0..<rows.rows).map { _ in
      random.uniform() < share ? Float(0) : 1
    }
    let mask = Matrix(isKept.map { Array(repeating: $0, count: width) })
    return LabelledImages(rows: rows * mask, labels: labels, height: height)
  }

  /// How many rows of pixels there are without any ink.
  public var blankRows: Int {
    (0..<rows.rows).count { rows.row($0).scalars.allSatisfy { $0 == 0 } }
  }

  /// The length of each image as who takes blank rows for padding sees it: the
  /// number of its rows that have ink. This is the bug that many programs have.
  public var guessedLengths: [Int] {
    (0..<count).map { index in
      let image = image(index)
      return (0..<height).count { row in
        image.row(row).scalars.contains { $0 != 0 }
      }
    }
  }
}

extension SequenceNetwork where L.Scalar == Float {
  /// The share of images that are named rightly when each is cut off at the
  /// given length.
  public func accuracy(on images: LabelledImages, lengths: [Int]) -> Double {
    let all = images.batch(Array(0..<images.count))
    let cut = Sequences(all.x, batch: all.batch, lengths: lengths)
    return accuracyOf(answers(to: cut, .last).rowArgMaxima(), images.labels)
  }
}
