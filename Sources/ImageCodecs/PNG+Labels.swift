import CPNGShims
import Foundation

extension PNG {
  /// Decodes a PNG whose samples are numbers rather than brightness: palette indices, or grey values of up to 8 bits, as
  /// they are stored. Colour files whose three channels agree are read as grey.
  ///
  /// Throws `ImageError`, also for pictures in colour.
  package static func decodeLabels(_ bytes: [UInt8]) throws -> PixelImage {
    let image = try decode(bytes, asLabels: true)
    guard image.channels > 1 else { return image }
    var numbers: [UInt8] = []
    numbers.reserveCapacity(image.width * image.height)
    for start in stride(from: 0, to: image.pixels.count, by: image.channels) {
      let (red, green, blue) = (image.pixels[start], image.pixels[start + 1], image.pixels[start + 2])
      guard red == green, green == blue else {
        throw ImageError(
          "this PNG holds colours (\(red), \(green), \(blue)), not class numbers",
          fix: "save masks with a palette, or as grey where the brightness is the class number")
      }
      numbers.append(red)
    }
    return try PixelImage(width: image.width, height: image.height, channels: 1, pixels: numbers)
  }
}

extension ImageFile {
  /// Reads a mask from a PNG file: palette indices or grey values are class numbers. Throws `ImageError` that names it.
  package static func readLabels(path: String) throws -> PixelImage {
    let bytes = try bytes(of: path)
    do {
      guard bytes.starts(with: PNG.signature) else {
        throw ImageError("not a PNG file", fix: "masks are PNG files, which keep every number exactly")
      }
      return try PNG.decodeLabels(bytes)
    } catch let error as ImageError {
      throw ImageError("\(path): \(error.message)", fix: error.fix)
    }
  }
}

extension PixelImage {
  /// The whole picture in another size, each new pixel one of the old: for class numbers, which can't be mixed.
  package func resizedToNearest(width: Int, height: Int) throws -> PixelImage {
    if width == self.width, height == self.height { return self }
    let count = try Self.sampleCount(width: width, height: height, channels: channels)
    var result: [UInt8] = []
    result.reserveCapacity(count)
    for y in 0..<height {
      let row = (2 * y + 1) * self.height / (2 * height)
      for x in 0..<width {
        let start = (row * self.width + (2 * x + 1) * self.width / (2 * width)) * channels
        result += pixels[start..<start + channels]
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: result)
  }
}
