import TensorRuntime

/// A sink that shows nothing: for a front end's own questions.
package final class SilentSink: OutputSink {
  /// Makes the sink.
  package init() {}

  package var capabilities: SinkCapabilities {
    SinkCapabilities(progress: .log, columns: 80, showsPictures: false, colors: false, canAsk: false)
  }
  package func write(_ text: String, to stream: StandardStream) {}
  package func display(_ bundle: MIMEBundle, id: String?) {}
  package func update(_ bundle: MIMEBundle, id: String) {}
  package func clear(wait: Bool) {}
  package func ask(prompt: String, hidden: Bool) throws -> String {
    throw EvaluationError("InputError", "nobody can be asked for input here")
  }
}
