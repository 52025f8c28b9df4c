extension Parser {
  /// A statement that begins with a keyword; `nil` when the keyword begins an expression.
  mutating func keywordStatement(_ keyword: Keyword) throws -> Statement.Kind? {
    switch keyword {
    case .let, .var: return .binding(try bindings())
    case .func: return .function(try functionDeclaration())
    case .if:
      let statement = try ifStatement()
      return .ifElse(statement)
    case .guard: return try guardStatement()
    case .for, .while, .repeat: return try loop(keyword, label: nil)
    case .switch: return .switchCase(try switchStatement())
    case .break, .continue:
      advance()
      let label = labelOnSameLine()
      return keyword == .break ? .breakLoop(label: label) : .continueLoop(label: label)
    case .fallthrough:
      advance()
      return .fallThrough
    case .return:
      advance()
      return .returnValue(endsStatement ? nil : try expression())
    case .throw:
      advance()
      return .throwError(try expression())
    case .do: return try doStatement()
    case .defer:
      advance()
      return .deferred(try block("after defer"))
    case .import: return try importStatement()
    case .struct, .class, .enum, .protocol, .extension:
      throw fail(
        "'\(keyword.rawValue)' isn't part of the language", at: token.span,
        fix: "use a function, a closure, a labelled tuple or a dictionary")
    case .else:
      throw fail(
        "'else' without an 'if' before it", at: token.span, fix: "put it behind the if's closing brace")
    case .case, .default:
      throw fail("'\(keyword.rawValue)' outside of a switch", at: token.span)
    case .catch:
      throw fail("'catch' without a 'do' before it", at: token.span, fix: "write do { … } catch { … }")
    case .try, .true, .false, .nil, .is, .as, .in, .where, .throws, .wildcard, .inout: return nil
    }
  }

  var endsStatement: Bool {
    isAtEnd || token.startsLine || isAtBracket(.semicolon) || isAtBracket(.rightBrace)
  }

  private mutating func labelOnSameLine() -> String? {
    guard case .identifier(let name) = token.kind, !token.startsLine else { return nil }
    advance()
    return name
  }

  /// Reads a condition or a sequence, behind which `{` begins the body.
  private mutating func beforeBody<Result>(_ body: (inout Parser) throws -> Result) rethrows -> Result {
    let outer = allowsTrailingClosure
    allowsTrailingClosure = false
    defer { allowsTrailingClosure = outer }
    return try body(&self)
  }

  /// Refuses a closure where `{` would begin the body.
  private mutating func refuseClosure(as what: String) throws {
    guard isAtBracket(.leftBrace) else { return }
    throw fail("\(what) is missing before '{'", at: token.span, fix: "put a closure in parentheses: ({ … })")
  }

  /// `if a, let b = c { } else if d { } else { }`
  mutating func ifStatement() throws -> IfStatement {
    var clauses: [(conditions: [Condition], body: Block)] = []
    repeat {
      advance()
      let conditions = try conditions(after: "if")
      clauses.append((conditions, try block("after the if's condition")))
      guard isAt(.else) else { return IfStatement(clauses: clauses, otherwise: nil) }
      advance()
    } while isAt(.if)
    return IfStatement(clauses: clauses, otherwise: try block("after else"))
  }

  private mutating func guardStatement() throws -> Statement.Kind {
    advance()
    let conditions = try conditions(after: "guard")
    guard take(.else) else {
      throw fail(
        "expected 'else' after the guard's condition, got \(token.kind.words)", fix: "guard a else { return }"
      )
    }
    return .guardElse(conditions, try block("after else"))
  }

  private mutating func conditions(after word: String) throws -> [Condition] {
    try beforeBody { parser in
      var result: [Condition] = []
      repeat {
        if parser.isAtBracket(.leftBrace) {
          throw parser.fail("expected a condition after '\(word)'", fix: "\(word) a == b { … }")
        }
        result.append(try parser.condition())
      } while parser.takeIf(.comma)
      return result
    }
  }

  private mutating func condition() throws -> Condition {
    let start = token.span.start
    if isAt(.let) || isAt(.var) {
      let isConstant = isAt(.let)
      advance()
      let pattern = try bindingPattern(isConstant: isConstant)
      let type = takeIf(.colon) ? try typeName() : nil
      let value = try takeAssign() ? expression() : nil
      return .binding(
        Binding(isConstant: isConstant, pattern: pattern, type: type, value: value), span(from: start))
    }
    if take(.case) {
      let pattern = try matchPattern()
      guard try takeAssign() else { throw fail("expected '=' after the pattern, got \(token.kind.words)") }
      return .pattern(pattern, try expression())
    }
    try refuseClosure(as: "a condition")
    let value = try expression()
    if case .assign = token.kind {
      throw fail("'=' assigns and can't be a condition", at: token.span, fix: "compare with ==")
    }
    return .expression(value)
  }

  mutating func loop(_ keyword: Keyword, label: String?) throws -> Statement.Kind {
    advance()
    switch keyword {
    case .for: return .forIn(try forStatement(label: label))
    case .while:
      let conditions = try conditions(after: "while")
      return .whileLoop(conditions, try block("after the while's condition"), label: label)
    default:
      let body = try block("after repeat")
      guard take(.while) else {
        throw fail(
          "expected 'while' after the repeat's body, got \(token.kind.words)", fix: "repeat { … } while a < b"
        )
      }
      return .repeatWhile(body, try expression(), label: label)
    }
  }

  private mutating func forStatement(label: String?) throws -> ForStatement {
    let isCase = take(.case)
    var isConstant = true
    if !isCase, isAt(.var) || isAt(.let) {
      isConstant = isAt(.let)
      advance()
    }
    var isC = false
    if isAtBracket(.leftParen), case .identifier = ahead(1).kind {
      switch ahead(2).kind {
      case .assign, .identifier: isC = true
      default: break
      }
    }
    if isC {
      throw fail("this is C's for", at: token.span, fix: "for i in 0..<n { … }")
    }
    let pattern = isCase ? try matchPattern() : try bindingPattern(isConstant: isConstant)
    guard take(.in) else {
      throw fail(
        "expected 'in' after the loop's variable, got \(token.kind.words)", fix: "for i in 0..<10 { … }")
    }
    try refuseClosure(as: "a sequence")
    let (sequence, condition) = try beforeBody { parser in
      let sequence = try parser.expression()
      return (sequence, parser.take(.where) ? try parser.expression() : nil)
    }
    if isAtBracket(.colon) {
      throw fail("a body stands in braces", at: token.span, fix: "for i in 0..<10 { … }")
    }
    let body = try block("after the loop's sequence")
    return ForStatement(
      pattern: pattern, isCase: isCase, sequence: sequence, condition: condition, body: body, label: label)
  }

  /// `switch a { case b, c where d: … default: … }`
  mutating func switchStatement() throws -> SwitchStatement {
    advance()
    try refuseClosure(as: "the switch's value")
    let subject = try beforeBody { try $0.expression() }
    let opening = token.span
    try expect(.leftBrace, "after the switch's value")
    return try nested { parser in
      let outer = parser.allowsTrailingClosure
      parser.allowsTrailingClosure = true
      defer { parser.allowsTrailingClosure = outer }
      var cases: [SwitchCase] = []
      while parser.isAt(.case) || parser.isAt(.default) { cases.append(try parser.switchCase()) }
      try parser.expect(.rightBrace, "or 'case' in the switch", opening: opening)
      return SwitchStatement(subject: subject, cases: cases)
    }
  }

  private mutating func switchCase() throws -> SwitchCase {
    var patterns: [(pattern: Pattern, condition: Expression?)] = []
    let isDefault = isAt(.default)
    advance()
    if !isDefault {
      repeat {
        let pattern = try matchPattern()
        checkAlternative(pattern, to: patterns.first?.pattern ?? pattern)
        patterns.append((pattern, take(.where) ? try expression() : nil))
      } while takeIf(.comma)
    }
    try expect(.colon, "after the case")
    let start = token.span.start
    var statements: [Statement] = []
    while !isAtEnd, !isAtBracket(.rightBrace), !isAt(.case), !isAt(.default),
      diagnostics.count < Self.errorLimit
    {
      statement(into: &statements)
    }
    if statements.isEmpty, !isAtEnd {
      throw fail("a case needs at least one statement", at: token.span, fix: "write break to do nothing")
    }
    return SwitchCase(patterns: patterns, body: Block(statements: statements, span: span(from: start)))
  }

  /// Each pattern of a case must give the same names to the body.
  private mutating func checkAlternative(_ pattern: Pattern, to first: Pattern) {
    let names = Set(pattern.names.map(\.name))
    guard let odd = names.symmetricDifference(first.names.map(\.name)).min() else { return }
    record(
      failure(
        "'\(odd)' doesn't stand in every pattern of the case", at: pattern.span,
        fix: "name the same parts in each, or write two cases"))
  }

  private mutating func doStatement() throws -> Statement.Kind {
    advance()
    let body = try block("after do")
    var clauses: [CatchClause] = []
    while isAt(.catch) {
      advance()
      var name = "error"
      if isAt(.let) { advance() }
      if case .identifier(let other) = token.kind {
        name = other
        advance()
      }
      clauses.append(CatchClause(name: name, body: try block("after catch")))
    }
    return .doCatch(body, clauses)
  }

  private mutating func importStatement() throws -> Statement.Kind {
    guard nesting == 0 else {
      throw fail("import stands outside of blocks", at: token.span, fix: "move it to the beginning")
    }
    advance()
    let place = token.span
    switch token.kind {
    case .string(let parts) where parts.count <= 1:
      advance()
      if case .text(let path)? = parts.first { return .importFile(path, place) }
      throw fail("an import needs a file's name", at: place, fix: "import \"helpers.cnn\"")
    case .identifier(let name):
      advance()
      while isAtBracket(.dot), case .identifier = ahead(1).kind {
        advance()
        advance()
      }
      if case .keyword(.as) = token.kind, !token.startsLine {
        throw fail(
          "modules have no other names here", at: token.span,
          fix: "leave the import out: layers, tensors and plots are there from the start")
      }
      return .importModule(name)
    default:
      throw fail("expected a file after 'import', got \(token.kind.words)", fix: "import \"helpers.cnn\"")
    }
  }
}
