import Foundation

/// How a value becomes a place on an axis.
public enum Scale: Sendable {
  case linear
  /// Equal steps are equal factors. Values that are not above zero have no place on it and leave a gap.
  case logarithmic
}

/// Why a value is not drawn; the caption counts them under these words.
enum Gap: String, CaseIterable {
  case notFinite = "not finite"
  case tooLarge = "beyond 1e300"
  case notPositive = "not above 0 on a log axis"
}

/// One axis, ready to place values: its ends, and its ticks at round numbers.
///
/// Places are kept as `t`: the value itself, or its decimal logarithm, so that no round number can overflow.
struct Axis {
  struct Tick {
    let t: Double
    let label: String
  }

  let scale: Scale
  let low: Double
  let high: Double
  let ticks: [Tick]

  /// An axis over all values that can be drawn; with none, over 0…1.
  ///
  /// - Parameters:
  ///   - wanted: about how many ticks there is space for
  ///   - extended: whether a linear axis always goes on to the round number beyond its values, or only to a near one; a
  ///     logarithmic one always does
  init(_ scale: Scale, over values: [Double], ticks wanted: Int, extended: Bool) {
    let places = values.filter { Axis.gap($0, on: scale) == nil }.map { scale == .linear ? $0 : log10($0) }
    let (low, high) = Axis.opened(places.min() ?? 0, places.max() ?? 1, scale)
    self.scale = scale
    switch scale {
    case .linear: (self.low, self.high, ticks) = Axis.linear(low, high, max(1, wanted), extended)
    case .logarithmic: (self.low, self.high, ticks) = Axis.logarithmic(low, high, max(1, wanted) + 3)
    }
  }

  static func gap(_ value: Double, on scale: Scale) -> Gap? {
    if !value.isFinite { return .notFinite }
    switch scale {
    case .linear: return abs(value) > 1e300 ? .tooLarge : nil
    case .logarithmic: return value > 0 ? nil : .notPositive
    }
  }

  /// The place of a value, 0 at the axis' low end and 1 at its high end; nil where there is a gap.
  func fraction(of value: Double) -> Double? {
    guard Axis.gap(value, on: scale) == nil else { return nil }
    return fraction(at: scale == .linear ? value : log10(value))
  }

  func fraction(at t: Double) -> Double { min(1, max(0, (t - low) / (high - low))) }

  /// Values that are all equal, or as good as equal, get a range around them, so that they lie in the middle.
  private static func opened(_ low: Double, _ high: Double, _ scale: Scale) -> (Double, Double) {
    let size = max(abs(low), abs(high))
    if scale == .logarithmic { return high - low > 1e-6 ? (low, high) : (low - 0.5, high + 0.5) }
    if size < 1e-300 { return (-1, 1) }
    return high - low > 1e-6 * size ? (low, high) : (low - size / 2, high + size / 2)
  }

  /// Ticks at multiples of 1, 2 or 5 times a power of ten. A tick is an integer times that power, so its label is exact.
  private static func linear(
    _ low: Double, _ high: Double, _ wanted: Int, _ extended: Bool
  ) -> (Double, Double, [Tick]) {
    let raw = (high - low) / Double(wanted)
    var exponent = Int(log10(raw).rounded(.down))
    var factor = [1, 2, 5, 10].first { Double($0) * powerOfTen(exponent) >= raw * 0.999_999 } ?? 10
    if factor == 10 { (factor, exponent) = (1, exponent + 1) }
    let step = Double(factor) * powerOfTen(exponent)
    let (below, above) = (low / step, high / step)
    // An axis that is not extended still goes on to a round number that is near: 2,999 steps end at 3,000.
    let near = extended ? 1 : 0.04 * (above - below)
    let (floor, ceiling) = ((below + 1e-6).rounded(.down), (above - 1e-6).rounded(.up))
    let opensDown = below - floor <= near
    let opensUp = ceiling - above <= near
    let first = Int(opensDown ? floor : floor + 1)
    let last = Int(opensUp ? ceiling : ceiling - 1)
    let mantissas = first <= last ? (first...last).map { $0 * factor } : []
    let largest = Double(mantissas.map(abs).max() ?? 0) * powerOfTen(exponent)
    let scientific = exponent < -5 || largest >= 1e6
    let ticks = mantissas.map { Tick(t: Double("\($0)e\(exponent)") ?? 0, label: label($0, exponent, scientific)) }
    return (opensDown ? Double(first) * step : low, opensUp ? Double(last) * step : high, ticks)
  }

  /// Ticks at 1, 2, 5 times powers of ten, or from three decades on at some powers of ten; the ends at 1, 2, 5 times.
  private static func logarithmic(_ low: Double, _ high: Double, _ wanted: Int) -> (Double, Double, [Tick]) {
    let decades = Int(low.rounded(.down)) - 1...Int(high.rounded(.up)) + 1
    let plain = high < 4 && low > -4
    let all = decades.flatMap { decade in
      [1, 2, 5].map { factor in
        let label = label(factor, decade, !plain)
        return Tick(t: Double(decade) + log10(Double(factor)), label: label == "1e0" ? "1" : label)
      }
    }
    let bottom = all.last { $0.t <= low + 1e-9 }?.t ?? low
    let top = all.first { $0.t >= high - 1e-9 }?.t ?? high
    let within = all.filter { $0.t >= bottom && $0.t <= top }
    if within.count <= max(wanted, 4) { return (bottom, top, within) }
    let steps = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500]
    let step = steps.first { Int(top - bottom) / $0 <= wanted } ?? 1000
    let powers = within.filter { $0.t == $0.t.rounded() && Int($0.t) % step == 0 }
    return (bottom, top, powers)
  }

  /// `mantissa · 10^exponent` in figures.
  private static func label(_ mantissa: Int, _ exponent: Int, _ scientific: Bool) -> String {
    if mantissa == 0 { return scientific || exponent >= 0 ? "0" : fixed(0, places: -exponent) }
    let sign = mantissa < 0 ? "-" : ""
    var digits = String(abs(mantissa))
    guard scientific else {
      if exponent >= 0 { return sign + digits + String(repeating: "0", count: exponent) }
      digits = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
      return sign + digits.dropLast(-exponent) + "." + digits.suffix(-exponent)
    }
    let power = exponent + digits.count - 1
    let rest = digits.dropFirst().reversed().drop { $0 == "0" }.reversed()
    return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + String(rest)) + "e\(power)"
  }
}
