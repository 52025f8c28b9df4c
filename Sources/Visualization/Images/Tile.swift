import ImageCodecs

/// One image of a grid: numbers with a caption.
package struct Tile: Sendable {
  /// 1 (grey or colour-mapped) or 3 (RGB).
  package let channels: Int
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// The numbers, [channels, height, width].
  package let values: [Float]
  /// What stands under it; may be empty.
  package private(set) var caption: String
  /// Whether what the caption says was right or wrong, which gives it a colour; nil where it is neither.
  package let isRight: Bool?
  /// Class numbers laid over it.
  var mask = Mask()
  /// Boxes drawn over it.
  var boxes: [Box] = []

  /// Wraps numbers; throws `ImageError` when their count does not fit or there is nothing to see.
  package init(
    channels: Int, height: Int, width: Int, values: [Float], caption: String = "", isRight: Bool? = nil
  ) throws {
    guard channels == 1 || channels == 3 else {
      throw ImageError("an image of \(channels) channels, wanted 1 or 3", fix: "show its channels one by one")
    }
    let count = try PixelImage.sampleCount(width: width, height: height, channels: channels)
    guard values.count == count else {
      throw ImageError("\(values.count) numbers for an image of [\(channels), \(height), \(width)]")
    }
    (self.channels, self.height, self.width, self.values) = (channels, height, width, values)
    (self.caption, self.isRight) = (caption, isRight)
  }

  /// A picture as a tile of numbers in 0…1.
  package init(_ image: PixelImage, caption: String = "") throws {
    let flat = try image.converted(toChannels: image.channels == 1 ? 1 : 3)
    let plane = flat.width * flat.height
    var values = [Float](repeating: 0, count: plane * flat.channels)
    for i in 0..<plane {
      for c in 0..<flat.channels { values[c * plane + i] = Float(flat.pixels[i * flat.channels + c]) / 255 }
    }
    try self.init(
      channels: flat.channels, height: flat.height, width: flat.width, values: values, caption: caption)
  }

  /// The same tile with another caption.
  package func captioned(_ caption: String) -> Tile {
    var copy = self
    copy.caption = caption
    return copy
  }

  /// The smallest and the largest finite number, nil when there is none.
  var range: ClosedRange<Float>? {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }

  /// The tile's colours, numbers of `range` spread over the map or the channels. Throws what ``StopRequest`` throws.
  func raster(range: ClosedRange<Float>, map: ColorMap) throws -> Raster {
    let span = range.upperBound - range.lowerBound
    // Halved first: the span of the largest floats is infinite.
    let unit = { (value: Float) in
      value.isNaN
        ? value
        : span.isFinite && span > 0
          ? (value - range.lowerBound) / span
          : span > 0
            ? (value / 2 - range.lowerBound / 2) / (range.upperBound / 2 - range.lowerBound / 2) : 0.5
    }
    let plane = width * height
    let colors = try (0..<plane).map { i in
      if i % width == 0 { try StopRequest.obey() }
      if channels == 1 { return map.color(unit(values[i])) }
      let byte = { (c: Int) in
        let value = unit(values[c * plane + i])
        return value.isNaN ? UInt8(0) : UInt8((max(0, min(1, value)) * 255).rounded())
      }
      return Color(byte(0), byte(1), byte(2))
    }
    return Raster(width: width, height: height, colors: colors)
  }
}
