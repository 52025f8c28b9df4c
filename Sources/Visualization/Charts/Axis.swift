import Foundation

/// One axis of a chart: its range and where its ticks stand.
package struct Axis: Sendable {
  /// A marked place on an axis.
  package struct Tick: Sendable, Equatable {
    /// The number there.
    package let value: Double
    /// How it is written.
    package let label: String
  }

  /// The lowest number shown.
  package let low: Double
  /// The highest number shown, above `low`.
  package let high: Double
  /// Whether equal steps are equal ratios.
  package let isLogarithmic: Bool
  /// The marked places, ascending.
  package private(set) var ticks: [Tick]

  /// Makes an axis that holds the numbers, with about `tickCount` ticks at round numbers (1, 2 or 5 times ten to some
  /// power), at whole ones only where the axis counts something.
  package init(
    holding numbers: some Sequence<Double>, including extra: [Double] = [], isLogarithmic: Bool = false,
    isCounting: Bool = false, tickCount: Int = 6, margin: Double = 0.04
  ) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for number in numbers where number.isFinite && (!isLogarithmic || number > 0) {
      low = min(low, max(-1e300, number))
      high = max(high, min(1e300, number))
    }
    for number in extra {
      low = min(low, number)
      high = max(high, number)
    }
    if low > high { (low, high) = isLogarithmic ? (0.1, 1) : (0, 1) }
    if isLogarithmic {
      let (from, to) = (max(-280, log10(low)), max(-280, log10(high)))
      let pad = max(0.02, (to - from) * margin)
      (self.low, self.high) = (pow(10, from - pad), pow(10, min(300, to + pad)))
      ticks = Self.logarithmicTicks(self.low, self.high, count: tickCount)
    } else {
      // Numbers closer than rounding can tell apart get room around them.
      let pad = high - low > 1e-12 * max(abs(low), abs(high)) ? (high - low) * margin : max(0.5, abs(low) / 2)
      (self.low, self.high) = (low - (extra.contains(low) ? 0 : pad), high + (extra.contains(high) ? 0 : pad))
      ticks = Self.linearTicks(self.low, self.high, count: tickCount, smallestStep: isCounting ? 1 : 0)
    }
    self.isLogarithmic = isLogarithmic
  }

  /// The same range without marks.
  var withoutTicks: Axis {
    var copy = self
    copy.ticks = []
    return copy
  }

  /// Where a number stands, 0 at the low end and 1 at the high end; NaN when it can't be shown.
  package func share(_ value: Double) -> Double {
    if isLogarithmic {
      return value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : .nan
    }
    return (value - low) / (high - low)
  }

  private static func linearTicks(_ low: Double, _ high: Double, count: Int, smallestStep: Double) -> [Tick] {
    let rough = (high - low) / Double(max(1, count))
    guard rough.isFinite, rough > 0 else { return [] }
    let power = pow(10, log10(rough).rounded(.down))
    let step = max(smallestStep, power * ([1, 2, 5, 10].first { $0 * power >= rough * 0.8 } ?? 10))
    var ticks: [Tick] = []
    var index = (low / step - 1e-9).rounded(.up)
    while index * step <= high + step * 1e-9, ticks.count < 50 {
      ticks.append(Tick(value: index * step, label: label(index * step, step: step)))
      index += 1
    }
    return ticks
  }

  private static func logarithmicTicks(_ low: Double, _ high: Double, count: Int) -> [Tick] {
    let decades = log10(high) - log10(low)
    let factors: [Double] = decades < 1.5 ? [1, 2, 5] : [1]
    let stride = max(1, Int((decades / Double(max(1, count)) - 0.25).rounded(.up)))
    var ticks: [Tick] = []
    for exponent in Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    where exponent % stride == 0 {
      for factor in factors {
        let value = factor * pow(10, Double(exponent))
        if value >= low * 0.999999, value <= high * 1.000001 {
          ticks.append(Tick(value: value, label: short(value)))
        }
      }
    }
    return ticks
  }

  /// A tick's number with as many decimals as the step between ticks needs.
  static func label(_ value: Double, step: Double) -> String {
    if value == 0 || abs(value) < step * 1e-6 { return "0" }
    let decimals = max(0, Int(-log10(step * 1.0001).rounded(.down)))
    if abs(value) >= 1e6 || decimals > 5 { return short(value) }
    return String(format: "%.\(decimals)f", value)
  }

  /// A number in few characters: `0.001`, `250`, `3e-05`, `1.2e+08`.
  package static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
