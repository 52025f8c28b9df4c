/// How many terminal columns text takes.
package enum TextWidth {
  /// The columns of a text: 2 for East Asian wide characters and emoji, 0 for marks that combine with the one before.
  package static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

  /// The columns of one character as the reader sees it.
  package static func columns(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    return isWide(scalar.value) ? 2 : 1
  }

  /// Blocks that are East Asian Wide or Fullwidth (Unicode Standard Annex 11).
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return true
    default:
      return false
    }
  }

  /// Which side text is moved to within its columns.
  package enum Side: Sendable {
    case left
    case center
    case right
  }

  /// The text filled with spaces to a number of columns, cut with `…` when it is wider.
  package static func fit(_ text: String, to width: Int, side: Side = .left) -> String {
    let used = columns(text)
    if used > width { return cut(text, to: width) }
    let space = width - used
    let before = side == .left ? 0 : side == .right ? space : space / 2
    return String(repeating: " ", count: before) + text + String(repeating: " ", count: space - before)
  }

  /// The text without spaces at its end.
  package static func withoutTrailingSpaces(_ text: String) -> String {
    var rest = Substring(text)
    while rest.last == " " { rest = rest.dropLast() }
    return String(rest)
  }

  private static func cut(_ text: String, to width: Int) -> String {
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let more = columns(character)
      if used + more > width - 1 { break }
      result.append(character)
      used += more
    }
    return result + "…" + String(repeating: " ", count: width - 1 - used)
  }
}
