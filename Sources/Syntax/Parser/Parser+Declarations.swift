extension Parser {
  /// `let a = 1, (b, c) = d`
  mutating func bindings() throws -> [Binding] {
    let isConstant = isAt(.let)
    advance()
    var result: [Binding] = []
    repeat {
      let pattern = try bindingPattern(isConstant: isConstant)
      let type = takeIf(.colon) ? try typeName() : nil
      if try takeAssign() {
        result.append(Binding(isConstant: isConstant, pattern: pattern, type: type, value: try expression()))
      } else if type != nil, !isAtEnd || !isConstant {
        result.append(Binding(isConstant: isConstant, pattern: pattern, type: type, value: nil))
      } else {
        let name = source.text(pattern.span)
        throw fail(
          "expected '=' after '\(name)', got \(token.kind.words)",
          fix: "give it a value: \(isConstant ? "let" : "var") \(name) = …")
      }
    } while takeIf(.comma)
    return result
  }

  /// `func name(label name: Type = default, …) -> Type { body }`
  mutating func functionDeclaration() throws -> FunctionDeclaration {
    let start = token.span.start
    advance()
    guard case .identifier(let name) = token.kind else {
      throw fail(
        "expected a function's name after 'func', got \(token.kind.words)", fix: "func name(_ x: Int) { … }")
    }
    let nameSpan = token.span
    advance()
    if isAtOperator("<") {
      throw fail("functions have no type parameters", at: token.span, fix: "leave <…> out")
    }
    guard isAtBracket(.leftParen) else {
      throw fail(
        "expected '(' after the function's name, got \(token.kind.words)", fix: "func \(name)() { … }")
    }
    let parameters = try parameterList(labelled: true)
    _ = take(.throws)
    let returnType = takeIf(.arrow) ? try typeName() : nil
    if isAtBracket(.colon) {
      if case .identifier(let type) = ahead(1).kind, case .leftBrace = ahead(2).kind {
        throw fail(
          "the result's type stands behind '->'", at: token.span, fix: "func \(name)(…) -> \(type) { … }")
      }
      throw fail("a body stands in braces", at: token.span, fix: "func \(name)(…) { … }")
    }
    let body = try block("to begin the function's body")
    return FunctionDeclaration(
      name: name, nameSpan: nameSpan, parameters: parameters, returnType: returnType, body: body,
      documentation: documentation(before: start))
  }

  /// The `///` lines right above an offset.
  private func documentation(before offset: Int) -> String? {
    var line = source.line(at: offset) - 1
    var lines: [String] = []
    while line >= 1 {
      let text = source.lineText(line).drop { $0 == " " || $0 == "\t" }
      guard text.hasPrefix("///") else { break }
      lines.append(String(text.dropFirst(3).drop { $0 == " " }))
      line -= 1
    }
    return lines.isEmpty ? nil : lines.reversed().joined(separator: "\n")
  }

  /// `(label name: Type = default, …)`; a closure's parameters have no labels.
  mutating func parameterList(labelled: Bool) throws -> [Parameter] {
    let opening = token.span
    try expect(.leftParen, "before the parameters")
    var result: [Parameter] = []
    while !isAtBracket(.rightParen) {
      result.append(try parameter(labelled: labelled))
      guard takeIf(.comma) else { break }
    }
    try expect(.rightParen, "after the parameters", opening: opening)
    return result
  }

  private mutating func parameter(labelled: Bool) throws -> Parameter {
    if !labelled, isAtBracket(.leftParen) {
      let pattern = try bindingPattern(isConstant: true)
      throw fail(
        "a closure's parameters can't be taken apart", at: pattern.span,
        fix: "name the pair: { pair, c in let (a, b) = pair; … }")
    }
    guard let first = parameterName() else {
      throw fail("expected a parameter's name, got \(token.kind.words)", fix: "name: Type, or _ name: Type")
    }
    var nameSpan = token.span
    advance()
    var name = first
    var label: String? = labelled && first != "_" ? first : nil
    if let second = parameterName() {
      name = second
      nameSpan = token.span
      label = first == "_" ? nil : first
      advance()
    }
    var type: TypeName?
    var isVariadic = false
    if takeIf(.colon) {
      if isAt(.inout) {
        throw fail("parameters can't be inout", at: token.span, fix: "return the new value")
      }
      while case .at = token.kind {
        advance()
        advance()
      }
      type = try typeName()
      if isAtOperator("...") {
        isVariadic = true
        advance()
      }
    }
    let defaultValue = try takeAssign() ? expression() : nil
    return Parameter(
      label: label, name: name, nameSpan: nameSpan, type: type, isVariadic: isVariadic,
      defaultValue: defaultValue)
  }

  /// A name in a parameter list: an identifier, `_`, or a keyword used as a label (`in`, `for`).
  private func parameterName() -> String? {
    switch token.kind {
    case .identifier(let name): return name
    case .keyword(let keyword) where keyword != .inout && keyword != .let && keyword != .var:
      return keyword.rawValue
    default: return nil
    }
  }
}
