extension PixelImage {
  /// A part of the picture; throws `ImageError` when it reaches outside.
  package func cropped(x: Int, y: Int, width: Int, height: Int) throws -> PixelImage {
    guard x >= 0, y >= 0, width > 0, height > 0, width <= self.width - x, height <= self.height - y else {
      throw ImageError(
        "a part of \(width) x \(height) at (\(x), \(y)) of an image of \(self.width) x \(self.height)",
        fix: "the part must lie inside")
    }
    var part: [UInt8] = []
    part.reserveCapacity(width * height * channels)
    for row in y..<y + height {
      let start = (row * self.width + x) * channels
      part += pixels[start..<start + width * channels]
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: part)
  }

  /// The largest part in the middle that has the shape of `width` by `height`.
  package func croppedToShape(width: Int, height: Int) throws -> PixelImage {
    guard width > 0, height > 0, width <= 1 << 20, height <= 1 << 20 else {
      throw ImageError("an image of \(width) x \(height) pixels, wanted 1 to \(1 << 20)")
    }
    let wide = max(1, min(self.width, (self.height * width + height / 2) / height))
    let tall = max(1, min(self.height, (self.width * height + width / 2) / width))
    return try cropped(x: (self.width - wide) / 2, y: (self.height - tall) / 2, width: wide, height: tall)
  }

  /// The whole picture in another size: a triangle filter as wide as the steps between new pixels, so that nothing
  /// is left out when it shrinks (what Pillow calls bilinear).
  package func resized(width: Int, height: Int) throws -> PixelImage {
    if width == self.width, height == self.height { return self }
    let count = try Self.sampleCount(width: width, height: height, channels: channels)
    let across = Self.weights(from: self.width, to: width)
    let down = Self.weights(from: self.height, to: height)
    // Rows first, in floating point, then columns.
    let rowSize = width * channels
    var lines = [Float](repeating: 0, count: rowSize * self.height)
    for y in 0..<self.height {
      for (x, tap) in across.enumerated() {
        for channel in 0..<channels {
          var sum: Float = 0
          for (offset, weight) in tap.weights.enumerated() {
            sum += weight * Float(pixels[(y * self.width + tap.first + offset) * channels + channel])
          }
          lines[y * rowSize + x * channels + channel] = sum
        }
      }
    }
    var result = [UInt8](repeating: 0, count: count)
    for (y, tap) in down.enumerated() {
      for i in 0..<rowSize {
        var sum: Float = 0
        for (offset, weight) in tap.weights.enumerated() {
          sum += weight * lines[(tap.first + offset) * rowSize + i]
        }
        result[y * rowSize + i] = UInt8(max(0, min(255, sum.rounded())))
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: result)
  }

  /// For each new pixel of an axis, which old ones it is made of.
  private static func weights(from old: Int, to new: Int) -> [(first: Int, weights: [Float])] {
    let scale = Float(old) / Float(new)
    let reach = max(1, scale)
    return (0..<new).map { index in
      let center = (Float(index) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let end = min(old, Int(center + reach + 0.5))
      var weights = (first..<max(end, first + 1)).map { max(0, 1 - abs((Float($0) + 0.5 - center) / reach)) }
      let sum = weights.reduce(0, +)
      if sum > 0 { for i in weights.indices { weights[i] /= sum } } else { weights[0] = 1 }
      return (first, weights)
    }
  }
}
