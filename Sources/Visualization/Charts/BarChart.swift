import Foundation

/// Amounts of named things as bars, one or several for each.
package struct BarChart: Sendable {
  /// One set of bars under one name.
  package struct Series: Sendable {
    /// What the legend says.
    package let name: String
    /// An amount for each category; missing ones leave a gap.
    package let values: [Double]

    /// Makes a series.
    package init(_ name: String = "", _ values: [Double]) { (self.name, self.values) = (name, values) }
  }

  /// What stands above.
  package var title = ""
  /// What stands under the horizontal axis.
  package var xLabel = ""
  /// What stands beside the vertical axis.
  package var yLabel = ""
  /// What stands under each group of bars.
  package let categories: [String]
  /// The bars.
  package let series: [Series]
  /// The numbers from the first bar's left edge to the last one's right edge, where the bars are bins of a histogram:
  /// they touch each other and stand over an axis.
  package var binRange: ClosedRange<Double>?
  /// Width in CSS pixels.
  package var width = 600
  /// Height in CSS pixels.
  package var height = 360
  /// The colours.
  package var theme = Theme.light

  /// Makes a bar chart.
  package init(_ title: String = "", categories: [String], series: [Series]) {
    (self.title, self.categories, self.series) = (title, categories, series)
  }

  /// The distribution of numbers over `binCount` equal bins; numbers that are not finite are left out.
  package static func histogram(of numbers: [Double], binCount: Int = 20, title: String = "") -> BarChart {
    let finite = numbers.filter(\.isFinite).map { max(-1e300, min(1e300, $0)) }
    let bins = max(1, min(500, binCount))
    let low = finite.min() ?? 0
    let high = max(finite.max() ?? 1, low + max(1e-12, abs(low) * 1e-12))
    let step = high / Double(bins) - low / Double(bins)
    var counts = [Double](repeating: 0, count: bins)
    for number in finite {
      counts[max(0, min(bins - 1, Int(((number - low) / step).rounded(.down))))] += 1
    }
    // Middles with many digits are told no finer than neighbouring bins need.
    let grain = pow(10, (log10(step) - 0.3).rounded(.down))
    let names = (0..<bins).map { bin in
      let middle = low + (Double(bin) + 0.5) * step
      func rounded(to unit: Double) -> Double { (middle / unit).rounded() * unit }
      let isShort = abs(rounded(to: grain / 100) - middle) < step * 1e-6
      return Axis.short(isShort || !rounded(to: grain).isFinite ? middle : rounded(to: grain))
    }
    var chart = BarChart(title, categories: names, series: [Series("", counts)])
    // Numbers closer than rounding can tell apart have no axis.
    if high - low > 1e-9 * max(abs(low), abs(high)) { chart.binRange = low...high }
    chart.yLabel = "count"
    return chart
  }

  /// The chart as a drawing.
  package func figure() -> Figure {
    var figure = Figure(width: width, height: height, background: theme.background)
    let yAxis = Axis(
      holding: series.lazy.flatMap(\.values), including: [0], tickCount: max(2, height / 55))
    let xAxis =
      binRange.map {
        Axis(holding: [], including: [$0.lowerBound, $0.upperBound], tickCount: max(2, width / 90))
      } ?? Axis(holding: [], tickCount: 0).withoutTicks
    let legend = series.indices.filter { !series[$0].name.isEmpty }.map {
      Frame.LegendEntry(name: series[$0].name, color: theme.color($0), style: .line)
    }
    let frame = Frame(
      on: &figure, title: title, xLabel: xLabel, yLabel: yLabel, legend: legend, xAxis: xAxis,
      yAxis: yAxis, theme: theme)
    let slot = (frame.right - frame.left) / Double(max(1, categories.count))
    let bar = slot * (binRange == nil ? 0.76 : 1) / Double(max(1, series.count))
    let ground = frame.place(Place(0, yAxis.share(0))).y
    for (number, one) in series.enumerated() {
      for (index, value) in one.values.prefix(categories.count).enumerated() where value.isFinite {
        let y = frame.place(Place(0, yAxis.share(value))).y
        let x =
          frame.left + slot * Double(index) + (slot - bar * Double(series.count)) / 2 + bar * Double(number)
        figure.box(
          Place(x, min(y, ground)), width: max(1, bar - (bar > 4 ? 1 : 0)), height: abs(y - ground),
          color: theme.color(number))
      }
    }
    if binRange != nil { return figure }
    // Names are left out until those that stay have room.
    let font = StrokeFont(size: 12)
    let widest = categories.map { font.width($0) }.max() ?? 0
    let stride = max(1, Int(((widest + 10) / max(1, slot)).rounded(.up)))
    for index in Swift.stride(from: 0, to: categories.count, by: stride) {
      figure.text(
        categories[index], at: Place(frame.left + slot * (Double(index) + 0.5), frame.bottom + 14),
        anchor: .middle, color: theme.ink)
    }
    return figure
  }

  /// The chart as an SVG document.
  package func svg() -> String { figure().svg() }

  /// The chart as a PNG file of `scale` pixels for each CSS pixel.
  package func png(scale: Int = 2) throws -> [UInt8] { try figure().png(scale: scale) }

  /// The bars lying down, one line each, with their numbers.
  package func text(columns: Int, isASCII: Bool = false) -> String {
    let values = series.flatMap(\.values).filter(\.isFinite)
    let most = max(values.map { abs($0) }.max() ?? 0, 1e-300)
    let names = categories.map { TextWidth.fit($0, to: min(24, TextWidth.columns($0))) }
    let nameWidth =
      (names.map { TextWidth.columns($0) } + series.map { TextWidth.columns($0.name) }).max() ?? 0
    let numberWidth = values.map { Axis.short($0).count }.max() ?? 0
    let room = max(5, columns - nameWidth - numberWidth - 4)
    var lines = title.isEmpty ? [] : [title]
    for (index, name) in names.enumerated() {
      for (number, one) in series.enumerated() {
        guard index < one.values.count else { continue }
        let value = one.values[index]
        let length = value.isFinite ? Int((abs(value) / most * Double(room)).rounded()) : 0
        let mark = isASCII ? (value < 0 ? "-" : "#") : (value < 0 ? "░" : ["█", "▓", "▒"][number % 3])
        let label = number == 0 ? name : one.name
        lines.append(
          TextWidth.fit(label, to: nameWidth, side: .right) + " " + (isASCII ? "|" : "▏")
            + String(repeating: mark, count: length) + " " + Axis.short(value))
      }
    }
    return lines.joined(separator: "\n")
  }
}
