import Foundation
import JSON
import JupyterKernel
import Testing

/// A front end in the same process: signs requests, and collects what the kernel posts as a socket thread would.
final class TestFrontend: @unchecked Sendable {
  static let key = "a key"
  let kernel: Kernel
  let evaluator = ScriptedEvaluator()
  let signer: MessageSigner
  let factory = MessageFactory()
  private let receiving = NSLock()
  private let condition = NSCondition()
  private var posted: [(channel: Channel, message: Message)] = []
  private var isPending = false

  init(
    historyPath: String? = nil, capture: NativeCapture? = nil,
    configure: (inout KernelSettings) -> Void = { _ in }
  )
    throws
  {
    signer = try MessageSigner(key: Self.key, scheme: "hmac-sha256")
    var settings = KernelSettings(version: "1.2.3")
    settings.historyPath = historyPath
    configure(&settings)
    let evaluator = self.evaluator
    kernel = Kernel(
      settings: settings, signer: signer, capture: capture, log: KernelLog(descriptor: -1)
    ) { evaluator }
    kernel.outbox.onPost { [weak self] in
      self?.condition.withLock {
        self?.isPending = true
        self?.condition.broadcast()
      }
    }
    kernel.start()
    Thread.detachNewThread { [self] in pump() }
  }

  /// Ends the kernel's threads.
  func close() { kernel.stop() }

  private func pump() {
    while !kernel.isFinished {
      switch kernel.outbox.next(iopubIsOpen: true) {
      case .send(let message, let channel):
        condition.withLock {
          posted.append((channel, message))
          condition.broadcast()
        }
      case .wait(let seconds):
        condition.withLock {
          if !isPending { condition.wait(until: Date(timeIntervalSinceNow: min(seconds ?? 0.2, 0.2))) }
          isPending = false
        }
      }
    }
  }

  /// Frames of a request as a client's socket would send them.
  func frames(
    _ type: String, _ content: JSONObject, client: String = "client", header: JSONObject = [:]
  ) -> (id: String, frames: [[UInt8]]) {
    var message = factory.make(type, content)
    for (key, value) in header.members { message.header[key] = value }
    message.identities = [Array(client.utf8)]
    return (message.id, MessageCodec(signer: signer).encode(message))
  }

  /// Sends a request and returns its identifier.
  @discardableResult
  func send(
    _ type: String, _ content: JSONObject = [:], on channel: Channel = .shell, client: String = "client",
    header: JSONObject = [:]
  ) -> String {
    let (id, frames) = frames(type, content, client: client, header: header)
    deliver(frames, on: channel)
    return id
  }

  /// Delivers frames one message at a time, as the one thread that owns the sockets does.
  func deliver(_ frames: [[UInt8]], on channel: Channel) {
    receiving.withLock { kernel.receive(frames, on: channel) }
  }

  @discardableResult
  func execute(_ code: String, _ options: JSONObject = [:], client: String = "client") -> String {
    var content: JSONObject = ["code": .string(code)]
    for (key, value) in options.members { content[key] = value }
    return send("execute_request", content, client: client)
  }

  /// All that was posted so far.
  var all: [(channel: Channel, message: Message)] { condition.withLock { posted } }

  /// What belongs to a request, once `idle` was published for it.
  func finish(_ id: String, seconds: Double = 10) throws -> Answer {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return try condition.withLock {
      while true {
        let own = posted.filter { $0.message.parent["msg_id"]?.stringValue == id }
        if own.contains(where: {
          $0.message.type == "status" && $0.message.content["execution_state"] == "idle"
        }) {
          return Answer(messages: own)
        }
        try #require(condition.wait(until: deadline), "no idle for the request")
      }
    }
  }

  /// Waits until a message of a type was posted for a request.
  func wait(for type: String, of id: String, seconds: Double = 10) throws -> Message {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return try condition.withLock {
      while true {
        if let found = posted.first(where: {
          $0.message.type == type && $0.message.parent["msg_id"]?.stringValue == id
        }) {
          return found.message
        }
        try #require(condition.wait(until: deadline), "no \(type) for the request")
      }
    }
  }
}

/// What a request was answered with.
struct Answer {
  let messages: [(channel: Channel, message: Message)]

  var published: [Message] { messages.filter { $0.channel == .iopub }.map(\.message) }
  var replies: [Message] { messages.filter { $0.channel != .iopub && $0.channel != .stdin }.map(\.message) }
  var reply: JSONObject { replies.first?.content ?? [:] }
  var types: [String] { published.map(\.type) }
  var stdout: String {
    published.filter { $0.type == "stream" && $0.content["name"] == "stdout" }
      .compactMap { $0.content["text"]?.stringValue }.joined()
  }

  func first(_ type: String) -> JSONObject? { published.first { $0.type == type }?.content }
}
