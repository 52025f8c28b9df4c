/// How tightly operators bind, loosest first: ternary, `||`, `&&`, comparisons, `|>`, `??`, `is`/`as`, ranges, sums, products.
enum Precedence: Int, Comparable {
  case logicalOr, logicalAnd, comparison, pipe, coalescing, casting, range, sum, product

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

  var next: Precedence? { Precedence(rawValue: rawValue + 1) }

  /// The precedence of a binary operator; `nil` when the language doesn't have it.
  static func of(_ name: String) -> Precedence? {
    switch name {
    case "||", ".||": .logicalOr
    case "&&", ".&&": .logicalAnd
    case "==", "!=", "<", ">", "<=", ">=", "===", "!==", ".==", ".!=", ".<", ".>", ".<=", ".>=": .comparison
    case "|>": .pipe
    case "??": .coalescing
    case "..<", "...": .range
    case "+", "-": .sum
    case "*", "/", "%": .product
    default: nil
    }
  }
}

extension Parser {
  /// A whole expression.
  mutating func expression() throws -> Expression { try nested { try $0.ternary() } }

  private mutating func ternary() throws -> Expression {
    let condition = try binary(.logicalOr)
    guard isAtBracket(.question), !token.leftBound else { return condition }
    advance()
    let outer = allowsTrailingClosure
    let first = try expression()
    allowsTrailingClosure = outer
    try expect(.colon, "between the two values of '?'")
    let second = try expression()
    return try make(
      .ternary(condition, first, second), condition.span.joined(second.span), above: condition, first, second)
  }

  /// Whether the operator here stands between two operands: blanks on both sides or on neither.
  private var isInfix: Bool { token.leftBound == token.rightBound }

  private mutating func binary(_ minimum: Precedence) throws -> Expression {
    var left = try prefixRange() ?? unary()
    var compared: Span?
    while let found = try infixOperator(), found.precedence >= minimum {
      let (name, precedence) = found
      let operatorSpan = token.span
      if precedence == .casting {
        left = try cast(left, name)
        continue
      }
      if precedence == .comparison {
        if let compared {
          throw fail(
            "comparisons can't be chained", at: operatorSpan,
            fix: "write a \(source.text(compared)) b && b \(name) c")
        }
        compared = operatorSpan
      }
      if precedence == .range {
        left = try range(from: left, name)
        continue
      }
      advance()
      // `??` groups to the right, everything else to the left.
      let right =
        try precedence == .coalescing ? nested { try $0.binary(.coalescing) } : operand(above: precedence)
      left = try make(
        .binary(name, operatorSpan: operatorSpan, left, right), left.span.joined(right.span), above: left,
        right)
    }
    return left
  }

  private mutating func operand(above precedence: Precedence) throws -> Expression {
    guard let next = precedence.next else { return try unary() }
    return try binary(next)
  }

  /// The binary operator here, if there is one that goes on with this expression.
  private mutating func infixOperator() throws -> (name: String, precedence: Precedence)? {
    switch token.kind {
    case .operator(let name):
      if name == "...", !isInfix, token.leftBound { return (name, .range) }
      guard isInfix else { return nil }
      if let precedence = Precedence.of(name) { return (name, precedence) }
      if let fix = foreignOperator(name) {
        throw fail("'\(name)' isn't an operator of the language", at: token.span, fix: fix)
      }
      return nil
    case .keyword(.is), .keyword(.as): return (isAt(.is) ? "is" : "as", .casting)
    case .at where token.leftBound == token.rightBound && !token.startsLine:
      throw fail(
        "'@' isn't an operator of the language", at: token.span, fix: "multiply matrices with matmul(a, b)")
    case .identifier(let name) where !token.startsLine && ["and", "or", "not"].contains(name):
      let here = name == "and" ? "&&" : name == "or" ? "||" : "!"
      throw fail("'\(name)' is Python", at: token.span, fix: "write \(here)")
    case .keyword(.if) where !token.startsLine && allowsTrailingClosure:
      throw fail("'a if b else c' is Python", at: token.span, fix: "write b ? a : c")
    default: return nil
    }
  }

