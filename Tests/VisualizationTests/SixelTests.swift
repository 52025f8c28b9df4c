import ImageCodecs
import Testing

@Suite struct SixelTests {
  /// Draws sixels as a terminal does (VT340 manual, chapter 14): RGB bytes, black where nothing is painted.
  private func drawn(_ text: [UInt8]) throws -> PixelImage {
    let body = String(decoding: text, as: UTF8.self)
    try #require(body.hasPrefix("\u{1b}P0;1;0q") && body.hasSuffix("\u{1b}\\"))
    var rest = Substring(body.dropFirst("\u{1b}P0;1;0q".count).dropLast(2))
    func numbers() -> [Int] {
      let part = rest.prefix { $0.isNumber || $0 == ";" }
      rest = rest[part.endIndex...]
      return part.split(separator: ";").compactMap { Int($0) }
    }
    var image: PixelImage?
    var colors: [Int: [UInt8]] = [:]
    var (x, top, color, count) = (0, 0, 0, 1)
    while let command = rest.popFirst() {
      switch command {
      case "\"":
        let size = numbers()
        image = try PixelImage(width: size[2], height: size[3], filledWith: [0, 0, 0])
      case "#":
        let given = numbers()
        color = given[0]
        if given.count == 5 { colors[color] = given[2...].map { UInt8(($0 * 255 + 50) / 100) } }
      case "!": count = numbers()[0]
      case "$": x = 0
      case "-": (x, top) = (0, top + 6)
      default:
        let mask = try #require(command.asciiValue) - 63
        for _ in 0..<count {
          for bit in 0..<6 where mask >> UInt8(bit) & 1 == 1 {
            for channel in 0..<3 { image?[x, top + bit, channel] = try #require(colors[color])[channel] }
          }
          x += 1
        }
        count = 1
      }
    }
    return try #require(image)
  }

  private func largestDifference(_ a: PixelImage, _ b: PixelImage) -> Int {
    zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  @Test func fewColoursStayWhatTheyAre() throws {
    // 13 rows: two bands and one row.
    var pixels: [UInt8] = []
    for y in 0..<13 { for x in 0..<17 { pixels += [UInt8(x * 15), UInt8(y * 19), 128] } }
    let image = try PixelImage(width: 17, height: 13, channels: 3, pixels: pixels)
    let shown = try drawn(Sixel.encode(image))
    // Colours are told in hundredths.
    #expect(largestDifference(shown, image) <= 2)
  }

  @Test func manyColoursAreNear() throws {
    var pixels: [UInt8] = []
    for y in 0..<64 { for x in 0..<64 { pixels += [UInt8(x * 4), UInt8(y * 4), UInt8(x + y)] } }
    let image = try PixelImage(width: 64, height: 64, channels: 3, pixels: pixels)
    let shown = try drawn(Sixel.encode(image))
    #expect(largestDifference(shown, image) <= 34)
  }

  @Test func greyAndAlphaAreDrawn() throws {
    let gray = try PixelImage(width: 2, height: 1, channels: 1, pixels: [0, 255])
    #expect(try drawn(Sixel.encode(gray)).pixels == [0, 0, 0, 255, 255, 255])
    let clear = try PixelImage(width: 1, height: 1, channels: 4, pixels: [9, 9, 9, 0])
    #expect(try drawn(Sixel.encode(clear)).pixels == [255, 255, 255])
  }
}
