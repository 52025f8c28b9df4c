extension Parser {
  /// `Int`, `[Int]`, `[String: Int]`, `(Int, Double) -> Bool`, `Int?`, `Array<Int>`
  mutating func typeName() throws -> TypeName {
    try nested { parser in
      let start = parser.token.span.start
      var type = try parser.primaryType()
      while parser.isAtBracket(.question), !parser.token.startsLine {
        parser.advance()
        type = TypeName(kind: .optional(type), span: parser.span(from: start))
      }
      if parser.isAt(.throws), case .arrow = parser.ahead(1).kind { parser.advance() }
      if parser.takeIf(.arrow) {
        var parameters = [type]
        if case .tuple(let elements) = type.kind { parameters = elements.map(\.type) }
        let result = try parser.typeName()
        return TypeName(kind: .function(parameters, result), span: parser.span(from: start))
      }
      return type
    }
  }

  private mutating func primaryType() throws -> TypeName {
    let start = token.span
    switch token.kind {
    case .identifier(let name):
      advance()
      if name == "some" || name == "any", case .identifier = token.kind { return try primaryType() }
      if isAtOperator("<"), token.leftBound { return try genericType(name, start.start) }
      return TypeName(kind: .name(name), span: start)
    case .leftBracket:
      advance()
      let first = try typeName()
      let second = takeIf(.colon) ? try typeName() : nil
      try expect(.rightBracket, "to end the type", opening: start)
      let kind = second.map { TypeName.Kind.dictionary(first, $0) } ?? .array(first)
      return TypeName(kind: kind, span: span(from: start.start))
    case .leftParen: return try tupleType(start)
    default:
      throw fail("expected a type, got \(token.kind.words)", fix: "like Int, Double, String, [Int] or Tensor")
    }
  }

  private mutating func tupleType(_ start: Span) throws -> TypeName {
    advance()
    var elements: [(label: String?, type: TypeName)] = []
    while !isAtBracket(.rightParen) {
      var label: String?
      if case .identifier(let name) = token.kind, case .colon = ahead(1).kind {
        label = name
        advance()
        advance()
      } else if case .keyword(.wildcard) = token.kind {
        advance()
        if case .identifier = token.kind { advance() }
        try expect(.colon, "before the type")
      }
      elements.append((label, try typeName()))
      guard takeIf(.comma) else { break }
    }
    try expect(.rightParen, "to end the type", opening: start)
    if elements.count == 1, elements[0].label == nil, !isAtBracket(.arrow) { return elements[0].type }
    return TypeName(kind: .tuple(elements), span: span(from: start.start))
  }

  private mutating func genericType(_ name: String, _ start: Int) throws -> TypeName {
    advance()
    var arguments: [TypeName] = []
    repeat { arguments.append(try typeName()) } while takeIf(.comma)
    guard isAtOperator(">") else { throw fail("expected '>' to end the type, got \(token.kind.words)") }
    advance()
    let kind: TypeName.Kind =
      switch (name, arguments.count) {
      case ("Array", 1): .array(arguments[0])
      case ("Dictionary", 2): .dictionary(arguments[0], arguments[1])
      case ("Optional", 1): .optional(arguments[0])
      default: .name(name)
      }
    return TypeName(kind: kind, span: span(from: start))
  }
}