  private mutating func cast(_ value: Expression, _ name: String) throws -> Expression {
    advance()
    var isOptional = false
    if name == "as", isAtBracket(.question) || isAtOperator("!") {
      isOptional = isAtBracket(.question)
      advance()
    }
    let type = try typeName()
    let span = value.span.joined(type.span)
    return try make(
      name == "is" ? .typeTest(value, type) : .typeCast(value, type, isOptional: isOptional), span,
      above: value)
  }

  /// `a..<b`, `a...b`, `a...`
  private mutating func range(from lower: Expression, _ name: String) throws -> Expression {
    let isOpenEnded = name == "..." && token.leftBound && !token.rightBound
    advance()
    if case .range = lower.kind {
      throw fail(
        "ranges can't be chained", at: span(from: lower.span.start), fix: "use stride(from: a, to: b, by: c)")
    }
    if isOpenEnded {
      return try make(
        .range(lower: lower, upper: nil, isClosed: true), span(from: lower.span.start), above: lower)
    }
    let upper = try operand(above: .range)
    return try make(
      .range(lower: lower, upper: upper, isClosed: name == "..."), lower.span.joined(upper.span),
      above: lower, upper)
  }

  /// `..<b`, `...b`, `...` where an operand is expected.
  private mutating func prefixRange() throws -> Expression? {
    guard case .operator(let name) = token.kind, name == "..<" || name == "..." else { return nil }
    let start = token.span
    let isAlone = !token.rightBound
    advance()
    if isAlone, name == "..." {
      guard isAnArgument(before: index - 2) else {
        throw fail("'...' alone stands only in brackets", at: start, fix: "write x[...], or 0...n")
      }
      return try make(.range(lower: nil, upper: nil, isClosed: true), start, depth: 0)
    }
    let upper = try operand(above: .range)
    return try make(
      .range(lower: nil, upper: upper, isClosed: name == "..."), start.joined(upper.span), above: upper)
  }

  /// Whether an operand behind this token is an argument, an index or an element of a tuple.
  private func isAnArgument(before position: Int) -> Bool {
    guard tokens.indices.contains(position) else { return false }
    switch tokens[position].kind {
    case .leftParen, .leftBracket, .comma, .colon: return true
    default: return false
    }
  }

  /// `-a`, `!a`, `try a`
  mutating func unary() throws -> Expression {
    let start = token.span
    switch token.kind {
    case .keyword(.try):
      advance()
      let isOptional = isAtBracket(.question) && token.leftBound
      if isOptional || isAtOperator("!") && token.leftBound { advance() }
      let value = try nested { try $0.binary(.logicalOr) }
      return isOptional ? try make(.attempt(value), start.joined(value.span), above: value) : value
    case .operator(let name):
      switch name {
      case "-", "+", "!":
        advance()
        if token.span.start > start.end {
          throw fail("'\(name)' is separated from its operand", at: start, fix: "leave the space out")
        }
        if name == "-", let literal = try negativeLiteral(start) { return literal }
        let value = try nested { try $0.unary() }
        return try make(.prefix(name, value), start.joined(value.span), above: value)
      case "&":
        throw fail("'&' isn't part of the language", at: start, fix: "pass the value and return the new one")
      case "*", "**": throw fail("'\(name)' can't begin a value", at: start, fix: "pass an array as it is")
      default: break
      }
    default: break
    }
    return try postfix()
  }

  /// A minus right before a number belongs to it, so that the smallest Int can be written.
  private mutating func negativeLiteral(_ start: Span) throws -> Expression? {
    guard case .integer(let magnitude?) = token.kind, magnitude == UInt64(Int.max) + 1 else { return nil }
    let span = start.joined(token.span)
    advance()
    return try make(.integer(Int.min), span, depth: 0)
  }
}
