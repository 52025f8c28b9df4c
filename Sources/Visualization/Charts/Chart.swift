/// Curves and points over two axes.
package struct Chart: Sendable {
  /// How a series is drawn.
  package enum Style: Sendable {
    case line
    case dashed
    case points
    /// A thin grey line to compare the others with.
    case reference

    var isDashed: Bool { self == .dashed || self == .reference }
  }

  /// One sequence of points under one name.
  package struct Series: Sendable {
    /// What the legend says.
    package let name: String
    /// Horizontal places.
    package let x: [Double]
    /// Vertical places; a number that is not finite leaves a gap.
    package let y: [Double]
    /// How it is drawn.
    package let style: Style
    /// Which of the theme's colours; by order when nil.
    package let color: Int?

    /// Makes a series; the longer of `x` and `y` is cut. Without `x` points stand at 1, 2, 3 …
    package init(_ name: String, x: [Double]? = nil, y: [Double], style: Style = .line, color: Int? = nil) {
      let places = x ?? (0..<y.count).map { Double($0 + 1) }
      let count = min(places.count, y.count)
      (self.name, self.x, self.y) = (name, Array(places.prefix(count)), Array(y.prefix(count)))
      (self.style, self.color) = (style, color)
    }
  }

  /// What stands above.
  package var title = ""
  /// What stands under the horizontal axis.
  package var xLabel = ""
  /// What stands beside the vertical axis.
  package var yLabel = ""
  /// What is drawn, first at the bottom.
  package var series: [Series]
  /// Numbers the horizontal axis must show.
  package var xIncluded: [Double] = []
  /// Numbers the vertical axis must show: 0 and 1 for shares.
  package var yIncluded: [Double] = []
  /// Whether the horizontal axis counts something: between whole numbers there is nothing to mark.
  package private(set) var isXCounting = false
  /// Whether the horizontal axis is logarithmic.
  package var isXLogarithmic = false
  /// Whether the vertical axis is logarithmic.
  package var isYLogarithmic = false
  /// Whether room is kept for a legend where there is none: charts side by side then begin at one height.
  package var keepsLegendRow = false
  /// Width in CSS pixels.
  package var width = 600
  /// Height in CSS pixels.
  package var height = 360
  /// The colours.
  package var theme = Theme.light

  /// Makes a chart.
  package init(_ title: String = "", xLabel: String = "", yLabel: String = "", series: [Series]) {
    (self.title, self.xLabel, self.yLabel, self.series) = (title, xLabel, yLabel, series)
  }

  /// Makes a chart over what is counted: epochs, steps.
  package init(_ title: String = "", over counted: String, yLabel: String = "", series: [Series]) {
    self.init(title, xLabel: counted, yLabel: yLabel, series: series)
    isXCounting = true
  }

  /// Whether some series has a name that the legend tells.
  package var hasLegend: Bool { series.contains { !$0.name.isEmpty } }

  /// The horizontal axis with about `tickCount` ticks.
  func xAxis(tickCount: Int) -> Axis {
    Axis(
      holding: series.lazy.flatMap(\.x), including: xIncluded, isLogarithmic: isXLogarithmic,
      isCounting: isXCounting, tickCount: tickCount, margin: 0.02)
  }

  /// The vertical axis with about `tickCount` ticks.
  func yAxis(tickCount: Int) -> Axis {
    Axis(
      holding: series.lazy.flatMap(\.y), including: yIncluded, isLogarithmic: isYLogarithmic,
      tickCount: tickCount)
  }

  /// A series' colour by its place in the chart.
  func color(_ index: Int) -> Color {
    series[index].style == .reference
      ? theme.ink.mixed(with: theme.background, 0.45) : theme.color(series[index].color ?? index)
  }

  /// A series cut at its gaps into runs of points, in shares of the axes.
  func runs(_ series: Series, _ xAxis: Axis, _ yAxis: Axis) -> [[Place]] {
    var runs: [[Place]] = []
    var current: [Place] = []
    for (x, y) in zip(series.x, series.y) {
      let place = Place(xAxis.share(x), yAxis.share(y))
      if place.x.isFinite, place.y.isFinite {
        current.append(place)
      } else if !current.isEmpty {
        runs.append(current)
        current = []
      }
    }
    if !current.isEmpty { runs.append(current) }
    return runs
  }
}
