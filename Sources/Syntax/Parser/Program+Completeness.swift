/// Whether a text is a whole program, as the parser sees it.
package enum TextCompleteness: Equatable, Sendable {
  /// It can be run.
  case complete
  /// More lines are wanted, indented by this many spaces.
  case incomplete(indent: Int)
  /// It can't become right by adding to it.
  case invalid
}

extension Program {
  /// Whether the text this was read from is a whole program; four spaces of indentation for each open bracket.
  package var completeness: TextCompleteness {
    if diagnostics.isEmpty { return .complete }
    return isIncomplete ? .incomplete(indent: 4 * min(openBrackets, 20)) : .invalid
  }
}
