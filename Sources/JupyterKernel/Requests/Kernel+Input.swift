import Foundation
import Interpreter
import JSON
import TensorRuntime

extension Kernel {
  /// Asks the front end that sent the cell for a line.
  func ask(_ prompt: String, hidden: Bool, for cell: Message, allowed: Bool) throws -> String {
    guard allowed else {
      throw InputUnavailable(
        "the front end takes no questions", fix: "set the value in the notebook instead")
    }
    var request = factory.make(
      "input_request", ["prompt": .string(prompt), "password": .bool(hidden)], parent: cell)
    request.identities = cell.identities
    return try input.ask(request) { outbox.post($0, on: .stdin) }
  }
}

/// One question at a time, between the evaluation thread that waits and the thread that reads the sockets.
final class InputExchange: @unchecked Sendable {
  private let condition = NSCondition()
  private var open: Message?
  private var answer: String?
  private var isInterrupted = false

  /// Posts the question and waits for its answer or an interrupt.
  func ask(_ request: Message, post: (Message) -> Void) throws -> String {
    try condition.withLock {
      guard !isInterrupted else { throw Interrupted() }
      open = request
      answer = nil
      defer { open = nil }
      post(request)
      while answer == nil && !isInterrupted { condition.wait() }
      guard let answer, !isInterrupted else { throw Interrupted() }
      return answer
    }
  }

  /// Takes an answer; one that nobody waits for, or that belongs to an earlier question, is dropped.
  func receive(_ message: Message) {
    condition.withLock {
      guard message.type == "input_reply", let open, answer == nil else { return }
      if message.parent["msg_type"]?.stringValue == "input_request", message.parent["msg_id"] != nil,
        message.parent["msg_id"]?.stringValue != open.id
      {
        return
      }
      answer = message.content["value"]?.stringValue ?? ""
      condition.broadcast()
    }
  }

  /// Ends the wait for an answer.
  func interrupt() {
    condition.withLock {
      isInterrupted = true
      condition.broadcast()
    }
  }

  /// Forgets an interrupt that came before this cell.
  func reset() { condition.withLock { isInterrupted = false } }
}
