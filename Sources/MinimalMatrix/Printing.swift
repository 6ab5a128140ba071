// MARK: - Printing

extension Matrix: CustomStringConvertible {
  /// The rows between brackets with four decimals, as NumPy prints them; of a large matrix the corners.
  ///
  ///     [[ 0.1000 -0.2500]
  ///      [ 1.0000  3.1416]]
  ///
  /// More than eight rows or columns are shortened to the first and the last three. Numbers that are very large or very
  /// small are all shown with an exponent.
  public var description: String {
    let (rowsShown, columnsShown) = (Self.ends(of: rows), Self.ends(of: columns))
    let shown = rowsShown.flatMap { i in columnsShown.map { j in scalars[i * columns + j] } }.filter(\.isFinite)
    let largest = shown.map { Double($0.magnitude) }.max() ?? 0
    let decimal = largest < 1e5 && (largest >= 1e-2 || largest == 0)
    let texts = rowsShown.map { i in
      columnsShown.map { j in
        let x = Double(scalars[i * columns + j])
        return decimal ? x.decimal(places: 4) : x.scientific(places: 4)
      }
    }
    let width = texts.joined().map(\.count).max() ?? 0
    let lines = zip(rowsShown, texts).map { i, row in
      let entries = zip(columnsShown, row).map { j, text in
        (j == columns - 3 && columns > 8 ? "... " : "") + String(repeating: " ", count: width - text.count) + text
      }
      return (i == rows - 3 && rows > 8 ? "...\n " : "") + "[\(entries.joined(separator: " "))]"
    }
    return "[\(lines.joined(separator: "\n "))]"
  }

  /// Every index, or the first and the last three.
  private static func ends(of count: Int) -> [Int] {
    count <= 8 ? Array(0..<count) : [0, 1, 2, count - 3, count - 2, count - 1]
  }
}

extension Double {
  /// The number with a fixed count of decimals, the last one rounded: `(-0.25).decimal(places: 1)` is `-0.2`.
  ///
  /// Half of the last place goes to the even digit. Beyond 2⁵³ in the last place it is written with an exponent.
  /// There must be 0 to 14 places: sixteen digits are more than a `Double` always has.
  public func decimal(places: Int) -> String {
    require((0...14).contains(places), "decimal: there are no \(places) places, only 0 to 14")
    guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let product = magnitude * scale
    var scaled = product.rounded(.toNearestOrEven)
    // A half may be one only because the product was rounded: 0.05 is a little more than a twentieth.
    let remainder = (-product).addingProduct(magnitude, scale)
    if (scaled - product).magnitude == 0.5 && remainder != 0 {
      scaled = product.rounded(remainder > 0 ? .up : .down)
    }
    guard scaled < 0x1p53 else { return scientific(places: places) }
    let digits = String(UInt64(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return sign + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
  }

  /// The number as digits and a power of ten: `1.2500e-07`. There must be 0 to 14 places; the last is rounded.
  ///
  /// It is scaled in steps of ten, each with a rounding, so a half of the last place may go either way.
  public func scientific(places: Int) -> String {
    require((0...14).contains(places), "scientific: there are no \(places) places, only 0 to 14")
    guard isFinite && self != 0 else { return decimal(places: places) + (isFinite ? "e+00" : "") }
    var exponent = 0
    var mantissa = magnitude
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    var digits = mantissa.decimal(places: places)
    if digits.hasPrefix("10") { (digits, exponent) = ((1.0).decimal(places: places), exponent + 1) }
    let power = String(exponent.magnitude)
    return (self < 0 ? "-" : "") + digits + (exponent < 0 ? "e-" : "e+") + (power.count < 2 ? "0" : "") + power
  }
}
