/// A picture of 8-bit samples, rows from the top, pixels interleaved: what files hold and screens show.
package struct PixelImage: Sendable, Equatable {
  /// The largest number of pixels read or made: 8192 x 8192.
  package static let largestPixelCount = 1 << 26

  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Samples per pixel: 1 grey, 3 RGB, 4 RGBA (alpha not multiplied in).
  package let channels: Int
  /// `width * height * channels` samples.
  package private(set) var pixels: [UInt8]

  /// Wraps samples; throws `ImageError` when their number does not fit the size.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
    let expected = try Self.sampleCount(width: width, height: height, channels: channels)
    guard pixels.count == expected else {
      throw ImageError(
        "\(pixels.count) samples for an image of \(width) x \(height) x \(channels), which holds \(expected)")
    }
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
  }

  /// Makes an image of one colour, given as `channels` samples.
  package init(width: Int, height: Int, filledWith color: [UInt8]) throws {
    let count = try Self.sampleCount(width: width, height: height, channels: color.count)
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in 0..<count { buffer.initializeElement(at: i, to: color[i % color.count]) }
      initialized = count
    }
    (self.width, self.height, self.channels, self.pixels) = (width, height, color.count, samples)
  }

  /// The number of samples of an image, checked: sizes come from files and users.
  package static func sampleCount(width: Int, height: Int, channels: Int) throws -> Int {
    guard width > 0, height > 0 else {
      throw ImageError("an image of \(width) x \(height) pixels has no pixels")
    }
    guard [1, 3, 4].contains(channels) else {
      throw ImageError("an image of \(channels) channels, wanted 1 (grey), 3 (RGB) or 4 (RGBA)")
    }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= largestPixelCount else {
      throw ImageError(
        "an image of \(width) x \(height) pixels is larger than the \(largestPixelCount) pixels allowed",
        fix: "scale it down with another program first")
    }
    return count * channels
  }

  /// The sample at a place that must lie inside.
  package subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { pixels[(y * width + x) * channels + channel] }
    set { pixels[(y * width + x) * channels + channel] = newValue }
  }

  /// The same picture in another number of channels: grey by ITU-R BT.601 luma, alpha laid over `background`.
  package func converted(toChannels wanted: Int, over background: UInt8 = 255) throws -> PixelImage {
    if wanted == channels { return self }
    let count = try Self.sampleCount(width: width, height: height, channels: wanted)
    var result = [UInt8]()
    result.reserveCapacity(count)
    for start in stride(from: 0, to: pixels.count, by: channels) {
      var rgb = (pixels[start], pixels[start], pixels[start])
      if channels >= 3 { rgb = (pixels[start], pixels[start + 1], pixels[start + 2]) }
      if channels == 4, wanted < 4 {
        let alpha = Int(pixels[start + 3])
        let over = { (c: UInt8) in UInt8((Int(c) * alpha + Int(background) * (255 - alpha) + 127) / 255) }
        rgb = (over(rgb.0), over(rgb.1), over(rgb.2))
      }
      if wanted == 1 {
        // Pillow's fixed-point form of 0.299 R + 0.587 G + 0.114 B, so that both read the same grey.
        let luma = Int(rgb.0) * 19595 + Int(rgb.1) * 38470 + Int(rgb.2) * 7471 + 0x8000
        result.append(UInt8(luma >> 16))
      } else {
        result.append(rgb.0)
        result.append(rgb.1)
        result.append(rgb.2)
        if wanted == 4 { result.append(255) }
      }
    }
    return try PixelImage(width: width, height: height, channels: wanted, pixels: result)
  }
}
