import ImageCodecs
import TensorRuntime
import Visualization

/// A figure in a program: what `confusion`, `mistakes` and their like give, and `show` displays.
final class FigureObject: HostObject {
  /// What is drawn.
  enum Content {
    case grid(ImageGrid)
    case charts([Chart])
    case table(TextTable, caption: String)
  }

  let content: Content

  init(_ content: Content) { self.content = content }

  var text: String {
    switch content {
    case .grid(let grid): "\(grid.tiles.count) images"
    case .charts(let charts): charts.count == 1 ? "a chart" : "\(charts.count) charts"
    case .table(let table, let caption): caption.isEmpty ? table.text() : caption + "\n" + table.text()
    }
  }

  static let declaration = TypeDeclaration("Figure", "Something to look at: images, curves or a table.")

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    try FigureBundle.make(content, for: context.sink.capabilities)
  }
}

/// Figures in every form a front end may want: pictures where they are seen, characters everywhere.
enum FigureBundle {
  static func make(_ content: FigureObject.Content, for front: SinkCapabilities) throws -> MIMEBundle {
    let style = textStyle(front)
    switch content {
    case .grid(let grid):
      let text = grid.text(style: style, columns: min(front.columns, 160))
      guard front.showsPictures else { return MIMEBundle(text: text) }
      let image = try grid.image()
      var bundle = MIMEBundle([("image/png", .bytes(try PNG.encode(image))), ("text/plain", .text(text))])
      bundle.pictureSizes["image/png"] = (image.width, image.height)
      return bundle
    case .charts(let charts):
      let text = charts.map {
        $0.text(style: style, columns: min(front.columns, 100), isColored: front.colors)
      }.joined(separator: "\n\n")
      guard front.showsPictures else { return MIMEBundle(text: text) }
      let figure = sideBySide(charts)
      var bundle = MIMEBundle([
        ("image/svg+xml", .text(figure.svg())), ("image/png", .bytes(try figure.png(scale: 2))),
        ("text/plain", .text(text)),
      ])
      bundle.pictureSizes["image/png"] = (figure.width, figure.height)
      return bundle
    case .table(let table, let caption):
      let heading = caption.isEmpty ? "" : "<p>\(Figure.escaped(caption))</p>"
      return MIMEBundle([
        ("text/html", .text(heading + table.html())),
        ("text/plain", .text(caption.isEmpty ? table.text() : caption + "\n" + table.text())),
      ])
    }
  }

  /// Half blocks in colour where they are seen, ASCII in logs, files and pipes.
  private static func textStyle(_ front: SinkCapabilities) -> TextStyle {
    front.colors && !front.showsPictures ? .blocks : .ascii
  }

  private static func sideBySide(_ charts: [Chart]) -> Figure {
    let figures = charts.map { chart -> Figure in
      var chart = chart
      if charts.count > 1 { (chart.width, chart.height) = (340, 260) }
      return chart.figure()
    }
    return Figure(row: figures)
  }
}
