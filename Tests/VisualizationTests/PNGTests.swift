import ImageCodecs
import Testing
import Visualization

@Suite("PNG files")
struct PNGTests {
  @Test("What is written reads back exactly", arguments: [1, 3, 4], [1, 7, 64])
  func roundTrip(channels: Int, side: Int) throws {
    let pixels = (0..<side * (side + 2) * channels).map {
      UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7)
    }
    let image = try PixelImage(width: side + 2, height: side, channels: channels, pixels: pixels)
    for level in [0, 6, 9] { #expect(try PNG.decode(PNG.encode(image, level: level)) == image) }
  }

  @Test("Sixteen bits become eight by rounding, one bit becomes black and white")
  func depths() throws {
    let deep = HandmadePNG(width: 3, height: 1, bitDepth: 16, colorType: 0)
      .finished([[0, 0x00, 0x00, 0x80, 0x7F, 0xFF, 0xFF]])
    // 0x807F / 65535 * 255 = 127.99…
    #expect(try PNG.decode(deep).pixels == [0, 128, 255])
    let bits = HandmadePNG(width: 10, height: 1, bitDepth: 1, colorType: 0).finished([
      [0, 0b1010_0000, 0b0100_0000]
    ])
    let read = try PNG.decode(bits)
    #expect(read.channels == 1)
    #expect(read.pixels == [255, 0, 255, 0, 0, 0, 0, 0, 0, 255])
  }

  @Test("A palette becomes RGB, with transparency RGBA")
  func palette() throws {
    var file = HandmadePNG(width: 4, height: 1, bitDepth: 2, colorType: 3)
    file.append("PLTE", [10, 20, 30, 40, 50, 60, 70, 80, 90])
    let rows: [[UInt8]] = [[0, 0b00_01_10_00]]
    let plain = try PNG.decode(file.finished(rows))
    #expect(plain.channels == 3)
    #expect(plain.pixels == [10, 20, 30, 40, 50, 60, 70, 80, 90, 10, 20, 30])
    file.append("tRNS", [0, 128])
    let clear = try PNG.decode(file.finished(rows))
    #expect(clear.channels == 4)
    #expect(clear.pixels == [10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255, 10, 20, 30, 0])
  }

