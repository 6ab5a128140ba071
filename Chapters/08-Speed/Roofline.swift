import Drawing

// MARK: - The roofs

extension Product {
  /// How many bytes its innermost loop asks for, from wherever they are, for
  /// one multiply-add.
  public var bytesPerMultiplyAdd: Double {
    switch self {
    case .entries: 8  // an entry of a and one of b
    case .rows, .vectors: 12  // one of b; one of c, read and written
    case .tiles: 4 * Double(16 + 5) / (16 * 5)  // two vectors of b, five of a
    case .packed: 4 * Double(16 + 6) / (16 * 6)
    }
  }

  /// The floating-point operations for each of those bytes.
  public var intensity: Double { 2 / bytesPerMultiplyAdd }
}

extension Measurements {
  /// The roofline (Williams, Waterman & Patterson, 2009; with a roof for each
  /// cache, Ilic, Pratas & Sousa, 2014): no loop is faster than the
  /// multiply-adders, nor than its bytes arrive.
  public var roofline: LineChart {
    let names = ["first-level cache", "second-level cache", "memory"]
    let roofs = zip(names, bandwidths).map { name, bandwidth in
      // From the left edge up to the peak, and level from there.
      LineChart.Series(
        name,
        points: [0.1, peak / bandwidth, 10].sorted().map { intensity in
          (intensity, min(peak, bandwidth * intensity))
        })
    }
    let alone = LineChart.Series(
      "the product, five ways",
      points: zip(Product.allCases, products).map { ($0.intensity, $1[1]) })
    let step = steps[0]
    let whole = zip(Recipe.history, step.versions)
      .filter { $0.0.recipe.threads == 1 }
      .map { version, seconds in
        (version.recipe.product.intensity, step.size.flop / seconds / 1e9)
      }
    return LineChart(
      title: "One core's roofs, and where the versions stand",
      x: "operations for each byte that is asked for", y: "GFLOP/s",
      xScale: .logarithmic, yScale: .logarithmic,
      series: roofs + [
        alone, LineChart.Series("the step, 11 versions", points: whole),
      ])
  }
}
