import Foundation

/// What somebody types, byte by byte; what was read too early is given back first.
package final class TerminalInput {
  let descriptor: Int32
  private var early: ArraySlice<UInt8> = []
  /// Whether the terminal was asked something and may still answer.
  var awaitsAnswer = false

  /// Reads from a file descriptor.
  package init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// Keeps bytes for the next who reads.
  func giveBack(_ bytes: [UInt8]) { early = early + bytes }

  /// Whether there are bytes without waiting for the descriptor.
  var hasEarly: Bool { !early.isEmpty }

  /// The next byte: as `read(2)`, 0 at the end of input and −1 for an error, with `errno`; `EAGAIN` after an answer that
  /// came late, which nobody typed.
  func read(into byte: inout UInt8) -> Int {
    if let first = early.popFirst() {
      byte = first
      return 1
    }
    let count = Glibc.read(descriptor, &byte, 1)
    guard awaitsAnswer, count == 1, byte == 0x1B else { return count }
    let answers = TerminalAnswers([byte] + bytesAtHand())
    awaitsAnswer = !answers.isComplete
    early = answers.rest[...]
    if let first = early.popFirst() {
      byte = first
      return 1
    }
    errno = EAGAIN
    return -1
  }

  /// What comes without a pause: the rest of a sequence.
  private func bytesAtHand() -> [UInt8] {
    var bytes: [UInt8] = []
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while bytes.count < 4096, poll(&wait, 1, 20) > 0 {
      var byte: UInt8 = 0
      guard Glibc.read(descriptor, &byte, 1) == 1 else { break }
      bytes.append(byte)
    }
    return bytes
  }
}