  @Test("Grey with alpha becomes RGBA")
  func grayAlpha() throws {
    let file = HandmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 4).finished([[0, 100, 7, 200, 255]])
    #expect(try PNG.decode(file).pixels == [100, 100, 100, 7, 200, 200, 200, 255])
  }

  @Test("Interlaced rows come in their seven passes")
  func interlaced() throws {
    // Adam7 for 3 x 3: pass 1 (0,0); 4 (2,0); 5 (0,2), (2,2); 6 (1,0), (1,2); 7 row 1. Other passes are empty.
    let file = HandmadePNG(width: 3, height: 3, bitDepth: 8, colorType: 0, isInterlaced: true)
      .finished([[0, 1], [0, 3], [0, 7, 9], [0, 2], [0, 8], [0, 4, 5, 6]])
    #expect(try PNG.decode(file).pixels == [1, 2, 3, 4, 5, 6, 7, 8, 9])
  }

  private static var small: [UInt8] {
    HandmadePNG(width: 2, height: 2, bitDepth: 8, colorType: 2).finished([
      [0, 1, 2, 3, 4, 5, 6], [0, 7, 8, 9, 10, 11, 12],
    ])
  }

  @Test("Sizes that the file can't hold are refused before memory is taken")
  func hugeHeaders() {
    for (width, height) in [(UInt32(1_000_000), UInt32(1_000_000)), (8000, 8000), (0, 5), (0x7FFF_FFFF, 1)] {
      let file = HandmadePNG(width: width, height: height, bitDepth: 8, colorType: 6).finished([[0, 1]])
      #expect(throws: ImageError.self) { try PNG.decode(file) }
    }
  }

  @Test("Every cut of a file is an error")
  func cuts() {
    for length in 0..<Self.small.count - 12 {
      #expect(throws: ImageError.self, "\(length) bytes") { try PNG.decode(Array(Self.small.prefix(length))) }
    }
  }

  @Test("Other files are told apart by their first bytes")
  func otherFiles() {
    #expect(throws: ImageError("not a PNG file: it does not start with PNG's eight bytes")) {
      try PNG.decode(Array("GIF89a".utf8))
    }
  }

  @Test("Changed bytes give an error or an image of the right size")
  func fuzz() {
    var state: UInt64 = 88_172_645_463_325_252
    let next = {
      // Marsaglia's xorshift64.
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33)
    }
    for _ in 0..<3000 {
      var bytes = Self.small
      for _ in 0..<1 + next() % 3 { bytes[8 + next() % (bytes.count - 8)] = UInt8(next() & 255) }
      if let image = try? PNG.decode(bytes) {
        #expect(image.pixels.count == image.width * image.height * image.channels)
      }
    }
  }

  @Test("Impossible images are errors")
  func impossible() {
    #expect(throws: ImageError.self) { try PixelImage(width: 2, height: 2, channels: 1, pixels: [1, 2, 3]) }
    #expect(throws: ImageError.self) { try PixelImage(width: 1, height: 1, channels: 2, pixels: [1, 2]) }
    #expect(throws: ImageError.self) { try PixelImage(width: .max, height: .max, channels: 1, pixels: []) }
    #expect(throws: ImageError.self) { try PixelImage(width: 0, height: 1, filledWith: [0]) }
  }

  @Test("Grey is BT.601 luma; alpha is laid over a background")
  func conversions() throws {
    let rgb = try PixelImage(width: 3, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255])
    // Pillow's convert("L") of pure red, green and blue.
    #expect(try rgb.converted(toChannels: 1).pixels == [76, 150, 29])
    let clear = try PixelImage(width: 1, height: 1, channels: 4, pixels: [0, 100, 200, 128])
    #expect(try clear.converted(toChannels: 3, over: 255).pixels == [127, 177, 227])
    #expect(try clear.converted(toChannels: 3, over: 0).pixels == [0, 50, 100])
  }

  @Test("Who asks to stop is heard between bands of rows; asking changes no byte")
  func stops() throws {
    struct Stopped: Error {}
    let looks = Looks()
    let rows = (0..<512).map { y in (0..<512 * 3).map { UInt8(truncatingIfNeeded: $0 &* y) } }
    let image = try PixelImage(width: 512, height: 512, channels: 3, pixels: rows.flatMap { $0 })
    let encoded = try PNG.encode(image)
    let counted = try StopRequest.$current.withValue(StopRequest { _ = looks.next() }) {
      try PNG.encode(image)
    }
    #expect(counted == encoded)
    // A band is 64 KB of pixels: 42 rows here.
    #expect(looks.next() == 14)
    for after in [0, 2] {
      let looks = Looks()
      let check: @Sendable () throws -> Void = { if looks.next() > after { throw Stopped() } }
      #expect(throws: Stopped.self) {
        try StopRequest.$current.withValue(StopRequest(check)) { try PNG.encode(image) }
      }
      #expect(throws: Stopped.self) {
        try StopRequest.$current.withValue(StopRequest(check)) { try PNG.decode(encoded) }
      }
      #expect(throws: Stopped.self) {
        try StopRequest.$current.withValue(StopRequest(check)) { try PNG.encode(drawing: image) }
      }
    }
  }

  @Test("Who asks to stop is heard at each row that is coloured, enlarged or written as characters")
  func drawingStops() throws {
    struct Stopped: Error {}
    let numbers = (0..<96 * 96).map { Float($0 % 97) / 96 }
    let tile = try Tile(channels: 1, height: 96, width: 96, values: numbers)
      .masked((0..<96 * 96).map { Int32($0 % 3) })
    var grid = ImageGrid([tile])
    grid.scale = 2
    let work: [(looks: Int, () throws -> Void)] = [
      // Once a row as colours and once as a mask, twice enlarged.
      (4 * 96, { _ = try grid.image() }), (2 * 96 + 20, { _ = try grid.text(style: .ascii, columns: 80) }),
      (20, { _ = try Chart(series: [.init("", y: (0..<20).map(Double.init))]).figure().image() }),
    ]
    for (fewest, draw) in work {
      let looks = Looks()
      try StopRequest.$current.withValue(StopRequest { _ = looks.next() }) { try draw() }
      let all = looks.next()
      #expect(all >= fewest)
      for after in [0, all / 2, all - 1] {
        let looks = Looks()
        let check: @Sendable () throws -> Void = { if looks.next() >= after { throw Stopped() } }
        #expect(throws: Stopped.self) {
          try StopRequest.$current.withValue(StopRequest(check)) { try draw() }
        }
      }
    }
  }

  /// Counts.
  private final class Looks: @unchecked Sendable {
    private var count = 0

    /// The number after the last.
    func next() -> Int {
      count += 1
      return count
    }
  }

  @Test("A drawing keeps its colours where 256 hold them, and its frequent ones elsewhere")
  func drawings() throws {
    var ramp: [UInt8] = []
    for value in UInt8.min...UInt8.max { ramp += [value, 7, 255 - value] }
    let few = try PixelImage(width: 16, height: 16, channels: 3, pixels: ramp)
    #expect(try PNG.decode(PNG.encode(drawing: few)) == few)
    // 4096 colours once each on a ground of one colour.
    var many: [UInt8] = []
    for red in UInt8(0)..<64 { for green in UInt8(0)..<64 { many += [red * 4, green * 4, 128] } }
    for _ in 0..<4096 { many += [200, 201, 202] }
    let image = try PixelImage(width: 64, height: 128, channels: 3, pixels: many)
    let read = try PNG.decode(PNG.encode(drawing: image))
    #expect(Array(read.pixels.suffix(3)) == [200, 201, 202])
    var colors: Set<[UInt8]> = []
    for start in stride(from: 0, to: read.pixels.count, by: 3) {
      colors.insert(Array(read.pixels[start..<start + 3]))
    }
    #expect(colors.count <= 256)
    var furthest = 0
    for (found, wanted) in zip(read.pixels, many) { furthest = max(furthest, abs(Int(found) - Int(wanted))) }
    #expect(furthest < 64)
  }
}
