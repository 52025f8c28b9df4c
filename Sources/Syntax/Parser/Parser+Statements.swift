extension Parser {
  /// The statements of a whole source.
  mutating func program() -> [Statement] {
    var result: [Statement] = []
    while !isAtEnd, diagnostics.count < Self.errorLimit {
      if isAtBracket(.rightBrace) || isAtBracket(.rightParen) || isAtBracket(.rightBracket) {
        record(failure("\(token.kind.words) closes nothing", at: token.span, fix: "remove it"))
        advance()
        continue
      }
      statement(into: &result)
    }
    return result
  }

  /// `{ statements }`
  mutating func block(_ after: String) throws -> Block {
    guard isAtBracket(.leftBrace) else {
      if isAt(.in) { throw fail("'in' is no operator here", at: token.span, fix: "write xs.contains(x)") }
      throw fail("expected '{' \(after), got \(token.kind.words)", fix: "put the body in braces: { … }")
    }
    return try nested { try $0.blockBody() }
  }

  private mutating func blockBody() throws -> Block {
    let opening = token.span
    advance()
    let outer = allowsTrailingClosure
    allowsTrailingClosure = true
    defer { allowsTrailingClosure = outer }
    let statements = statementsUntilBrace()
    try expect(.rightBrace, "to end the block", opening: opening)
    return Block(statements: statements, span: span(from: opening.start))
  }

  /// Statements up to a closing brace, which is left.
  mutating func statementsUntilBrace() -> [Statement] {
    var result: [Statement] = []
    while !isAtEnd, !isAtBracket(.rightBrace), diagnostics.count < Self.errorLimit {
      statement(into: &result)
    }
    return result
  }

  /// One statement with its end; on an error, goes on behind it.
  mutating func statement(into result: inout [Statement]) {
    if isAtBracket(.semicolon) {
      record(failure("a statement is missing before ';'", at: token.span, fix: "leave ';' out"))
      advance()
      return
    }
    let start = index
    let outerNesting = nesting
    do {
      var statement = try bareStatement()
      if takeIf(.semicolon) {
        statement.endsWithSemicolon = true
      } else if !isAtEnd, !isAtBracket(.rightBrace), !token.startsLine {
        result.append(statement)
        throw unfinishedLine(after: statement)
      }
      result.append(statement)
    } catch {
      nesting = outerNesting
      if index == start { advance() }
      skipStatement(from: start)
    }
  }

  /// What stands behind a statement on its line, where nothing should.
  private mutating func unfinishedLine(after statement: Statement) -> ParseFailure {
    if case .expression(let expression) = statement.kind, case .name(let name) = expression.kind,
      let hint = foreignStatement(name)
    {
      return fail(hint.message, at: expression.span, fix: hint.fix)
    }
    if case .operator(let name) = token.kind {
      let fix =
        token.leftBound != token.rightBound
        ? "put a space on both sides of '\(name)', or on neither" : foreignOperator(name)
      return fail("'\(name)' can't stand here", at: token.span, fix: fix)
    }
    if case .assign = token.kind {
      return fail("'=' can't stand here", at: token.span, fix: "compare with ==")
    }
    var fix = "begin a new line, or put ';' before it"
    if case .comma = token.kind {
      fix = "begin a new line, or write ';' in its place"
      if assignsSeveralNames() { fix = "put the names in parentheses: (a, b) = (1, 2), or let (a, b) = …" }
    }
    if isAt(.in) { return fail("'in' is no operator here", at: token.span, fix: "write xs.contains(x)") }
    if case .colon = token.kind, nesting > 0 { fix = "a dictionary is written [key: value]" }
    return fail(
      "expected the end of the statement, got \(token.kind.words)", at: token.span, fix: fix)
  }

  /// Whether names with commas between them and a `=` follow: `, b = 1, 2`.
  private func assignsSeveralNames() -> Bool {
    var distance = 0
    while case .comma = ahead(distance).kind, case .identifier = ahead(distance + 1).kind { distance += 2 }
    if case .assign = ahead(distance).kind { return distance > 0 }
    return false
  }

  /// Goes on behind a statement that couldn't be read: to the next line outside its brackets.
  private mutating func skipStatement(from start: Int) {
    var depth = 0
    for position in start..<min(index, tokens.count) {
      switch tokens[position].kind {
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightParen, .rightBracket, .rightBrace: depth -= 1
      default: break
      }
    }
    depth = max(0, depth)
    while !isAtEnd {
      if depth == 0, token.startsLine { return }
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightBrace where depth == 0: return
      case .rightParen, .rightBracket, .rightBrace: depth = max(0, depth - 1)
      case .semicolon where depth == 0:
        advance()
        return
      default: break
      }
      advance()
    }
  }

  private mutating func bareStatement() throws -> Statement {
    let start = token.span.start
    let kind = try statementKind()
    return Statement(kind: kind, span: span(from: start))
  }

  private mutating func statementKind() throws -> Statement.Kind {
    skipAttributes()
    if isAtBracket(.leftBrace), nesting == 0 {
      throw fail(
        "a line can't begin with a closure", at: token.span,
        fix: "give it a name (let f = { … }), or put it in parentheses: ({ … })(x)")
    }
    if case .keyword(let keyword) = token.kind, let kind = try keywordStatement(keyword) { return kind }
    if case .identifier(let name) = token.kind {
      if case .colon = ahead(1).kind, case .keyword(let keyword) = ahead(2).kind,
        [.for, .while, .repeat].contains(keyword)
      {
        advance()
        advance()
        return try loop(keyword, label: name)
      }
      if let hint = foreignWord(name) { throw fail(hint.message, at: token.span, fix: hint.fix) }
    }
    if isAtOperator("%") || isAtOperator("!"), !token.leftBound, token.rightBound, isMagic() {
      let mark = source.text(token.span)
      throw fail(
        "Jupyter's '\(mark)' commands are not part of the language", at: token.span, fix: magicHint(mark))
    }
    return try expressionOrAssignment()
  }

  /// `%time …` or `!ls …`: a line that begins with the mark and goes on with a bare word and something odd behind it.
  private func isMagic() -> Bool {
    if isAtOperator("%") { return true }
    guard case .identifier = ahead(1).kind else { return false }
    let next = ahead(2)
    if case .end = next.kind { return true }
    if next.startsLine { return true }
    if case .operator(let name) = next.kind { return name == "-" && !next.leftBound && next.rightBound }
    if case .identifier = next.kind { return true }
    return false
  }

  /// `@discardableResult` and the like: read and left without effect.
  private mutating func skipAttributes() {
    while case .at = token.kind, case .identifier = ahead(1).kind {
      advance()
      advance()
    }
  }

  private mutating func expressionOrAssignment() throws -> Statement.Kind {
    let target = try expression()
    let operatorSpan = token.span
    if try takeAssign() {
      return .assignment(
        target: target, operator: nil, operatorSpan: operatorSpan, value: try assignedValue(target))
    }
    if case .operator(let name) = token.kind {
      if ["+=", "-=", "*=", "/=", "%="].contains(name) {
        try checkBlanks(name)
        advance()
        let value = try assignedValue(target)
        return .assignment(
          target: target, operator: String(name.dropLast()), operatorSpan: operatorSpan, value: value)
      }
      if name == "++" || name == "--" {
        throw fail("'\(name)' isn't an operator here", at: token.span, fix: "write \(name.prefix(1))= 1")
      }
    }
    return .expression(target)
  }

  /// What stands left of a `=` where nothing can be kept.
  private func words(for target: Expression) -> String {
    switch target.kind {
    case .integer, .double: "a number"
    case .string: "a string"
    case .call: "the result of a call"
    default: "'\(source.text(target.span).prefix { $0 != "\n" })'"
    }
  }

  private mutating func assignedValue(_ target: Expression) throws -> Expression {
    switch target.kind {
    case .name, .member, .index, .tuple, .optionalChain, .forceUnwrap: break
    default:
      throw fail(
        "can't assign to \(words(for: target))", at: target.span,
        fix: "a variable, a member or an element stands left of '='")
    }
    let value = try expression()
    if case .assign = token.kind {
      throw fail(
        "only one assignment fits in a statement", at: token.span, fix: "write them on lines of their own")
    }
    return value
  }
}
