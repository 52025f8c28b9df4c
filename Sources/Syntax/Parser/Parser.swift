/// Thrown inside the parser after a diagnostic was recorded, to leave the statement at fault.
struct ParseFailure: Error {}

/// Reads tokens into a tree: recursive descent, one extension per area of the grammar.
///
/// Nesting is limited, so no input can exhaust the stack; after an error parsing goes on at the next statement, so that
/// all errors of a source are reported together.
package struct Parser {
  /// How deeply brackets, blocks and prefix operators may be nested.
  static let nestingLimit = 100
  /// How deep a tree may become by chains (`a + b + …`, `a.b.c…`), which nest without brackets.
  static let depthLimit = 600
  /// How many errors are reported before the parser gives up.
  static let errorLimit = 20

  let source: SourceFile
  var tokens: [Token]
  var index = 0
  var diagnostics: [Diagnostic] = []
  var nesting = 0
  /// Whether the first thing wrong was that the text stopped where more was needed.
  var stoppedAtEnd = false
  /// Where it was reported that the text stops too early.
  private var endError: Span?
  /// Where a condition is read, `{` begins the body and not a closure.
  var allowsTrailingClosure = true

  /// Reads a whole source.
  package static func parse(_ source: SourceFile) -> Program {
    var lexer = Lexer(source)
    let tokens = lexer.tokens()
    var parser = Parser(source: source, tokens: tokens)
    let statements = parser.program()
    let lexical = Set(lexer.diagnostics.map(\.span.start))
    // An open string swallows the bracket that would close what stands around it.
    let unclosed = lexer.hasOpenString ? parser.endError : nil
    let found =
      lexer.diagnostics
      + parser.diagnostics.filter { !lexical.contains($0.span.start) && $0.span != unclosed }
    let sorted = found.enumerated().sorted {
      ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset)
    }
    let parserIsContent = parser.diagnostics.isEmpty || parser.stoppedAtEnd
    let lexerIsContent = lexer.diagnostics.count == (lexer.endsInsideToken ? 1 : 0)
    return Program(
      statements: statements, diagnostics: Array(sorted.map(\.element).prefix(errorLimit)),
      isIncomplete: !found.isEmpty && parserIsContent && lexerIsContent,
      openBrackets: parser.openBracketsAtEnd())
  }

  init(source: SourceFile, tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  // MARK: Tokens

  var token: Token { tokens[index] }

  /// The token `distance` places ahead; the end token behind the end.
  func ahead(_ distance: Int) -> Token { tokens[min(index + distance, tokens.count - 1)] }

  /// Where the token before this one ends.
  var previousEnd: Int { index > 0 ? tokens[index - 1].span.end : 0 }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  func isAt(_ keyword: Keyword) -> Bool {
    if case .keyword(keyword) = token.kind { return true }
    return false
  }

  func isAtOperator(_ name: String) -> Bool {
    if case .operator(name) = token.kind { return true }
    return false
  }

  var isAtEnd: Bool {
    if case .end = token.kind { return true }
    return false
  }

  /// Takes a keyword if it stands here.
  mutating func take(_ keyword: Keyword) -> Bool {
    guard isAt(keyword) else { return false }
    advance()
    return true
  }

  // MARK: Errors

  /// Records an error and leaves the statement.
  func failure(_ message: String, at span: Span, fix: String? = nil, notes: [String] = []) -> Diagnostic {
    Diagnostic("SyntaxError", message, at: span, fix: fix, notes: notes)
  }

  mutating func fail(_ message: String, at span: Span? = nil, fix: String? = nil) -> ParseFailure {
    let failure = failure(message, at: span ?? token.span, fix: fix)
    if span == nil, isAtEnd { recordAtEnd(failure) } else { record(failure) }
    return ParseFailure()
  }

  /// Records that the text stops too early, once: what is open further out is only a consequence.
  private mutating func recordAtEnd(_ diagnostic: Diagnostic) {
    guard !stoppedAtEnd, endError == nil else { return }
    endError = diagnostic.span
    stoppedAtEnd = diagnostics.isEmpty
    record(diagnostic)
  }

  mutating func record(_ diagnostic: Diagnostic) {
    if diagnostics.last?.span.start != diagnostic.span.start { diagnostics.append(diagnostic) }
  }

  /// Runs a part of the grammar one nesting level deeper.
  mutating func nested<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
    guard nesting < Self.nestingLimit else {
      throw fail(
        "nested more than \(Self.nestingLimit) levels deep", at: token.span,
        fix: "name the inner parts with let")
    }
    nesting += 1
    defer { nesting -= 1 }
    return try body(&self)
  }

  /// Makes an expression one level above its parts, or fails where the chain is too long.
  mutating func make(_ kind: Expression.Kind, _ span: Span, above parts: Expression?...) throws -> Expression
  {
    try make(kind, span, depth: parts.reduce(0) { max($0, $1?.depth ?? 0) })
  }

  mutating func make(_ kind: Expression.Kind, _ span: Span, depth: Int) throws -> Expression {
    guard depth < Self.depthLimit else {
      throw fail(
        "expression is longer than \(Self.depthLimit) steps", at: span,
        fix: "split it with let, or write a loop")
    }
    return Expression(kind, span, depth: depth + 1)
  }

  /// What stands between a start and the last token taken.
  func span(from start: Int) -> Span { Span(start, max(start, previousEnd)) }

  // MARK: Brackets

  /// Whether `kind` is the same token kind, for those that carry nothing.
  func isAtBracket(_ kind: Token.Kind) -> Bool {
    switch (token.kind, kind) {
    case (.leftParen, .leftParen), (.rightParen, .rightParen), (.leftBracket, .leftBracket),
      (.rightBracket, .rightBracket), (.leftBrace, .leftBrace), (.rightBrace, .rightBrace), (.comma, .comma),
      (.colon, .colon), (.semicolon, .semicolon), (.dot, .dot), (.arrow, .arrow), (.assign, .assign),
      (.question, .question):
      return true
    default: return false
    }
  }

  mutating func takeIf(_ kind: Token.Kind) -> Bool {
    guard isAtBracket(kind) else { return false }
    advance()
    return true
  }

  /// Takes a `=` if one stands here, with blanks on both sides or on neither, as Swift wants it.
  mutating func takeAssign() throws -> Bool {
    guard case .assign = token.kind else { return false }
    try checkBlanks("=")
    advance()
    return true
  }

  /// Refuses an operator with a blank on one side only.
  mutating func checkBlanks(_ name: String) throws {
    guard token.leftBound != token.rightBound else { return }
    throw fail(
      "'\(name)' has a blank on one side only", at: token.span,
      fix: "put a space on both sides of '\(name)', or on neither")
  }

  /// Takes a token that must stand here; `opening` is the bracket it closes.
  mutating func expect(_ kind: Token.Kind, _ after: String, opening: Span? = nil) throws {
    if takeIf(kind) { return }
    if let opening, isAtEnd {
      recordAtEnd(failure("\(source.text(opening)) isn't closed", at: opening, fix: "add \(kind.words)"))
      throw ParseFailure()
    }
    throw fail("expected \(kind.words) \(after), got \(token.kind.words)", fix: nil)
  }

  /// How many brackets are open at the end of the text.
  func openBracketsAtEnd() -> Int {
    var depth = 0
    for token in tokens {
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightParen, .rightBracket, .rightBrace: depth = max(0, depth - 1)
      default: break
      }
    }
    return depth
  }
}
