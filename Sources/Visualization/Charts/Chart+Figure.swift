extension Chart {
  /// The chart as a drawing.
  package func figure() -> Figure {
    var figure = Figure(width: width, height: height, background: theme.background)
    let xAxis = xAxis(tickCount: max(2, width / 80))
    let yAxis = yAxis(tickCount: max(2, height / 55))
    let legend = series.indices.filter { !series[$0].name.isEmpty }.map {
      Frame.LegendEntry(name: series[$0].name, color: color($0), style: series[$0].style)
    }
    let frame = Frame(
      on: &figure, title: title, xLabel: xLabel, yLabel: yLabel, legend: legend,
      keepsLegendRow: keepsLegendRow, xAxis: xAxis, yAxis: yAxis, theme: theme)
    for (index, one) in series.enumerated() {
      for run in runs(one, xAxis, yAxis) {
        let places = run.map(frame.place)
        if one.style != .points, places.count > 1 {
          let width = one.style == .reference ? 1.2 : 2
          figure.marks.append(.line(places, color: color(index), width: width, isDashed: one.style.isDashed))
        }
        // Few points of a curve are marked: they are measurements, the line between them is not.
        let isCurve = one.style == .line || one.style == .dashed
        if one.style == .points || isCurve && one.y.count <= 30 || places.count == 1 {
          let radius = one.style == .points ? 2.5 : 3
          figure.marks += places.map { .disc($0, radius: radius, color: color(index)) }
        }
      }
    }
    return figure
  }

  /// The chart as an SVG document.
  package func svg() -> String { figure().svg() }

  /// The chart as a PNG file of `scale` pixels for each CSS pixel.
  package func png(scale: Int = 2) throws -> [UInt8] { try figure().png(scale: scale) }
}
