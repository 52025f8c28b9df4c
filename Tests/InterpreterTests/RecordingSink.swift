import Interpreter

/// Keeps what a session shows.
final class RecordingSink: OutputSink {
  var text = ""
  var shown: [MIMEBundle] = []

  var capabilities: SinkCapabilities {
    SinkCapabilities(progress: .log, columns: 80, showsPictures: false, colors: false, canAsk: true)
  }
  func write(_ text: String, to stream: StandardStream) { self.text += text }
  func display(_ bundle: MIMEBundle, id: String?) {
    shown.append(bundle)
    text += bundle.plainText + "\n"
  }
  func update(_ bundle: MIMEBundle, id: String) { shown.append(bundle) }
  func clear(wait: Bool) {}
  func ask(prompt: String, hidden: Bool) throws -> String { "answer" }
}

extension Session {
  /// Runs a cell and gives what it printed, its result, or its error's text.
  func output(of text: String) -> String {
    let sink = RecordingSink()
    switch execute(text, sink: sink).outcome {
    case .finished(let result): return sink.text + (result?.plainText ?? "")
    case .failed(let error), .interrupted(let error): return sink.text + error.text
    }
  }

  /// Runs a cell that must fail and gives its error.
  func failure(of text: String) -> RenderedError? {
    switch execute(text, sink: RecordingSink()).outcome {
    case .finished: return nil
    case .failed(let error), .interrupted(let error): return error
    }
  }
}
