import JSON

/// Why a request can't be answered the way it was asked; becomes an error reply.
struct RequestError: Error {
  var name = "RequestError"
  var text: String
}

extension Kernel {
  /// Puts a shell request where it is worked off.
  func enqueue(_ message: Message) {
    var job = Job(message: message, channel: .shell)
    switch message.type {
    case "shutdown_request":
      run(job)
    case "is_complete_request":
      // Only the parser is asked, so this thread can answer at once; not where that could take long.
      let length = message.content["code"]?.stringValue?.utf8.count ?? 0
      if evaluatorIfMade != nil && length < 1 << 16 { run(job) } else { readerJobs.push(job) }
    case "execute_request":
      // Cells of a subshell take their turn with the others: there is one state and one thread that changes it.
      job.isAborted = stopsOnError(message) && state.wasSentBeforeFailure(message)
      shellJobs.push(job)
    case "comm_msg" where comms.isLive(message), _ where message.subshell != nil:
      readerJobs.push(job)
    case "complete_request", "inspect_request":
      // These may pass a running cell, but nothing that waits.
      if state.running != nil && shellJobs.isEmpty { readerJobs.push(job) } else { shellJobs.push(job) }
    default:
      shellJobs.push(job)
    }
  }

  /// Works a request off: busy, reply, idle, whatever happens in between. The only place that does.
  func run(_ job: Job) {
    let message = job.message
    let passed = state.running
    let started = MessageFactory.timestamp()
    publishStatus("busy", parent: message)
    defer {
      publishStatus("idle", parent: message)
      // Front ends show the last status they saw: a cell that was passed still runs.
      if let passed { state.ifRunning(passed) { publishStatus("busy", parent: passed) } }
    }
    let reply: JSONObject?
    do {
      if let name = message.subshell, message.type != "delete_subshell_request",
        !state.subshells.contains(name)
      {
        throw RequestError(name: "SubshellNotFound", text: "there is no subshell '\(name)'")
      }
      reply = try answer(job).map { (["status": "ok"] as JSONObject).merging($0) }
    } catch {
      reply = errorReply(to: message, error)
    }
    guard let reply, let type = Self.replyType(of: message.type) else { return }
    send(reply, as: type, to: message, on: job.channel, started: started)
    if message.type == "shutdown_request" {
      outbox.post(factory.make("shutdown_reply", reply, parent: message), on: .iopub)
    }
  }

  private func answer(_ job: Job) throws -> JSONObject? {
    let message = job.message
    switch message.type {
    case "kernel_info_request": return kernelInfo
    case "execute_request": return try execute(job)
    case "complete_request": return try complete(message.content)
    case "inspect_request": return try inspect(message.content)
    case "is_complete_request": return try isComplete(message.content)
    case "history_request": return try searchHistory(message.content)
    case "comm_info_request": return commInfo(message.content)
    case "comm_open", "comm_msg", "comm_close":
      receiveComm(message)
      return nil
    case "connect_request": return [:]
    case "shutdown_request": return shutDown(message.content)
    case "interrupt_request":
      interrupt()
      return [:]
    case "usage_request": return usage()
    case "create_subshell_request": return ["subshell_id": .string(state.subshells.create())]
    case "delete_subshell_request": return try deleteSubshell(message.content)
    case "list_subshell_request": return ["subshell_id": .array(state.subshells.all.map { .string($0) })]
    default:
      log("unknown message type '\(message.type)' on \(job.channel.rawValue)")
      throw RequestError(name: "UnknownRequest", text: "this kernel doesn't know '\(message.type)'")
    }
  }

  /// Sends a reply to whoever asked.
  private func send(
    _ content: JSONObject, as type: String, to message: Message, on channel: Channel, started: String
  ) {
    var reply = factory.make(type, content, parent: message)
    reply.identities = message.identities
    if message.type == "execute_request" { reply.metadata = executeMetadata(content, started: started) }
    outbox.post(reply, on: channel)
  }

  private func errorReply(to message: Message, _ error: any Error) -> JSONObject {
    let request = error as? RequestError ?? RequestError(name: "InternalError", text: "\(error)")
    var content = Self.errorContent(name: request.name, text: request.text, trace: [])
    if message.type == "execute_request" {
      content["execution_count"] = .integer(evaluatorIfMade?.executionCount ?? 0)
    }
    return content
  }

  static func errorContent(name: String, text: String, trace: [String]) -> JSONObject {
    [
      "status": "error", "ename": .string(name), "evalue": .string(text),
      "traceback": .array(trace.map { .string($0) }),
    ]
  }

  /// `execute_request` → `execute_reply`; messages that want no answer have none.
  private static func replyType(of type: String) -> String? {
    guard type.hasSuffix("_request") else { return nil }
    return type.dropLast("request".count) + "reply"
  }

  func publishStatus(_ status: String, parent: Message) {
    outbox.post(factory.make("status", ["execution_state": .string(status)], parent: parent), on: .iopub)
  }
}

extension JSONObject {
  func merging(_ other: JSONObject) -> JSONObject {
    var result = self
    for (key, value) in other.members { result[key] = value }
    return result
  }
}
