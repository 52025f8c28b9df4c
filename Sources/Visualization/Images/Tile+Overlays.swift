import ImageCodecs

extension Tile {
  /// A rectangle with a line of text, drawn over an image.
  package struct Box: Sendable {
    /// Left edge in image pixels.
    package let x: Float
    /// Upper edge in image pixels.
    package let y: Float
    /// Width in image pixels.
    package let width: Float
    /// Height in image pixels.
    package let height: Float
    /// What stands at its upper edge, such as `cat 0.93`; may be empty.
    package let text: String
    /// Which of the theme's colours.
    package let color: Int

    /// Makes a box from its left upper corner and size.
    package init(x: Float, y: Float, width: Float, height: Float, text: String = "", color: Int = 0) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
      (self.text, self.color) = (text, color)
    }

    /// The box within an image, nil when it has no extent there.
    func clipped(width limitX: Int, height limitY: Int) -> (x: Float, y: Float, width: Float, height: Float)?
    {
      guard x.isFinite, y.isFinite, width.isFinite, height.isFinite else { return nil }
      let (left, top) = (max(0, x), max(0, y))
      let (right, bottom) = (min(Float(limitX), x + width), min(Float(limitY), y + height))
      return right > left && bottom > top ? (left, top, right - left, bottom - top) : nil
    }
  }

  /// The same tile with boxes drawn over it.
  package func boxed(_ boxes: [Box]) -> Tile {
    var copy = self
    copy.boxes = boxes
    return copy
  }

  /// Draws the boxes' edges into a raster, for text.
  func outline(_ raster: inout Raster, _ theme: Theme) {
    for box in boxes {
      guard let part = box.clipped(width: width, height: height) else { continue }
      let (left, top) = (Int(part.x), Int(part.y))
      let right = max(left, min(width - 1, Int((part.x + part.width).rounded(.up)) - 1))
      let bottom = max(top, min(height - 1, Int((part.y + part.height).rounded(.up)) - 1))
      let color = theme.color(box.color)
      for x in left...right {
        raster.colors[top * width + x] = color
        raster.colors[bottom * width + x] = color
      }
      for y in top...bottom {
        raster.colors[y * width + left] = color
        raster.colors[y * width + right] = color
      }
    }
  }
}

extension Canvas {
  /// Draws a tile's boxes with their texts over its enlarged image.
  mutating func draw(_ boxes: [Tile.Box], of tile: Tile, x: Int, y: Int, scale: Int, theme: Theme) {
    let font = StrokeFont(size: 12)
    for box in boxes {
      guard let part = box.clipped(width: tile.width, height: tile.height) else { continue }
      let factor = Double(scale)
      let corner = Place(Double(x) + Double(part.x) * factor, Double(y) + Double(part.y) * factor)
      let size = Place(Double(part.width) * factor, Double(part.height) * factor)
      let color = theme.color(box.color)
      let ring = [
        corner, corner + Place(size.x, 0), corner + size, corner + Place(0, size.y), corner,
      ]
      stroke([ring], width: 2, color: color)
      if box.text.isEmpty { continue }
      let text = font.fitted(box.text, to: Double(tile.width * scale) - 4)
      let wide = font.width(text) + 6
      // Above the box where there is room, else inside; never beyond the image.
      let top = corner.y - Double(y) >= 15 ? corner.y - 15 : corner.y
      let left = max(Double(x), min(corner.x - 1, Double(x + tile.width * scale) - wide))
      fill(x: left, y: top, width: wide, height: 15, color: color)
      stroke(
        font.chains(text, at: Place(left + 3, top + 7.5), anchor: .start), width: font.penWidth,
        color: color.luma > 0.55 ? Color(0x111111) : Color(0xFFFFFF))
    }
  }
}
