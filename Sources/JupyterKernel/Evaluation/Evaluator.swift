import Interpreter
import TensorRuntime

/// What the kernel asks of a language: the part of `Session` that it uses, so that the protocol can be tested
/// without one.
package protocol Evaluator: AnyObject {
  /// Raised to interrupt what is running, from any thread.
  var interruption: CancellationToken { get }
  /// `n` of the last counted cell.
  var executionCount: Int { get }
  /// Runs a cell; output goes to `sink` while it runs.
  func execute(
    _ text: String, named name: String?, sink: any OutputSink, options: ExecutionOptions
  ) -> ExecutionResult
  /// Whether a text is a whole program. Any thread.
  func completeness(of text: String) -> Completeness
  /// The completions at a cursor. Any thread.
  func completions(of text: String, at offset: Int) -> CompletionList
  /// What is known about the name at a cursor. Any thread.
  func inspection(of text: String, at offset: Int, detail: Int) -> MIMEBundle?
  /// The value of an expression in its forms.
  func value(of expression: String) -> Result<MIMEBundle, RenderedError>
}

extension Session: Evaluator {
  /// Whether a text is a whole program. Any thread.
  package func completeness(of text: String) -> Completeness { Session.completeness(of: text) }
}
