import Foundation
import ImageCodecs
import TestSupport
import Testing
import Visualization

@Suite("Charts")
struct ChartTests {
  private var curves: Chart {
    let epochs = (0..<10).map { Double($0) }
    return Chart(
      "loss", xLabel: "epoch", yLabel: "cross-entropy",
      series: [
        .init("train", y: epochs.map { 1 / ($0 + 1) }),
        .init("validation", y: epochs.map { 0.8 / ($0 + 1) + 0.1 }, style: .dashed),
      ])
  }

  @Test("Curves as characters", arguments: [TextStyle.ascii, .shades, .braille])
  func text(style: TextStyle) throws {
    let text = curves.text(style: style, columns: 60, rows: 12)
    for line in text.split(separator: "\n") { #expect(line.count <= 60) }
    try Snapshot.expect(text, named: "chart-\(style.rawValue)")
  }

  @Test("The drawing as SVG is well-formed and the same as before")
  func svg() throws {
    let svg = curves.svg()
    let parser = XMLCheck(svg)
    #expect(parser.isWellFormed)
    try Snapshot.expect(svg, named: "chart-svg")
  }

  @Test("The picture has two pixels for each CSS pixel and shows every series' colour")
  func png() throws {
    let image = try PNG.decode(curves.png())
    #expect((image.width, image.height) == (1200, 720))
    var seen = Set<Color>()
    for start in stride(from: 0, to: image.pixels.count, by: 3) {
      seen.insert(Color(image.pixels[start], image.pixels[start + 1], image.pixels[start + 2]))
    }
    for color in [Theme.light.color(0), Theme.light.color(1), Theme.light.ink, Theme.light.background] {
      #expect(seen.contains(color))
    }
  }

  static let ranges: [(low: Double, high: Double, labels: [String])] = [
    (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (-3, 3, ["-3", "-2", "-1", "0", "1", "2", "3"]),
    (0, 60_000, ["0", "10000", "20000", "30000", "40000", "50000", "60000"]),
    (0, 3e-4, ["0", "0.00005", "0.00010", "0.00015", "0.00020", "0.00025", "0.00030"]),
    (7, 7, ["4", "5", "6", "7", "8", "9", "10"]),
  ]

  @Test("Ticks stand at round numbers", arguments: ranges)
  func ticks(low: Double, high: Double, labels: [String]) {
    #expect(Axis(holding: [low, high]).ticks.map(\.label) == labels)
  }

  @Test("What is counted has no ticks between whole numbers")
  func countingTicks() {
    #expect(Axis(holding: [1, 3], isCounting: true, margin: 0).ticks.map(\.label) == ["1", "2", "3"])
    #expect(Axis(holding: [0, 0.5], isCounting: true, margin: 0).ticks.map(\.label) == ["0"])
    #expect(
      Axis(holding: [0, 100], isCounting: true, margin: 0).ticks.map(\.label)
        == Axis(holding: [0, 100], margin: 0).ticks.map(\.label))
    let text = Chart("loss", over: "epoch", series: [.init("", y: [30, 20, 10])])
      .text(style: .ascii, columns: 60)
    #expect(text.contains("epoch") && !text.contains("1.5"))
  }

  @Test("A chart without a legend beside one with a legend begins at the same height")
  func legendRows() {
    func top(_ chart: Chart) -> Double? {
      chart.figure().marks.compactMap { mark -> Double? in
        guard case .line(let places, _, _, _) = mark, places.count == 2, places[0].x == places[1].x else {
          return nil
        }
        return min(places[0].y, places[1].y)
      }.min()
    }
    let named = Chart("recall", series: [.init("chance", y: [0, 1], style: .reference)])
    var plain = Chart("precision", series: [.init("", y: [0, 1])])
    #expect(named.hasLegend && !plain.hasLegend && top(plain) != top(named))
    plain.keepsLegendRow = true
    #expect(top(plain) == top(named))
  }

  @Test("Logarithmic ticks are powers of ten")
  func logarithmic() {
    let axis = Axis(holding: [1e-6, 1, -5, 0], isLogarithmic: true)
    #expect(axis.ticks.map(\.label) == ["1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1", "1"])
    #expect(axis.share(0).isNaN)
  }

  static let odd: [[Double]] = [
    [], [.nan], [.infinity, 1], [1], [5, 5, 5], [1e308, -1e308], [5e-324, 0], [1e16, 1e16 + 2],
    [1, .nan, 2, .nan],
  ]

  @Test("Odd numbers are drawn or left out; nothing traps", arguments: odd)
  func oddNumbers(y: [Double]) throws {
    for isLogarithmic in [false, true] {
      var chart = Chart(series: [.init("a", y: y), .init("b", x: y, y: y, style: .points)])
      (chart.isXLogarithmic, chart.isYLogarithmic) = (isLogarithmic, isLogarithmic)
      #expect(XMLCheck(chart.svg()).isWellFormed)
      _ = try chart.png(scale: 1)
      for style in TextStyle.allCases { _ = chart.text(style: style, columns: 20, rows: 5, isColored: true) }
    }
  }

  @Test("Text in SVG is escaped")
  func escaping() {
    let chart = Chart("a < b & \"c\"\u{1}", series: [.init("한글 > 1", y: [1, 2])])
    #expect(XMLCheck(chart.svg()).isWellFormed)
    #expect(chart.svg().contains("a &lt; b &amp; &quot;c&quot;<"))
  }
}

/// Checks that tags close in order and quotes match: enough for what the figures write.
struct XMLCheck {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else {
        isWellFormed = false
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else {
          isWellFormed = false
          return
        }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
      guard tag.filter({ $0 == "\"" }).count % 2 == 0, !tag.contains("\"nan"), !tag.contains("\"inf"),
        !tag.contains(",nan")
      else {
        isWellFormed = false
        return
      }
    }
    isWellFormed = open.isEmpty
  }
}
