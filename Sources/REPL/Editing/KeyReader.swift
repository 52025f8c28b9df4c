import Foundation

/// Reads characters from the terminal, and can be woken while it waits.
final class KeyReader {
  private let input: TerminalInput
  private let wakeUp: (read: Int32, write: Int32)

  init(_ input: TerminalInput) {
    self.input = input
    var ends: [Int32] = [-1, -1]
    wakeUp = pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
  }

  deinit {
    close(wakeUp.read)
    close(wakeUp.write)
  }

  /// Makes a waiting ``next(whenWoken:)`` call its closure. Callable from any thread.
  func wake() {
    var byte: UInt8 = 0
    _ = write(wakeUp.write, &byte, 1)
  }

  /// Whether a character can be read without waiting.
  var hasInput: Bool {
    var wait = pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0)
    return input.hasEarly || poll(&wait, 1, 0) > 0
  }

  /// The next character, `nil` at the end of input. Bytes that are no UTF-8 become U+FFFD.
  func next(whenWoken: () -> Void) -> Unicode.Scalar? {
    guard let first = nextByte(whenWoken) else { return nil }
    let length: Int
    switch first {
    case 0..<0x80: return Unicode.Scalar(first)
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return "\u{FFFD}"
    }
    var bytes = [first]
    while bytes.count < length {
      guard let byte = nextByte(whenWoken) else { return nil }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.first
  }

  private func nextByte(_ whenWoken: () -> Void) -> UInt8? {
    var byte: UInt8 = 0
    if input.hasEarly, input.read(into: &byte) == 1 { return byte }
    while true {
      var waits = [
        pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waits, 2, -1) > 0 else {
        if errno == EINTR { continue }
        return nil
      }
      if waits[1].revents != 0 {
        _ = read(wakeUp.read, &byte, 1)
        whenWoken()
      }
      guard waits[0].revents != 0 else { continue }
      let count = input.read(into: &byte)
      if count == 1 { return byte }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      return nil
    }
  }
}
