import Foundation
import Interpreter
import JSON

/// The content of an `execute_request`.
struct ExecuteRequest {
  let code: String
  let silent: Bool
  let storesHistory: Bool
  let userExpressions: JSONObject
  let allowsInput: Bool
  let stopsOnError: Bool

  init(_ content: JSONObject) throws {
    guard let code = content["code"]?.stringValue else {
      throw RequestError(text: "execute_request has no code")
    }
    self.code = code
    silent = content["silent"]?.boolValue ?? false
    storesHistory = !silent && content["store_history"]?.boolValue ?? true
    userExpressions = content["user_expressions"]?.objectValue ?? [:]
    allowsInput = content["allow_stdin"]?.boolValue ?? true
    stopsOnError = content["stop_on_error"]?.boolValue ?? true
  }
}

extension Kernel {
  func stopsOnError(_ message: Message) -> Bool { message.content["stop_on_error"]?.boolValue ?? true }

  /// Runs a cell on the evaluation thread.
  func execute(_ job: Job) throws -> JSONObject {
    let request = try ExecuteRequest(job.message.content)
    let evaluator = self.evaluator
    let count = evaluator.executionCount
    if job.isAborted { return aborted(count) }
    let output = CellOutput(
      parent: job.message, factory: factory, outbox: outbox, limit: settings.outputLimit,
      isSilent: request.silent, canAsk: request.allowsInput,
      drainNative: { [unowned self] in drainNative() },
      askUser: { [unowned self] in try ask($0, hidden: $1, for: job.message, allowed: request.allowsInput) })
    output.showControls = { [unowned self, unowned output] in
      show($0, in: output, of: job.message, changed: $1)
    }
    // From here on an interrupt means this cell: a client that has seen it start may send one.
    state.begin(job.message, output: output) {
      evaluator.interruption.reset()
      input.reset()
    }
    defer { state.end() }
    output.publish(
      "execute_input",
      ["code": .string(request.code), "execution_count": .integer(count + (request.storesHistory ? 1 : 0))])
    if let payload = payload(for: request.code, evaluator) {
      return ["execution_count": .integer(count), "user_expressions": [:], "payload": .array([payload])]
    }
    guard request.code.utf8.count <= settings.sourceLimit else {
      let text = "the cell has \(request.code.utf8.count) bytes, at most \(settings.sourceLimit) are run"
      return fail(RequestError(name: "SourceTooLong", text: text), request, output, count)
    }
    return evaluate(request, evaluator, output)
  }

  private func evaluate(
    _ request: ExecuteRequest, _ evaluator: any Evaluator, _ output: CellOutput
  ) -> JSONObject {
    var options = ExecutionOptions()
    options.silent = request.silent
    options.storesHistory = request.storesHistory
    let result = evaluator.execute(request.code, named: nil, sink: output, options: options)
    flushNative()
    let count = result.executionCount
    var shown: String?
    defer {
      if request.storesHistory { history.store(line: count, source: request.code, output: shown) }
    }
    switch result.outcome {
    case .finished(let value):
      if let value {
        shown = value.plainText
        var content = value.messageContent
        content["execution_count"] = .integer(count)
        output.publish("execute_result", content)
      }
      return [
        "execution_count": .integer(count), "payload": [],
        "user_expressions": .object(values(of: request.userExpressions, evaluator)),
      ]
    case .failed(let error), .interrupted(let error):
      return fail(error, request, output, count)
    }
  }

  private func fail(
    _ error: any Error, _ request: ExecuteRequest, _ output: CellOutput, _ count: Int
  ) -> JSONObject {
    var content = Self.errorContent(for: error)
    content["status"] = nil
    output.publish("error", content)
    if request.stopsOnError {
      state.noteFailure()
      shellJobs.abortCells()
    }
    content["status"] = "error"
    content["execution_count"] = .integer(count)
    content["payload"] = []
    content["user_expressions"] = [:]
    return content
  }

  /// The answer to a cell that waited behind one that failed. Protocol 5.1 made `aborted` an error like any other.
  private func aborted(_ count: Int) -> JSONObject {
    var content = Self.errorContent(name: "Aborted", text: "a cell before this one failed", trace: [])
    content["execution_count"] = .integer(count)
    return content
  }

  static func errorContent(for error: any Error) -> JSONObject {
    if let error = error as? RenderedError {
      let lines = error.coloredText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      return errorContent(name: error.kind, text: error.message, trace: lines)
    }
    let error = error as? RequestError ?? RequestError(name: "InternalError", text: "\(error)")
    return errorContent(name: error.name, text: error.text, trace: ["\(error.name): \(error.text)"])
  }

  private func values(of expressions: JSONObject, _ evaluator: any Evaluator) -> JSONObject {
    var values: JSONObject = [:]
    for (name, expression) in expressions.members {
      guard let expression = expression.stringValue else {
        values[name] = .object(
          Self.errorContent(name: "TypeError", text: "the expression is no text", trace: []))
        continue
      }
      switch evaluator.value(of: expression) {
      case .success(let bundle):
        values[name] = .object((["status": "ok"] as JSONObject).merging(bundle.messageContent))
      case .failure(let error): values[name] = .object(Self.errorContent(for: error))
      }
    }
    return values
  }

  /// What a cell asks of the front end rather than of the language: `Conv?` pages its help, `quit` ends a console.
  private func payload(for code: String, _ evaluator: any Evaluator) -> JSONValue? {
    let text = code.trimmingCharacters(in: .whitespacesAndNewlines)
    if ["quit", "exit", "quit()", "exit()"].contains(text) {
      return ["source": "ask_exit", "keepkernel": false]
    }
    let name = text.trimmingCharacters(in: ["?"])
    guard text != name, !name.isEmpty,
      name.unicodeScalars.allSatisfy({ $0.properties.isXIDContinue || $0 == "." })
    else { return nil }
    let detail = text.hasPrefix("??") || text.hasSuffix("??") ? 1 : 0
    let known = evaluator.inspection(of: name, at: name.unicodeScalars.count, detail: detail)
    let page = known ?? MIMEBundle(text: "nothing is known about '\(name)'")
    return ["source": "page", "start": 0, "data": page.messageContent["data"] ?? [:]]
  }

  /// What front ends read to show how long a cell took.
  func executeMetadata(_ content: JSONObject, started: String) -> JSONObject {
    ["started": .string(started), "dependencies_met": true, "status": content["status"] ?? "ok"]
  }
}
