import Foundation

/// A grid of values in shades: one description, drawn as text for a terminal and as SVG for the book.
///
///     let map = HeatMap(
///       title: "Hidden units", rows: units, columns: steps, values: h, range: -1...1)
///     print(map.text())
///
/// Values outside the range are drawn as its nearer end, NaN, infinite and missing ones as `?`; the caption counts both.
/// A range that has negative and positive values gets two colours around zero in the SVG.
public struct HeatMap: Sendable {
  public var title: String
  public var rows: [String]
  public var columns: [String]
  public var values: [[Double]]
  public var range: ClosedRange<Double>

  /// - Parameters:
  ///   - rows: the rows' names; missing ones are empty
  ///   - columns: the columns' names; those that have no space are left out
  ///   - values: `[rows × columns]`
  ///   - range: the values of the lightest and the darkest shade; finite, or the program ends
  public init(
    title: String, rows: [String], columns: [String], values: [[Double]], range: ClosedRange<Double>
  ) {
    guard range.lowerBound.isFinite, range.upperBound.isFinite else {
      fatalError("HeatMap \"\(title)\": the range \(range) has an infinite end; give it two finite ones")
    }
    self.title = title
    self.rows = rows
    self.columns = columns
    self.values = values
    self.range = range
  }

  var rowCount: Int { max(rows.count, values.count) }
  var columnCount: Int { max(columns.count, values.map(\.count).max() ?? 0) }
  var isDiverging: Bool { range.lowerBound < 0 && range.upperBound > 0 }

  func value(_ row: Int, _ column: Int) -> Double {
    values.indices.contains(row) && values[row].indices.contains(column) ? values[row][column] : .nan
  }

