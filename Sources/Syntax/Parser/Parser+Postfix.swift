extension Parser {
  /// A value with what hangs on it: members, calls, indices, trailing closures, `?`, `!`.
  mutating func postfix() throws -> Expression {
    var base = try primary()
    var isChain = false
    while true {
      var isOptional = false
      let position = index
      if isAtBracket(.question), token.leftBound, !token.startsLine {
        switch ahead(1).kind {
        case .dot, .leftParen, .leftBracket:
          advance()
          isOptional = true
        default: break
        }
      }
      guard let next = try suffix(of: base, isOptional: isOptional) else {
        index = position
        break
      }
      isChain = isChain || isOptional
      base = next
    }
    if isChain { base = try make(.optionalChain(base), base.span, above: base) }
    return base
  }

  /// `\.name`, `\.name.other`, `\Type.name`: the closure that asks its argument for the member.
  mutating func keyPath() throws -> Expression {
    let start = token.span
    advance()
    if case .identifier = token.kind { advance() }
    guard isAtBracket(.dot) else {
      throw fail("expected '.' after '\\', got \(token.kind.words)", fix: "\\.name stands for { $0.name }")
    }
    var value = try make(.closureParameter(0), start, depth: 0)
    if case .identifier("self") = ahead(1).kind {
      advance()
      advance()
    }
    // `\.[0]` has a dot, `\.a[0]` none.
    if isAtBracket(.dot), case .leftBracket = ahead(1).kind { advance() }
    path: while true {
      switch token.kind {
      case .leftParen, .leftBrace:
        guard token.span.start == previousEnd else { break path }
        throw fail(
          "'\\' stands before members, not calls", at: token.span, fix: "write a closure: { $0.name() }")
      default:
        guard let next = try suffix(of: value, isOptional: false) else { break path }
        value = next
      }
    }
    let body = Block(statements: [Statement(kind: .expression(value), span: value.span)], span: value.span)
    return try make(.closure(Closure(parameters: nil, returnType: nil, body: body)), value.span, above: value)
  }

  /// The base with one more suffix, `nil` when none follows.
  private mutating func suffix(of base: Expression, isOptional: Bool) throws -> Expression? {
    switch token.kind {
    case .dot: return try memberAccess(base, isOptional)
    case .leftParen where !token.startsLine && token.span.start == previousEnd:
      let (arguments, depth) = try arguments(closing: .rightParen)
      return try call(base, arguments, depth, isOptional)
    case .leftParen where !token.startsLine && isName(base):
      // `f (x)` reads like a call everywhere; Swift parses it as one too.
      let (arguments, depth) = try arguments(closing: .rightParen)
      return try call(base, arguments, depth, isOptional)
    case .leftBracket where !token.startsLine && token.span.start == previousEnd:
      let (indices, depth) = try arguments(closing: .rightBracket)
      if indices.isEmpty {
        throw fail(
          "an index is missing", at: span(from: base.span.end), fix: "like a[0], t[..., 0] or d[\"key\"]")
      }
      let span = span(from: base.span.start)
      return try make(
        .index(base, indices: indices, isOptional: isOptional), span, depth: max(depth, base.depth))
    case .leftBrace where allowsTrailingClosure && !token.startsLine && canTakeClosure(base):
      let closure = try closureExpression()
      let argument = Argument(value: closure, form: .trailing)
      return try call(base, [argument], max(base.depth, closure.depth), isOptional)
    case .operator("!") where token.leftBound && !token.startsLine:
      advance()
      return try make(.forceUnwrap(base), span(from: base.span.start), above: base)
    default: return nil
    }
  }

  private func isName(_ base: Expression) -> Bool {
    if case .name = base.kind { return true }
    return false
  }

  private func canTakeClosure(_ base: Expression) -> Bool {
    switch base.kind {
    case .name, .member, .call, .index: return true
    default: return false
    }
  }

  /// Finishes a call: takes the closures behind it.
  private mutating func call(
    _ callee: Expression, _ arguments: [Argument], _ depth: Int, _ isOptional: Bool
  ) throws -> Expression {
    var arguments = arguments
    var depth = max(depth, callee.depth)
    if allowsTrailingClosure, isAtBracket(.leftBrace), !token.startsLine, arguments.last?.form != .trailing {
      let closure = try closureExpression()
      depth = max(depth, closure.depth)
      arguments.append(Argument(value: closure, form: .trailing))
    }
    while arguments.last?.form == .trailing, case .identifier(let label) = token.kind, !token.startsLine,
      case .colon = ahead(1).kind, case .leftBrace = ahead(2).kind
    {
      let labelSpan = token.span
      advance()
      advance()
      let closure = try closureExpression()
      depth = max(depth, closure.depth)
      arguments.append(Argument(label: label, labelSpan: labelSpan, value: closure, form: .trailing))
    }
    let span = span(from: callee.span.start)
    return try make(.call(callee, arguments: arguments, isOptional: isOptional), span, depth: depth)
  }

  private mutating func memberAccess(_ base: Expression, _ isOptional: Bool) throws -> Expression? {
    let dot = token.span
    advance()
    let nameSpan = token.span
    let name: String
    switch token.kind {
    case .identifier(let text): name = text
    case .integer(let value?): name = String(value)
    case .floating:
      // `t.0.1` is cut into `t`, `.`, `0.1`: take the number's text apart.
      return try tuplePath(base, isOptional)
    case .keyword(let keyword): name = keyword.rawValue
    default:
      throw fail(
        "expected a member's name after '.', got \(token.kind.words)",
        at: isAtEnd ? nil : dot.joined(token.span))
    }
    advance()
    // `String.init` is `String`: what makes values is a function already.
    if name == "init", case .name(let type) = base.kind, type.first?.isUppercase == true {
      var result = base
      result.span = span(from: base.span.start)
      return result
    }
    return try make(
      .member(base, name: name, nameSpan: nameSpan, isOptional: isOptional), span(from: base.span.start),
      above: base)
  }

  private mutating func tuplePath(_ base: Expression, _ isOptional: Bool) throws -> Expression {
    let parts = source.text(token.span).split(separator: ".")
    var result = base
    var start = token.span.start
    let span = token.span
    advance()
    for part in parts {
      guard part.allSatisfy(\.isNumber) else {
        throw fail("expected a member's name after '.'", at: span)
      }
      let partSpan = Span(start, start + part.utf8.count)
      result = try make(
        .member(result, name: String(part), nameSpan: partSpan, isOptional: isOptional),
        result.span.joined(partSpan), above: result)
      start = partSpan.end + 1
    }
    return result
  }

  /// `(a, label: b)` or `[a, b]` behind a callee or a base.
  mutating func arguments(closing: Token.Kind) throws -> (arguments: [Argument], depth: Int) {
    try nested { parser in
      let opening = parser.token.span
      let outer = parser.allowsTrailingClosure
      parser.allowsTrailingClosure = true
      defer { parser.allowsTrailingClosure = outer }
      parser.advance()
      var result: [Argument] = []
      var depth = 0
      while !parser.isAtBracket(closing) {
        if parser.isAtEnd { break }
        let argument = try parser.argument(isIndex: closing.words == "']'")
        depth = max(depth, argument.value.depth)
        result.append(argument)
        guard parser.takeIf(.comma) else { break }
      }
      if !parser.isAtBracket(closing), !parser.isAtEnd {
        throw parser.missingSeparator(opening, closing)
      }
      try parser.expect(closing, "to end the arguments", opening: opening)
      return (result, depth)
    }
  }

  /// What is wrong where a comma or a closing bracket should stand.
  private mutating func missingSeparator(_ opening: Span, _ closing: Token.Kind) -> ParseFailure {
    if case .assign = token.kind {
      return fail(
        "'=' can't stand in arguments", at: token.span, fix: "label an argument with ':', compare with ==")
    }
    if token.startsLine {
      record(
        failure(
          "\(source.text(opening)) isn't closed", at: opening,
          fix: "add \(closing.words), or ',' before the next argument"))
      return ParseFailure()
    }
    if case .operator(let name) = token.kind, token.leftBound != token.rightBound {
      return fail(
        "'\(name)' can't stand here", at: token.span,
        fix: "put a space on both sides of '\(name)', or on neither")
    }
    if isAt(.in) { return fail("'in' is no operator here", at: token.span, fix: "write xs.contains(x)") }
    return fail("expected ',' or \(closing.words), got \(token.kind.words)", at: token.span)
  }

  /// `+` in `reduce(0, +)`: an operator that stands for the function of its two operands.
  private mutating func operatorFunction() throws -> Expression? {
    guard case .operator(let name) = token.kind, Precedence.of(name) != nil, name != "...", name != "|>"
    else { return nil }
    switch ahead(1).kind {
    case .comma, .rightParen: break
    default: return nil
    }
    let span = token.span
    advance()
    let operands = try (0...1).map { try make(.closureParameter($0), span, depth: 0) }
    let value = try make(.binary(name, operatorSpan: span, operands[0], operands[1]), span, depth: 1)
    let body = Block(statements: [Statement(kind: .expression(value), span: span)], span: span)
    return try make(.closure(Closure(parameters: nil, returnType: nil, body: body)), span, depth: 0)
  }

  private mutating func argument(isIndex: Bool) throws -> Argument {
    var label: String?
    var labelSpan: Span?
    switch token.kind {
    case .identifier, .keyword:
      if case .colon = ahead(1).kind {
        label = source.text(token.span).filter { $0 != "`" }
        labelSpan = token.span
        advance()
        advance()
        if isIndex, label != "default" {
          throw fail("an index has no label", at: labelSpan, fix: "slices are written a..<b")
        }
      } else if case .assign = ahead(1).kind, case .identifier(let name) = token.kind {
        throw fail("arguments are labelled with ':'", at: ahead(1).span, fix: "write \(name): …")
      }
    case .colon where isIndex:
      throw fail("slices are written with ..< here", at: token.span, fix: "t[..., 0], t[..<16], t[4...]")
    default: break
    }
    if !isIndex, case .identifier(let prefix) = token.kind, ["f", "F", "r"].contains(prefix),
      case .string = ahead(1).kind, ahead(1).span.start == token.span.end
    {
      throw fail(
        "'\(prefix)\"…\"' is Python", at: token.span.joined(ahead(1).span),
        fix: "values stand in strings as \"x = \\(x)\"")
    }
    if let function = try operatorFunction() {
      return Argument(label: label, labelSpan: labelSpan, value: function)
    }
    let value = try expression()
    if isIndex, isAtBracket(.colon) {
      throw fail("slices are written with ..< here", at: token.span, fix: "a..<b, a..., ..<b")
    }
    return Argument(label: label, labelSpan: labelSpan, value: value)
  }
}
