extension Chart {
  /// The chart as characters: `columns` wide, the plot itself `rows` high; colours only with `isColored`.
  ///
  /// `.braille` draws with dots, all other styles with a mark per series.
  package func text(style: TextStyle, columns: Int, rows: Int = 15, isColored: Bool = false) -> String {
    let rows = max(4, min(200, rows))
    let yAxis = yAxis(tickCount: max(2, rows / 3))
    let labelWidth = yAxis.ticks.map(\.label.count).max() ?? 0
    let plotWidth = max(10, min(400, columns - labelWidth - 2))
    let xAxis = xAxis(tickCount: max(2, plotWidth / 12))
    var plot = CharacterPlot(columns: plotWidth, rows: rows, isBraille: style == .braille)
    for (index, one) in series.enumerated() {
      let mark = Self.marks[index % Self.marks.count]
      for run in runs(one, xAxis, yAxis) {
        plot.draw(
          run, mark: mark, color: color(index), isJoined: one.style != .points, isDashed: one.style.isDashed
        )
      }
    }
    var lines: [String] = []
    if !title.isEmpty { lines.append(TextWidth.fit(title, to: labelWidth + 2 + plotWidth, side: .center)) }
    if let legend = legend(style, isColored) { lines.append(legend) }
    if !yLabel.isEmpty { lines.append(yLabel) }
    let isASCII = style == .ascii
    for row in 0..<rows {
      // Row r stands for the numbers within half a row of its middle.
      let tick = yAxis.ticks.last {
        rows - 1 - Int((yAxis.share($0.value) * Double(rows - 1)).rounded()) == row
      }
      let label = TextWidth.fit(tick?.label ?? "", to: labelWidth, side: .right)
      let edge = tick == nil ? (isASCII ? "|" : "│") : (isASCII ? "+" : "┤")
      lines.append(label + " " + edge + plot.line(row, isColored: isColored))
    }
    lines += axisLines(xAxis, labelWidth: labelWidth, plotWidth: plotWidth, isASCII: isASCII)
    return lines.map(TextWidth.withoutTrailingSpaces).joined(separator: "\n")
  }

  private static let marks: [Character] = ["*", "o", "+", "x", "#", "@", "%", "&"]

  private func legend(_ style: TextStyle, _ isColored: Bool) -> String? {
    let named = series.indices.filter { !series[$0].name.isEmpty }
    guard !named.isEmpty else { return nil }
    let entries = named.map { index in
      let dashed = series[index].style.isDashed
      let mark = style == .braille ? (dashed ? "⠒ ⠒" : "⠒⠒⠒") : String(Self.marks[index % Self.marks.count])
      return (isColored ? color(index).foreground + mark + Color.reset : mark) + " " + series[index].name
    }
    return entries.joined(separator: "   ")
  }

  private func axisLines(_ axis: Axis, labelWidth: Int, plotWidth: Int, isASCII: Bool) -> [String] {
    var edge = [Character](repeating: isASCII ? "-" : "─", count: plotWidth)
    var labels = [Character](repeating: " ", count: plotWidth + 8)
    var free = 0
    for tick in axis.ticks {
      let column = Int((axis.share(tick.value) * Double(plotWidth - 1)).rounded())
      guard edge.indices.contains(column) else { continue }
      let start = max(0, column - tick.label.count / 2)
      guard start >= free, start + tick.label.count <= labels.count else { continue }
      edge[column] = isASCII ? "+" : "┬"
      for (offset, character) in tick.label.enumerated() { labels[start + offset] = character }
      free = start + tick.label.count + 1
    }
    let margin = String(repeating: " ", count: labelWidth + 1)
    var lines = [margin + (isASCII ? "+" : "└") + String(edge), margin + " " + String(labels)]
    if !xLabel.isEmpty {
      lines.append(margin + " " + TextWidth.fit(xLabel, to: plotWidth, side: .center))
    }
    return lines
  }
}
