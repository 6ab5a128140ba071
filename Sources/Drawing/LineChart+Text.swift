extension LineChart {
  static let marks: [Character] = ["•", "○", "■", "□", "▲", "▼"]

  /// The chart in characters.
  ///
  /// Several series are drawn with one mark each, later ones over earlier ones; a single one with half blocks, at twice
  /// the height's resolution. Between two points further apart than a column the straight line is drawn.
  ///
  /// - Parameters:
  ///   - width: columns; no line is wider. Fewer than 40 count as 40.
  ///   - height: rows between the frame's upper and lower line. Fewer than 3 count as 3.
  ///   - coloured: adds ANSI colours to the marks and changes no character
  /// - Returns: lines without trailing spaces, joined by newlines, none at the end.
  public func text(width: Int = 80, height: Int = 16, coloured: Bool = false) -> String {
    let (width, height) = (max(40, width), max(3, height))
    let vertical = verticalAxis(ticks: max(2, height / 3))
    let left = vertical.ticks.map(\.label.count).max() ?? 0
    let drawn = references.filter { Axis.gap($0.y, on: yScale) == nil }
    let right = min(width / 4, drawn.map { columns(of: clean($0.label)) + 1 }.max() ?? 0)
    let plot = width - left - 3 - right
    let horizontal = horizontalAxis(ticks: max(2, plot / 11))

    var canvas = Canvas(width: plot, height: height)
    var labels: [Int: [String]] = [:]
    for reference in drawn {
      guard let row = vertical.fraction(of: reference.y).map({ canvas.row($0, of: height) }) else { continue }
      canvas.rule(row)
      labels[row, default: []].append(reference.label)
    }
    let blocks = series.count == 1
    for (index, series) in series.enumerated() {
      trace(series, horizontal, vertical, columns: plot, rows: blocks ? 2 * height : height) { column, row in
        blocks ? canvas.half(column, row) : canvas.mark(column, row, index)
      }
    }

    let names = tickRows(vertical, height)
    let margin = String(repeating: " ", count: left + 1)
    var lines = [title, y].filter { !$0.isEmpty }.map { fitted($0, to: width) }
    lines.append(margin + "┌" + String(repeating: "─", count: plot) + "┐")
    var cut: [String] = []
    for row in 0..<height {
      let full = clean(labels[row, default: []].joined(separator: ", "))
      let label = fitted(full, to: max(0, right - 1))
      if label != full { cut.append("─ \(full)") }
      lines.append(leftPadded(names[row] ?? "", to: left) + " │" + canvas.line(row, coloured: coloured) + "│ " + label)
    }
    lines.append(margin + "└" + String(repeating: "─", count: plot) + "┘")
    lines.append(tickLine(horizontal, from: left + 2, columns: plot, width: width))
    if !x.isEmpty { lines.append(margin + " " + centred(fitted(x, to: plot), in: plot)) }
    lines += caption(cut, width: width, indent: margin + " ", blocks: blocks, coloured: coloured)
    return lines.map(withoutTrailingSpaces).joined(separator: "\n")
  }

  /// Visits the cells of a curve: every point's, and between two points the columns that have none.
  private func trace(
    _ series: Series, _ horizontal: Axis, _ vertical: Axis, columns: Int, rows: Int, visit: (Int, Int) -> Void
  ) {
    func cell(_ fraction: Double, _ count: Int) -> Int { min(count - 1, Int(fraction * Double(count))) }
    var before: (x: Double, y: Double)?
    for point in series.points {
      guard let fx = horizontal.fraction(of: point.x), let fy = vertical.fraction(of: point.y) else {
        before = nil
        continue
      }
      let column = cell(fx, columns)
      if let before {
        let last = cell(before.x, columns)
        for between in min(last, column) + 1..<max(last, column, min(last, column) + 1) {
          let share = ((Double(between) + 0.5) / Double(columns) - before.x) / (fx - before.x)
          visit(between, cell(1 - (before.y + share * (fy - before.y)), rows))
        }
      }
      visit(column, cell(1 - fy, rows))
      before = (fx, fy)
    }
  }

  private func tickRows(_ axis: Axis, _ height: Int) -> [Int: String] {
    var names: [Int: String] = [:]
    for tick in axis.ticks {
      let row = min(height - 1, Int((1 - axis.fraction(at: tick.t)) * Double(height)))
      if names[row] == nil { names[row] = tick.label }
    }
    return names
  }

  /// The numbers below the frame, each centred below its column; one that would touch its neighbour is left out.
  private func tickLine(_ axis: Axis, from start: Int, columns: Int, width: Int) -> String {
    var line = ""
    for tick in axis.ticks {
      let column = start + min(columns - 1, Int(axis.fraction(at: tick.t) * Double(columns)))
      let place = min(column - tick.label.count / 2, width - tick.label.count)
      if line.isEmpty || place > line.count { line = padded(line, to: place) + tick.label }
    }
    return line
  }

  /// The marks' names, the reference labels that had no space beside the frame, and what is not drawn.
  private func caption(_ cut: [String], width: Int, indent: String, blocks: Bool, coloured: Bool) -> [String] {
    let space = width - indent.count
    let names = series.enumerated().map { index, series in
      "\(blocks ? "█" : LineChart.marks[index % 6]) \(clean(series.name))"
    }
    var legend = wrapped(names, separator: "   ", width: space)
    if coloured && !blocks {
      legend = legend.map { line in
        String(line.flatMap { mark in LineChart.marks.firstIndex(of: mark).map { Array(paint(mark, $0)) } ?? [mark] })
      }
    }
    return (legend + (cut + notes).flatMap { wrapped($0, width: space) }).map { indent + $0 }
  }
}

/// A grid of characters, each with the series it belongs to.
private struct Canvas {
  private let width: Int
  private var cells: [(mark: Character, series: Int?)]

  init(width: Int, height: Int) {
    self.width = width
    cells = Array(repeating: (" ", nil), count: width * height)
  }

  func row(_ fraction: Double, of height: Int) -> Int { min(height - 1, Int((1 - fraction) * Double(height))) }

  mutating func rule(_ row: Int) {
    for column in 0..<width { cells[row * width + column] = ("─", nil) }
  }

  mutating func mark(_ column: Int, _ row: Int, _ series: Int) {
    cells[row * width + column] = (LineChart.marks[series % 6], series)
  }

  /// Fills the upper or lower half of a cell; `row` counts halves.
  mutating func half(_ column: Int, _ row: Int) {
    let place = row / 2 * width + column
    let new: Character = row % 2 == 0 ? "▀" : "▄"
    let old = cells[place].mark
    cells[place] = (old == "█" || (old != new && (old == "▀" || old == "▄")) ? "█" : new, 0)
  }

  func line(_ row: Int, coloured: Bool) -> String {
    var line = ""
    for cell in cells[row * width..<(row + 1) * width] {
      if coloured, let series = cell.series { line += paint(cell.mark, series) } else { line.append(cell.mark) }
    }
    return line
  }
}

/// The mark in the terminal's own colours: cyan, yellow, magenta, green, blue, red.
func paint(_ mark: Character, _ index: Int) -> String {
  "\u{1B}[\([36, 33, 35, 32, 34, 31][index % 6])m\(mark)\u{1B}[0m"
}
