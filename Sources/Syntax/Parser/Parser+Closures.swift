extension Parser {
  /// `{ body }`, `{ a, b in body }`, `{ (a: Int, _ b) -> Int in body }`
  mutating func closureExpression() throws -> Expression {
    try nested { parser in
      let opening = parser.token.span
      let outer = parser.allowsTrailingClosure
      parser.allowsTrailingClosure = true
      defer { parser.allowsTrailingClosure = outer }
      parser.advance()
      var parameters: [Parameter]?
      var returnType: TypeName?
      if parser.hasClosureHead() {
        (parameters, returnType) = try parser.closureHead()
      }
      let statements = parser.statementsUntilBrace()
      try parser.expect(.rightBrace, "to end the closure", opening: opening)
      let span = parser.span(from: opening.start)
      let body = Block(statements: statements, span: span)
      let closure = Closure(parameters: parameters, returnType: returnType, body: body)
      return try parser.make(.closure(closure), span, depth: 0)
    }
  }

  /// Whether names and an `in` follow, rather than statements.
  private func hasClosureHead() -> Bool {
    var depth = 0
    for position in index..<tokens.count {
      switch tokens[position].kind {
      case .keyword(.in): return depth == 0
      case .leftParen, .leftBracket: depth += 1
      case .rightParen, .rightBracket:
        depth -= 1
        if depth < 0 { return false }
      case .identifier, .comma, .colon, .arrow, .question, .keyword(.wildcard), .keyword(.throws),
        .keyword(.inout):
        break
      case .operator(let name) where name == "..." || name == "<" || name == ">": break
      default: return false
      }
      if depth == 0, position > index, tokens[position].startsLine, !isIn(position) { return false }
    }
    return false
  }

  private func isIn(_ position: Int) -> Bool {
    if case .keyword(.in) = tokens[position].kind { return true }
    return false
  }

  private mutating func closureHead() throws -> ([Parameter], TypeName?) {
    var parameters: [Parameter] = []
    if isAtBracket(.leftBracket) {
      throw fail(
        "closures have no capture list", at: token.span,
        fix: "leave […] out: variables are captured as they are")
    }
    if isAtBracket(.leftParen) {
      parameters = try parameterList(labelled: false)
    } else {
      repeat {
        let pattern = try bindingPattern(isConstant: true)
        var name = "_"
        if case .name(let text, _) = pattern.kind { name = text }
        let type = takeIf(.colon) ? try typeName() : nil
        parameters.append(
          Parameter(
            label: nil, name: name, nameSpan: pattern.span, type: type, isVariadic: false, defaultValue: nil))
      } while takeIf(.comma)
    }
    _ = take(.throws)
    let returnType = takeIf(.arrow) ? try typeName() : nil
    guard take(.in) else {
      throw fail("expected 'in' after the closure's parameters, got \(token.kind.words)")
    }
    return (parameters, returnType)
  }
}
