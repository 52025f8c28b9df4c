import ArgumentParser
import Interpreter
import REPL

/// One text run from beginning to end outside the shell's prompt.
enum ScriptRun {
  /// Runs it, shows what comes of it and returns how the program should end.
  static func run(
    _ text: String, named name: String, showsResult: Bool, session: Session, sink: TerminalSink
  ) -> ExitCode {
    var options = ExecutionOptions()
    options.showsResult = showsResult
    let result = session.execute(text, named: name, sink: sink, options: options)
    defer { sink.finish() }
    switch result.outcome {
    case .finished(let bundle):
      if let bundle { sink.show(result: bundle) }
      return .success
    case .failed(let error):
      sink.show(error: error)
      return ExitStatus.failure
    case .interrupted(let error):
      sink.show(interruption: error)
      return ExitStatus.interrupted
    }
  }
}
