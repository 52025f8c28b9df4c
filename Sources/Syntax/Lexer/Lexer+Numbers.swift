extension Lexer {
  /// `42`, `10_000`, `0xFF`, `0b101`, `0o17`, `1.5`, `1e-3`, `0x1p-3`.
  mutating func number() -> Token.Kind? {
    let start = position
    if peek() == UInt8(ascii: "0") {
      switch peek(1) {
      case UInt8(ascii: "x"), UInt8(ascii: "X"): return radixNumber(16, start)
      case UInt8(ascii: "b"): return radixNumber(2, start)
      case UInt8(ascii: "o"): return radixNumber(8, start)
      default: break
      }
    }
    var isFloating = false
    skipDigits()
    if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
      isFloating = true
      position += 1
      skipDigits()
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
      if isDigit(peek(1 + sign)) {
        isFloating = true
        position += 1 + sign
        skipDigits()
      }
    }
    let digits = source.text(Span(start, position)).filter { $0 != "_" }
    guard endsCleanly(start) else { return .integer(0) }
    if !isFloating { return .integer(UInt64(digits)) }
    // Behind a dot it is the place in a tuple: pair.0.1.
    let isPlace = start > 0 && source.bytes[start - 1] == UInt8(ascii: ".")
    if !isPlace, peek() == UInt8(ascii: "."), isDigit(peek(1)) {
      position += 1
      skipDigits()
      let text = source.text(Span(start, position))
      report("'\(text)' isn't a number: it has two decimal points", Span(start, position))
      return .floating(0)
    }
    guard let value = Double(digits), value.isFinite else {
      report("\(digits) is too large for a Double", Span(start, position), fix: "the largest is 1.797e308")
      return .floating(0)
    }
    return .floating(value)
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func skipDigits() {
    while isDigit(peek()) || peek() == UInt8(ascii: "_") { position += 1 }
  }

  private mutating func radixNumber(_ radix: Int, _ start: Int) -> Token.Kind? {
    position += 2
    let digitsStart = position
    while true {
      let byte = peek()
      let isHex = radix == 16 && (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
      guard isDigit(byte) || byte == UInt8(ascii: "_") || isHex else { break }
      position += 1
    }
    if radix == 16, peek() | 0x20 == UInt8(ascii: "p") || (peek() == UInt8(ascii: ".") && isDigit(peek(1))) {
      return hexFloat(start)
    }
    let digits = source.text(Span(digitsStart, position)).filter { $0 != "_" }
    guard endsCleanly(start) else { return .integer(0) }
    guard !digits.isEmpty, digits.allSatisfy({ $0.hexDigitValue.map { $0 < radix } ?? false }) else {
      report("'\(source.text(Span(start, position)))' isn't a number", Span(start, position))
      return .integer(0)
    }
    return .integer(UInt64(digits, radix: radix))
  }

  private mutating func hexFloat(_ start: Int) -> Token.Kind? {
    while isDigit(peek()) || peek() == UInt8(ascii: ".") || peek() == UInt8(ascii: "_")
      || peek() | 0x20 >= UInt8(ascii: "a") && peek() | 0x20 <= UInt8(ascii: "f")
    {
      position += 1
    }
    if peek() | 0x20 == UInt8(ascii: "p") {
      position += 1
      if peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+") { position += 1 }
      skipDigits()
    }
    let text = source.text(Span(start, position)).filter { $0 != "_" }
    guard let value = Double(text), value.isFinite else {
      report("'\(text)' isn't a number", Span(start, position))
      return .floating(0)
    }
    return .floating(value)
  }

  /// Whether no letters hang on the number (`12px`, `3abc`); reports them otherwise.
  private mutating func endsCleanly(_ start: Int) -> Bool {
    let next = peek()
    let hasLetter =
      (next | 0x20 >= UInt8(ascii: "a") && next | 0x20 <= UInt8(ascii: "z"))
      || (next >= 0x80 && isIdentifierHead())
    guard hasLetter else { return true }
    let numberEnd = position
    let tail: String
    if case .identifier(let name) = word() {
      tail = name
    } else {
      tail = source.text(Span(numberEnd, position))
    }
    let number = source.text(Span(start, numberEnd))
    let fix = tail == "j" ? "complex numbers are not part of the language" : "write \(number) * \(tail)"
    report("'\(number)\(tail)' is neither a number nor a name", Span(start, position), fix: fix)
    return false
  }
}
