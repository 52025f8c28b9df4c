extension Parser {
  /// The smallest whole values: literals, names, brackets, closures.
  mutating func primary() throws -> Expression {
    let start = token.span
    switch token.kind {
    case .integer(let magnitude):
      advance()
      guard let magnitude, let value = Int(exactly: magnitude) else {
        throw fail(
          "\(source.text(start)) doesn't fit in an Int", at: start,
          fix: "the largest is \(Int.max); write \(source.text(start)).0 for a Double")
      }
      return try make(.integer(value), start, depth: 0)
    case .floating(let value):
      advance()
      return try make(.double(value), start, depth: 0)
    case .string(let parts):
      advance()
      return try stringLiteral(parts, start)
    case .closureParameter(let number):
      advance()
      return try make(.closureParameter(number), start, depth: 0)
    case .identifier(let name):
      advance()
      return try make(.name(name), start, depth: 0)
    case .leftParen: return try parenthesized()
    case .leftBracket: return try collection()
    case .leftBrace: return try closureExpression()
    case .dot: return try option()
    case .backslash: return try keyPath()
    case .keyword(let keyword): return try keywordValue(keyword)
    case .operator(let name):
      throw fail("'\(name)' can't begin a value", fix: foreignOperator(name))
    case .hash: throw fail("'#' doesn't begin a comment here", at: start, fix: "comments begin with //")
    default: throw fail("expected a value, got \(token.kind.words)")
    }
  }

  private mutating func keywordValue(_ keyword: Keyword) throws -> Expression {
    let start = token.span
    switch keyword {
    case .true, .false:
      advance()
      return try make(.bool(keyword == .true), start, depth: 0)
    case .nil:
      advance()
      return try make(.nothing, start, depth: 0)
    case .if:
      let statement = try nested { try $0.ifStatement() }
      return try make(.ifElse(statement), span(from: start.start), depth: 0)
    case .switch:
      let statement = try nested { try $0.switchStatement() }
      return try make(.switchCase(statement), span(from: start.start), depth: 0)
    case .wildcard:
      advance()
      return try make(.name("_"), start, depth: 0)
    case .where:
      throw fail("'where' only stands behind a pattern", at: start, fix: "write select(condition, a, b)")
    default:
      throw fail(
        "expected a value, got \(token.kind.words)", at: start,
        fix: keyword == .in || keyword == .func ? "closures are written { x in … }" : nil)
    }
  }

  /// `(a)`, `(a, b)`, `()`
  private mutating func parenthesized() throws -> Expression {
    let start = token.span
    let (arguments, depth) = try arguments(closing: .rightParen)
    let span = span(from: start.start)
    if arguments.count == 1, arguments[0].label == nil {
      var inner = arguments[0].value
      inner.span = span
      return inner
    }
    let elements = arguments.map { TupleElement(label: $0.label, value: $0.value) }
    return try make(.tuple(elements), span, depth: depth)
  }

  /// `[a, b]`, `[k: v]`, `[]`, `[:]`
  private mutating func collection() throws -> Expression {
    try nested { parser in
      let opening = parser.token.span
      let outer = parser.allowsTrailingClosure
      parser.allowsTrailingClosure = true
      defer { parser.allowsTrailingClosure = outer }
      parser.advance()
      if parser.takeIf(.colon) {
        try parser.expect(.rightBracket, "to end the empty dictionary", opening: opening)
        return try parser.make(.dictionary([]), parser.span(from: opening.start), depth: 0)
      }
      var elements: [Expression] = []
      var pairs: [(key: Expression, value: Expression)] = []
      var depth = 0
      while !parser.isAtBracket(.rightBracket), !parser.isAtEnd {
        let element = try parser.expression()
        depth = max(depth, element.depth)
        if parser.isAtBracket(.colon), elements.isEmpty {
          parser.advance()
          let value = try parser.expression()
          depth = max(depth, value.depth)
          pairs.append((element, value))
        } else {
          elements.append(element)
        }
        guard parser.takeIf(.comma) else { break }
      }
      if parser.isAt(.for) {
        throw parser.fail(
          "list comprehensions are Python", at: parser.token.span, fix: "write sequence.map { x in … }")
      }
      for element in elements + pairs.map(\.value) {
        if case .range(nil, nil, _) = element.kind {
          throw parser.fail("'...' alone is no value", at: element.span, fix: "write x[...], or 0...n")
        }
      }
      if !pairs.isEmpty, let stray = elements.first {
        throw parser.fail(
          "every element of a dictionary needs a key", at: stray.span, fix: "write key: value")
      }
      if !parser.isAtEnd, !parser.isAtBracket(.rightBracket), parser.token.startsLine {
        parser.record(
          parser.failure("[ isn't closed", at: opening, fix: "add ']', or ',' before the next element"))
        throw ParseFailure()
      }
      try parser.expect(.rightBracket, "or ',' in the array", opening: opening)
      let span = parser.span(from: opening.start)
      return try parser.make(pairs.isEmpty ? .array(elements) : .dictionary(pairs), span, depth: depth)
    }
  }

  /// `.name` or `.name(arguments)`
  private mutating func option() throws -> Expression {
    let start = token.span
    advance()
    let nameSpan = token.span
    let name: String
    switch token.kind {
    case .identifier(let text): name = text
    case .keyword(let keyword): name = keyword.rawValue
    case .integer, .floating:
      throw fail("a number can't begin with '.'", at: start.joined(token.span), fix: "write 0.5 for .5")
    default: throw fail("expected an option's name after '.', got \(token.kind.words)")
    }
    advance()
    guard isAtBracket(.leftParen), token.span.start == previousEnd else {
      return try make(
        .option(name: name, nameSpan: nameSpan, arguments: nil), span(from: start.start), depth: 0)
    }
    let (arguments, depth) = try arguments(closing: .rightParen)
    return try make(
      .option(name: name, nameSpan: nameSpan, arguments: arguments), span(from: start.start), depth: depth)
  }

  /// `"a \(b)"`
  private mutating func stringLiteral(_ parts: [StringPart], _ span: Span) throws -> Expression {
    var segments: [StringSegment] = []
    var depth = 0
    for part in parts {
      switch part {
      case .text(let text): segments.append(.text(text))
      case .interpolation(let tokens, let place):
        let arguments = try interpolation(tokens, place)
        depth = arguments.reduce(depth) { max($0, $1.value.depth) }
        segments.append(.value(arguments, place))
      }
    }
    return try make(.string(segments), span, depth: depth)
  }

  private mutating func interpolation(_ inner: [Token], _ place: Span) throws -> [Argument] {
    var parser = Parser(source: source, tokens: inner)
    parser.nesting = nesting + 1
    var arguments: [Argument] = []
    do {
      repeat {
        if parser.isAtEnd {
          throw parser.fail("nothing stands between the parentheses", at: place, fix: "put a value in: \\(x)")
        }
        var label: String?
        var labelSpan: Span?
        if case .identifier(let name) = parser.token.kind, case .colon = parser.ahead(1).kind {
          label = name
          labelSpan = parser.token.span
          parser.advance()
          parser.advance()
        }
        arguments.append(Argument(label: label, labelSpan: labelSpan, value: try parser.expression()))
      } while parser.takeIf(.comma)
      if !parser.isAtEnd { throw parser.fail("unexpected \(parser.token.kind.words)", at: parser.token.span) }
      // What is wrong inside of a closure was recorded, and parsing went on.
      for diagnostic in parser.diagnostics { record(diagnostic) }
      return arguments
    } catch {
      for diagnostic in parser.diagnostics { record(diagnostic) }
      throw ParseFailure()
    }
  }
}
