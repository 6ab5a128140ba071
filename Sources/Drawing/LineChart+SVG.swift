extension LineChart {
  /// Points that a series may have in the file; a longer one is thinned.
  static let pointLimit = 300

  /// The chart as an SVG file, 720 wide, legible on light and dark ground, under 40 KB with up to six series.
  ///
  /// A series of more than 300 points is thinned: cut into 149 equal runs, of which each keeps its lowest and its highest
  /// point, in order, beside the first and the last point of all. So extremes stay, and a gap stays if it fills a run.
  /// Names stand beside the curves' ends, below each other where they would overlap.
  public func svg() -> String {
    let vertical = verticalAxis(ticks: 5)
    let names = series.map(\.name) + references.map(\.label)
    let right = min(220, (names.map(SVG.width).max() ?? 0) + 44)
    let left = max(24, (vertical.ticks.map { SVG.width(of: $0.label) }.max() ?? 0) + 18)
    let frame = Frame(x: left, y: 62, width: 720 - left - right, height: 270)
    let horizontal = horizontalAxis(ticks: max(2, Int(frame.width / 75)))

    var svg = SVG()
    drawAxes(&svg, frame, horizontal, vertical)
    var keys: [Key] = []
    for reference in references {
      guard let fraction = vertical.fraction(of: reference.y) else { continue }
      let y = frame.place(0, fraction).y
      svg.line(frame.x, y, frame.x + frame.width, y, class: "reference")
      keys.append(Key(label: reference.label, y: y, series: nil, marked: false))
    }
    for (index, series) in series.enumerated() {
      let runs = thinned(series.points).map { run in
        run.compactMap { point -> (x: Double, y: Double)? in
          guard let x = horizontal.fraction(of: point.x), let y = vertical.fraction(of: point.y) else { return nil }
          return frame.place(x, y)
        }
      }
      let marked = draw(runs, index, &svg)
      let end = runs.last?.last?.y ?? frame.y + frame.height
      keys.append(Key(label: series.name, y: end, series: index, marked: marked))
    }
    drawKeys(keys, frame, right, &svg)
    let bottom = svg.sentences(notes, 16, frame.y + frame.height + 62, width: 688)
    let lines = series.map(\.name) + references.map { "line at " + $0.label }
    return svg.file(
      width: 720, height: bottom - 8, title: title,
      description: (["\(y) over \(x): \(lines.joined(separator: "; "))."] + notes).joined(separator: " "))
  }

  /// The runs of points between gaps, at most ``pointLimit`` points together.
  func thinned(_ points: [(x: Double, y: Double)]) -> [[(x: Double, y: Double)]] {
    var kept: [Int?] = Array(points.indices)
    if points.count > LineChart.pointLimit {
      let drawable = points.indices.filter { gap(points[$0]) == nil }
      let count = LineChart.pointLimit / 2 - 1
      kept = (0..<count).flatMap { run -> [Int?] in
        let bounds = run * points.count / count..<(run + 1) * points.count / count
        let inside = bounds.filter { gap(points[$0]) == nil }
        guard let low = inside.min(by: { points[$0].y < points[$1].y }),
          let high = inside.max(by: { points[$0].y < points[$1].y })
        else { return [nil] }
        return low == high ? [low] : [min(low, high), max(low, high)]
      }
      if let first = drawable.first, let place = kept.firstIndex(where: { $0 != nil }), kept[place] != first {
        kept.insert(first, at: place)
      }
      if let last = drawable.last, let place = kept.lastIndex(where: { $0 != nil }), kept[place] != last {
        kept.insert(last, at: place + 1)
      }
    }
    let places = kept.map { index in index.flatMap { gap(points[$0]) == nil ? points[$0] : nil } }
    return places.split { $0 == nil }.map { run in run.compactMap { $0 } }
  }

  private func drawAxes(_ svg: inout SVG, _ frame: Frame, _ horizontal: Axis, _ vertical: Axis) {
    svg.text(fitted(title, to: 75), 16, 24, attributes: " class=\"title\"")
    svg.text(fitted(y, to: 95), 16, 46)
    let bottom = frame.y + frame.height
    for tick in vertical.ticks {
      let y = frame.place(0, vertical.fraction(at: tick.t)).y
      if y < bottom - 1 { svg.line(frame.x, y, frame.x + frame.width, y, class: "grid") }
      svg.text(tick.label, frame.x - 8, y + 4, .end)
    }
    svg.line(frame.x, bottom, frame.x + frame.width, bottom, class: "axis")
    var free = 0.0
    for tick in horizontal.ticks {
      let x = frame.place(horizontal.fraction(at: tick.t), 0).x
      svg.line(x, bottom, x, bottom + 5, class: "axis")
      let half = SVG.width(of: tick.label) / 2
      guard x - half >= free else { continue }
      svg.text(tick.label, x, bottom + 19, .middle)
      free = x + half + 8
    }
    svg.text(fitted(x, to: Int(frame.width / SVG.letter)), frame.x + frame.width / 2, bottom + 40, .middle)
  }

  /// A curve, and on it a few of its marks: on every point of a short series, else on about ten.
  ///
  /// One that runs up and down so much that it covers an area gets a thin line and no marks, which would hide the others.
  /// - Returns: whether the curve has marks.
  private func draw(_ runs: [[(x: Double, y: Double)]], _ index: Int, _ svg: inout SVG) -> Bool {
    let n = SVG.number
    let colour = Palette.series[index % 6].hex
    let path = runs.map { run in
      "M" + run.map { "\(n($0.x)) \(n($0.y))" }.joined(separator: "L")
    }
    let isNoise = runs.reduce(0) { $0 + ascent(of: $1) } > 3000
    svg.add("<path class=\"\(isNoise ? "noise" : "curve")\" stroke=\"\(colour)\" d=\"\(path.joined())\"/>")
    if isNoise { return false }
    let points = runs.flatMap { $0 }
    let every = points.count <= 12 ? 1 : points.count / 10
    let alone = runs.filter { $0.count == 1 }.compactMap(\.first).prefix(60)  // a run of one point has no line
    let isAlone = series.count == 1 && points.count > 12  // and needs no marks to be told from others
    let places = isAlone ? [] : Array(stride(from: every / 2, to: points.count, by: every))
    for point in places.map({ points[$0] }) + alone { svg.mark(index, point.x, point.y) }
    return !isAlone
  }

  /// How far the curve goes up and down altogether.
  private func ascent(of run: [(x: Double, y: Double)]) -> Double {
    zip(run, run.dropFirst()).reduce(0) { $0 + abs($1.1.y - $1.0.y) }
  }

  /// The names at the right, each level with its line's end if there is space, else pushed down or up.
  private func drawKeys(_ keys: [Key], _ frame: Frame, _ right: Double, _ svg: inout SVG) {
    var keys = keys.enumerated().sorted { ($0.element.y, $0.offset) < ($1.element.y, $1.offset) }.map(\.element)
    let gap = 17.0
    for index in keys.indices.dropFirst() { keys[index].y = max(keys[index].y, keys[index - 1].y + gap) }
    var floor = frame.y + frame.height
    for index in keys.indices.reversed() {
      keys[index].y = min(keys[index].y, floor)
      floor = keys[index].y - gap
    }
    for key in keys {
      let x = frame.x + frame.width + 8
      if let index = key.series {
        let path = "M\(SVG.number(x)) \(SVG.number(key.y))h22"
        svg.add("<path class=\"curve\" stroke=\"\(Palette.series[index % 6].hex)\" d=\"\(path)\"/>")
        if key.marked { svg.mark(index, x + 11, key.y) }
      } else {
        svg.line(x, key.y, x + 22, key.y, class: "reference")
      }
      svg.text(fitted(key.label, to: Int((right - 40) / SVG.letter)), x + 28, key.y + 4)
    }
  }
}

