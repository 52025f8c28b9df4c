extension Lexer {
  /// `"text \(value)"` or a multi-line `"""` string.
  mutating func string() -> Token.Kind? {
    if peek(1) == UInt8(ascii: "\""), peek(2) == UInt8(ascii: "\"") { return multilineString() }
    let start = position
    position += 1
    var parts = StringParts()
    while true {
      let byte = peek()
      if position >= end || byte == 0x0A {
        hasOpenString = true
        report("string isn't closed", Span(start, position), fix: "end it with \"")
        return .string(parts.finished())
      }
      if byte == UInt8(ascii: "\"") {
        position += 1
        return .string(parts.finished())
      }
      if byte == UInt8(ascii: "\\") { escape(&parts, isMultiline: false) } else { parts.append(take()) }
    }
  }

  /// The next byte of a string; characters that nobody can see want to be written as escapes, as in Swift.
  private mutating func take() -> UInt8 {
    let byte = source.bytes[position]
    position += 1
    if byte < 0x20 && byte != 0x09 && byte != 0x0A || byte == 0x7F {
      report(
        "a string holds the control character \(byte)", Span(position - 1, position),
        fix: "write it as \\u{\(String(byte, radix: 16, uppercase: true))}")
    }
    return byte
  }

  private mutating func multilineString() -> Token.Kind? {
    let start = position
    position += 3
    var parts = StringParts()
    if peek() == 0x0D { position += 1 }
    if peek() == 0x0A {
      position += 1
    } else {
      report("text of a multi-line string must begin on the next line", Span(start, start + 3))
    }
    let indent = closingIndent(from: position)
    skipIndent(indent, start)
    while true {
      if position >= end {
        endsInsideToken = true
        report(
          "multi-line string isn't closed", Span(start, start + 3),
          fix: "end it with \"\"\" on a line of its own")
        return .string(parts.finished())
      }
      if matchesTripleQuote() {
        position += 3
        parts.dropLineBreak()
        return .string(parts.finished())
      }
      switch peek() {
      case UInt8(ascii: "\\"): escape(&parts, isMultiline: true)
      case 0x0D where peek(1) == 0x0A: position += 1
      case 0x0A:
        parts.append(take())
        skipIndent(indent, start)
      default: parts.append(take())
      }
    }
  }

  private func matchesTripleQuote() -> Bool {
    peek() == UInt8(ascii: "\"") && peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"")
  }

  /// How far the closing quotes are indented: that much is taken off every line.
  private func closingIndent(from start: Int) -> Int {
    var index = start
    var indent = 0
    var isBlank = true
    while index + 2 < end {
      let byte = source.bytes[index]
      if byte == UInt8(ascii: "\\") {
        index += 2
        isBlank = false
        continue
      }
      if byte == 0x22, source.bytes[index + 1] == 0x22, source.bytes[index + 2] == 0x22 {
        return isBlank ? indent : 0
      }
      if byte == 0x0A {
        indent = 0
        isBlank = true
      } else if byte == 0x20 || byte == 0x09 {
        if isBlank { indent += 1 }
      } else {
        isBlank = false
      }
      index += 1
    }
    return 0
  }

  private mutating func skipIndent(_ indent: Int, _ start: Int) {
    var count = 0
    while count < indent, peek() == 0x20 || peek() == 0x09 {
      position += 1
      count += 1
    }
    if count < indent, peek() != 0x0A, peek() != 0x0D, position < end {
      report(
        "line of a multi-line string is indented less than its closing quotes", Span(position, position + 1),
        fix: "indent it by \(indent) spaces")
    }
  }

  private mutating func escape(_ parts: inout StringParts, isMultiline: Bool) {
    let start = position
    position += 1
    let byte = peek()
    if byte == UInt8(ascii: "(") { return interpolation(&parts, start) }
    if position < end, byte != 0x0A { position += 1 }
    switch byte {
    case UInt8(ascii: "n"): parts.append(0x0A)
    case UInt8(ascii: "t"): parts.append(0x09)
    case UInt8(ascii: "r"): parts.append(0x0D)
    case UInt8(ascii: "0"): parts.append(0)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "'"): parts.append(byte)
    case UInt8(ascii: "u"): unicodeEscape(&parts, start)
    case 0x0A where isMultiline: position += 1
    default:
      report(
        "unknown escape '\(source.text(Span(start, position)))' in a string", Span(start, position),
        fix: "one of \\n \\t \\r \\0 \\\" \\\\ \\u{1F600} \\(value); a backslash itself is \\\\")
    }
  }

  private mutating func unicodeEscape(_ parts: inout StringParts, _ start: Int) {
    var value: UInt32 = 0
    var digits = 0
    if peek() == UInt8(ascii: "{") {
      position += 1
      while digits < 8, let digit = Character(Unicode.Scalar(peek())).hexDigitValue {
        value = value << 4 | UInt32(digit)
        digits += 1
        position += 1
      }
    }
    guard digits > 0, peek() == UInt8(ascii: "}"), let scalar = Unicode.Scalar(value) else {
      report("'\\u' needs a character's number in braces", Span(start, position), fix: "like \\u{AC00}")
      return
    }
    position += 1
    for byte in String(Character(scalar)).utf8 { parts.append(byte) }
  }

  private mutating func interpolation(_ parts: inout StringParts, _ start: Int) {
    position += 1
    guard interpolationDepth < 16 else {
      report("strings are nested too deeply", Span(start, position), fix: "name the inner ones with let")
      position = end
      return
    }
    var inner = Lexer(source, from: position, to: end)
    inner.interpolationDepth = interpolationDepth + 1
    var tokens: [Token] = []
    var depth = 0
    scan: while let token = inner.next() {
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightParen where depth == 0:
        tokens.append(
          Token(kind: .end, span: token.span, startsLine: true, leftBound: false, rightBound: false))
        position = inner.position
        diagnostics += inner.diagnostics
        parts.append(.interpolation(tokens, Span(start, position)))
        return
      case .rightParen, .rightBracket, .rightBrace: depth -= 1
      default: break
      }
      tokens.append(token)
    }
    diagnostics += inner.diagnostics
    position = inner.position
    endsInsideToken = endsInsideToken || inner.endsInsideToken
    report("'\\(' in a string isn't closed", Span(start, start + 2), fix: "end the value with )")
  }
}

/// Collects a string literal's bytes and interpolations.
struct StringParts {
  private var parts: [StringPart] = []
  private var text: [UInt8] = []

  mutating func append(_ byte: UInt8) { text.append(byte) }

  mutating func append(_ part: StringPart) {
    flush()
    parts.append(part)
  }

  /// Takes the line break before the closing quotes off.
  mutating func dropLineBreak() {
    if text.last == 0x0A { text.removeLast() }
  }

  private mutating func flush() {
    guard !text.isEmpty else { return }
    parts.append(.text(String(decoding: text, as: UTF8.self)))
    text = []
  }

  mutating func finished() -> [StringPart] {
    flush()
    return parts
  }
}
