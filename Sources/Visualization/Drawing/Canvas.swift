import ImageCodecs

/// Pixels to draw on, RGB, with smooth edges.
struct Canvas {
  /// Pixels in a row.
  let width: Int
  /// Rows.
  let height: Int
  private(set) var pixels: [UInt8]

  /// Makes a canvas of one colour; the size must be positive and within the limits of ``PixelImage``.
  init(width: Int, height: Int, background: Color) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, initialized in
      for i in 0..<width * height {
        buffer[3 * i] = background.red
        buffer[3 * i + 1] = background.green
        buffer[3 * i + 2] = background.blue
      }
      initialized = width * height * 3
    }
  }

  /// The finished picture.
  func image() throws -> PixelImage {
    try PixelImage(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// Lays a colour over one pixel; outside the canvas nothing happens.
  mutating func blend(_ x: Int, _ y: Int, _ color: Color, _ share: Float = 1) {
    guard x >= 0, y >= 0, x < width, y < height, share > 0 else { return }
    let at = (y * width + x) * 3
    if share >= 1 {
      (pixels[at], pixels[at + 1], pixels[at + 2]) = (color.red, color.green, color.blue)
      return
    }
    let under = Color(pixels[at], pixels[at + 1], pixels[at + 2])
    let mixed = under.mixed(with: color, share)
    (pixels[at], pixels[at + 1], pixels[at + 2]) = (mixed.red, mixed.green, mixed.blue)
  }

  /// Fills a rectangle; edges between pixels are shared by area.
  mutating func fill(x: Double, y: Double, width: Double, height: Double, color: Color) {
    let columns = Self.cover(x, x + width, limit: self.width)
    for row in Self.cover(y, y + height, limit: self.height) {
      let vertical = min(y + height, Double(row) + 1) - max(y, Double(row))
      for column in columns {
        let horizontal = min(x + width, Double(column) + 1) - max(x, Double(column))
        blend(column, row, color, Float(vertical * horizontal))
      }
    }
  }

  /// Draws connected pieces with round ends and joints.
  mutating func stroke(_ chains: [[Place]], width: Double, color: Color) {
    var low = Place(repeating: .infinity)
    var high = Place(repeating: -.infinity)
    for point in chains.joined() where point.x.isFinite && point.y.isFinite {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    let radius = width / 2
    guard low.x <= high.x else { return }
    let columns = Self.cover(low.x - radius - 1, high.x + radius + 1, limit: self.width)
    let rows = Self.cover(low.y - radius - 1, high.y + radius + 1, limit: self.height)
    guard !columns.isEmpty, !rows.isEmpty else { return }
    // Coverage is gathered first and laid on once, so that joints and crossings are not darker than the line.
    var mask = [Float](repeating: 0, count: columns.count * rows.count)
    for chain in chains {
      guard let first = chain.first else { continue }
      for i in 0..<max(1, chain.count - 1) {
        let (a, b) = (chain.count > 1 ? chain[i] : first, chain.count > 1 ? chain[i + 1] : first)
        guard a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite else { continue }
        let along = b - a
        let squared = max(1e-12, (along * along).sum())
        let reach = radius + 1
        let across = Self.cover(min(a.x, b.x) - reach, max(a.x, b.x) + reach, limit: self.width)
        for y in Self.cover(min(a.y, b.y) - reach, max(a.y, b.y) + reach, limit: self.height) {
          for x in across {
            let p = Place(Double(x) + 0.5, Double(y) + 0.5) - a
            let t = max(0, min(1, (p * along).sum() / squared))
            let off = p - along * t
            let covered = Float(max(0, min(1, radius + 0.5 - (off * off).sum().squareRoot())))
            let place = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
            mask[place] = max(mask[place], covered)
          }
        }
      }
    }
    // A line thinner than a pixel is drawn a pixel wide and fainter.
    let strength = Float(min(1, width))
    for (row, y) in rows.enumerated() {
      for (column, x) in columns.enumerated() {
        blend(x, y, color, mask[row * columns.count + column] * strength)
      }
    }
  }

  /// Draws a filled circle.
  mutating func disc(_ center: Place, radius: Double, color: Color) {
    stroke([[center]], width: 2 * radius, color: color)
  }

  /// The whole pixels that an interval touches, within 0 ..< limit.
  private static func cover(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
    guard low < high else { return 0..<0 }
    let first = Int(max(0, min(Double(limit), low.rounded(.down))))
    let end = Int(max(0, min(Double(limit), high.rounded(.up))))
    return first..<max(first, end)
  }
}
