import Interpreter
import JSON
import Notebooks
import TensorRuntime

/// Stands in for a session: each line of a cell is one order, so that tests say exactly what a cell shows.
///
/// `out TEXT`, `err TEXT`, `log TEXT`, `show ID TEXT`, `picture`, `update ID TEXT`, `clear`, `clear-wait`, `result TEXT`, `fail`,
/// `hang` (until interrupted), `ask`.
final class ScriptedSession {
  let interruption = CancellationToken()
  private var count = 0

  var executor: CellExecutor {
    CellExecutor(interruption: interruption) { source, sink in self.execute(source, sink) }
  }

  private func execute(_ source: String, _ sink: any OutputSink) -> ExecutionResult {
    count += 1
    interruption.reset()
    var result: MIMEBundle?
    for line in source.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      let rest = line.dropFirst(words[0].count + 1)
      switch words[0] {
      case "out": sink.write(rest + "\n", to: .stdout)
      case "err": sink.write(rest + "\n", to: .stderr)
      case "log": sink.log(rest + "\n")
      case "show": sink.display(MIMEBundle(text: words[2]), id: words[1] == "-" ? nil : words[1])
      case "update": sink.update(MIMEBundle(text: words[2]), id: words[1])
      case "picture": sink.display(Self.picture, id: nil)
      case "clear": sink.clear(wait: false)
      case "clear-wait": sink.clear(wait: true)
      case "result": result = MIMEBundle(text: String(rest))
      case "fail": return ended(.failed(Self.error("TypeError", "got Int, want Tensor")))
      case "hang":
        while !interruption.isCancelled {}
        return ended(.interrupted(Self.error("Interrupted", "interrupted")))
      case "ask":
        do { _ = try sink.ask(prompt: "?", hidden: false) } catch {
          return ended(.failed(Self.error("InputError", "\(error)")))
        }
      default: break
      }
    }
    return ended(.finished(result: result))
  }

  private func ended(_ outcome: ExecutionOutcome) -> ExecutionResult {
    ExecutionResult(outcome: outcome, executionCount: count)
  }

  private static var picture: MIMEBundle {
    var bundle = MIMEBundle([("image/png", .bytes([1, 2, 3])), ("text/plain", .text("[picture]"))])
    bundle.pictureSizes["image/png"] = (width: 28, height: 14)
    return bundle
  }

  private static func error(_ kind: String, _ message: String) -> RenderedError {
    RenderedError(
      kind: kind, message: message, text: "error: \(message)\n at 1", coloredText: "error: \(message)\n at 1")
  }
}

/// A notebook of code cells with these sources, run by a scripted session.
struct ScriptedRun {
  let outcome: RunOutcome
  let notebook: Notebook
  let log: String

  init(_ cells: [Cell], _ change: (inout RunOptions) -> Void = { _ in }) throws {
    var options = RunOptions()
    change(&options)
    let session = ScriptedSession()
    var log = ""
    let runner = NotebookRunner(Notebook(cells: cells), with: session.executor, options: options) {
      log += $0
    }
    outcome = try runner.run()
    notebook = runner.notebook
    self.log = log
  }

  init(_ sources: String..., allowingErrors: Bool = false) throws {
    try self.init(sources.map { Cell(.code, source: $0) }) { $0.allowsErrors = allowingErrors }
  }

  /// The outputs of a cell as short texts: `stdout:a\n`, `display:x`, `result[2]:4`, `error:TypeError`.
  func shown(_ cell: Int) -> [String] {
    notebook.cells[cell].outputs.map { output in
      let plain = output["data"]?["text/plain"]?.stringValue ?? ""
      switch output["output_type"]?.stringValue {
      case "stream": return "\(output["name"]?.stringValue ?? ""):\(output["text"]?.stringValue ?? "")"
      case "display_data": return "display:\(plain)"
      case "execute_result": return "result[\(output["execution_count"]?.intValue ?? 0)]:\(plain)"
      case "error": return "error:\(output["ename"]?.stringValue ?? "")"
      default: return "?"
      }
    }
  }

  /// `succeeded`, `failed 2`, `interrupted 1`.
  var ending: String {
    switch outcome {
    case .succeeded: return "succeeded"
    case .failed(let cell, _): return "failed \(cell)"
    case .interrupted(let cell): return "interrupted \(cell)"
    }
  }
}
