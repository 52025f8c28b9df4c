import Syntax

/// What stands around a cursor: enough to know what may be completed or explained there.
struct CursorContext {
  /// A call whose parentheses are open at the cursor.
  struct Call {
    /// The expression that is called.
    let callee: String
    /// Where it begins.
    let start: Int
    /// How many arguments stand before the cursor's.
    let position: Int
    /// The label before the cursor, if the argument has one already.
    let label: String?
    /// Labels of the arguments before.
    let usedLabels: Set<String>
  }

  let scalars: [Unicode.Scalar]
  let cursor: Int
  /// Where the word at the cursor begins.
  let wordStart: Int
  /// Where the string the cursor is in begins, behind its quote.
  let stringStart: Int?

  init(_ text: String, at offset: Int) {
    scalars = Array(text.unicodeScalars)
    cursor = max(0, min(offset, scalars.count))
    var start = cursor
    while start > 0, Self.isWord(scalars[start - 1]) { start -= 1 }
    wordStart = start
    var quote: Int?
    var index = cursor
    var lineStart = cursor
    while lineStart > 0, scalars[lineStart - 1] != "\n" { lineStart -= 1 }
    index = lineStart
    while index < cursor {
      if scalars[index] == "\\", quote != nil {
        index += 2
        continue
      }
      if scalars[index] == "\"" { quote = quote == nil ? index + 1 : nil }
      if quote == nil, scalars[index] == "/", index + 1 < cursor, scalars[index + 1] == "/" { break }
      index += 1
    }
    stringStart = quote
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isXIDContinue || scalar.properties.isEmojiPresentation
  }

  /// The word up to the cursor.
  var word: String { text(wordStart, cursor) }

  func text(_ from: Int, _ to: Int) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars[max(0, from)..<max(0, from, to)])
    return String(result)
  }

  /// The whole word at the cursor, the part behind it included.
  var wholeWord: (text: String, start: Int, end: Int) {
    var end = cursor
    while end < scalars.count, Self.isWord(scalars[end]) { end += 1 }
    return (text(wordStart, end), wordStart, end)
  }

  /// Whether a dot stands right before the word.
  var followsDot: Bool { wordStart > 0 && scalars[wordStart - 1] == "." }

  /// The expression before the dot; empty for a leading-dot option.
  var base: String {
    guard followsDot else { return "" }
    let end = wordStart - 1
    return text(startOfOperand(endingAt: end), end)
  }

  /// Where an operand with its suffixes begins, going back over names, dots and balanced brackets.
  private func startOfOperand(endingAt end: Int) -> Int {
    var index = end
    while index > 0 {
      let scalar = scalars[index - 1]
      if Self.isWord(scalar) || scalar == "." || scalar == "?" || scalar == "!" {
        index -= 1
      } else if scalar == ")" || scalar == "]" || scalar == "}" {
        guard let open = openingBracket(before: index - 1) else { break }
        // A closure's brace may be preceded by a blank: `map { … }.count`.
        index = open
        if scalar == "}" { while index > 0, scalars[index - 1] == " " { index -= 1 } }
      } else if scalar == "\"" {
        var quote = index - 2
        while quote >= 0, scalars[quote] != "\"" { quote -= 1 }
        guard quote >= 0 else { break }
        index = quote
      } else {
        break
      }
    }
    return index
  }

  private func openingBracket(before end: Int) -> Int? {
    var depth = 0
    var index = end
    while index >= 0 {
      switch scalars[index] {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
      index -= 1
    }
    return nil
  }

  /// The innermost call that is open at the cursor.
  var call: Call? {
    var depth = 0
    var commas = 0
    var argumentStart: Int?
    var index = wordStart - 1
    var starts: [Int] = []
    while index >= 0 {
      switch scalars[index] {
      case ")", "]", "}": depth += 1
      case "[" where depth == 0: break
      case "{" where depth == 0: return nil
      case "(", "[", "{":
        if depth > 0 {
          depth -= 1
          break
        }
        if argumentStart == nil { argumentStart = index + 1 }
        starts.append(index + 1)
        let start = startOfOperand(endingAt: index)
        let callee = text(start, index)
        guard !callee.isEmpty else { return nil }
        let own = argumentStart.flatMap { self.label(at: $0) }
        let others = starts.dropFirst().compactMap { self.label(at: $0) }
        return Call(
          callee: callee, start: start, position: commas, label: own, usedLabels: Set(others))
      case "," where depth == 0:
        commas += 1
        if argumentStart == nil { argumentStart = index + 1 }
        starts.append(index + 1)
      default: break
      }
      index -= 1
    }
    return nil
  }

  /// `label` where `label:` begins at an index.
  private func label(at start: Int) -> String? {
    var index = start
    while index < cursor, scalars[index] == " " || scalars[index] == "\n" { index += 1 }
    let begin = index
    while index < cursor, Self.isWord(scalars[index]) { index += 1 }
    guard index > begin, index < cursor, scalars[index] == ":" else { return nil }
    return text(begin, index)
  }
}
