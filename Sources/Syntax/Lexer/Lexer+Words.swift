extension Lexer {
  /// The character at the position, if the bytes there are valid UTF-8.
  func scalar() -> (value: Unicode.Scalar, length: Int)? {
    var decoder = UTF8()
    var iterator = source.bytes[position..<min(position + 4, end)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
  }

  func isIdentifierHead() -> Bool {
    guard let scalar = scalar() else { return false }
    return scalar.value.properties.isXIDStart || scalar.value.properties.isEmojiPresentation
  }

  private func isIdentifierTail(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return properties.isXIDContinue || properties.isEmojiPresentation || scalar.value == 0x200D
      || scalar.value == 0xFE0F
  }

  private mutating func identifierText() -> String {
    let start = position
    while position < end {
      let byte = source.bytes[position]
      switch byte {
      case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        position += 1
        continue
      case 0x80...:
        if let scalar = scalar(), isIdentifierTail(scalar.value) {
          position += scalar.length
          continue
        }
      default: break
      }
      break
    }
    return source.text(Span(start, position))
  }

  /// `name`, a keyword or `_`.
  mutating func word() -> Token.Kind {
    let text = identifierText()
    if let keyword = Keyword(rawValue: text) { return .keyword(keyword) }
    return .identifier(text)
  }

  /// A keyword used as a name: `` `in` ``.
  mutating func quotedIdentifier() -> Token.Kind? {
    let start = position
    position += 1
    let text = identifierText()
    guard !text.isEmpty, peek() == UInt8(ascii: "`") else {
      report("name in backticks isn't closed", Span(start, position), fix: "write `name`")
      return text.isEmpty ? nil : .identifier(text)
    }
    position += 1
    return .identifier(text)
  }

  /// `$0`, `$1`, ….
  mutating func closureParameter() -> Token.Kind? {
    let start = position
    position += 1
    var digits = 0
    var index = 0
    while position < end, case UInt8(ascii: "0")...UInt8(ascii: "9") = peek() {
      index = min(index * 10 + Int(peek() - UInt8(ascii: "0")), 1000)
      digits += 1
      position += 1
    }
    guard digits > 0, index < 100 else {
      report(
        "'$' must be followed by a parameter's number", Span(start, position), fix: "write $0 for the first")
      return nil
    }
    return .closureParameter(index)
  }

  /// A character that begins nothing: says what was probably meant and skips it.
  mutating func strangeCharacter() -> Token.Kind? {
    let start = position
    guard let (scalar, length) = scalar() else {
      position += 1
      while position < end, source.bytes[position] & 0xC0 == 0x80 { position += 1 }
      report("the text isn't valid UTF-8 here", Span(start, position), fix: "save the file as UTF-8")
      return nil
    }
    position += length
    let meant: String? =
      switch scalar.value {
      case 0x201C, 0x201D, 0x2018, 0x2019, 0x0027: "write \" for strings"
      case 0xA0, 0x3000, 0x2000...0x200F, 0xFEFF: "use an ordinary space"
      case 0xD7: "write * to multiply"
      case 0xF7: "write / to divide"
      case 0x2212, 0x2013, 0x2014: "write - for minus"
      case 0x2264: "write <="
      case 0x2265: "write >="
      case 0x2260: "write !="
      case 0x5C: "a line needs no mark to go on: end it with an operator or begin the next with one"
      default: nil
      }
    if scalar.value == 0xFEFF, start == 0 { return nil }
    if scalar.value == 0x27 { skipQuoted() }
    let shown =
      scalar.value < 0x20 || scalar.properties.isWhitespace || scalar.value == 0xFEFF
      ? "U+" + String(scalar.value, radix: 16, uppercase: true) : "'\(scalar)'"
    report("\(shown) doesn't belong to the language", Span(start, position), fix: meant)
    return nil
  }

  /// Skips to the closing quote of a string written with single quotes, so that it is reported once.
  private mutating func skipQuoted() {
    var ahead = position
    while ahead < end, source.bytes[ahead] != 0x0A {
      if source.bytes[ahead] == 0x27 {
        position = ahead + 1
        return
      }
      ahead += 1
    }
  }
}