  /// The place of a value in the range, 0…1; nil without a finite value.
  func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low < high else { return 0.5 }
    // Halved, because the difference of two huge numbers may be infinite.
    return min(1, max(0, (value / 2 - low / 2) / (high / 2 - low / 2)))
  }

  /// Five values from one end of the range to the other, as the legend shows them: with so many decimals that they stand
  /// as far from each other as they are.
  var legend: [String] {
    let step = range.upperBound / 4 - range.lowerBound / 4
    let places = step > 0 ? min(6, max(2, 2 - Int(log10(step).rounded(.down)))) : 2
    return (0...4).map { index in
      let share = Double(index) / 4
      return short(range.lowerBound * (1 - share) + range.upperBound * share, places: places)
    }
  }

  var notes: [String] {
    let all = (0..<rowCount).flatMap { row in (0..<columnCount).map { value(row, $0) } }
    let missing = all.count { !$0.isFinite }
    let outside = all.count { $0.isFinite && !range.contains($0) }
    return (missing > 0 ? ["? = \(missing) without a finite value."] : [])
      + (outside > 0 ? ["\(outside) outside the range, drawn as its end."] : [])
  }

  // MARK: - Text

  static let shades: [Character] = [" ", "░", "▒", "▓", "█"]

  /// The map in the shades ` ░▒▓█`, each for the nearest of five values that the legend names.
  ///
  /// - Parameters:
  ///   - width: columns; no line is wider. Fewer than 40 count as 40; map columns without space are left out, and said so.
  ///   - spaced: `█ ▒ ░` and not `██▒▒░░`
  /// - Returns: lines without trailing spaces, joined by newlines, none at the end.
  public func text(width: Int = 80, spaced: Bool = false) -> String {
    let width = max(40, width)
    let left = min(width / 3, rows.map { Drawing.columns(of: clean($0)) }.max() ?? 0)
    let space = width - left - 3
    let cell = spaced || columnCount * 2 <= space ? 2 : 1
    let shown = min(columnCount, space / cell)
    let margin = String(repeating: " ", count: left + 1)

    var lines = title.isEmpty ? [] : [fitted(title, to: width)]
    let names = columnLine(shown, cell)
    if !names.isEmpty { lines.append(margin + " " + names) }
    lines.append(margin + "┌" + String(repeating: "─", count: shown * cell) + "┐")
    for row in 0..<rowCount {
      let cells = (0..<shown).map { column in
        let shade = share(value(row, column)).map { HeatMap.shades[Int(($0 * 4).rounded())] } ?? "?"
        return spaced ? "\(shade) " : String(repeating: shade, count: cell)
      }
      let name = rows.indices.contains(row) ? fitted(rows[row], to: left) : ""
      lines.append(leftPadded(name, to: left) + " │" + cells.joined() + "│")
    }
    lines.append(margin + "└" + String(repeating: "─", count: shown * cell) + "┘")
    let scale = zip(HeatMap.shades, legend).map { shade, value in
      "│\(String(repeating: shade, count: spaced ? 1 : cell))│ \(value)"
    }
    var all = notes
    if shown < columnCount { all.append("Columns 1 to \(shown) of \(columnCount).") }
    let caption = wrapped(scale, separator: "   ", width: space) + all.flatMap { wrapped($0, width: space) }
    return (lines + caption.map { margin + " " + $0 }).map(withoutTrailingSpaces).joined(separator: "\n")
  }

  /// Names above the columns, each beginning at its cell and leaving a space to the next, which is left out otherwise.
  private func columnLine(_ shown: Int, _ cell: Int) -> String {
    var line = ""
    for (index, name) in columns.prefix(shown).enumerated() {
      let name = fitted(name, to: max(cell, shown * cell - index * cell))
      let used = Drawing.columns(of: line)
      let tight = Drawing.columns(of: name) < cell || line.isEmpty ? 0 : 1
      guard used + (index > 0 && Drawing.columns(of: name) >= cell ? tight : 0) <= index * cell else { continue }
      line = padded(line, to: index * cell) + name
    }
    return line
  }

  // MARK: - SVG

  /// The map as an SVG file, at most 720 wide: blue from light to dark, or vermilion through white to blue around zero.
  ///
  /// - Parameter showingValues: writes each value, to two decimals, into its cell.
  public func svg(showingValues: Bool = false) -> String {
    let left = min(200, (rows.map(SVG.width).max() ?? 0)) + 26
    let cell = min(44, (720 - left - 100) / Double(max(1, columnCount)))
    let height = min(28, max(cell, showingValues ? 16 : 6))
    let top = 62.0
    let (right, bottom) = (left + cell * Double(columnCount), top + height * Double(rowCount))

    var svg = SVG()
    let width = max(right + 100, 480)
    svg.text(fitted(title, to: Int(width / 9.6)), 16, 24, attributes: " class=\"title\"")
    // Crisp edges: or the ground shows as a line between two cells.
    let font = SVG.number(min(11, cell / 3.4))
    svg.add("<g shape-rendering=\"crispEdges\" text-anchor=\"middle\" font-size=\"\(font)\">")
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        let (x, y) = (left + cell * Double(column), top + height * Double(row))
        draw(value(row, column), x, y, cell, height, showingValues, &svg)
      }
    }
    svg.add("</g>")
    svg.rectangle(left, top, right - left, bottom - top, attributes: "class=\"axis\"")
    drawNames(&svg, left, top, cell, height)
    drawScale(&svg, right + 24, top)
    let end = svg.sentences(notes, 16, max(bottom, top + 120) + 28, width: width - 32)
    let size = "\(rowCount) rows and \(columnCount) columns, values from \(legend[0]) to \(legend[4])."
    let description = ([size] + notes).joined(separator: " ")
    return svg.file(width: width, height: end - 8, title: title, description: description)
  }

  private func colour(_ share: Double) -> Colour {
    guard isDiverging else { return Palette.colour(at: share, of: Palette.sequential) }
    // White is zero, also where the range is not the same on both sides; the farther end has the full colour.
    let (low, high) = (range.lowerBound, range.upperBound)
    let value = low * (1 - share) + high * share
    return Palette.colour(at: 0.5 + 0.5 * (value / max(-low, high)), of: Palette.diverging)
  }

  private func draw(
    _ value: Double, _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ named: Bool, _ svg: inout SVG
  ) {
    let (middle, base) = (x + width / 2, y + height / 2 + 4)
    guard let share = share(value) else { return svg.text("?", middle, base) }
    let colour = colour(share)
    svg.rectangle(x, y, width, height, attributes: "fill=\"\(colour.hex)\"")
    guard named else { return }
    let ink = colour.luminance > 0.179 ? "#000" : "#fff"  // where black and white have the same contrast
    let label = abs(value) < 1e5 ? fixed(value, places: 2) : short(value)
    svg.text(label, middle, base, attributes: " fill=\"\(ink)\"")
  }

  private func drawNames(_ svg: inout SVG, _ left: Double, _ top: Double, _ cell: Double, _ height: Double) {
    let every = max(1, Int((14 / height).rounded(.up)))
    for (index, name) in rows.enumerated() where index % every == 0 && !name.isEmpty {
      svg.text(fitted(name, to: 27), left - 8, top + height * (Double(index) + 0.5) + 4, .end)
    }
    var free = 0.0
    // A column without a name needs no space: the next name may stand over it.
    for (index, name) in columns.enumerated() where !name.isEmpty {
      let half = SVG.width(of: name) / 2
      let middle = left + cell * (Double(index) + 0.5)
      guard middle - half >= free else { continue }
      svg.text(name, middle, top - 8, .middle)
      free = middle + half + 3
    }
  }

  private func drawScale(_ svg: inout SVG, _ x: Double, _ top: Double) {
    for step in 0..<24 {
      let colour = colour(1 - (Double(step) + 0.5) / 24)
      svg.rectangle(x, top + 5 * Double(step), 14, 5, attributes: "fill=\"\(colour.hex)\"")
    }
    svg.rectangle(x, top, 14, 120, attributes: "class=\"axis\"")
    for (index, value) in legend.reversed().enumerated() {
      svg.text(value, x + 20, top + 4 + 30 * Double(index))
    }
  }
}
