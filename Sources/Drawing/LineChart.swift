/// Curves over one pair of axes: one description, drawn as text for a terminal and as SVG for the book.
///
///     let chart = LineChart(
///       title: "Training", x: "step", y: "loss (nats/char)",
///       series: [.init("loss", losses), .init("smoothed", smooth)],
///       references: [.init("ln 27 = 3.296", at: 3.296)])
///     print(chart.text())
///
/// Both drawings are functions of the description alone: the same bytes on every run.
/// A value that is NaN, infinite or, on a logarithmic axis, not above zero leaves a gap, and the caption counts it.
/// Up to six series have a mark of their own; from the seventh on the marks repeat.
public struct LineChart: Sendable {
  /// One curve: points in the order in which they are joined, `x` usually rising.
  public struct Series: Sendable {
    public var name: String
    public var points: [(x: Double, y: Double)]

    public init(_ name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }

    /// A curve over 0, 1, 2, …, or over `start`, `start + stride`, …
    public init<Value: BinaryFloatingPoint>(
      _ name: String, _ values: [Value], from start: Double = 0, by stride: Double = 1
    ) {
      self.init(name, points: values.enumerated().map { (start + Double($0) * stride, Double($1)) })
    }

    /// A noisy curve over 1, 2, 3, … made calmer: the mean of every `count` values, drawn in their middle.
    public init(_ name: String, meansOf values: [Double], every count: Int) {
      let points = stride(from: 0, to: values.count, by: count).map { first in
        let run = values[first..<min(first + count, values.count)]
        return (x: Double(first) + Double(run.count + 1) / 2, y: run.reduce(0, +) / Double(run.count))
      }
      self.init(name, points: points)
    }
  }

  /// A horizontal line with a name, such as a loss that is known beforehand.
  public struct Reference: Sendable {
    public var label: String
    public var y: Double

    public init(_ label: String, at y: Double) {
      self.label = label
      self.y = y
    }
  }

  public var title: String
  public var x: String
  public var y: String
  public var xScale: Scale
  public var yScale: Scale
  public var series: [Series]
  public var references: [Reference]

  /// - Parameters:
  ///   - x: what the horizontal axis counts, with its unit
  ///   - y: what the vertical axis measures, with its unit
  ///   - references: lines across the whole chart; the vertical axis reaches to them
  public init(
    title: String, x: String, y: String, xScale: Scale = .linear, yScale: Scale = .linear,
    series: [Series], references: [Reference] = []
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
    self.references = references
  }

  // Only points with a place on both axes count: an infinite `x` must not stretch the other axis.
  func horizontalAxis(ticks: Int) -> Axis {
    let values = series.flatMap { $0.points.filter { gap($0) == nil }.map(\.x) }
    return Axis(xScale, over: values, ticks: ticks, extended: false)
  }

  func verticalAxis(ticks: Int) -> Axis {
    let values = series.flatMap { $0.points.filter { gap($0) == nil }.map(\.y) }
    return Axis(yScale, over: values + references.map(\.y), ticks: ticks, extended: true)
  }

  func gap(_ point: (x: Double, y: Double)) -> Gap? {
    Axis.gap(point.y, on: yScale) ?? Axis.gap(point.x, on: xScale)
  }

  /// The caption: one sentence for every series or line of which something is not drawn.
  var notes: [String] {
    series.compactMap { series in
      if series.points.isEmpty { return "\(series.name): no points." }
      let gaps = series.points.compactMap(gap)
      let counts = Gap.allCases.compactMap { kind in
        let count = gaps.count { $0 == kind }
        return count > 0 ? "\(count) \(kind.rawValue)" : nil
      }
      return counts.isEmpty
        ? nil : "\(series.name): \(counts.joined(separator: ", ")), left out of \(series.points.count) points."
    }
      + references.compactMap { reference in
        Axis.gap(reference.y, on: yScale).map { "\(reference.label): \($0.rawValue), not drawn." }
      }
  }
}
