/// A table of numbers as coloured cells with the numbers written in them.
package struct HeatMap: Sendable {
  /// What stands above.
  package var title = ""
  /// What stands under the columns.
  package var xLabel = ""
  /// What stands beside the rows.
  package var yLabel = ""
  /// Names of the rows; may be empty.
  package var rowNames: [String] = []
  /// Names of the columns; may be empty.
  package var columnNames: [String] = []
  /// The numbers, a list per row; missing ones leave an empty cell.
  package let values: [[Double]]
  /// What is written in the cells, by default the numbers.
  package var texts: [[String]]?
  /// Numbers at the map's ends; the smallest and the largest when nil.
  package var range: ClosedRange<Double>?
  /// The colours.
  package var map = ColorMap.viridis
  /// The colours around the cells.
  package var theme = Theme.light

  /// Makes a heat map of a matrix.
  package init(_ values: [[Double]]) { self.values = values }

  private var columnCount: Int { values.map(\.count).max() ?? 0 }

  /// What is written in a cell.
  private func text(_ row: Int, _ column: Int) -> String {
    if let texts { return row < texts.count && column < texts[row].count ? texts[row][column] : "" }
    return Axis.short(values[row][column])
  }

  /// The map as a drawing; cells shrink, and lose their numbers, as the matrix grows.
  package func figure() -> Figure {
    let columns = max(1, columnCount)
    let texts = values.indices.map { row in values[row].indices.map { text(row, $0) } }
    let font = StrokeFont(size: 12)
    let widest = texts.joined().map { font.width($0) }.max() ?? 0
    let largest = max(columns, values.count)
    let side = largest <= 24 ? max(30, min(90, widest + 12)) : max(3, (640 / Double(largest)).rounded(.down))
    let tall = largest <= 24 ? 30 : side
    let names = rowNames.map { min(140, font.width($0)) }.max() ?? 0
    let left = 12 + (yLabel.isEmpty ? 0 : 22) + (names > 0 ? names + 8 : 0)
    let turnsNames = columnNames.contains { font.width($0) > side - 4 }
    let nameHeight =
      columnNames.isEmpty ? 0 : turnsNames ? min(140, columnNames.map(font.width).max() ?? 0) + 10 : 20
    let top = title.isEmpty ? 12.0 : 38
    let bottom = top + tall * Double(values.count)
    let titleWidth = StrokeFont(size: 15).width(title)
    var figure = Figure(
      width: Int(max(left + side * Double(columns) + 14, titleWidth + 24)),
      height: Int(bottom + nameHeight + (xLabel.isEmpty ? 8 : 30)), background: theme.background)
    let middle = left + side * Double(columns) / 2
    if !title.isEmpty {
      let center = max(titleWidth / 2 + 12, min(middle, Double(figure.width) - titleWidth / 2 - 12))
      figure.text(title, at: Place(center, 18), size: 15, anchor: .middle, color: theme.ink)
    }
    drawCells(texts, on: &figure, left: left, top: top, side: side, tall: tall, hasText: largest <= 24)
    for (row, name) in rowNames.prefix(values.count).enumerated() where tall >= 10 {
      figure.text(
        font.fitted(name, to: 140), at: Place(left - 6, top + tall * (Double(row) + 0.5)), anchor: .end,
        color: theme.ink)
    }
    for (column, name) in columnNames.prefix(columns).enumerated() where side >= 10 {
      let x = left + side * (Double(column) + 0.5)
      figure.text(
        font.fitted(name, to: 140), at: Place(x, bottom + (turnsNames ? 6 : 12)),
        anchor: turnsNames ? .end : .middle, color: theme.ink, isVertical: turnsNames)
    }
    if !xLabel.isEmpty {
      figure.text(xLabel, at: Place(middle, bottom + nameHeight + 14), anchor: .middle, color: theme.ink)
    }
    if !yLabel.isEmpty {
      figure.text(
        yLabel, at: Place(14, (top + bottom) / 2), anchor: .middle, color: theme.ink, isVertical: true)
    }
    return figure
  }

  private func drawCells(
    _ texts: [[String]], on figure: inout Figure, left: Double, top: Double, side: Double, tall: Double,
    hasText: Bool
  ) {
    let finite = values.joined().filter(\.isFinite)
    let low = range?.lowerBound ?? finite.min() ?? 0
    let high = range?.upperBound ?? finite.max() ?? 1
    let gap = side >= 12 ? 1.0 : 0
    for (row, numbers) in values.enumerated() {
      for (column, number) in numbers.enumerated() {
        let share = high > low ? (number / 2 - low / 2) / (high / 2 - low / 2) : 0.5
        let color = number.isFinite ? map.color(Float(share)) : theme.grid
        let corner = Place(left + side * Double(column), top + tall * Double(row))
        figure.box(corner, width: side - gap, height: tall - gap, color: color)
        guard hasText else { continue }
        figure.text(
          texts[row][column], at: corner + Place((side - gap) / 2, (tall - gap) / 2), anchor: .middle,
          color: color.luma > 0.55 ? Color(0x222222) : Color(0xFFFFFF))
      }
    }
  }

  /// The map as an SVG document.
  package func svg() -> String { figure().svg() }

  /// The map as a PNG file of `scale` pixels for each CSS pixel.
  package func png(scale: Int = 2) throws -> [UInt8] { try figure().png(scale: scale) }

  /// The numbers as an aligned table.
  package func text() -> String {
    let columns = columnCount
    let names = (0..<columns).map { $0 < columnNames.count ? columnNames[$0] : String($0) }
    var table = TextTable(header: [yLabel.isEmpty ? "" : yLabel] + names)
    for row in values.indices {
      let name = row < rowNames.count ? rowNames[row] : String(row)
      table.append([name] + values[row].indices.map { text(row, $0) })
    }
    return (title.isEmpty ? "" : title + "\n") + table.text()
  }
}
