/// One thing that is wrong in a source: the words and where, without any rendering.
package struct Diagnostic: Error, Sendable {
  /// How bad it is.
  package enum Severity: String, Sendable {
    case error
    case warning
  }

  /// A line of source shown beneath with a remark, for errors that have a history.
  package struct Context: Sendable {
    /// The stretch to show; its whole line is printed.
    package var span: Span
    /// What to say about it.
    package var remark: String

    /// Makes a context line.
    package init(span: Span, remark: String) {
      self.span = span
      self.remark = remark
    }
  }

  /// A short name for the kind of error: `SyntaxError`, `NameError`, `TypeError`, ….
  package var kind: String
  /// How bad it is.
  package var severity = Severity.error
  /// What is wrong: lower case, no full stop, what was got and what was wanted.
  package var message: String
  /// Where it is wrong.
  package var span: Span
  /// A short remark right behind the caret line.
  package var label: String?
  /// Further lines of the same source, shown above the one at fault.
  package var context: [Context] = []
  /// More facts, a line each.
  package var notes: [String] = []
  /// How to mend it.
  package var fix: String?
  /// What the place is in: `in residual`, `in Sequential at dense1`.
  package var surroundings: String?
  /// How the program got there, a line each.
  package var trail: [String] = []

  /// Makes an error.
  package init(_ kind: String, _ message: String, at span: Span, fix: String? = nil, notes: [String] = []) {
    self.kind = kind
    self.message = message
    self.span = span
    self.fix = fix
    self.notes = notes
  }
}
