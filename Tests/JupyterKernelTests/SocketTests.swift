import CZeroMQ
import Foundation
import JSON
import JupyterKernel
import Testing
import ZeroMQTransport

/// The kernel behind real sockets, with clients that are slow, silent or late.
@Suite struct SocketTests {
  final class Server: @unchecked Sendable {
    let context: ZeroMQContext
    let sockets: KernelSockets
    let kernel: Kernel
    let signer: MessageSigner
    private let ended = DispatchSemaphore(value: 0)

    init(_ info: ConnectionInfo = ConnectionInfo()) throws {
      context = try ZeroMQContext()
      sockets = try KernelSockets(info, context: context)
      signer = try MessageSigner(key: "k", scheme: "hmac-sha256")
      let evaluator = ScriptedEvaluator()
      kernel = Kernel(
        settings: KernelSettings(version: "1"), signer: signer, log: KernelLog(descriptor: -1)
      ) { evaluator }
      let loop = try SocketLoop(sockets, kernel)
      kernel.start()
      Thread.detachNewThread { [self] in
        loop.run()
        sockets.close()
        context.terminate()
        ended.signal()
      }
    }

    func stop() -> Bool {
      kernel.stop()
      kernel.outbox.wakeSender()
      return ended.wait(timeout: .now() + 5) == .success
    }
  }

  final class Client {
    let server: Server
    let context: ZeroMQContext
    let shell: ZeroMQSocket
    let iopub: ZeroMQSocket
    private let codec: MessageCodec
    private let factory = MessageFactory()

    init(_ server: Server, subscribes: Bool = true) throws {
      self.server = server
      context = try ZeroMQContext()
      codec = MessageCodec(signer: server.signer)
      shell = try ZeroMQSocket(context, ZMQ_DEALER)
      iopub = try ZeroMQSocket(context, ZMQ_SUB)
      for socket in [shell, iopub] {
        try socket.set(ZMQ_LINGER, 0)
        try socket.set(ZMQ_RCVTIMEO, 10_000)
      }
      try shell.connect(server.sockets.info.endpoint("shell"))
      try iopub.connect(server.sockets.info.endpoint("iopub"))
      if subscribes { iopub.set(ZMQ_SUBSCRIBE, bytes: []) }
    }

    func close() {
      shell.close()
      iopub.close()
      context.terminate()
    }

    func send(_ type: String, _ content: JSONObject) -> String {
      let message = factory.make(type, content)
      _ = shell.send(codec.encode(message), waiting: true)
      return message.id
    }

    func published() throws -> Message {
      var replays = ReplayGuard()
      return try codec.decode(try #require(iopub.receive(waiting: true)), replays: &replays)
    }

    /// The text printed until the request is finished.
    func text(of id: String) throws -> String {
      var text = ""
      while true {
        let message = try published()
        guard message.parent["msg_id"]?.stringValue == id else { continue }
        if message.type == "stream" { text += message.content["text"]?.stringValue ?? "" }
        if message.content["execution_state"] == "idle" { return text }
      }
    }
  }

  @Test func theGreetingIsTheFirstThingASubscriberSees() throws {
    let server = try Server()
    let busy = try Client(server)
    _ = try busy.published()
    // Output flows while the newcomers subscribe.
    let id = busy.send("execute_request", ["code": "lines 200000"])
    for _ in 0..<5 {
      let client = try Client(server)
      let first = try client.published()
      #expect(first.type == "iopub_welcome")
      #expect(first.content == ["subscription": ""])
      #expect(first.parent == [:])
      client.close()
    }
    #expect(try busy.text(of: id).hasSuffix("line 199999\n"))
    busy.close()
    #expect(server.stop())
  }

  @Test func aSlowSubscriberGetsEverything() throws {
    let server = try Server()
    let client = try Client(server)
    let slow = try Client(server)
    _ = try client.published()
    let id = client.send("execute_request", ["code": "lines 400000"])
    Thread.sleep(forTimeInterval: 1)
    #expect(try slow.text(of: id) == (0..<400_000).map { "line \($0)\n" }.joined())
    #expect(try client.text(of: id).hasSuffix("line 399999\n"))
    slow.close()
    client.close()
    #expect(server.stop())
  }

  @Test func theHeartbeatEchoes() throws {
    let server = try Server()
    let context = try ZeroMQContext()
    let socket = try ZeroMQSocket(context, ZMQ_REQ)
    try socket.set(ZMQ_RCVTIMEO, 5_000)
    try socket.connect(server.sockets.info.endpoint("hb"))
    for payload in [[1, 2, 3], [], Array(repeating: 7, count: 70_000)] as [[UInt8]] {
      _ = socket.send([payload], waiting: true)
      #expect(socket.receive(waiting: true) == [payload])
    }
    socket.close()
    context.terminate()
    #expect(server.stop())
  }

  @Test func aTakenPortIsAnErrorAtOnce() throws {
    let server = try Server()
    #expect(throws: ZeroMQError.self) {
      _ = try KernelSockets(server.sockets.info, context: try ZeroMQContext())
    }
    #expect(server.stop())
  }

  @Test func portsCanBeBoundAgainAtOnce() throws {
    var info = ConnectionInfo()
    for _ in 0..<50 {
      let server = try Server(info)
      info = server.sockets.info
      let client = try Client(server)
      #expect(try client.published().type == "iopub_welcome")
      #expect(try client.text(of: client.send("execute_request", ["code": "print 1"])) == "1\n")
      client.close()
      #expect(server.stop())
    }
  }

  @Test func socketsInTheFileSystem() throws {
    var info = ConnectionInfo()
    info.transport = "ipc"
    info.ip = NSTemporaryDirectory() + "cnnrepl-\(UUID().uuidString.prefix(8))"
    for (index, name) in ConnectionInfo.sockets.enumerated() { info.ports[name] = index + 1 }
    let server = try Server(info)
    let client = try Client(server)
    _ = try client.published()
    #expect(try client.text(of: client.send("execute_request", ["code": "print 1"])) == "1\n")
    client.close()
    #expect(server.stop())
  }
}
