/// Rows of short texts in aligned columns.
package struct TextTable: Sendable {
  /// The names of the columns.
  package let header: [String]
  /// The rows; short ones are filled with empty cells, long ones cut to the header's length.
  package private(set) var rows: [[String]] = []
  /// Where each column's text stands; columns beyond the list stand right.
  package let sides: [TextWidth.Side]

  /// Makes an empty table. Without `sides` the first column stands left and all others right.
  package init(header: [String], sides: [TextWidth.Side] = [.left]) {
    (self.header, self.sides) = (header, sides)
  }

  /// Adds a row.
  package mutating func append(_ row: [String]) {
    let cells = row.prefix(header.count).map { $0.replacing("\n", with: " ") }
    rows.append(cells + [String](repeating: "", count: header.count - cells.count))
  }

  /// The table as plain text: two spaces between columns, a line under the header, no spaces at line ends.
  package func text() -> String {
    let widths = header.indices.map { column in
      ([header] + rows).reduce(0) { max($0, TextWidth.columns($1[column])) }
    }
    let line = { (cells: [String]) in
      let fitted = cells.enumerated().map { TextWidth.fit($1, to: widths[$0], side: side($0)) }
      return TextWidth.withoutTrailingSpaces(fitted.joined(separator: "  "))
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
  }

  /// The table in GitHub's Markdown.
  package func markdown() -> String {
    let line = { (cells: [String]) in
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    let marks = header.indices.map { column in
      switch side(column) {
      case .left: "---"
      case .center: ":-:"
      case .right: "--:"
      }
    }
    return ([line(header), line(marks)] + rows.map(line)).joined(separator: "\n")
  }

  /// The table as an HTML element.
  package func html() -> String {
    let row = { (cells: [String], tag: String) in
      let inner = cells.enumerated().map { column, cell in
        // A shape over two lines is hard to read.
        let wrapping = cell.hasPrefix("[") ? ";white-space:nowrap" : ""
        return "<\(tag) style=\"text-align:\(side(column))\(wrapping)\">\(Figure.escaped(cell))</\(tag)>"
      }
      return "<tr>" + inner.joined() + "</tr>"
    }
    let body = rows.map { row($0, "td") }.joined(separator: "\n")
    return "<table>\n<thead>\(row(header, "th"))</thead>\n<tbody>\n\(body)\n</tbody>\n</table>"
  }

  private func side(_ column: Int) -> TextWidth.Side { column < sides.count ? sides[column] : .right }
}
