/// Points in the plane, each drawn as its name: one description, drawn as text for a terminal and as SVG for the book.
///
///     let map = PointMap(title: "Letters", points: [.init("a", x: 0.3, y: 1.2, group: 0)])
///     print(map.text())
///
/// Points without two finite coordinates are left out, and counted below the picture.
public struct PointMap: Sendable {
  /// A name and its place.
  public struct Point: Sendable {
    public var name: String
    public var x, y: Double
    /// Points of one group have one colour in the SVG.
    public var group: Int

    public init(_ name: String, x: Double, y: Double, group: Int = 0) {
      (self.name, self.x, self.y, self.group) = (name, x, y, group)
    }
  }

  public var title: String
  public var points: [Point]

  public init(title: String, points: [Point]) { (self.title, self.points) = (title, points) }

  private var drawable: [Point] { points.filter { $0.x.isFinite && $0.y.isFinite } }

  /// From a coordinate to its share of the way between the lowest and the highest, 0…1.
  private func share(_ value: Double, _ path: KeyPath<Point, Double>) -> Double {
    let values = drawable.map { $0[keyPath: path] }
    guard let low = values.min(), let high = values.max(), low < high else { return 0.5 }
    // Halved, because the difference of two huge numbers may be infinite.
    return (value / 2 - low / 2) / (high / 2 - low / 2)
  }

  /// The map as text, each name beginning at its place, without trailing spaces. A name that would touch one drawn before
  /// it is left out, and the last line says how many are.
  public func text(width: Int = 80, height: Int = 20) -> String {
    var rows = Array(repeating: Array(repeating: Character?.none, count: width), count: height)
    var hidden = points.count - drawable.count
    for point in drawable {
      let name = Array(fitted(point.name, to: width / 2))
      let column = min(width - name.count, Int(share(point.x, \.x) * Double(width - 1)))
      let row = height - 1 - Int(share(point.y, \.y) * Double(height - 1))
      let room = max(0, column - 1)..<min(width, column + name.count + 1)
      guard rows[row][room].allSatisfy({ $0 == nil }) else {
        hidden += 1
        continue
      }
      for (index, character) in name.enumerated() { rows[row][column + index] = character }
    }
    let lines = rows.map { row -> String in
      let end = row.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
      return String(row[..<end].map { $0 ?? " " })
    }
    return (lines + (hidden > 0 ? ["(\(hidden) more have no room)"] : [])).joined(separator: "\n")
  }

  /// The map as an SVG file, 720 wide, legible on light and dark ground. A name that would lie on one drawn before it
  /// moves aside, no further than it must.
  public func svg() -> String {
    var svg = SVG()
    svg.text(fitted(title, to: 70), 16, 24, attributes: " class=\"title\"")
    svg.rectangle(16, 44, 688, 360, attributes: "class=\"axis\"")
    var labels: [Label] = []
    for point in drawable {
      let own = Label(
        text: fitted(point.name, to: 20), x: 40 + 640 * share(point.x, \.x), y: 388 - 320 * share(point.y, \.y))
      let label = own.neighbours.first { place in !labels.contains { $0.touches(place) } } ?? own
      labels.append(label)
      let colour = Palette.series[((point.group % 6) + 6) % 6].hex
      svg.text(label.text, label.x, label.y, .middle, attributes: " font-size=\"15\" fill=\"\(colour)\"")
    }
    let hidden = points.count - drawable.count
    let notes = hidden > 0 ? ["\(hidden) without two finite coordinates."] : []
    let bottom = svg.sentences(notes, 16, 428, width: 688)
    return svg.file(
      width: 720, height: bottom - 8, title: title,
      description: (["\(drawable.count) names in the plane."] + notes).joined(separator: " "))
  }
}

/// A name, 15 pixels high, and the middle of the line it stands on.
private struct Label {
  let text: String
  var x, y: Double

  /// Half the name's width, and the height of a line of such names.
  private var half: Double { SVG.width(of: text) * 15 / 12 / 2 }
  private static let height = 14.0

  /// Its own place, and then ever further ones around it that are inside the map's frame.
  var neighbours: [Label] {
    let directions: [SIMD2<Double>] = [
      [0, -1], [0, 1], [1, 0], [-1, 0], [0.7, -0.7], [-0.7, -0.7], [0.7, 0.7], [-0.7, 0.7],
    ]
    var places = [self]
    for distance in stride(from: 3.0, through: 48, by: 3) {
      for direction in directions {
        let place = Label(text: text, x: x + distance * direction.x, y: y + distance * direction.y)
        if place.isInside { places.append(place) }
      }
    }
    return places
  }

  private var isInside: Bool { x - half > 16 && x + half < 704 && y > 58 && y < 400 }

  func touches(_ other: Label) -> Bool { abs(x - other.x) < half + other.half && abs(y - other.y) < Self.height }
}
