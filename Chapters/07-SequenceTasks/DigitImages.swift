import Console
import Digits
import MinimalMatrix

// MARK: - Images, row by row

/// Images and what they show. An image is a sequence: its rows are the steps,
/// the pixels of a row are the features.
public struct LabelledImages: Sendable {
  /// The rows of all images, one image below the other, `[N·T × D]`; paper is
  /// 0, ink is 1.
  public let rows: Matrix<Float>
  /// What each shows, `N` classes.
  public let labels: [Int]
  /// `T`, the rows of one image.
  public let height: Int

  /// Images of the given parts; there must be `height` rows for each label.
  public init(rows: Matrix<Float>, labels: [Int], height: Int) {
    require(
      height > 0 && rows.rows == labels.count * height,
      "LabelledImages: \(rows.shape) for \(labels.count) images of "
        + "\(height) rows")
    (self.rows, self.labels, self.height) = (rows, labels, height)
  }

  /// `D`, the pixels of one row.
  public var width: Int { rows.columns }
  /// `N`, the images.
  public var count: Int { labels.count }

  /// The images shipped with the workbook: 1,797 digits of 8 × 8 pixels.
  public static let digits: LabelledImages = {
    let lines = DigitsText.images.split(separator: "\n")
    let pixels = lines.flatMap { line in
      line.dropFirst(2).map { Float($0.hexDigitValue ?? 16) / 16 }
    }
    return LabelledImages(
      rows: Matrix(lines.count * 8, 8, scalars: pixels),
      labels: lines.map { $0.first!.wholeNumberValue! }, height: 8)
  }()

  /// Some of the images, side by side: the first rows of all, then the second.
  public func batch(_ indices: [Int]) -> Sequences<Float> {
    let places = (0..<height).flatMap { t in indices.map { $0 * height + t } }
    return Sequences(rows.rows(at: places), batch: indices.count)
  }

  /// One image, `[T × D]`.
  public func image(_ index: Int) -> Matrix<Float> {
    rows.rows(index * height..<(index + 1) * height)
  }

  /// The images at `indices`.
  public func subset(_ indices: [Int]) -> LabelledImages {
    LabelledImages(
      rows: .stack(indices.map { image($0) }, columns: width),
      labels: indices.map { labels[$0] }, height: height)
  }
}

// MARK: - What is held out

extension LabelledImages {
  /// What is learned from, and what is held out.
  public typealias Parts = (training: LabelledImages, heldOut: LabelledImages)

  /// A fifth of the images, drawn by chance, is held out. The draw depends on
  /// nothing but the number of images, so every run has the same split.
  public func splitByChance() -> Parts {
    var random = SplitMix64(seed: 7)
    return split((0..<count).shuffled(using: &random))
  }

  /// The last fifth of the file is held out. Who wrote these images wrote few
  /// or none of the others.
  public func splitByOrder() -> Parts {
    split(Array(0..<count))
  }

  private func split(_ order: [Int]) -> Parts {
    let kept = count - count / 5
    return (subset(Array(order[..<kept])), subset(Array(order[kept...])))
  }
}

// MARK: - An image on a terminal

extension LabelledImages {
  /// Two characters a pixel, a line for each row of pixels.
  public func lines(_ index: Int) -> [String] {
    let shades = [" ", "░", "▒", "▓", "█"]
    let image = image(index)
    return (0..<height).map { row in
      (0..<width).map { column in
        let shade = shades[Int((image[row, column] * 4).rounded())]
        return shade + shade
      }.joined()
    }
  }

  /// Several images side by side, a caption over each, as wide as it must be.
  public func gallery(_ images: [(index: Int, caption: String)]) -> String {
    let longest = images.map(\.caption.count).max() ?? 0
    let columns = images.map { index, caption in
      ([caption] + lines(index)).map {
        $0.padded(to: max(2 * width + 2, longest + 1))
      }
    }
    return (0...height).map { line in
      withoutTrailingBlanks(columns.map { $0[line] }.joined())
    }.joined(separator: "\n")
  }
}

private func withoutTrailingBlanks(_ line: String) -> String {
  String(line.reversed().drop { $0 == " " }.reversed())
}
