import Interpreter
import JSON

extension Kernel {
  /// Who we are: language, version, and how front ends colour the source.
  var kernelInfo: JSONObject {
    [
      "protocol_version": .string(MessageFactory.protocolVersion), "implementation": "cnnrepl",
      "implementation_version": .string(settings.version),
      "language_info": .object(KernelIdentity.languageInfo),
      "banner": .string("cnnrepl \(settings.version): convolutional networks, line by line"),
      "help_links": [], "supported_features": ["kernel subshells"], "debugger": false,
    ]
  }

  /// Completions at the cursor; positions count code points.
  func complete(_ content: JSONObject) throws -> JSONObject {
    let (code, cursor) = try codeAndCursor(content)
    let list = evaluator.completions(of: code, at: cursor)
    let start = JSONValue.integer(list.range.lowerBound)
    let end = JSONValue.integer(list.range.upperBound)
    let typed = list.items.map { item -> JSONValue in
      var entry: JSONObject = [
        "text": .string(item.text), "type": .string(item.kind), "start": start, "end": end,
      ]
      if !item.signature.isEmpty { entry["signature"] = .string(item.signature) }
      return .object(entry)
    }
    return [
      "matches": .array(list.items.map { .string($0.text) }), "cursor_start": start, "cursor_end": end,
      "metadata": ["_jupyter_types_experimental": .array(typed)],
    ]
  }

  /// What is known about the name at the cursor.
  func inspect(_ content: JSONObject) throws -> JSONObject {
    let (code, cursor) = try codeAndCursor(content)
    let detail = content["detail_level"]?.intValue ?? 0
    guard let bundle = evaluator.inspection(of: code, at: cursor, detail: detail) else {
      return ["found": false, "data": [:], "metadata": [:]]
    }
    return (["found": true] as JSONObject).merging(bundle.messageContent)
  }

  private func codeAndCursor(_ content: JSONObject) throws -> (String, Int) {
    let code = try code(content)
    let count = code.unicodeScalars.count
    let cursor = content["cursor_pos"]?.intValue ?? count
    return (code, min(max(0, cursor), count))
  }

  private func code(_ content: JSONObject) throws -> String {
    guard let code = content["code"]?.stringValue else { throw RequestError(text: "the request has no code") }
    guard code.utf8.count <= settings.sourceLimit else {
      throw RequestError(
        name: "SourceTooLong",
        text: "the code has \(code.utf8.count) bytes, at most \(settings.sourceLimit) are read")
    }
    return code
  }

  /// Whether a console may run the text or wants another line.
  func isComplete(_ content: JSONObject) throws -> JSONObject {
    let code = try code(content)
    switch evaluator.completeness(of: code) {
    case .complete: return ["status": "complete"]
    case .invalid: return ["status": "invalid"]
    case .incomplete(let indent):
      return [
        "status": "incomplete", "indent": .string(String(repeating: " ", count: max(0, min(indent, 400)))),
      ]
    }
  }

  /// Earlier input: the latest lines, a range of a session, or what matches a pattern.
  func searchHistory(_ content: JSONObject) throws -> JSONObject {
    let withOutput = content["output"]?.boolValue ?? false
    let count = content["n"]?.intValue
    let entries: [History.Entry]
    switch content["hist_access_type"]?.stringValue ?? "tail" {
    case "tail":
      entries = history.tail(count ?? 10)
    case "range":
      entries = history.range(
        session: content["session"]?.intValue ?? 0, start: content["start"]?.intValue ?? 1,
        stop: content["stop"]?.intValue)
    case "search":
      entries = history.search(
        content["pattern"]?.stringValue ?? "*", count: count, unique: content["unique"]?.boolValue ?? false)
    case let access:
      throw RequestError(text: "hist_access_type is '\(access)'; it is tail, range or search")
    }
    return [
      "history": .array(
        entries.map { entry in
          let input = JSONValue.string(entry.source)
          let line: JSONValue =
            withOutput ? [input, entry.output.map { .string($0) } ?? .null] : input
          return [.integer(entry.session), .integer(entry.line), line]
        })
    ]
  }
}
