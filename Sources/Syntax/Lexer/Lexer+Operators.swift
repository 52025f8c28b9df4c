extension Lexer {
  /// Operators by length, longest first, so that the longest that fits is taken.
  private static let operators: [[String]] = [
    ["..<", "...", "===", "!==", ".==", ".!=", ".<=", ".>=", ".&&", ".||", "<<=", ">>=", "**="],
    [
      "|>", "==", "!=", "<=", ">=", "&&", "||", "??", "+=", "-=", "*=", "/=", "%=", "->", ".<", ".>", "<<",
      ">>", "**",
      "++", "--", "//", ":=", "&=", "|=", "^=", ".*", "./", ".+", ".-", "<-", "=>", ".^",
    ],
    ["+", "-", "*", "/", "%", "<", ">", "!", "=", "?", "&", "|", "^", "~", "."],
  ]

  /// The operators as UTF-8, with the same order.
  private static let table: [(bytes: [UInt8], name: String)] = operators.flatMap { $0 }.map {
    (Array($0.utf8), $0)
  }

  mutating func operatorKind() -> Token.Kind? {
    for (bytes, name) in Self.table where matches(bytes) {
      position += bytes.count
      switch name {
      case "->": return .arrow
      case "=": return .assign
      case "?": return .question
      case ".": return .dot
      default: return .operator(name)
      }
    }
    return nil
  }

  private func matches(_ bytes: [UInt8]) -> Bool {
    for (index, byte) in bytes.enumerated() where peek(index) != byte { return false }
    return true
  }
}
