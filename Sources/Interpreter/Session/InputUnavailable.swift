import TensorRuntime

/// Thrown by a front end when a program asks for a line and nobody is there to answer.
package struct InputUnavailable: ExplainedError {
  package let message: String
  package let fix: String?

  /// Makes the error; `reason` completes "input(…) can't ask: ".
  package init(_ reason: String, fix: String? = nil) {
    message = "input(…) can't ask: \(reason)"
    self.fix = fix
  }
}
