/// The parts around a plot: title, legend, axes with ticks and labels.
struct Frame {
  /// One entry of a legend.
  struct LegendEntry {
    let name: String
    let color: Color
    let style: Chart.Style
  }

  /// How much room a line of the legend takes, in CSS pixels.
  private static let legendPitch = 22.0

  let theme: Theme
  /// The plot's left, top, right and bottom in CSS pixels.
  private(set) var left: Double
  private(set) var top: Double
  private(set) var right: Double
  private(set) var bottom: Double

  /// Draws everything around a plot and leaves the plot's own rectangle.
  init(
    on figure: inout Figure, title: String, xLabel: String, yLabel: String, legend: [LegendEntry],
    keepsLegendRow: Bool = false, xAxis: Axis, yAxis: Axis, theme: Theme
  ) {
    self.theme = theme
    let small = StrokeFont(size: 12)
    let labels = yAxis.ticks.map { small.width($0.label) }.max() ?? 0
    left = 14 + labels + (yLabel.isEmpty ? 0 : 20)
    right = Double(figure.width) - 16
    top = 14
    bottom = Double(figure.height) - 26 - (xLabel.isEmpty ? 0 : 20)
    if !title.isEmpty {
      figure.text(
        title, at: Place((left + right) / 2, 18), size: 15, anchor: .middle, color: theme.ink)
      top = 38
    }
    drawLegend(legend, on: &figure)
    if legend.isEmpty && keepsLegendRow { top += Self.legendPitch }
    bottom = max(bottom, top + 10)
    right = max(right, left + 10)
    drawAxes(xAxis, yAxis, on: &figure)
    let ink = theme.ink
    if !xLabel.isEmpty {
      figure.text(
        xLabel, at: Place((left + right) / 2, Double(figure.height) - 14), anchor: .middle, color: ink)
    }
    if !yLabel.isEmpty {
      figure.text(yLabel, at: Place(14, (top + bottom) / 2), anchor: .middle, color: ink, isVertical: true)
    }
  }

  /// The place in the plot of a point given in shares of the axes.
  func place(_ share: Place) -> Place {
    let x = max(-1, min(2, share.x))
    let y = max(-1, min(2, share.y))
    return Place(left + x * (right - left), bottom - y * (bottom - top))
  }

  private mutating func drawLegend(_ legend: [LegendEntry], on figure: inout Figure) {
    guard !legend.isEmpty else { return }
    let font = StrokeFont(size: 12)
    var (x, y) = (left, top + 6)
    for entry in legend {
      let width = 26 + font.width(entry.name) * 1.1
      if x > left, x + width > right {
        (x, y) = (left, y + 18)
      }
      if entry.style == .points {
        figure.marks.append(.disc(Place(x + 9, y), radius: 3.5, color: entry.color))
      } else {
        figure.line(
          Place(x, y), Place(x + 18, y), color: entry.color, width: 2.5, isDashed: entry.style.isDashed)
      }
      figure.text(entry.name, at: Place(x + 24, y), color: theme.ink)
      x += width + 16
    }
    top = y + 16
  }

  private func drawAxes(_ xAxis: Axis, _ yAxis: Axis, on figure: inout Figure) {
    for tick in yAxis.ticks {
      let y = place(Place(0, yAxis.share(tick.value))).y
      figure.line(Place(left, y), Place(right, y), color: theme.grid)
      figure.text(tick.label, at: Place(left - 7, y), anchor: .end, color: theme.ink)
    }
    for tick in xAxis.ticks {
      let x = place(Place(xAxis.share(tick.value), 0)).x
      figure.line(Place(x, top), Place(x, bottom), color: theme.grid)
      figure.line(Place(x, bottom), Place(x, bottom + 4), color: theme.ink)
      figure.text(tick.label, at: Place(x, bottom + 14), anchor: .middle, color: theme.ink)
    }
    figure.line(Place(left, top), Place(left, bottom), color: theme.ink)
    figure.line(Place(left, bottom), Place(right, bottom), color: theme.ink)
  }
}
