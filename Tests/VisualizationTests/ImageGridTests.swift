import Foundation
import ImageCodecs
import TestSupport
import Testing
import Visualization

@Suite("Image grids")
struct ImageGridTests {
  /// The 7 x 7 smiley of the course (1 = ink).
  static let smiley: [Float] = [
    0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1,
    0, 1, 0,
    0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0,
  ]

  private func tiles(_ count: Int) throws -> [Tile] {
    try (0..<count).map { index in
      let values = (0..<64).map { Float(($0 % 8) * ($0 / 8)) / 49 * Float(index + 1) / Float(count) }
      return try Tile(channels: 1, height: 8, width: 8, values: values, caption: "tile \(index)")
    }
  }

  @Test("A small matrix is seen as characters", arguments: TextStyle.allCases)
  func smileyText(style: TextStyle) throws {
    let grid = ImageGrid([try Tile(channels: 1, height: 7, width: 7, values: Self.smiley)])
    let text = try grid.text(style: style, columns: 80)
    try Snapshot.expect(text.replacing("\u{1B}", with: "ESC"), named: "smiley-\(style.rawValue)")
  }

  @Test("Images stand side by side with captions, as many as fit")
  func textLayout() throws {
    let grid = ImageGrid(try tiles(5), columns: 5)
    for line in try grid.text(style: .ascii, columns: 40).split(separator: "\n") { #expect(line.count <= 40) }
    try Snapshot.expect(try grid.text(style: .ascii, columns: 40), named: "grid-ascii-40")
    #expect(try grid.text(style: .ascii, columns: 40, lineLimit: 5).hasSuffix("… and 3 more"))
    #expect(try ImageGrid([]).text(style: .ascii, columns: 40) == "")
  }

  @Test("A caption goes on below where it is wider than its image; a word that is has its end left out")
  func longCaptions() throws {
    let captions = ["airplane as automobile", "cat", "an incomprehensibilities of ten words in all, no less"]
    let tiles = try zip(try tiles(3), captions).map { tile, caption in tile.captioned(caption) }
    let lines = try ImageGrid(tiles, columns: 3).text(style: .ascii, columns: 38).split(separator: "\n")
      .map(String.init)
    try Snapshot.expect(lines.joined(separator: "\n"), named: "long-captions")
    for line in lines { #expect(line.count <= 38) }
    var grid = ImageGrid(tiles, columns: 3)
    grid.scale = 8
    let three = try grid.image()
    #expect(three.height == 4 + 64 + 48 + 4)
    grid = ImageGrid([try Tile(channels: 1, height: 8, width: 8, values: tiles[0].values, caption: "cat")])
    grid.scale = 8
    #expect(try grid.image().height == 4 + 64 + 18 + 4)
  }

  @Test("Text can be read on both backgrounds", arguments: [Theme.light, Theme.dark])
  func contrast(theme: Theme) {
    /// Relative luminance (WCAG 2.1), which asks for a contrast of at least 4.5 for text.
    func luminance(_ color: Color) -> Double {
      let linear = [color.red, color.green, color.blue].map { byte -> Double in
        let share = Double(byte) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    for color in [theme.ink, theme.right, theme.wrong] {
      let both = [luminance(color), luminance(theme.background)].sorted()
      #expect((both[1] + 0.05) / (both[0] + 0.05) >= 4.5)
    }
  }

  @Test("A pixel becomes a square of whole pixels in its own colour")
  func pixels() throws {
    var grid = ImageGrid([try Tile(channels: 3, height: 1, width: 2, values: [1, 0, 0, 0, 0, 0.5])])
    grid.scale = 3
    grid.gap = 1
    let image = try grid.image()
    #expect((image.width, image.height) == (8, 5))
    #expect((0..<3).map { image[1, 1, $0] } == [255, 0, 0])
    #expect((0..<3).map { image[3, 3, $0] } == [255, 0, 0])
    #expect((0..<3).map { image[4, 1, $0] } == [0, 0, 128])
    #expect((0..<3).map { image[0, 0, $0] } == [255, 255, 255])
    #expect(try PNG.decode(grid.png()) == image)
  }

  @Test("Ranges spread numbers over the colours")
  func ranges() throws {
    let low = try Tile(channels: 1, height: 1, width: 2, values: [-2, 0])
    let high = try Tile(channels: 1, height: 1, width: 2, values: [0, 4])
    var grid = ImageGrid([low, high])
    let shown = { (range: ImageGrid.Range) in
      grid.range = range
      return try grid.rasters().map { $0.colors.map(\.red) }
    }
    #expect(try shown(.unit) == [[0, 0], [0, 255]])
    #expect(try shown(.each) == [[0, 255], [0, 255]])
    #expect(try shown(.all) == [[0, 85], [85, 255]])
    #expect(try shown(.symmetric) == [[64, 128], [128, 255]])
    #expect(try shown(.fixed(-4...0)) == [[128, 255], [255, 255]])
  }

  @Test("Numbers that are none are shown in a colour of their own, and nothing traps")
  func oddNumbers() throws {
    let tile = try Tile(channels: 1, height: 1, width: 4, values: [.nan, .infinity, -.infinity, 3e38])
    for range in [ImageGrid.Range.unit, .each, .all, .symmetric] {
      var grid = ImageGrid([tile])
      grid.range = range
      #expect(try grid.rasters()[0].colors[0] == Color(0xFF00FF))
      _ = try grid.png()
      for style in TextStyle.allCases { _ = try grid.text(style: style, columns: 1) }
    }
  }

  @Test("Wrong counts, empty grids and grids too large to draw are errors")
  func errors() throws {
    #expect(throws: ImageError.self) { try Tile(channels: 2, height: 1, width: 1, values: [1, 2]) }
    #expect(throws: ImageError.self) { try Tile(channels: 1, height: 1, width: 1, values: []) }
    #expect(throws: ImageError("no images to show")) { try ImageGrid([]).png() }
    let wide = try Tile(channels: 1, height: 1, width: 4000, values: [Float](repeating: 0, count: 4000))
    var grid = ImageGrid([Tile](repeating: wide, count: 5), columns: 1)
    grid.scale = 64
    #expect(throws: ImageError.self) { _ = try grid.png() }
    grid = ImageGrid([wide], columns: .max)
    _ = try grid.png()
  }
}
