/// Why a file can't be read or written as a notebook: what is wrong, and what to do about it.
package struct NotebookError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, lower case without a full stop; names the file's part, not the file.
  package var message: String
  /// What to do about it, if that is known.
  package var fix: String?

  /// Makes an error.
  package init(_ message: String, fix: String? = nil) {
    self.message = message
    self.fix = fix
  }

  package var description: String { fix.map { "\(message)\nfix: \($0)" } ?? message }
}
