/// An error that can say what is wrong and how to mend it; the interpreter adds the place in the user's source.
///
/// `message` is lower case without a full stop: what was got, what was wanted, both shapes.
package protocol ExplainedError: Error, CustomStringConvertible {
  /// What is wrong.
  var message: String { get }
  /// What to do about it, if that is known: a line of its own.
  var fix: String? { get }
}

extension ExplainedError {
  package var description: String { fix.map { "\(message)\nfix: \($0)" } ?? message }
}
