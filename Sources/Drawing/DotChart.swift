/// Names below each other, and for each some points on one logarithmic axis: for ratios.
///
///     let chart = DotChart(
///       title: "Ratios", x: "times as long", names: ["W1", "W2"],
///       series: [.init("one thread", values: [2.5, nil])], reference: 1)
///     try write(chart.svg(), to: "ratios.svg", in: folder)
///
/// The file is a function of the description alone.
public struct DotChart: Sendable {
  /// One kind of points: a value for each name. Where there is none, or none that is above 0, there is no point.
  public struct Series: Sendable {
    public var name: String
    public var values: [Double?]

    public init(_ name: String, values: [Double?]) { (self.name, self.values) = (name, values) }
  }

  public var title: String
  /// What the axis measures, with its unit.
  public var x: String
  public var names: [String]
  public var series: [Series]
  /// The value at which a line stands across all names.
  public var reference: Double

  public init(title: String, x: String, names: [String], series: [Series], reference: Double) {
    (self.title, self.x, self.names, self.series, self.reference) = (title, x, names, series, reference)
  }

  /// The chart as an SVG file, 720 wide, legible on light and dark ground.
  public func svg() -> String {
    let values = series.flatMap { $0.values.compactMap { $0 } } + [reference]
    let axis = Axis(.logarithmic, over: values, ticks: 9, extended: true)
    let (left, step) = (34 + min(220, names.map(SVG.width).max() ?? 0), 22.0)
    let (top, width) = (84.0, 720 - left - 40)
    let bottom = top + step * Double(names.count)
    func place(_ value: Double) -> Double? { axis.fraction(of: value).map { left + $0 * width } }

    var svg = SVG()
    svg.text(fitted(title, to: 75), 16, 24, attributes: " class=\"title\"")
    var keyPlace = 24.0
    for (index, series) in series.enumerated() {
      svg.mark(index, keyPlace, 46)
      svg.text(series.name, keyPlace + 10, 50)
      keyPlace += SVG.width(of: series.name) + 40
    }
    for tick in axis.ticks {
      let x = left + axis.fraction(at: tick.t) * width
      svg.line(x, top - 12, x, bottom, class: "grid")
      svg.text(tick.label, x, bottom + 18, .middle)
    }
    if let x = place(reference) { svg.line(x, top - 12, x, bottom, class: "reference") }
    svg.text(fitted(x, to: 90), left + width / 2, bottom + 40, .middle)
    for (row, name) in names.enumerated() {
      let y = top + step * Double(row) + 4
      svg.text(fitted(name, to: 30), left - 14, y + 4, .end)
      for (index, series) in series.enumerated() {
        guard row < series.values.count, let value = series.values[row], let x = place(value) else { continue }
        svg.mark(index, x, y)
      }
    }
    return svg.file(
      width: 720, height: bottom + 56, title: title,
      description: "\(x), for \(names.joined(separator: "; ")): \(series.map(\.name).joined(separator: "; ")).")
  }
}
