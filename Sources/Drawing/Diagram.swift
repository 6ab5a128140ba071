/// Boxes on a grid and arrows between them, as an SVG file: how something is built, not how large it is.
///
///     var diagram = Diagram(title: "A scan", description: "Each step hands its carry to the next one.")
///     diagram.box("a", "step", column: 0, row: 0)
///     diagram.box("b", "step", column: 1, row: 0)
///     diagram.arrow("a", "b", .first)
///
/// The file is a function of the description alone.
public struct Diagram: Sendable {
  /// The colours of boxes and arrows: four that are told apart by everyone, and grey.
  public enum Paint: Int, Sendable { case first, second, third, fourth, grey }

  /// What a box looks like.
  public enum Look: Sendable {
    /// Text alone.
    case bare
    /// An outline.
    case outlined
    /// A broken outline: what is there for a moment.
    case fleeting
    /// An outline around a tinted ground: what is kept.
    case filled
  }

  struct Box { let label: String, column: Double, row: Double, look: Look, paint: Paint }
  struct Arrow { let from: String, to: String, paint: Paint }

  public var title: String
  public var description: String
  private var boxes: [(name: String, box: Box)] = []
  private var arrows: [Arrow] = []
  private var legend: [(paint: Paint, text: String)] = []
  private let columnWidth: Double
  private let rowHeight: Double

  /// An empty diagram.
  /// - Parameters:
  ///   - description: what it shows, in words, for those who cannot see it
  ///   - columnWidth: the pixels from one column of the grid to the next
  ///   - rowHeight: those from row to row
  public init(title: String, description: String, columnWidth: Double = 96, rowHeight: Double = 64) {
    (self.title, self.description) = (title, description)
    (self.columnWidth, self.rowHeight) = (columnWidth, rowHeight)
  }

  /// Adds a box. Places are counted from 0 at the upper left and may lie between those of the grid.
  /// - Parameter name: what arrows call it, unlike every other
  public mutating func box(
    _ name: String, _ label: String, column: Double, row: Double, _ look: Look = .outlined, _ paint: Paint = .grey
  ) {
    precondition(!boxes.contains { $0.name == name }, "Diagram: two boxes are called \(name)")
    boxes.append((name, Box(label: label, column: column, row: row, look: look, paint: paint)))
  }

  /// Adds an arrow between two boxes, from edge to edge.
  public mutating func arrow(_ from: String, _ to: String, _ paint: Paint = .grey) {
    for name in [from, to] {
      precondition(boxes.contains { $0.name == name }, "Diagram: no box is called \(name)")
    }
    arrows.append(Arrow(from: from, to: to, paint: paint))
  }

  /// Adds a line below the diagram that says what a colour means.
  public mutating func key(_ paint: Paint, _ text: String) { legend.append((paint, text)) }

  /// The diagram as an SVG file, legible on light and dark ground.
  public func svg() -> String {
    var svg = SVG()
    svg.text(title, 16, 24, attributes: " class=\"title\"")
    let places = Dictionary(uniqueKeysWithValues: boxes.map { ($0.name, frame(of: $0.box)) })
    for arrow in arrows { draw(arrow, places[arrow.from]!, places[arrow.to]!, &svg) }
    for (name, box) in boxes { draw(box, places[name]!, &svg) }
    let right = places.values.map { $0.x + $0.halfWidth }.max() ?? 0
    var bottom = (places.values.map { $0.y + $0.halfHeight }.max() ?? 40) + 28
    for (paint, text) in legend {
      svg.add("<path class=\"curve\" stroke=\"\(colour(paint))\" d=\"M16 \(SVG.number(bottom - 4))h22\"/>")
      svg.text(text, 46, bottom)
      bottom += 18
    }
    let widest = legend.map { 46 + SVG.width(of: $0.text) }.max() ?? 0
    return svg.file(
      width: max(right, widest, 16 + SVG.width(of: title) * 1.25) + 16, height: bottom - 4, title: title,
      description: description)
  }

  /// Where a box stands, and half its sides.
  private struct Frame { let x, y, halfWidth, halfHeight: Double }

  private func frame(of box: Box) -> Frame {
    let text = SVG.width(of: box.label)
    let width = box.look == .bare ? text + 4 : max(columnWidth * 0.64, text + 10)
    return Frame(
      x: 16 + (box.column + 0.5) * columnWidth, y: 44 + (box.row + 0.5) * rowHeight, halfWidth: width / 2,
      halfHeight: box.look == .bare ? 11 : 16)
  }

  private func draw(_ box: Box, _ frame: Frame, _ svg: inout SVG) {
    let stroke = "stroke=\"\(colour(box.paint))\" stroke-width=\"1.5\" rx=\"5\""
    let attributes: String? =
      switch box.look {
      case .bare: nil
      case .outlined: "\(stroke) fill=\"none\""
      case .fleeting: "\(stroke) fill=\"none\" stroke-dasharray=\"4 4\""
      case .filled: "\(stroke) fill=\"\(colour(box.paint))\" fill-opacity=\"0.1\""
      }
    if let attributes {
      svg.rectangle(
        frame.x - frame.halfWidth, frame.y - frame.halfHeight, 2 * frame.halfWidth, 2 * frame.halfHeight,
        attributes: attributes)
    }
    svg.text(box.label, frame.x, frame.y + 4, .middle)
  }

  private func draw(_ arrow: Arrow, _ from: Frame, _ to: Frame, _ svg: inout SVG) {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0 else { return }
    let (ux, uy) = (dx / length, dy / length)
    /// How far the edge of a box is from its middle, in the arrow's direction, and three pixels of air.
    func reach(_ frame: Frame) -> Double {
      min(ux == 0 ? .infinity : frame.halfWidth / abs(ux), uy == 0 ? .infinity : frame.halfHeight / abs(uy)) + 3
    }
    let (x1, y1) = (from.x + ux * reach(from), from.y + uy * reach(from))
    let (x2, y2) = (to.x - ux * reach(to), to.y - uy * reach(to))
    let (bx, by) = (x2 - 7 * ux, y2 - 7 * uy)
    let n = SVG.number
    svg.add(
      "<path class=\"curve\" stroke=\"\(colour(arrow.paint))\" d=\"M\(n(x1)) \(n(y1))L\(n(bx)) \(n(by))\"/>")
    svg.add(
      "<path fill=\"\(colour(arrow.paint))\" d=\"M\(n(x2)) \(n(y2))L\(n(bx - 4 * uy)) \(n(by + 4 * ux))"
        + "L\(n(bx + 4 * uy)) \(n(by - 4 * ux))Z\"/>")
  }

  private func colour(_ paint: Paint) -> String {
    paint == .grey ? Palette.textOnLight.hex : Palette.series[paint.rawValue].hex
  }
}
