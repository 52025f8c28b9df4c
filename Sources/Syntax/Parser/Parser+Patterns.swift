extension Parser {
  /// `name`, `_`, `(a, b)`: what `let`, `for` and closures bind.
  mutating func bindingPattern(isConstant: Bool) throws -> Pattern {
    let start = token.span
    switch token.kind {
    case .identifier(let name):
      advance()
      return Pattern(kind: .name(name, isConstant: isConstant), span: start)
    case .keyword(.wildcard):
      advance()
      return Pattern(kind: .wildcard, span: start)
    case .leftParen:
      return try nested { parser in
        parser.advance()
        var elements: [(label: String?, pattern: Pattern)] = []
        while !parser.isAtBracket(.rightParen) {
          let label = parser.elementLabel()
          elements.append((label, try parser.bindingPattern(isConstant: isConstant)))
          guard parser.takeIf(.comma) else { break }
        }
        try parser.expect(.rightParen, "to end the names", opening: start)
        if elements.count == 1, elements[0].label == nil { return elements[0].pattern }
        return Pattern(kind: .tuple(elements), span: parser.span(from: start.start))
      }
    case .keyword(let keyword):
      throw fail(
        "'\(keyword.rawValue)' is a word of the language and can't be a name", at: start,
        fix: "choose another name, or write `\(keyword.rawValue)`")
    case .leftBracket:
      throw fail("expected a name, got '['", fix: "take an array apart with parentheses: let (a, b) = xs")
    default: throw fail("expected a name, got \(token.kind.words)")
    }
  }

  /// `label:` before an element, if there is one.
  private mutating func elementLabel() -> String? {
    guard case .identifier(let label) = token.kind, case .colon = ahead(1).kind else { return nil }
    advance()
    advance()
    return label
  }

  /// What `case` may match: `3`, `0..<5`, `.same`, `let x`, `(a, _)`, `is Int`, `let x?`.
  mutating func matchPattern(binding: Bool? = nil) throws -> Pattern {
    let start = token.span
    var pattern = try nested { try $0.primaryPattern(binding: binding) }
    while isAtBracket(.question), !token.startsLine {
      advance()
      pattern = Pattern(kind: .some(pattern), span: span(from: start.start))
    }
    return pattern
  }

  private mutating func primaryPattern(binding: Bool?) throws -> Pattern {
    let start = token.span
    switch token.kind {
    case .keyword(let keyword) where keyword == .let || keyword == .var:
      advance()
      return try matchPattern(binding: keyword == .let)
    case .keyword(.wildcard):
      advance()
      return Pattern(kind: .wildcard, span: start)
    case .keyword(.is):
      advance()
      let type = try typeName()
      return Pattern(kind: .type(type), span: span(from: start.start))
    case .dot:
      if case .identifier(let name) = ahead(1).kind { return try optionPattern(name, start, binding) }
    case .leftParen where isTuplePattern():
      let elements = try patternElements(binding)
      if elements.count == 1, elements[0].label == nil { return elements[0].pattern }
      return Pattern(kind: .tuple(elements), span: span(from: start.start))
    case .identifier(let name) where binding != nil:
      advance()
      return Pattern(kind: .name(name, isConstant: binding ?? true), span: start)
    default: break
    }
    let value = try expression()
    return Pattern(kind: .expression(value), span: value.span)
  }

  /// Whether the parenthesis here holds a comma or a binding at its own level, so that it isn't a plain expression.
  private func isTuplePattern() -> Bool {
    var depth = 0
    for position in index..<tokens.count {
      switch tokens[position].kind {
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightParen, .rightBracket, .rightBrace:
        depth -= 1
        if depth == 0 { return false }
      case .comma where depth == 1: return true
      case .keyword(.let), .keyword(.var), .keyword(.wildcard): return true
      case .end: return false
      default: break
      }
    }
    return false
  }

  private mutating func patternElements(_ binding: Bool?) throws -> [(label: String?, pattern: Pattern)] {
    let opening = token.span
    advance()
    var elements: [(label: String?, pattern: Pattern)] = []
    while !isAtBracket(.rightParen) {
      let label = elementLabel()
      elements.append((label, try matchPattern(binding: binding)))
      guard takeIf(.comma) else { break }
    }
    try expect(.rightParen, "to end the pattern", opening: opening)
    return elements
  }

  private mutating func optionPattern(_ name: String, _ start: Span, _ binding: Bool?) throws -> Pattern {
    advance()
    advance()
    let arguments = isAtBracket(.leftParen) && !token.startsLine ? try patternElements(binding) : nil
    return Pattern(kind: .option(name: name, arguments: arguments), span: span(from: start.start))
  }
}
