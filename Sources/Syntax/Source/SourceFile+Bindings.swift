extension SourceFile {
  /// Where a name gets the only value that it ever has in this text: the name in its `let` or `var`.
  ///
  /// `nil` where there is none, or several: another binding, an assignment, a parameter or a loop of that name. It looks
  /// at tokens only, and rather finds nothing than the wrong place.
  package func onlyBinding(of name: String) -> Span? {
    var lexer = Lexer(self)
    let tokens = lexer.tokens()
    var found: Span?
    for (index, token) in tokens.enumerated() {
      guard case .identifier(name) = token.kind, index > 0, index + 1 < tokens.count else { continue }
      switch (tokens[index - 1].kind, tokens[index + 1].kind) {
      case (.dot, _): continue
      case (.keyword(.let), .assign), (.keyword(.var), .assign), (.keyword(.let), .colon),
        (.keyword(.var), .colon):
        guard found == nil else { return nil }
        found = token.span
      case (.keyword(.let), _), (.keyword(.var), _), (_, .assign), (_, .keyword(.in)): return nil
      case (.leftBrace, .comma), (.keyword(.wildcard), .colon), (.identifier, .colon): return nil
      case (_, .operator(let text))
      where text.count == 2 && "+-*/%".contains(text.prefix(1)) && text.hasSuffix("="):
        return nil
      case (.leftParen, _), (.comma, _):
        if isInPattern(tokens, index) { return nil }
      default: continue
      }
    }
    return found
  }

  /// Whether a name in parentheses belongs to `let (…)` or `for (…)`.
  private func isInPattern(_ tokens: [Token], _ index: Int) -> Bool {
    var place = index - 1
    while place > 0 {
      switch tokens[place].kind {
      case .comma, .identifier, .keyword(.wildcard), .colon: place -= 1
      case .leftParen:
        switch tokens[place - 1].kind {
        case .keyword(.let), .keyword(.var), .keyword(.for), .leftParen: return true
        default: return false
        }
      default: return false
      }
    }
    return false
  }
}
