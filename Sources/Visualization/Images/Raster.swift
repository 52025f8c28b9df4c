import ImageCodecs

/// Colours in rows: what tiles become before they are scaled, or written as characters.
package struct Raster {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// The pixels' colours, row by row.
  package var colors: [Color]
  /// Characters that stand for pixels in plain text, 0 for none: the classes of a mask. Empty where there are none.
  package var marks: [UInt8] = []

  /// Colours in rows.
  init(width: Int, height: Int, colors: [Color]) {
    (self.width, self.height, self.colors) = (width, height, colors)
  }

  /// The average colour of a rectangle given in shares of the whole.
  func average(x: Int, of columns: Int, y: Int, of rows: Int) -> Color {
    let left = x * width / columns
    let top = y * height / rows
    let right = max(left + 1, (x + 1) * width / columns)
    let bottom = max(top + 1, (y + 1) * height / rows)
    var sum = (0, 0, 0)
    for row in top..<min(bottom, height) {
      for column in left..<min(right, width) {
        let color = colors[row * width + column]
        sum = (sum.0 + Int(color.red), sum.1 + Int(color.green), sum.2 + Int(color.blue))
      }
    }
    let count = max(1, (min(bottom, height) - top) * (min(right, width) - left))
    return Color(UInt8(sum.0 / count), UInt8(sum.1 / count), UInt8(sum.2 / count))
  }

  /// The character that most pixels of a rectangle have; nil where most have none.
  private func mark(x: Int, of columns: Int, y: Int, of rows: Int) -> Character? {
    guard !marks.isEmpty else { return nil }
    let (left, top) = (x * width / columns, y * height / rows)
    let right = min(width, max(left + 1, (x + 1) * width / columns))
    let bottom = min(height, max(top + 1, (y + 1) * height / rows))
    var counts: [UInt8: Int] = [:]
    for row in top..<max(top, bottom) {
      for column in left..<max(left, right) { counts[marks[row * width + column], default: 0] += 1 }
    }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.flatMap { $0.key == 0 ? nil : Character(Unicode.Scalar($0.key)) }
  }

  /// The picture as lines of characters, `columns` wide; characters are taken to be twice as high as wide. Throws
  /// what ``StopRequest`` throws.
  func lines(style: TextStyle, columns: Int) throws -> [String] {
    let columns = max(1, columns)
    let rows = max(1, (height * columns + width) / (2 * width))
    return try (0..<rows).map { row in
      try StopRequest.obey()
      return line(row, of: rows, columns: columns, style: style)
    }
  }

  private func line(_ row: Int, of rows: Int, columns: Int, style: TextStyle) -> String {
    var text = ""
    switch style {
    case .ascii, .shades:
      let ramp = Array(style == .ascii ? " .:-=+*#%@" : " ░▒▓█")
      for column in 0..<columns {
        if let mark = mark(x: column, of: columns, y: row, of: rows) {
          text.append(mark)
          continue
        }
        let luma = average(x: column, of: columns, y: row, of: rows).luma
        text.append(ramp[min(ramp.count - 1, Int(luma * Float(ramp.count)))])
      }
    case .blocks:
      var last: (Color, Color)?
      for column in 0..<columns {
        let upper = average(x: column, of: columns, y: 2 * row, of: 2 * rows)
        let lower = average(x: column, of: columns, y: 2 * row + 1, of: 2 * rows)
        if last?.0 != upper || last?.1 != lower { text += upper.foreground + lower.background }
        last = (upper, lower)
        text += "▀"
      }
      text += Color.reset
    case .braille:
      for column in 0..<columns {
        var dots: UInt32 = 0
        for y in 0..<4 {
          for x in 0..<2 {
            let color = average(x: 2 * column + x, of: 2 * columns, y: 4 * row + y, of: 4 * rows)
            if color.luma > Braille.threshold(2 * column + x, 4 * row + y) { dots |= Braille.bit(x, y) }
          }
        }
        text += Braille.character(dots)
      }
    }
    return text
  }
}

/// Characters of two by four dots (Unicode block 2800).
enum Braille {
  /// The bit of the dot in column `x` (0…1) and row `y` (0…3).
  static func bit(_ x: Int, _ y: Int) -> UInt32 { y == 3 ? 0x40 << UInt32(x) : 1 << UInt32(y + 3 * x) }

  /// The character with some dots set.
  static func character(_ dots: UInt32) -> String {
    Unicode.Scalar(0x2800 + (dots & 0xFF)).map { String(Character($0)) } ?? " "
  }

  /// How bright a dot's place must be for it to be set: Bayer's 4 x 4 matrix, so that greys become patterns.
  static func threshold(_ x: Int, _ y: Int) -> Float {
    let matrix: [Float] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]
    return (matrix[(y & 3) * 4 + (x & 3)] + 1.5) / 18
  }
}
