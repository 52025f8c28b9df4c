import CEditLineShims

/// How many columns texts take on a terminal.
package enum DisplayWidth {
  /// The columns of one line; colours and other escape sequences take none.
  package static func columns(of line: some StringProtocol) -> Int {
    var width = 0
    var scalars = String(line).unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      if scalar == "\u{1b}" {
        skipEscape(&scalars)
      } else {
        width += max(0, Int(cel_width(wchar_t(bitPattern: scalar.value))))
      }
    }
    return width
  }

  /// The rows that a text takes on a terminal of so many columns.
  package static func rows(of text: String, columns: Int) -> Int {
    text.split(separator: "\n", omittingEmptySubsequences: false).reduce(0) { rows, line in
      rows + max(1, (self.columns(of: line) + columns - 1) / max(1, columns))
    }
  }

  private static func skipEscape(_ scalars: inout String.UnicodeScalarView.Iterator) {
    guard scalars.next() == "[" else { return }
    while let scalar = scalars.next(), !("@"..."~").contains(scalar) {}
  }
}
