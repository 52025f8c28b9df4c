/// Windows bitmaps to pixels: 1, 4, 8, 16, 24 and 32 bits a pixel, uncompressed or with bit fields.
package enum BMP {
  /// The first bytes of every bitmap file.
  package static let signature = Array("BM".utf8)

  /// Decodes to RGB, or RGBA when the file says where its alpha is; throws `ImageError`.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    guard bytes.starts(with: signature) else { throw ImageError("not a BMP file: it does not start with BM") }
    var cursor = ByteCursor(bytes, format: "BMP")
    cursor.position = 10
    let pixelStart = try cursor.word()
    let headerSize = try cursor.word()
    guard headerSize == 12 || (40...256).contains(headerSize) else {
      throw ImageError("this BMP file has a header of \(headerSize) bytes, wanted 12 or 40 to 124")
    }
    let isOld = headerSize == 12
    let width = try isOld ? cursor.short() : cursor.signedWord()
    let signedHeight = try isOld ? cursor.short() : cursor.signedWord()
    let planes = try cursor.short()
    let depth = try cursor.short()
    let compression = try isOld ? 0 : cursor.word()
    guard planes == 1 else { throw ImageError("this BMP file has \(planes) planes, wanted 1") }
    guard pixelStart >= 14 + headerSize else {
      throw ImageError("this BMP file has its pixels at byte \(pixelStart), inside its header")
    }
    guard [1, 4, 8, 16, 24, 32].contains(depth) else {
      throw ImageError("this BMP file has \(depth) bits a pixel, wanted 1, 4, 8, 16, 24 or 32")
    }
    guard compression == 0 || (compression == 3 || compression == 6) && depth >= 16 else {
      throw ImageError(
        "this BMP file is compressed by method \(compression), which is not read", fix: "save it as PNG")
    }
    let height = abs(signedHeight)
    _ = try PixelImage.sampleCount(width: width, height: height, channels: 4)
    let fields = try Fields(&cursor, depth: depth, compression: compression, headerSize: headerSize)
    let palette = try depth <= 8 ? palette(&cursor, depth: depth, isOld: isOld, headerSize: headerSize) : []
    let rowBytes = (width * depth + 31) / 32 * 4
    let channels = fields.hasAlpha ? 4 : 3
    cursor.position = pixelStart
    guard cursor.left >= rowBytes * height else { throw ImageError("this BMP file ends too early") }
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    for row in 0..<height {
      let line = try cursor.take(rowBytes)
      let y = signedHeight < 0 ? row : height - 1 - row
      for x in 0..<width {
        let at = (y * width + x) * channels
        if depth <= 8 {
          let byte = Int(line[line.startIndex + x * depth / 8])
          let index = byte >> (8 - depth - x * depth % 8) & ((1 << depth) - 1)
          let color = index < palette.count ? palette[index] : (0, 0, 0)
          (pixels[at], pixels[at + 1], pixels[at + 2]) = color
        } else {
          var value = 0
          for i in 0..<depth / 8 { value |= Int(line[line.startIndex + x * depth / 8 + i]) << (8 * i) }
          for channel in 0..<channels { pixels[at + channel] = fields.value(value, channel) }
        }
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  private static func palette(
    _ cursor: inout ByteCursor, depth: Int, isOld: Bool, headerSize: Int
  ) throws -> [(UInt8, UInt8, UInt8)] {
    cursor.position = 46
    let used = try isOld ? 0 : cursor.word()
    cursor.position = 14 + headerSize
    let count = used > 0 && used <= 1 << depth ? used : 1 << depth
    return try (0..<count).map { _ in
      let color = (try UInt8(cursor.byte()), try UInt8(cursor.byte()), try UInt8(cursor.byte()))
      if !isOld { _ = try cursor.byte() }
      return (color.2, color.1, color.0)
    }
  }

  /// Which bits of a pixel are red, green, blue and alpha.
  private struct Fields {
    let masks: [Int]
    var hasAlpha: Bool { masks[3] != 0 }

    init(_ cursor: inout ByteCursor, depth: Int, compression: Int, headerSize: Int) throws {
      if compression == 0 {
        masks = depth == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
      } else {
        cursor.position = 54
        var read = [try cursor.word(), try cursor.word(), try cursor.word()]
        read.append(headerSize >= 56 || compression == 6 ? try cursor.word() : 0)
        masks = read
      }
    }

    func value(_ pixel: Int, _ channel: Int) -> UInt8 {
      let mask = masks[channel]
      guard mask != 0 else { return 0 }
      let shift = mask.trailingZeroBitCount
      let most = mask >> shift
      return UInt8((pixel & mask) >> shift * 255 / most)
    }
  }
}
