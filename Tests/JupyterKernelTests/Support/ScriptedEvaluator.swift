import Foundation
import Interpreter
import JSON
import JupyterKernel
import TensorRuntime

/// A language of one command per line, so that the protocol is tested without the real one:
/// `print TEXT`, `err TEXT`, `lines N`, `native FD TEXT`, `result TEXT`, `fail NAME`, `spin`, `sleep SECONDS`,
/// `controls` (until `stop` is pressed), `show ID TEXT`, `update ID TEXT`, `clear`, `ask PROMPT`, `password PROMPT`.
final class ScriptedEvaluator: Evaluator, @unchecked Sendable {
  let interruption = CancellationToken()
  private let lock = NSLock()
  private var count = 0
  private(set) var executed: [String] = []

  var executionCount: Int { lock.withLock { count } }

  func execute(
    _ text: String, named name: String?, sink: any OutputSink, options: ExecutionOptions
  ) -> ExecutionResult {
    let number = lock.withLock {
      if options.storesHistory && !options.silent { count += 1 }
      executed.append(text)
      return count
    }
    do {
      var result: MIMEBundle?
      for line in text.split(separator: "\n") { result = try run(String(line), sink) ?? result }
      return ExecutionResult(outcome: .finished(result: result), executionCount: number)
    } catch is Interrupted {
      return ExecutionResult(
        outcome: .interrupted(Self.error("Interrupted", "stopped")), executionCount: number)
    } catch {
      let rendered = error as? RenderedError ?? Self.error("Error", "\(error)")
      return ExecutionResult(outcome: .failed(rendered), executionCount: number)
    }
  }

  private func run(_ line: String, _ sink: any OutputSink) throws -> MIMEBundle? {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let rest = line.split(separator: " ", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    switch parts.first {
    case "print": sink.write(rest + "\n", to: .stdout)
    case "err": sink.write(rest + "\n", to: .stderr)
    case "lines": for number in 0..<(Int(rest) ?? 0) { sink.write("line \(number)\n", to: .stdout) }
    case "native":
      let bytes = Array((parts[2] + "\n").utf8)
      _ = bytes.withUnsafeBytes { write(Int32(parts[1]) ?? 1, $0.baseAddress, $0.count) }
    case "result": return MIMEBundle([("text/plain", .text(rest)), ("image/png", .bytes([1, 2, 3]))])
    case "fail": throw Self.error(rest, "it failed")
    case "spin": while true { try interruption.check() }
    case "sleep": Thread.sleep(forTimeInterval: Double(rest) ?? 0)
    case "show": sink.display(MIMEBundle(text: parts[2]), id: parts[1])
    case "update": sink.update(MIMEBundle(text: parts[2]), id: parts[1])
    case "controls": try offerControls(sink)
    case "clear": sink.clear(wait: true)
    case "ask": sink.write("got " + (try sink.ask(prompt: rest, hidden: false)) + "\n", to: .stdout)
    case "password": sink.write("got " + (try sink.ask(prompt: rest, hidden: true)) + "\n", to: .stdout)
    default: break
    }
    return nil
  }

  /// Waits for the stop button and prints what was moved.
  private func offerControls(_ sink: any OutputSink) throws {
    let moved = Moved()
    let controls = [
      LiveControl(name: "pause", label: "Pause", kind: .toggle),
      LiveControl(name: "stop", label: "Stop", kind: .button),
      LiveControl(name: "rate", label: "Rate", kind: .logarithmicSlider(value: 0.01, range: 1e-5...1)),
    ]
    let close = sink.offer(controls) { name, value in moved.append("\(name) \(value)") }
    while close != nil, moved.all.last != "stop 1.0" { try interruption.check() }
    close?()
    sink.write(close == nil ? "no controls\n" : moved.all.joined(separator: ", ") + "\n", to: .stdout)
  }

  private final class Moved: @unchecked Sendable {
    private let lock = NSLock()
    private var moved: [String] = []
    var all: [String] { lock.withLock { moved } }
    func append(_ text: String) { lock.withLock { moved.append(text) } }
  }

  private static func error(_ kind: String, _ message: String) -> RenderedError {
    let text = "\(kind): \(message)\n  at line 1"
    return RenderedError(kind: kind, message: message, text: text, coloredText: text)
  }

  func completeness(of text: String) -> Completeness {
    text.hasSuffix("{") ? .incomplete(indent: 4) : text.hasSuffix("}") ? .invalid : .complete
  }

  /// The word before the cursor, completed by `print` and by a word beyond the basic plane.
  func completions(of text: String, at offset: Int) -> CompletionList {
    let before = Array(text.unicodeScalars.prefix(offset))
    let start = offset - before.reversed().prefix { $0 != " " }.count
    return CompletionList(
      items: [Completion(text: "print", kind: "function"), Completion(text: "p\u{1D465}", kind: "instance")],
      range: start..<offset)
  }

  func inspection(of text: String, at offset: Int, detail: Int) -> MIMEBundle? {
    text.contains("known") ? MIMEBundle(text: "detail \(detail) at \(offset)") : nil
  }

  func value(of expression: String) -> Result<MIMEBundle, RenderedError> {
    expression == "bad" ? .failure(Self.error("Error", "no value")) : .success(MIMEBundle(text: expression))
  }
}
