/// Why an image could not be read, made or written.
package struct ImageError: Error, CustomStringConvertible, Equatable {
  /// What is wrong: what was got, what was wanted.
  package let message: String
  /// What to do about it, if that is known.
  package let fix: String?

  /// Makes an error from its sentence and its remedy.
  package init(_ message: String, fix: String? = nil) {
    self.message = message
    self.fix = fix
  }

  package var description: String { fix.map { "\(message)\nfix: \($0)" } ?? message }
}
