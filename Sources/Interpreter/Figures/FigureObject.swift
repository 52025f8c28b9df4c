import ImageCodecs
import TensorRuntime
import Visualization

/// A figure in a program: what `mistakes`, `diagram` and their like give, and `show` displays.
final class FigureObject: HostObject {
  /// What is drawn.
  enum Content {
    case grid(ImageGrid)
    /// Drawings side by side; `text` stands for them where characters are shown, `caption` above.
    case drawings([any Drawable], text: String? = nil, caption: String = "")
    case table(TextTable, caption: String)

    /// Charts side by side.
    static func charts(_ charts: [Chart]) -> Content { .drawings(charts) }
  }

  let content: Content

  init(_ content: Content) { self.content = content }

  var text: String {
    switch content {
    case .grid(let grid): "\(grid.tiles.count) images"
    case .drawings(let drawings, let text, let caption):
      FigureBundle.lines(
        caption,
        text
          ?? drawings.map { $0.characters(style: .ascii, columns: 80, isColored: false) }
          .joined(separator: "\n\n"))
    case .table(let table, let caption): FigureBundle.lines(caption, table.text())
    }
  }

  static let declaration = TypeDeclaration("Figure", "Something to look at: images, curves or a table.")

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle { try FigureBundle.make(content, context) }
}

/// Figures in every form a front end may want: pictures where they are seen, characters everywhere.
enum FigureBundle {
  static func make(_ content: FigureObject.Content, _ context: EvaluationContext) throws -> MIMEBundle {
    let front = context.sink.capabilities
    let theme = context.figureStyle.theme
    switch content {
    case .grid(var grid):
      grid.theme = theme
      let text = try grid.text(style: pictureStyle(front), columns: min(front.columns, 160))
      guard front.showsPictures else { return MIMEBundle(text: text) }
      let image = try grid.image()
      return picture([("image/png", .bytes(try PNG.encode(image)))], image.width, image.height, text)
    case .drawings(let drawings, let given, let caption):
      let text = lines(
        caption,
        given
          ?? drawings.map {
            $0.characters(
              style: front.colors && !front.showsPictures ? .braille : .ascii,
              columns: min(front.columns, 100), isColored: front.colors)
          }.joined(separator: "\n\n"))
      guard front.showsPictures else { return MIMEBundle(text: text) }
      let figure = sideBySide(drawings, theme)
      return picture(
        [("image/svg+xml", .text(figure.svg())), ("image/png", .bytes(try figure.png(scale: 2)))],
        figure.width, figure.height, text)
    case .table(let table, let caption):
      let heading = caption.isEmpty ? "" : "<p>\(Figure.escaped(caption))</p>"
      return MIMEBundle([
        ("text/html", .text(heading + table.html())), ("text/plain", .text(lines(caption, table.text()))),
      ])
    }
  }

  /// How wide figures side by side may be in CSS pixels: what notebooks have room for.
  static let rowWidth = 720

  /// Drawings as one figure in the colours of a theme.
  static func sideBySide(_ drawings: [any Drawable], _ theme: Theme) -> Figure {
    let hasLegend = drawings.contains { ($0 as? Chart)?.hasLegend ?? false }
    return Figure(
      drawings.map { drawing in
        var drawing = drawings.count > 1 ? drawing.compact : drawing
        drawing.theme = theme
        guard var chart = drawing as? Chart else { return drawing.figure() }
        chart.keepsLegendRow = hasLegend
        return chart.figure()
      }, width: rowWidth)
  }

  /// A text under its caption.
  static func lines(_ caption: String, _ text: String) -> String {
    caption.isEmpty ? text : caption + "\n" + text
  }

  private static func picture(
    _ forms: [(type: String, content: MIMEBundle.Content)], _ width: Int, _ height: Int, _ text: String
  ) -> MIMEBundle {
    var bundle = MIMEBundle(forms + [("text/plain", .text(text))])
    bundle.pictureSizes["image/png"] = (width, height)
    return bundle
  }

  /// Half blocks in colour where they are seen, ASCII in logs, files and pipes.
  private static func pictureStyle(_ front: SinkCapabilities) -> TextStyle {
    front.colors && !front.showsPictures ? .blocks : .ascii
  }
}