/// A name beside the chart; `series` is nil for a reference line.
private struct Key {
  let label: String
  var y: Double
  let series: Int?
  let marked: Bool
}

private struct Frame {
  let x, y, width, height: Double

  func place(_ fx: Double, _ fy: Double) -> (x: Double, y: Double) { (x + fx * width, y + (1 - fy) * height) }
}

extension SVG {
  /// The series' mark, the same shapes as in text: full and open circle, full and open square, triangle up and down.
  mutating func mark(_ series: Int, _ x: Double, _ y: Double) {
    let n = SVG.number
    let colour = Palette.series[series % 6].hex
    let fill = series % 6 == 1 || series % 6 == 3 ? "none" : colour
    let paint = "stroke=\"\(colour)\" stroke-width=\"1.5\" fill=\"\(fill)\""
    switch series % 6 {
    case 0, 1: add("<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"3.5\" \(paint)/>")
    case 2, 3: rectangle(x - 3.25, y - 3.25, 6.5, 6.5, attributes: paint)
    default:
      let tip = series % 6 == 4 ? -4.5 : 4.5
      add("<path d=\"M\(n(x)) \(n(y + tip))L\(n(x - 4.5)) \(n(y - tip * 0.7))h9Z\" \(paint)/>")
    }
  }
}
