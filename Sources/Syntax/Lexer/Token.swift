/// A word of the language.
package enum Keyword: String, CaseIterable, Sendable {
  case `let`, `var`, `func`, `if`, `else`, `for`, `in`, `where`, `while`, `repeat`, `switch`, `case`,
    `default`
  case `break`, `continue`, `return`, `guard`, `do`, `catch`, `throw`, `throws`, `try`, `import`,
    `fallthrough`
  case `true`, `false`, `nil`, `is`, `as`
  case wildcard = "_"
  case `struct`, `class`, `enum`, `protocol`, `extension`, `defer`, `inout`
}

/// A piece of a string literal.
package enum StringPart: Sendable {
  /// Characters, escapes already resolved.
  case text(String)
  /// The tokens between `\(` and its `)`, an end token last.
  case interpolation([Token], Span)
}

/// The smallest piece of source with a meaning.
package struct Token: Sendable {
  /// What a token is.
  package enum Kind: Sendable {
    case identifier(String)
    case keyword(Keyword)
    /// A whole number; `nil` when it doesn't fit 64 bits.
    case integer(UInt64?)
    case floating(Double)
    case string([StringPart])
    /// `$0`, `$1`, ….
    case closureParameter(Int)
    case `operator`(String)
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, arrow, assign, question, at, hash, backslash
    case end
  }

  /// What it is.
  package var kind: Kind
  /// Where it stands.
  package var span: Span
  /// Whether it is the first on its line.
  package var startsLine: Bool
  /// Whether it touches what stands before it (an operator's left side).
  package var leftBound: Bool
  /// Whether it touches what stands behind it (an operator's right side).
  package var rightBound: Bool
}

extension Token.Kind {
  /// How errors name the token.
  var words: String {
    switch self {
    case .identifier(let name): "'\(name)'"
    case .keyword(let keyword): "'\(keyword.rawValue)'"
    case .integer, .floating: "a number"
    case .string: "a string"
    case .backslash: "'\\'"
    case .closureParameter(let index): "'$\(index)'"
    case .operator(let name): "'\(name)'"
    case .leftParen: "'('"
    case .rightParen: "')'"
    case .leftBracket: "'['"
    case .rightBracket: "']'"
    case .leftBrace: "'{'"
    case .rightBrace: "'}'"
    case .comma: "','"
    case .colon: "':'"
    case .semicolon: "';'"
    case .dot: "'.'"
    case .arrow: "'->'"
    case .assign: "'='"
    case .question: "'?'"
    case .at: "'@'"
    case .hash: "'#'"
    case .end: "the end"
    }
  }
}
