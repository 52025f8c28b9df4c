import Foundation
import Interpreter

/// The prompt loop: takes entries, runs them in one session and shows what comes of them.
package final class Shell {
  private let session: Session
  private let sink: TerminalSink
  private let entries: any EntrySource
  private let isInteractive: Bool

  /// Makes a shell over a session. Where nobody sits at a prompt, an interrupt ends it.
  package init(session: Session, sink: TerminalSink, entries: any EntrySource, isInteractive: Bool) {
    self.session = session
    self.sink = sink
    self.entries = entries
    self.isInteractive = isInteractive
  }

  /// What happened until the shell was left.
  package struct Outcome: Sendable {
    /// Whether an entry failed.
    package var hasFailures = false
    /// Whether the last thing that happened was an interrupt.
    package var wasInterrupted = false
  }

  /// Runs entries until there are no more or one of them says `exit`.
  package func run() -> Outcome {
    var outcome = Outcome()
    while true {
      switch entries.next(number: session.executionCount + 1) {
      case .end: return outcome
      case .cancelled: outcome.wasInterrupted = true
      case .text(let text):
        if Self.leaves(text) { return outcome }
        outcome.wasInterrupted = false
        execute(text, &outcome)
      }
      if outcome.wasInterrupted && !isInteractive { return outcome }
    }
  }

  private func execute(_ text: String, _ outcome: inout Outcome) {
    let result = session.execute(text, named: "input [\(session.executionCount + 1)]", sink: sink)
    switch result.outcome {
    case .finished(let bundle):
      if let bundle { sink.show(result: bundle) }
    case .failed(let error):
      outcome.hasFailures = true
      sink.show(error: error)
    case .interrupted(let error):
      outcome.wasInterrupted = true
      if entries.echoesInterrupts { sink.show(interruption: error) } else { sink.show(error: error) }
    }
    sink.finish()
  }

  private static func leaves(_ entry: String) -> Bool {
    ["exit", "quit", "exit()", "quit()"].contains(entry.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
