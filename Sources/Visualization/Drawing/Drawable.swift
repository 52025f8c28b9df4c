/// Something that can be drawn as a figure and written as characters.
package protocol Drawable: Sendable {
  /// The colours.
  var theme: Theme { get set }
  /// The thing as a drawing.
  func figure() -> Figure
  /// The thing as characters, at most `columns` wide where it can be that narrow.
  func characters(style: TextStyle, columns: Int, isColored: Bool) -> String
  /// The same thing smaller, to stand beside others.
  var compact: Self { get }
}

extension Drawable {
  package var compact: Self { self }
}

extension Chart: Drawable {
  package func characters(style: TextStyle, columns: Int, isColored: Bool) -> String {
    text(style: style, columns: columns, isColored: isColored)
  }

  package var compact: Chart {
    var copy = self
    (copy.width, copy.height) = (340, 260)
    return copy
  }
}

extension BarChart: Drawable {
  package func characters(style: TextStyle, columns: Int, isColored: Bool) -> String {
    text(columns: columns, isASCII: style == .ascii)
  }

  package var compact: BarChart {
    var copy = self
    (copy.width, copy.height) = (340, 260)
    return copy
  }
}

extension HeatMap: Drawable {
  package func characters(style: TextStyle, columns: Int, isColored: Bool) -> String { text() }
}

extension GraphDiagram: Drawable {
  package func characters(style: TextStyle, columns: Int, isColored: Bool) -> String { text() }
}
