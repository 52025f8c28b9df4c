/// Colours for the text of a result: numbers, texts and words that are values.
package enum ResultColors {
  private static let number = "36"
  private static let text = "32"
  private static let word = "35"
  /// Longer results are seldom read closely.
  private static let limit = 20_000

  /// The text with its values coloured; text that has colours already, or is long, as it is.
  package static func colored(_ plain: String) -> String {
    guard plain.utf8.count <= limit, !plain.utf8.contains(0x1B) else { return plain }
    var result = ""
    var rest = Substring(plain)
    while let first = rest.first {
      let part = first == "\"" ? quoted(rest) : rest.prefix { Self.isPart($0) }
      guard !part.isEmpty else {
        result.append(first)
        rest.removeFirst()
        continue
      }
      result += style(of: part).map { "\u{1b}[\($0)m\(part)\u{1b}[0m" } ?? String(part)
      rest = rest[part.endIndex...]
    }
    return result
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  private static func style(of part: Substring) -> String? {
    if part.first == "\"" { return text }
    if part.first?.isNumber == true, part.contains(where: \.isNumber) { return number }
    return ["true", "false", "nil"].contains(part) ? word : nil
  }

  /// A text in quotation marks with its escapes, to the end if it isn't closed.
  private static func quoted(_ rest: Substring) -> Substring {
    var isEscaped = false
    for index in rest.indices.dropFirst() {
      if isEscaped {
        isEscaped = false
      } else if rest[index] == "\\" {
        isEscaped = true
      } else if rest[index] == "\"" {
        return rest[...index]
      }
    }
    return rest
  }
}
