import CZeroMQ
import Foundation
import JupyterKernel
import Synchronization

/// The one thread that touches shell, control, stdin and iopub: reads what comes, sends what the kernel posts.
package final class SocketLoop {
  private static let messagesPerTurn = 64
  private let sockets: KernelSockets
  private let kernel: Kernel
  private let wakeUp: WakeUp
  /// Messages that subscribers couldn't take yet, and since when.
  private var blocked: [[[UInt8]]] = []
  private var blockedSince = 0.0

  /// Joins a kernel to its sockets.
  package init(_ sockets: KernelSockets, _ kernel: Kernel) throws {
    self.sockets = sockets
    self.kernel = kernel
    wakeUp = try WakeUp()
    let wakeUp = self.wakeUp
    kernel.outbox.onPost { wakeUp.signal() }
  }

  /// Runs until the kernel was told to end and everything is sent.
  package func run() {
    startHeartbeat(sockets.heartbeat)
    while true {
      let wait = sendAll(flushing: kernel.isFinished)
      if kernel.isFinished && blocked.isEmpty { return }
      poll(seconds: kernel.isFinished ? 0.005 : wait)
      if receiveAll() { wakeUp.signal() }
    }
  }

  private func poll(seconds: Double?) {
    let events = Int16(ZMQ_POLLIN)
    var items = [sockets.control, sockets.shell, sockets.stdin, sockets.iopub].map {
      zmq_pollitem_t(socket: $0.handle, fd: 0, events: events, revents: 0)
    }
    items.append(zmq_pollitem_t(socket: nil, fd: wakeUp.descriptor, events: events, revents: 0))
    let milliseconds = seconds.map { Int(max(1, ($0 * 1_000).rounded(.up))) } ?? -1
    zmq_poll(&items, Int32(items.count), milliseconds)
    wakeUp.clear()
  }

  /// Reads what has come, control first; true when there may be more.
  private func receiveAll() -> Bool {
    greetSubscribers()
    var hasMore = false
    for (socket, channel) in [
      (sockets.control, Channel.control), (sockets.stdin, .stdin), (sockets.shell, .shell),
    ] {
      var count = 0
      while count < Self.messagesPerTurn, let frames = socket.receive() {
        kernel.receive(frames, on: channel)
        count += 1
      }
      if count == Self.messagesPerTurn { hasMore = true }
    }
    return hasMore
  }

  /// Lets new subscribers in: the greeting is the first message that reaches them.
  private func greetSubscribers() {
    while let frame = sockets.iopub.receive()?.first, let kind = frame.first {
      let topic = Array(frame.dropFirst())
      guard kind == 1 else {
        sockets.iopub.set(ZMQ_UNSUBSCRIBE, bytes: topic)
        continue
      }
      sockets.iopub.set(ZMQ_SUBSCRIBE, bytes: topic)
      let welcome = kernel.encode(kernel.welcome(subscription: topic))
      if !sockets.iopub.send(welcome) { block(welcome, first: true) }
    }
  }

  /// Sends what was posted; returns how long there is nothing to do.
  private func sendAll(flushing: Bool) -> Double? {
    while let frames = blocked.first, publish(frames) { blocked.removeFirst() }
    while true {
      switch kernel.outbox.next(iopubIsOpen: blocked.isEmpty, flushing: flushing) {
      case .wait(let seconds):
        return blocked.isEmpty ? seconds : 0.005
      case .send(let message, .iopub):
        let frames = kernel.encode(message)
        if !publish(frames) { block(frames, first: false) }
      case .send(let message, let channel):
        let socket =
          channel == .shell ? sockets.shell : channel == .control ? sockets.control : sockets.stdin
        _ = socket.send(kernel.encode(message))
      }
    }
  }

  private func block(_ frames: [[UInt8]], first: Bool) {
    if blocked.isEmpty { blockedSince = monotonicSeconds() }
    blocked.insert(frames, at: first ? 0 : blocked.count)
  }

  /// Publishes a message; false while a subscriber's queue is full. A connection that doesn't read is closed by
  /// the system after ``KernelSockets/stallLimit``; where the system can't do that, its messages are dropped here.
  private func publish(_ frames: [[UInt8]]) -> Bool {
    if sockets.iopub.send(frames) {
      blockedSince = monotonicSeconds()
      return true
    }
    let limit = Double(KernelSockets.stallLimit) / 1_000 * 1.5
    guard !blocked.isEmpty, monotonicSeconds() - blockedSince > limit else { return false }
    try? sockets.iopub.set(ZMQ_XPUB_NODROP, 0)
    _ = sockets.iopub.send(frames)
    try? sockets.iopub.set(ZMQ_XPUB_NODROP, 1)
    return true
  }
}

/// Wakes the loop from another thread.
final class WakeUp: @unchecked Sendable {
  let descriptor: Int32
  private let writeEnd: Int32
  private let isPending = Atomic<Bool>(false)

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ConnectionError("no pipe: \(errnoText())") }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writeEnd)
  }

  func signal() {
    if isPending.exchange(true, ordering: .acquiringAndReleasing) { return }
    var byte: UInt8 = 0
    _ = write(writeEnd, &byte, 1)
  }

  /// Called before the loop looks for work: a signal from here on wakes it again.
  func clear() {
    var bytes = [UInt8](repeating: 0, count: 16)
    _ = read(descriptor, &bytes, bytes.count)
    isPending.store(false, ordering: .releasing)
  }
}
