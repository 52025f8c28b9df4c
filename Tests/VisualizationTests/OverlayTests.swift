import ImageCodecs
import Testing
import Visualization

@Suite("Masks, boxes and bars")
struct OverlayTests {
  private func dark(_ side: Int) throws -> Tile {
    try Tile(channels: 1, height: side, width: side, values: [Float](repeating: 0, count: side * side))
  }

  @Test("A mask tints its pixels and leaves the others")
  func masks() throws {
    let mask: [Int32] = [0, 1, 2, 0]
    let colors = try ImageGrid([dark(2).masked(mask, opacity: 1)]).rasters()[0].colors
    #expect(colors == [Color(gray: 0), Theme.light.color(0), Theme.light.color(1), Color(gray: 0)])
    #expect(throws: ImageError.self) { try dark(2).masked([1]) }
    _ = try ImageGrid([dark(2).masked([-5, .max, .min, 0])]).png()
  }

  @Test("Boxes are outlined in characters and drawn in pixels")
  func boxes() throws {
    let tile = try dark(12).boxed([Tile.Box(x: 2, y: 4, width: 6, height: 5, text: "cat 0.9", color: 4)])
    #expect(try ImageGrid([tile]).text(style: .ascii, columns: 80).contains { $0 != " " && $0 != "\n" })
    let image = try ImageGrid([tile]).image()
    let plain = try ImageGrid([try dark(12)]).image()
    #expect(image != plain)
    #expect((image.width, image.height) == (plain.width, plain.height))
  }

  @Test("Boxes outside, empty or of no number are left out")
  func oddBoxes() throws {
    let odd: [(Float, Float)] = [
      (-50, 2), (100, 2), (.nan, 1), (.infinity, 1), (3, -2), (-1e30, 2e30), (0, 1e30),
    ]
    let tile = try dark(8).boxed(odd.map { Tile.Box(x: $0.0, y: $0.0, width: $0.1, height: $0.1, text: "x") })
    _ = try ImageGrid([tile]).png()
    for style in TextStyle.allCases { _ = try ImageGrid([tile]).text(style: style, columns: 20) }
  }

  @Test("Bars as characters and drawings")
  func bars() throws {
    var chart = BarChart(
      "images per class", categories: ["cat", "dog", "새"],
      series: [.init("train", [30, 12.5, -6]), .init("test", [10, .nan])])
    chart.yLabel = "count"
    for isASCII in [false, true] {
      let lines = chart.text(columns: 50, isASCII: isASCII).split(separator: "\n")
      #expect(lines.count == 6)
      for line in lines { #expect(TextWidth.columns(String(line)) <= 50) }
    }
    #expect(XMLCheck(chart.svg()).isWellFormed)
    #expect(try PNG.decode(chart.png()).width == 1200)
  }

  @Test("A histogram counts every finite number once")
  func histogram() {
    let chart = BarChart.histogram(of: [0, 0.1, 0.5, 1, 1, .nan, .infinity], binCount: 4)
    #expect(chart.series[0].values == [2, 0, 1, 2])
    #expect(chart.categories == ["0.125", "0.375", "0.625", "0.875"])
    #expect(
      BarChart.histogram(of: [-3.0213, 3.1416], binCount: 3).categories == ["-2", "0", "2"])
    let texts = chart.figure().marks.compactMap { mark in
      if case .text(let text, let place, _, .middle, _, false) = mark, place.y > 340 { text } else { nil }
    }
    #expect(texts == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    for odd in [[], [5], [.nan], [1e308, -1e308], [3, 3, 3]] as [[Double]] {
      let chart = BarChart.histogram(of: odd)
      #expect(chart.series[0].values.reduce(0, +) == Double(odd.filter(\.isFinite).count))
      #expect(XMLCheck(chart.svg()).isWellFormed)
      _ = chart.text(columns: 10)
    }
  }
}
