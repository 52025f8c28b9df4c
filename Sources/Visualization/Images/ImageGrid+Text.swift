extension ImageGrid {
  /// The grid as characters, at most `columns` wide; rows of images beyond `lineLimit` lines are counted, not drawn. Throws what
  /// ``StopRequest`` throws.
  package func text(style: TextStyle, columns width: Int, lineLimit: Int = 80) throws -> String {
    guard let widest = tiles.map(\.width).max() else { return "" }
    let width = max(8, width)
    // Characters are twice as high as wide: two of them for a pixel show each number of a small or single image.
    let isFine = style == .braille
    let pixels = isFine ? (widest + 1) / 2 : widest
    let isRoomy = !isFine && (widest <= 12 || tiles.count == 1 && style != .blocks)
    let natural = pixels * (isRoomy ? max(2, 10 / pixels) : max(1, 10 / pixels))
    let smallest = min(natural, style == .braille ? 14 : 16, width)
    let wanted = max(1, min(columns ?? 8, tiles.count))
    let perRow = max(1, min(wanted, (width + 1) / (smallest + 1)))
    let cell = max(1, min(natural, (width + 1) / perRow - 1))
    let captions = captions(
      fits: { TextWidth.columns($0) <= cell }, cut: { TextWidth.fit($0, to: cell, side: .center) })
    var lines: [String] = []
    var shown = 0
    let all = try zip(tiles, rasters()).map { tile, raster in
      var outlined = raster
      tile.outline(&outlined, theme)
      return outlined
    }
    while shown < tiles.count {
      let row = shown..<min(shown + perRow, tiles.count)
      let pictures = try row.map { index in
        let share = max(1, all[index].width * cell / widest)
        return (lines: try all[index].lines(style: style, columns: share), width: share)
      }
      let height = pictures.map(\.lines.count).max() ?? 0
      if !lines.isEmpty, lines.count + height > lineLimit { break }
      for line in 0..<height {
        let parts = pictures.map { picture in
          let text =
            line < picture.lines.count ? picture.lines[line] : String(repeating: " ", count: picture.width)
          return text + String(repeating: " ", count: cell - picture.width)
        }
        lines.append(parts.joined(separator: " "))
      }
      for line in 0..<(row.map { captions[$0].count }.max() ?? 0) {
        let texts = row.map { captions[$0].count > line ? captions[$0][line] : "" }
        lines.append(texts.map { TextWidth.fit($0, to: cell, side: .center) }.joined(separator: " "))
      }
      shown = row.upperBound
    }
    if shown < tiles.count { lines.append("… and \(tiles.count - shown) more") }
    if let legend = legendText(style: style) { lines.append(legend) }
    return lines.map(TextWidth.withoutTrailingSpaces).joined(separator: "\n")
  }
}
