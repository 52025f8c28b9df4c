/// Cuts a source into tokens. Never fails: what can't be read becomes a diagnostic and is skipped.
struct Lexer {
  let source: SourceFile
  let end: Int
  var position: Int
  var diagnostics: [Diagnostic] = []
  /// Whether the source stopped inside a comment or a multi-line string, so that more text may complete it.
  var endsInsideToken = false
  /// Whether a string on one line wasn't closed, so that what follows it on the line is part of it.
  var hasOpenString = false
  private(set) var startsLine = true
  /// How deep string interpolations are nested.
  var interpolationDepth = 0

  init(_ source: SourceFile, from position: Int = 0, to end: Int? = nil) {
    self.source = source
    self.position = position
    self.end = end ?? source.bytes.count
  }

  /// The byte `distance` places ahead, 0 behind the end.
  func peek(_ distance: Int = 0) -> UInt8 {
    let index = position + distance
    return index < end ? source.bytes[index] : 0
  }

  /// All tokens up to the end, the end token included.
  mutating func tokens() -> [Token] {
    if position == 0, peek() == UInt8(ascii: "#"), peek(1) == UInt8(ascii: "!") { skipLine() }
    var result: [Token] = []
    while let token = next() { result.append(token) }
    result.append(endToken())
    return result
  }

  func endToken() -> Token {
    Token(kind: .end, span: Span(position, position), startsLine: true, leftBound: false, rightBound: false)
  }

  /// The next token, `nil` at the end.
  mutating func next() -> Token? {
    while true {
      skipBlanks()
      guard position < end else { return nil }
      let start = position
      let lineStart = startsLine
      let before = start > 0 ? source.bytes[start - 1] : 0x20
      guard let kind = lexKind() else { continue }
      startsLine = false
      return Token(
        kind: kind, span: Span(start, position), startsLine: lineStart,
        leftBound: !isOpeningOrBlank(before) && !endsComment(at: start), rightBound: !isClosingOrBlank())
    }
  }

  private func isOpeningOrBlank(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D, 0, UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"),
      UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: ":"):
      return true
    default: return false
    }
  }

  private func endsComment(at start: Int) -> Bool {
    start >= 2 && source.bytes[start - 1] == UInt8(ascii: "/") && source.bytes[start - 2] == UInt8(ascii: "*")
  }

  private func isClosingOrBlank() -> Bool {
    switch peek() {
    case 0x20, 0x09, 0x0A, 0x0D, 0, UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"),
      UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: ":"):
      return true
    case UInt8(ascii: "/"): return peek(1) == UInt8(ascii: "/") || peek(1) == UInt8(ascii: "*")
    default: return false
    }
  }

  mutating func skipBlanks() {
    while position < end {
      switch source.bytes[position] {
      case 0x20, 0x09, 0x0D: position += 1
      case 0x0A:
        startsLine = true
        position += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): skipLine()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): skipBlockComment()
      default: return
      }
    }
  }

  private mutating func skipLine() {
    while position < end, source.bytes[position] != 0x0A { position += 1 }
  }

  private mutating func skipBlockComment() {
    let start = position
    var depth = 0
    while position < end {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return }
      } else {
        if peek() == 0x0A { startsLine = true }
        position += 1
      }
    }
    endsInsideToken = true
    report("comment isn't closed", Span(start, start + 2), fix: "end it with */")
  }

  mutating func report(_ message: String, _ span: Span, fix: String? = nil) {
    diagnostics.append(Diagnostic("SyntaxError", message, at: span, fix: fix))
  }

  private mutating func lexKind() -> Token.Kind? {
    let byte = peek()
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "$"): return closureParameter()
    case UInt8(ascii: "`"): return quotedIdentifier()
    case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      return word()
    case 0x80...: return isIdentifierHead() ? word() : strangeCharacter()
    default: break
    }
    if let kind = punctuation(byte) {
      position += 1
      return kind
    }
    return operatorKind() ?? strangeCharacter()
  }

  private func punctuation(_ byte: UInt8) -> Token.Kind? {
    switch byte {
    case UInt8(ascii: "("): .leftParen
    case UInt8(ascii: ")"): .rightParen
    case UInt8(ascii: "["): .leftBracket
    case UInt8(ascii: "]"): .rightBracket
    case UInt8(ascii: "{"): .leftBrace
    case UInt8(ascii: "}"): .rightBrace
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: ":"): .colon
    case UInt8(ascii: ";"): .semicolon
    case UInt8(ascii: "@"): .at
    case UInt8(ascii: "#"): .hash
    // Behind it a key path begins; at a line's end it is a slip.
    case UInt8(ascii: "\\") where peek(1) > UInt8(ascii: " "): .backslash
    default: nil
    }
  }
}
