extension ImageGrid {
  /// How high a line of the legend is, in pixels.
  private static let lineHeight = 20

  /// The legend's entries in lines no wider than the picture, each with its left edge.
  private func legendLines(width: Int) -> [[(x: Double, entry: LegendEntry)]] {
    let font = StrokeFont(size: 13)
    var lines: [[(x: Double, entry: LegendEntry)]] = [[]]
    var x = Double(gap)
    for entry in legend {
      let needed = 18 + font.width(entry.text) + 16
      if x > Double(gap), x + needed > Double(width - gap) {
        lines.append([])
        x = Double(gap)
      }
      lines[lines.count - 1].append((x, entry))
      x += needed
    }
    return lines
  }

  /// How much room the legend takes under the images, in pixels.
  func legendHeight(width: Int) -> Int {
    legend.isEmpty ? 0 : legendLines(width: width).count * Self.lineHeight + 2
  }

  /// Draws the legend from `top` on.
  func drawLegend(on canvas: inout Canvas, top: Int) {
    guard !legend.isEmpty else { return }
    let font = StrokeFont(size: 13)
    for (row, line) in legendLines(width: canvas.width).enumerated() {
      let middle = Double(top + row * Self.lineHeight) + 9
      for (x, entry) in line {
        canvas.fill(x: x - 1, y: middle - 7, width: 14, height: 14, color: theme.ink)
        canvas.fill(x: x, y: middle - 6, width: 12, height: 12, color: legendColor(entry))
        let text = font.fitted(entry.text, to: Double(canvas.width) - x - 18)
        canvas.stroke(
          font.chains(text, at: Place(x + 18, middle), anchor: .start), width: font.penWidth, color: theme.ink
        )
      }
    }
  }

  private func legendColor(_ entry: LegendEntry) -> Color {
    let palette = tiles.first { !$0.mask.numbers.isEmpty }?.mask.palette ?? MaskPalette()
    return entry.number == 0
      ? map.color(Tile.ground) : palette.color(entry.number, theme)
  }

  /// The legend as a line of text: coloured squares where there is colour, the classes' characters elsewhere.
  func legendText(style: TextStyle) -> String? {
    guard !legend.isEmpty else { return nil }
    return legend.map { entry in
      if style == .blocks { return legendColor(entry).foreground + "■" + Color.reset + " " + entry.text }
      let symbol = Character(Unicode.Scalar(MaskPalette.symbol(entry.number)))
      return "\(symbol) \(entry.text)"
    }.joined(separator: "  ")
  }
}
