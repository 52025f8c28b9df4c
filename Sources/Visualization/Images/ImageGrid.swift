import ImageCodecs

/// Images side by side with captions: samples, filters, feature maps.
package struct ImageGrid: Sendable {
  /// Which numbers become the darkest and the brightest colour.
  package enum Range: Sendable, Equatable {
    /// 0 to 1, as pictures have.
    case unit
    /// Each tile's own smallest and largest: feature maps.
    case each
    /// The smallest and largest of all tiles: comparable with each other.
    case all
    /// As far below 0 as above: filters, differences.
    case symmetric
    /// These bounds.
    case fixed(ClosedRange<Float>)
  }

  /// The images in reading order.
  package let tiles: [Tile]
  /// Images in a row; chosen by the width when nil.
  package var columns: Int?
  /// Screen pixels for each image pixel; the largest that fits `width` when nil.
  package var scale: Int?
  /// Pixels between images.
  package var gap = 4
  /// How wide the whole should be at most, when columns or scale are to be chosen.
  package var width = 720
  /// Which numbers become the darkest and the brightest colour.
  package var range = Range.unit
  /// The colours of images with one channel.
  package var map = ColorMap.gray
  /// The colours around the images.
  package var theme = Theme.light
  /// What the colours of masks mean, under the images.
  package var legend: [LegendEntry] = []

  /// Makes a grid; it must have at least one image to become a picture.
  package init(_ tiles: [Tile], columns: Int? = nil) {
    self.tiles = tiles
    self.columns = columns
  }

  /// The grid as pixels; throws `ImageError` when it is empty or too large.
  package func image() throws -> PixelImage {
    guard let layout = layout() else { throw ImageError("no images to show") }
    let (cell, scale) = (layout.cell, layout.scale)
    let captions = pictureCaptions(width: cell.width)
    let captionHeight = Self.captionHeight(lines: captions.map(\.count).max() ?? 0)
    let rows = (tiles.count + layout.columns - 1) / layout.columns
    let width = try span(layout.columns, cell.width)
    let bottom = try span(rows, cell.height + captionHeight)
    let total = PixelSize(width: width, height: bottom + legendHeight(width: width))
    _ = try PixelImage.sampleCount(width: total.width, height: total.height, channels: 3)
    var canvas = Canvas(width: total.width, height: total.height, background: theme.background)
    for (index, raster) in try rasters().enumerated() {
      let left = gap + index % layout.columns * (cell.width + gap)
      let top = gap + index / layout.columns * (cell.height + captionHeight + gap)
      let x = left + (cell.width - raster.width * scale) / 2
      let y = top + (cell.height - raster.height * scale) / 2
      try canvas.paint(raster, x: x, y: y, scale: scale)
      let tile = tiles[index]
      canvas.draw(tile.boxes, of: tile, x: x, y: y, scale: scale, theme: theme)
      for (line, text) in captions[index].enumerated() {
        let below = top + cell.height + line * Self.captionPitch + 9
        let place = Place(Double(left) + Double(cell.width) / 2, Double(below))
        canvas.stroke(
          Self.captionFont.chains(text, at: place, anchor: .middle), width: Self.captionFont.penWidth,
          color: tile.isRight.map { $0 ? theme.right : theme.wrong } ?? theme.ink)
      }
    }
    drawLegend(on: &canvas, top: bottom)
    return try canvas.image()
  }

  /// The grid as a PNG file.
  package func png() throws -> [UInt8] { try PNG.encode(image()) }

  private struct PixelSize {
    var width: Int
    var height: Int
  }

  private func span(_ count: Int, _ size: Int) throws -> Int {
    let (inner, overflow) = count.multipliedReportingOverflow(by: size + gap)
    guard !overflow, inner < PixelImage.largestPixelCount else {
      throw ImageError("\(tiles.count) images make a picture too large to draw", fix: "show fewer of them")
    }
    return inner + gap
  }

  /// Columns, whole-number scale and the size of a cell on the screen.
  private func layout() -> (columns: Int, scale: Int, cell: PixelSize)? {
    guard let widest = tiles.map(\.width).max(), let highest = tiles.map(\.height).max() else { return nil }
    let wanted = columns ?? max(1, min(tiles.count, 8, width / (widest + gap)))
    let perRow = max(1, min(wanted, tiles.count))
    // A row that the user asked for still fits when it is shorter than asked for: the scale follows the request.
    let fitting = (width - gap) / max(1, min(wanted, 1 << 20)) - gap
    let byWidth = max(1, fitting / widest)
    let chosen = scale ?? min(byWidth, max(1, 320 / max(widest, highest)), 16)
    let factor = max(1, min(64, chosen))
    return (perRow, factor, PixelSize(width: widest * factor, height: highest * factor))
  }

  /// Each tile's colours. Throws what ``StopRequest`` throws.
  package func rasters() throws -> [Raster] {
    let ranges = tiles.map { $0.range ?? 0...1 }
    let low = ranges.map(\.lowerBound).min() ?? 0
    let high = ranges.map(\.upperBound).max() ?? 1
    let reach = max(abs(low), abs(high))
    return try zip(tiles, ranges).map { tile, own in
      let shown: ClosedRange<Float> =
        switch range {
        case .unit: 0...1
        case .each: own
        case .all: low...high
        case .symmetric: -reach...reach
        case .fixed(let range): range
        }
      var raster = try tile.raster(range: shown, map: map)
      try tile.tint(&raster, theme)
      return raster
    }
  }
}

extension Canvas {
  /// Draws a raster enlarged by a whole number. Throws what ``StopRequest`` throws.
  mutating func paint(_ raster: Raster, x: Int, y: Int, scale: Int) throws {
    for row in 0..<raster.height * scale {
      try StopRequest.obey()
      for column in 0..<raster.width * scale {
        blend(x + column, y + row, raster.colors[row / scale * raster.width + column / scale])
      }
    }
  }
}
