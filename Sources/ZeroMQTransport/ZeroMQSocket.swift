import CZeroMQ
import Foundation

/// An error that ZeroMQ reported.
package struct ZeroMQError: Error, CustomStringConvertible {
  /// What was tried.
  package let operation: String
  /// The system's number for what went wrong.
  package let code: Int32

  package var description: String { "\(operation): \(String(cString: zmq_strerror(code)))" }
}

/// The context that sockets live in.
package final class ZeroMQContext: @unchecked Sendable {
  fileprivate let handle: UnsafeMutableRawPointer

  /// Makes a context with one thread for input and output.
  package init() throws {
    guard let handle = zmq_ctx_new() else { throw ZeroMQError(operation: "context", code: zmq_errno()) }
    self.handle = handle
  }

  /// Waits until what was sent is out, as long as the sockets' linger allows, and frees the context.
  package func terminate() { while zmq_ctx_term(handle) != 0 && zmq_errno() == EINTR {} }
}

/// A socket; one thread at a time uses it.
package final class ZeroMQSocket {
  let handle: UnsafeMutableRawPointer
  private var isOpen = true

  /// Opens a socket of a kind such as `ZMQ_ROUTER`.
  package init(_ context: ZeroMQContext, _ kind: Int32) throws {
    guard let handle = zmq_socket(context.handle, kind) else {
      throw ZeroMQError(operation: "socket", code: zmq_errno())
    }
    self.handle = handle
  }

  deinit { close() }

  /// Closes the socket; what was sent goes out in the background.
  package func close() {
    if isOpen { zmq_close(handle) }
    isOpen = false
  }

  /// Sets a whole-number option.
  package func set(_ option: Int32, _ value: Int32) throws {
    var value = value
    guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
      throw ZeroMQError(operation: "option \(option)", code: zmq_errno())
    }
  }

  /// Sets a 64-bit option.
  package func set(_ option: Int32, wide value: Int64) throws {
    var value = value
    guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size) == 0 else {
      throw ZeroMQError(operation: "option \(option)", code: zmq_errno())
    }
  }

  /// Sets an option of bytes.
  package func set(_ option: Int32, bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { zmq_setsockopt(handle, option, $0.baseAddress, $0.count) }
  }

  /// Binds to an address and returns the one really bound, with its port.
  package func bind(_ endpoint: String) throws -> String {
    guard zmq_bind(handle, endpoint) == 0 else {
      throw ZeroMQError(operation: "bind \(endpoint)", code: zmq_errno())
    }
    var name = [CChar](repeating: 0, count: 1_024)
    var size = name.count
    guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &name, &size) == 0 else { return endpoint }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Connects to an address.
  package func connect(_ endpoint: String) throws {
    guard zmq_connect(handle, endpoint) == 0 else {
      throw ZeroMQError(operation: "connect \(endpoint)", code: zmq_errno())
    }
  }

  /// Sends the frames of one message; false when the socket can't take it now.
  package func send(_ frames: [[UInt8]], waiting: Bool = false) -> Bool {
    for (index, frame) in frames.enumerated() {
      let flags = (index < frames.count - 1 ? ZMQ_SNDMORE : 0) | (waiting ? 0 : ZMQ_DONTWAIT)
      var sent: Int32
      repeat {
        sent = frame.withUnsafeBytes { zmq_send(handle, $0.baseAddress, $0.count, flags) }
      } while sent < 0 && zmq_errno() == EINTR
      if sent < 0 { return false }
    }
    return true
  }

  /// Receives the frames of one message; `nil` when none is there.
  package func receive(waiting: Bool = false) -> [[UInt8]]? {
    var frames: [[UInt8]] = []
    var message = zmq_msg_t()
    zmq_msg_init(&message)
    defer { zmq_msg_close(&message) }
    repeat {
      let count = zmq_msg_recv(&message, handle, waiting ? 0 : ZMQ_DONTWAIT)
      if count < 0 {
        if zmq_errno() == EINTR { continue }
        return nil
      }
      frames.append(
        Array(UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))))
      if zmq_msg_more(&message) == 0 { return frames }
    } while true
  }
}
