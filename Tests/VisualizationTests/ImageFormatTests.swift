import ImageCodecs
import Testing

@Suite("Other image formats")
struct ImageFormatTests {
  /// A bitmap laid out as Microsoft documents it: file header, 40-byte header, palette, rows from the bottom.
  private static func bmp(
    width: Int, height: Int, depth: Int, compression: Int = 0, extra: [UInt8] = [], rows: [UInt8]
  ) -> [UInt8] {
    let word = { (value: Int) -> [UInt8] in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let start = 54 + extra.count
    return Array("BM".utf8) + word(start + rows.count) + word(0) + word(start) + word(40) + word(width)
      + word(height) + [1, 0, UInt8(depth), 0] + word(compression) + word(rows.count) + word(0) + word(0)
      + word(0) + word(0) + extra + rows
  }

  @Test("Bitmaps of each depth")
  func bitmaps() throws {
    let deep = Self.bmp(width: 1, height: 2, depth: 24, rows: [3, 2, 1, 0, 6, 5, 4, 0])
    #expect(try BMP.decode(deep).pixels == [4, 5, 6, 1, 2, 3])
    let fromTop = Self.bmp(width: 1, height: -2, depth: 24, rows: [3, 2, 1, 0, 6, 5, 4, 0])
    #expect(try ImageFile.decode(fromTop).pixels == [1, 2, 3, 4, 5, 6])
    let palette: [UInt8] = [30, 20, 10, 0, 60, 50, 40, 0]
    let bits = Self.bmp(width: 3, height: 1, depth: 1, extra: palette, rows: [0b0100_0000, 0, 0, 0])
    #expect(try BMP.decode(bits).pixels == [10, 20, 30, 40, 50, 60, 10, 20, 30])
    // Five bits each: 31 becomes 255, 1 becomes 8.
    let packed = Self.bmp(width: 2, height: 1, depth: 16, rows: [0xFF, 0x7F, 0x21, 0x04])
    #expect(try BMP.decode(packed).pixels == [255, 255, 255, 8, 8, 8])
    let fields: [UInt8] = [0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]
    let masked = Self.bmp(width: 1, height: 1, depth: 32, compression: 3, extra: fields, rows: [9, 1, 2, 3])
    #expect(try BMP.decode(masked).pixels == [3, 2, 1])
  }

  /// One row of four pixels, colours 1, 0, 1, 2 of three, the codes written out by hand: 4 (clear), 1, 0, 1, 2, 5 (end),
  /// three bits each while fewer than eight codes are known, then four.
  static let gif: [UInt8] =
    Array("GIF89a".utf8) + [4, 0, 1, 0, 0x81, 0, 0] + [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]
    + [0x2C, 0, 0, 0, 0, 4, 0, 1, 0, 0, 2, 3, 0x0C, 0x22, 0x05, 0, 0x3B]

  @Test("A GIF's first picture")
  func gifs() throws {
    let image = try GIF.decode(Self.gif)
    #expect((image.width, image.height, image.channels) == (4, 1, 3))
    #expect(image.pixels == [255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0])
  }

  static let maps: [(String, Int, [UInt8])] = [
    ("P1 2 2 1 0\n0 1", 1, [0, 255, 255, 0]), ("P2\n# made by hand\n3 1\n15\n0 15 5", 1, [0, 255, 85]),
    ("P3 1 1 255 1 2 3", 3, [1, 2, 3]), ("P5 2 1 255\nAB", 1, [65, 66]), ("P6 1 1 255 ABC", 3, [65, 66, 67]),
    ("P4 3 1\n@", 1, [255, 0, 255]),
  ]

  @Test("Portable maps in text and binary", arguments: maps)
  func portableMaps(text: String, channels: Int, pixels: [UInt8]) throws {
    let image = try ImageFile.decode(Array(text.utf8))
    #expect(image.channels == channels)
    #expect(image.pixels == pixels)
    #expect(try PPM.decode(PPM.encode(image)) == image)
  }

  /// An 8 x 8 grey JPEG of a gradient, quality 90, made with Pillow 13, and what Pillow decodes it to.
  static let jpeg: [UInt8] = [
    255, 216, 255, 224, 0, 16, 74, 70, 73, 70, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 255, 219,
    0, 67, 0, 3, 2, 2, 3, 2, 2, 3, 3, 3, 3, 4, 3, 3, 4, 5, 8, 5, 5, 4,
    4, 5, 10, 7, 7, 6, 8, 12, 10, 12, 12, 11, 10, 11, 11, 13, 14, 18, 16, 13, 14, 17,
    14, 11, 11, 16, 22, 16, 17, 19, 20, 21, 21, 21, 12, 15, 23, 24, 22, 20, 24, 18, 20, 21,
    20, 255, 192, 0, 11, 8, 0, 8, 0, 8, 1, 1, 17, 0, 255, 196, 0, 20, 0, 1, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 255, 196, 0, 26, 16, 0, 0, 7,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 36, 52, 65, 81, 255, 218,
    0, 8, 1, 1, 0, 0, 63, 0, 47, 77, 164, 148, 86, 249, 67, 255, 217,
  ]
  static let jpegPixels: [UInt8] = [
    0, 16, 32, 48, 64, 80, 97, 112, 12, 27, 44, 59, 76, 91, 108, 123, 25, 40, 57, 72, 89, 104,
    121, 136, 36, 52, 68, 84, 100, 116, 133, 148, 48, 63, 80, 96, 112, 128, 144, 160, 60, 75, 92, 107,
    124, 139, 156, 171, 73, 88, 105, 120, 137, 152, 169, 184, 84, 99, 116, 132, 148, 164, 180, 196,
  ]

  @Test("A JPEG decodes to what Pillow makes of it; every cut is an error")
  func jpegs() throws {
    let image = try JPEG.decode(Self.jpeg)
    #expect((image.width, image.height, image.channels) == (8, 8, 1))
    #expect(image.pixels == Self.jpegPixels)
    for length in 0..<Self.jpeg.count - 2 {
      #expect(throws: ImageError.self) { try JPEG.decode(Array(Self.jpeg.prefix(length))) }
    }
  }

  @Test("Sizes that a file can't hold are errors")
  func hugeHeaders() {
    let many = Self.bmp(width: 8000, height: 8000, depth: 24, rows: [])
    let more = Self.bmp(width: 1 << 30, height: 1 << 30, depth: 1, rows: [])
    let maps = ["P6 8000 8000 255\n", "P5 99999999999 1 255\n", "P2 3 3 0 1", "P5 0 5 255 x"].map {
      Array($0.utf8)
    }
    for bytes in [many, more, [], Array("hello".utf8), Array("GIF89a".utf8)] + maps {
      #expect(throws: ImageError.self) { try ImageFile.decode(bytes) }
    }
  }

  @Test("Headers that lie in other ways are errors that say how")
  func lyingHeaders() throws {
    // The size of a JPEG stands behind its frame marker: height, then width.
    var wide = Self.jpeg
    let frame = try #require(wide.indices.first { wide[$0] == 0xFF && wide[$0 + 1] == 0xC0 })
    wide.replaceSubrange(frame + 5..<frame + 9, with: [0x1F, 0x40, 0x1F, 0x40])
    #expect(
      throws: ImageError(
        "this JPEG says it has 8000 x 8000 pixels, which \(wide.count) bytes can't hold",
        fix: "the file is cut short or damaged: fetch it again")
    ) { try JPEG.decode(wide) }
    var bitmap = Self.bmp(width: 1, height: 1, depth: 24, rows: [3, 2, 1, 0])
    bitmap[10] = 0
    #expect(throws: ImageError("this BMP file has its pixels at byte 0, inside its header")) {
      try BMP.decode(bitmap)
    }
    (bitmap[10], bitmap[26]) = (54, 5)
    #expect(throws: ImageError("this BMP file has 5 planes, wanted 1")) { try BMP.decode(bitmap) }
  }

  @Test("Changed bytes give an error or an image of the right size")
  func fuzz() {
    var state: UInt64 = 2_463_534_242
    let next = {
      // Marsaglia's xorshift64.
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33)
    }
    let bitmap = Self.bmp(width: 3, height: 2, depth: 24, rows: [UInt8](repeating: 7, count: 24))
    for source in [Self.gif, Self.jpeg, bitmap, Array("P6 2 1 255\nabcdef".utf8)] {
      for _ in 0..<1500 {
        var bytes = source
        for _ in 0..<1 + next() % 3 { bytes[next() % bytes.count] = UInt8(next() & 255) }
        if next() % 4 == 0 { bytes.removeLast(next() % bytes.count) }
        if let image = try? ImageFile.decode(bytes) {
          #expect(image.pixels.count == image.width * image.height * image.channels)
        }
      }
    }
  }

  @Test("Resizing keeps flat colours and means, cropping keeps pixels")
  func resizes() throws {
    let flat = try PixelImage(width: 5, height: 3, filledWith: [10, 20, 30])
    #expect(
      try flat.resized(width: 11, height: 2) == PixelImage(width: 11, height: 2, filledWith: [10, 20, 30]))
    let steps = try PixelImage(width: 4, height: 1, channels: 1, pixels: [0, 100, 100, 200])
    // Pillow's Image.resize((2, 1), BILINEAR) of these four.
    #expect(try steps.resized(width: 2, height: 1).pixels == [57, 143])
    #expect(try steps.cropped(x: 1, y: 0, width: 2, height: 1).pixels == [100, 100])
    #expect(try steps.croppedToShape(width: 1, height: 1).pixels == [100])
    for (x, width) in [(-1, 2), (3, 2), (0, 0), (Int.max, 1), (1, Int.max)] {
      #expect(throws: ImageError.self) { try steps.cropped(x: x, y: 0, width: width, height: 1) }
    }
  }
}
