import Foundation
import Interpreter
import JSON
import TensorRuntime

/// How a notebook is to be run.
package struct RunOptions: Sendable {
  /// How long one cell may take, in seconds.
  package var cellTimeout: Double?
  /// Whether cells after a failed one are run.
  package var allowsErrors = false

  /// Makes the options of an ordinary run.
  package init() {}
}

/// What came of running a notebook.
package enum RunOutcome {
  /// Every cell succeeded, or was allowed to fail.
  case succeeded
  /// A cell failed; the first one's number, `n` of `cell [n]`, and its error.
  case failed(cell: Int, RenderedError)
  /// The user interrupted the cell of this number.
  case interrupted(cell: Int)
}

/// What runs the cells' sources: a session, or in tests something that behaves like one.
package struct CellExecutor {
  /// Raised to interrupt the cell that runs.
  package let interruption: CancellationToken
  /// Runs one source and reports what came of it.
  package let execute: (_ source: String, _ sink: any OutputSink) -> ExecutionResult

  /// Makes an executor of its parts.
  package init(
    interruption: CancellationToken,
    execute: @escaping (_ source: String, _ sink: any OutputSink) -> ExecutionResult
  ) {
    self.interruption = interruption
    self.execute = execute
  }

  /// Runs the cells in a session.
  package init(_ session: Session) {
    interruption = session.interruption
    execute = { session.execute($0, sink: $1) }
  }
}

/// Runs the cells of a notebook from top to bottom in one session and keeps what they show.
package final class NotebookRunner {
  /// The notebook with the outputs so far.
  package private(set) var notebook: Notebook
  private let executor: CellExecutor
  private let options: RunOptions
  private let sink: NotebookSink
  private let log: (String) -> Void
  /// Raised by whoever stops the whole run, beside the session's own interruption.
  private let stop: CancellationToken

  /// Makes a runner; `log` hears a line per cell and what the cells print, as text to be written as it is.
  /// `stop` ends the run before the next cell; raise `session.interruption` too to end the one that runs.
  package init(
    _ notebook: Notebook, with executor: CellExecutor, options: RunOptions = RunOptions(),
    stop: CancellationToken = CancellationToken(), log: @escaping (String) -> Void = { _ in }
  ) {
    self.notebook = notebook
    self.executor = executor
    self.options = options
    self.stop = stop
    let indented = IndentedLog(write: log)
    self.log = indented.line
    sink = NotebookSink(cellCount: notebook.cells.count, echo: indented.text)
    self.notebook.nameKernel()
  }

  /// Runs all cells; `save` is given the notebook after each of them, so that a crash costs one cell's output.
  package func run(save: (Notebook) throws -> Void = { _ in }) throws -> RunOutcome {
    let runnable = notebook.cells.indices.filter { Self.isRunnable(notebook.cells[$0]) }
    for index in runnable {
      // What an earlier run left must not stand beside what this one shows.
      notebook.cells[index].outputs = []
      notebook.cells[index].executionCount = nil
    }
    var outcome = RunOutcome.succeeded
    for (position, index) in runnable.enumerated() {
      if stop.isCancelled { return .interrupted(cell: position + 1) }
      log("[\(position + 1)/\(runnable.count)] \(Self.headline(of: notebook.cells[index].source))")
      let result = run(cell: index)
      collectOutputs()
      try save(notebook)
      switch result {
      case .succeeded: continue
      case .interrupted: return result
      case .failed(_, let error):
        if notebook.cells[index].tags.contains("raises-exception") {
          log("failed, as its tag raises-exception allows: \(error.message)")
          continue
        }
        guard options.allowsErrors else { return result }
        log("failed: \(error.message)")
        if case .succeeded = outcome { outcome = result }
      }
    }
    if case .failed = outcome, options.allowsErrors { return .succeeded }
    return outcome
  }

  private static func isRunnable(_ cell: Cell) -> Bool {
    cell.kind == .code && !cell.tags.contains("skip-execution")
      && !cell.source.allSatisfy(\.isWhitespace)
  }

  private func run(cell index: Int) -> RunOutcome {
    sink.begin(cell: index)
    let started = Date()
    let deadline = options.cellTimeout.map { Deadline(seconds: $0, raises: executor.interruption) }
    let result = executor.execute(notebook.cells[index].source, sink)
    let isLate = deadline?.end() ?? false
    notebook.cells[index].executionCount = result.executionCount
    let seconds = Date().timeIntervalSince(started)
    if seconds >= 1 { log(String(format: "%.1f s", seconds)) }
    switch result.outcome {
    case .finished(let bundle):
      if let bundle { sink.append(CellOutput.result(bundle, count: result.executionCount)) }
      return .succeeded
    case .failed(let error):
      sink.append(CellOutput.error(error))
      return .failed(cell: result.executionCount, error)
    case .interrupted(let error):
      guard isLate, !stop.isCancelled, let limit = options.cellTimeout else {
        sink.append(CellOutput.error(error))
        return .interrupted(cell: result.executionCount)
      }
      let late = Self.timeoutError(limit: limit)
      sink.append(CellOutput.error(late))
      return .failed(cell: result.executionCount, late)
    }
  }

  private static func timeoutError(limit: Double) -> RenderedError {
    let seconds = limit == limit.rounded() ? String(format: "%.0f", limit) : String(limit)
    let message = "the cell ran longer than its \(seconds) s and was interrupted"
    let fix = " fix: give it longer: --timeout SECONDS"
    return RenderedError(
      kind: "TimeoutError", message: message, text: "error: \(message)\n\(fix)",
      coloredText: "\u{1b}[31;1merror:\u{1b}[0m \(message)\n\(fix)")
  }

  /// A display may be updated by a later cell, so all cells' outputs are taken anew.
  private func collectOutputs() {
    for index in notebook.cells.indices where Self.isRunnable(notebook.cells[index]) {
      notebook.cells[index].outputs = sink.outputs(ofCell: index)
    }
  }

  /// The first line of a cell that says something, short enough for a log.
  private static func headline(of source: String) -> String {
    let lines = source.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    let line = lines.first { !$0.isEmpty && !$0.hasPrefix("//") } ?? lines.first ?? ""
    return line.count > 70 ? line.prefix(69) + "…" : line
  }
}

/// A log in which what a cell prints stands indented below the cell's line.
private final class IndentedLog {
  private let write: (String) -> Void
  private var isAtLineStart = true

  init(write: @escaping (String) -> Void) { self.write = write }

  func line(_ text: String) {
    write((isAtLineStart ? "" : "\n") + text + "\n")
    isAtLineStart = true
  }

  func text(_ text: String) {
    var result = ""
    for piece in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if piece.offset > 0 {
        result += "\n"
        isAtLineStart = true
      }
      guard !piece.element.isEmpty else { continue }
      if isAtLineStart { result += "    " }
      result += piece.element
      isAtLineStart = false
    }
    write(result)
  }
}
