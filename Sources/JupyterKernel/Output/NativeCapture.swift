import Foundation

/// Catches what C libraries print straight to the process's standard streams and gives it to the running cell.
///
/// A thread reads the pipes; it needs nothing from the evaluation thread, so a flood of output can't block both.
/// Before a cell is reported finished the evaluation thread drains the pipes itself: what was written before is
/// then delivered, whoever of the two read it.
package final class NativeCapture: @unchecked Sendable {
  /// The terminal or log that standard error led to before: where the kernel itself complains.
  package let log: Int32
  private let lock = NSLock()
  private let pipes: [(descriptor: Int32, stream: String)]
  private var assemblers: [UTF8Assembler]
  private var deliver: @Sendable ([UInt8], String) -> Void = { _, _ in }
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  /// Redirects descriptors; `nil` when the system has no pipes left.
  package init?(_ targets: [(descriptor: Int32, stream: String)] = [(1, "stdout"), (2, "stderr")]) {
    var made: [(descriptor: Int32, stream: String)] = []
    fflush(stdout)
    fflush(stderr)
    log = fcntl(2, F_DUPFD_CLOEXEC, 3)
    for (target, name) in targets {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      dup2(ends[1], target)
      close(ends[1])
      _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
      made.append((ends[0], name))
    }
    pipes = made
    assemblers = made.map { _ in UTF8Assembler() }
    setvbuf(stdout, nil, _IOLBF, 0)
  }

  /// Starts delivering; called once.
  package func start(_ deliver: @escaping @Sendable ([UInt8], String) -> Void) {
    lock.withLock { self.deliver = deliver }
    startThread("capture", stackBytes: 1 << 20) { [self] in
      while true {
        var polled = descriptors()
        if poll(&polled, nfds_t(polled.count), -1) < 0 && errno != EINTR { return }
        drain()
      }
    }
  }

  /// Delivers everything written so far, C's own buffers included.
  package func flush() {
    fflush(stdout)
    fflush(stderr)
    drain()
  }

  /// Delivers what the pipes hold.
  package func drain() {
    lock.withLock {
      var polled = descriptors()
      guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
      for (index, pipe) in pipes.enumerated() where polled[index].revents != 0 {
        while true {
          let count = buffer.withUnsafeMutableBytes { read(pipe.descriptor, $0.baseAddress, $0.count) }
          guard count > 0 else { break }
          let text = assemblers[index].take(buffer[..<count])
          if !text.isEmpty { deliver(text, pipe.stream) }
        }
      }
    }
  }

  private func descriptors() -> [pollfd] {
    pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
  }
}

/// The kernel's own complaints: to the standard error it was started with, never into a cell.
package struct KernelLog: Sendable {
  private let descriptor: Int32

  /// Makes a log on a file descriptor.
  package init(descriptor: Int32 = 2) { self.descriptor = descriptor }

  /// Writes a line.
  package func callAsFunction(_ text: String) {
    let line = Array("cnnrepl kernel: \(text)\n".utf8)
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
