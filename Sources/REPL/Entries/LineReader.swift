import Foundation
import TensorRuntime

/// Reads lines from a file descriptor; a raised token ends the wait for one.
final class LineReader {
  /// What came of waiting for a line.
  enum Line: Equatable {
    case text(String)
    case cancelled
    case end
  }

  private let descriptor: Int32
  private let interruption: CancellationToken
  private var bytes: [UInt8] = []
  /// Where in `bytes` the next line starts.
  private var start = 0
  /// How far `bytes` was searched for a line feed.
  private var searched = 0
  private var hasEnded = false

  init(descriptor: Int32, interruption: CancellationToken) {
    self.descriptor = descriptor
    self.interruption = interruption
  }

  /// The next line without its line feed; the last one may lack it.
  func next() -> Line {
    while true {
      if let end = endOfLine() { return .text(take(to: end, skipping: 1)) }
      if hasEnded { return start < bytes.count ? .text(take(to: bytes.count, skipping: 0)) : .end }
      if interruption.isCancelled {
        interruption.reset()
        return .cancelled
      }
      fill(milliseconds: 50)
    }
  }

  /// The next line if it is there already or comes within a moment, without taking it.
  func peek() -> String? {
    if endOfLine() == nil && !hasEnded { fill(milliseconds: 20) }
    guard let end = endOfLine() ?? (hasEnded && start < bytes.count ? bytes.count : nil) else { return nil }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private func endOfLine() -> Int? {
    searched = max(searched, start)
    let found = bytes[searched...].firstIndex(of: 10)
    searched = found ?? bytes.count
    return found
  }

  private func take(to end: Int, skipping feed: Int) -> String {
    var line = bytes[start..<end]
    if line.last == 13 { line.removeLast() }
    let text = String(decoding: line, as: UTF8.self)
    start = end + feed
    if start == bytes.count || start > 1 << 16 {
      bytes.removeFirst(start)
      start = 0
      searched = 0
    }
    return text
  }

  private func fill(milliseconds: Int32) {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &chunk, chunk.count)
    if count > 0 {
      bytes.append(contentsOf: chunk[..<count])
    } else if count == 0 || errno != EINTR {
      hasEnded = true
    }
  }
}
