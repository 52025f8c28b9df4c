/// Portable bitmaps, greymaps and pixmaps (Netpbm formats P1 to P6) to pixels and back.
package enum PPM {
  /// Decodes to grey or RGB; larger ranges are scaled to 0…255. Throws `ImageError`.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    guard bytes.count > 2, bytes[0] == UInt8(ascii: "P"), (0x31...0x36).contains(bytes[1]) else {
      throw ImageError("not a PPM file: it does not start with P1 to P6")
    }
    let kind = Int(bytes[1]) - 0x30
    var cursor = ByteCursor(bytes, format: "PPM")
    cursor.position = 2
    let (width, height) = (try number(&cursor), try number(&cursor))
    let most = kind == 1 || kind == 4 ? 1 : try number(&cursor)
    guard (1...65535).contains(most) else {
      throw ImageError("this PPM file has numbers up to \(most), wanted 1 to 65535")
    }
    let channels = kind == 3 || kind == 6 ? 3 : 1
    let count = try PixelImage.sampleCount(width: width, height: height, channels: channels)
    // In binary kinds each number takes a byte or two, in bitmaps a bit, in text two characters or more.
    let leastBytes = kind == 4 ? (width + 7) / 8 * height : kind >= 5 && most > 255 ? 2 * count : count
    guard cursor.left >= leastBytes else { throw ImageError("this PPM file ends too early") }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    let scaled = { (value: Int) in UInt8((min(value, most) * 255 + most / 2) / most) }
    switch kind {
    case 1:
      for _ in 0..<count { pixels.append(try bit(&cursor) == 1 ? 0 : 255) }
    case 2, 3:
      for _ in 0..<count { pixels.append(scaled(try number(&cursor))) }
    case 4:
      for _ in 0..<height {
        let line = try cursor.take((width + 7) / 8)
        for x in 0..<width { pixels.append(line[line.startIndex + x / 8] >> (7 - x % 8) & 1 == 1 ? 0 : 255) }
      }
    default:
      for _ in 0..<count {
        pixels.append(scaled(try most > 255 ? cursor.byte() << 8 | cursor.byte() : cursor.byte()))
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Writes a binary greymap or pixmap; alpha is laid over white.
  package static func encode(_ image: PixelImage) throws -> [UInt8] {
    let flat = try image.converted(toChannels: image.channels == 1 ? 1 : 3)
    return Array("P\(flat.channels == 1 ? 5 : 6)\n\(flat.width) \(flat.height)\n255\n".utf8) + flat.pixels
  }

  /// The next number in text, ended by one white space; `#` starts a comment to the end of its line.
  private static func number(_ cursor: inout ByteCursor) throws -> Int {
    var byte = try skipSpace(&cursor)
    var value = 0
    guard (0x30...0x39).contains(byte) else {
      throw ImageError("this PPM file has no number where one should be")
    }
    while (0x30...0x39).contains(byte) {
      value = value * 10 + byte - 0x30
      guard value < 1 << 31 else { throw ImageError("this PPM file has a number that is too large") }
      if cursor.left == 0 { return value }
      byte = try cursor.byte()
    }
    return value
  }

  private static func bit(_ cursor: inout ByteCursor) throws -> Int {
    let byte = try skipSpace(&cursor)
    guard byte == 0x30 || byte == 0x31 else {
      throw ImageError("this PPM file has no bit where one should be")
    }
    return byte - 0x30
  }

  private static func skipSpace(_ cursor: inout ByteCursor) throws -> Int {
    while true {
      var byte = try cursor.byte()
      if byte == UInt8(ascii: "#") { while byte != 10 { byte = try cursor.byte() } }
      if ![9, 10, 11, 12, 13, 32].contains(byte) { return byte }
    }
  }
}
