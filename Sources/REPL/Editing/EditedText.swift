/// A text being edited and the cursor in it, both counted in Unicode scalars as the line editor counts.
package struct EditedText: Equatable {
  /// The text's code points.
  package var scalars: [Unicode.Scalar]
  /// The cursor, before the code point of this number.
  package var cursor: Int

  /// Makes a text with the cursor at its end or at a place.
  package init(_ text: String, cursor: Int? = nil) {
    scalars = Array(text.unicodeScalars)
    self.cursor = min(max(0, cursor ?? scalars.count), scalars.count)
  }

  /// Makes a text of code points.
  package init(scalars: [Unicode.Scalar], cursor: Int) {
    self.scalars = scalars
    self.cursor = min(max(0, cursor), scalars.count)
  }

  /// The whole text.
  package var text: String { Self.string(scalars[...]) }
  /// The text before the cursor.
  package var textBefore: String { Self.string(scalars[..<cursor]) }

  private static func string(_ part: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: part)
    return String(text)
  }

  /// How many scalars the character before the cursor has: an emoji joined of several is one character.
  package var previousCharacterLength: Int {
    let line = lineStart
    guard cursor > line else { return cursor > 0 ? 1 : 0 }
    return Self.string(scalars[line..<cursor]).last?.unicodeScalars.count ?? 0
  }

  /// How many scalars the character after the cursor has.
  package var nextCharacterLength: Int {
    guard cursor < scalars.count else { return 0 }
    return Self.string(scalars[cursor..<min(scalars.count, cursor + 64)]).first?.unicodeScalars.count ?? 0
  }

  /// Where the cursor's line starts.
  package var lineStart: Int { scalars[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }
  /// Where the cursor's line ends, before its line feed.
  package var lineEnd: Int { scalars[cursor...].firstIndex(of: "\n") ?? scalars.count }
  /// What stands before the cursor on its line.
  var linePrefix: ArraySlice<Unicode.Scalar> { scalars[lineStart..<cursor] }
  /// Whether only spaces stand before the cursor on its line.
  package var isAtIndentation: Bool { linePrefix.allSatisfy { $0 == " " } }

  /// The place above the cursor, `nil` on the first line.
  package var placeAbove: Int? {
    let start = lineStart
    guard start > 0 else { return nil }
    let above = EditedText(scalars: scalars, cursor: start - 1)
    return place(atColumn: columns(from: start, to: cursor), from: above.lineStart, to: start - 1)
  }

  /// The place below the cursor, `nil` on the last line.
  package var placeBelow: Int? {
    let end = lineEnd
    guard end < scalars.count else { return nil }
    let below = EditedText(scalars: scalars, cursor: end + 1)
    return place(atColumn: columns(from: lineStart, to: cursor), from: end + 1, to: below.lineEnd)
  }

  private func columns(from start: Int, to end: Int) -> Int {
    DisplayWidth.columns(of: Self.string(scalars[start..<end]))
  }

  private func place(atColumn column: Int, from start: Int, to end: Int) -> Int {
    var place = start
    var width = 0
    for character in Self.string(scalars[start..<end]) {
      let next = width + DisplayWidth.columns(of: String(character))
      if next > column { break }
      width = next
      place += character.unicodeScalars.count
    }
    return place
  }

  /// The row of the cursor when the text starts behind a prompt, the way libedit lays it out.
  package func row(from promptWidth: Int, columns: Int) -> Int {
    var row = 0
    var column = promptWidth
    for scalar in scalars[..<cursor] {
      let width = DisplayWidth.columns(of: String(scalar))
      if scalar == "\n" || column + width > columns {
        row += 1
        column = 0
      }
      column += scalar == "\n" ? 0 : width
      if column == columns {
        row += 1
        column = 0
      }
    }
    // Before a wide character that doesn't fit in the row, the cursor stands where that character does.
    guard cursor < scalars.count, scalars[cursor] != "\n" else { return row }
    return column + DisplayWidth.columns(of: String(scalars[cursor])) > columns ? row + 1 : row
  }

  /// Whether a line that holds wide characters goes on in another row.
  package func wrapsWideCharacters(from promptWidth: Int, columns: Int) -> Bool {
    guard scalars.contains(where: { DisplayWidth.columns(of: String($0)) > 1 }) else { return false }
    let whole = EditedText(scalars: scalars, cursor: scalars.count)
    return whole.row(from: promptWidth, columns: columns) > scalars.count(where: { $0 == "\n" })
  }

  /// How far a closing bracket typed at the cursor is to be moved in: to the line that opened it.
  package var closingIndent: Int {
    var depth = 0
    var index = cursor
    while index > 0 {
      index -= 1
      switch scalars[index] {
      case "}", ")", "]": depth += 1
      case "{", "(", "[":
        if depth == 0 {
          let line = EditedText(scalars: scalars, cursor: index)
          return scalars[line.lineStart...].prefix { $0 == " " }.count
        }
        depth -= 1
      default: continue
      }
    }
    return 0
  }

  /// A pasted text as it is inserted: line feeds alone end lines, tabs become spaces, other control characters go.
  package static func cleaned(paste text: String) -> String {
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\r", "\n": result.append("\n")
      case "\t": result.append(contentsOf: "    ".unicodeScalars)
      case _ where scalar.value < 32 || (127..<160).contains(scalar.value): break
      default: result.append(scalar)
      }
      previous = scalar
    }
    return String(result)
  }
}
