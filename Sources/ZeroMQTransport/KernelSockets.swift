import CZeroMQ
import Foundation
import JupyterKernel

/// The five sockets of a kernel, bound.
package final class KernelSockets {
  /// How long a connection may leave data unread before it is given up on, in milliseconds.
  package static let stallLimit: Int32 = 10_000
  /// How many messages wait for a subscriber in ZeroMQ before they wait in the kernel's own queue, which merges.
  private static let subscriberQueue: Int32 = 1_000
  /// How large a frame may be; whoever sends more is disconnected.
  private static let frameLimit: Int64 = 1 << 29

  /// Where the sockets are, with the ports they really have.
  package private(set) var info: ConnectionInfo
  let shell: ZeroMQSocket
  let control: ZeroMQSocket
  let stdin: ZeroMQSocket
  let iopub: ZeroMQSocket
  let heartbeat: ZeroMQSocket

  /// Binds all sockets; an address that is taken is an error at once, so that the launcher can choose others.
  package init(_ info: ConnectionInfo, context: ZeroMQContext) throws {
    self.info = info
    shell = try ZeroMQSocket(context, ZMQ_ROUTER)
    control = try ZeroMQSocket(context, ZMQ_ROUTER)
    stdin = try ZeroMQSocket(context, ZMQ_ROUTER)
    iopub = try ZeroMQSocket(context, ZMQ_XPUB)
    heartbeat = try ZeroMQSocket(context, ZMQ_ROUTER)
    for (socket, name) in [
      (shell, "shell"), (iopub, "iopub"), (stdin, "stdin"), (control, "control"), (heartbeat, "hb"),
    ] {
      try socket.set(ZMQ_LINGER, 1_000)
      try socket.set(ZMQ_TCP_MAXRT, Self.stallLimit)
      try socket.set(ZMQ_MAXMSGSIZE, wide: Self.frameLimit)
      if info.ip.contains(":") { try socket.set(ZMQ_IPV6, 1) }
      if socket === iopub {
        // Nothing is dropped, and a subscription counts only once it was greeted.
        try socket.set(ZMQ_XPUB_NODROP, 1)
        try socket.set(ZMQ_XPUB_MANUAL, 1)
        try socket.set(ZMQ_SNDHWM, Self.subscriberQueue)
      } else {
        // A client that reconnects under its old identity takes over from its dead connection.
        try socket.set(ZMQ_ROUTER_HANDOVER, 1)
        try socket.set(ZMQ_SNDHWM, 0)
      }
      let bound = try socket.bind(info.endpoint(name))
      if let port = bound.split(whereSeparator: { $0 == ":" || $0 == "-" }).last.flatMap({ Int($0) }) {
        self.info.ports[name] = port
      }
    }
  }

  /// Closes the sockets of the loop's thread; the heartbeat's closes when the context ends.
  package func close() {
    for socket in [shell, control, stdin, iopub] { socket.close() }
  }
}

/// Echoes the heartbeat on its own thread, so that a kernel that computes is seen to live.
func startHeartbeat(_ socket: ZeroMQSocket) {
  let handle = Unshared(socket)
  let thread = Thread {
    while let frames = handle.value.receive(waiting: true) { _ = handle.value.send(frames) }
    handle.value.close()
  }
  thread.name = "heartbeat"
  thread.stackSize = 256 << 10
  thread.start()
}

/// A value that one thread hands over to another for good.
struct Unshared<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
