import Foundation
import Interpreter
import TensorRuntime

/// Reads an answer from standard input; a raised token ends the wait.
enum StandardInputLine {
  /// One line without its line feed, after `prompting`. A terminal shows what is typed and lets it be edited, unless it is
  /// `hidden`.
  static func read(
    from input: TerminalInput, hidden: Bool, interruption: CancellationToken, prompting: () -> Void
  ) throws -> String {
    var saved = termios()
    let isTerminal = tcgetattr(input.descriptor, &saved) == 0
    // What was typed before a secret was asked for is none.
    let change = hidden ? TCSAFLUSH : TCSADRAIN
    if isTerminal {
      var asking = saved
      asking.c_lflag |= tcflag_t(ICANON | ECHO)
      if hidden { asking.c_lflag &= ~tcflag_t(ECHO) }
      tcsetattr(input.descriptor, change, &asking)
    }
    defer {
      if isTerminal { tcsetattr(input.descriptor, change, &saved) }
      if isTerminal && hidden { fputs("\n", stdout) }
    }
    prompting()
    var bytes: [UInt8] = []
    while true {
      try interruption.check()
      var wait = pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0)
      guard input.hasEarly || poll(&wait, 1, 50) > 0 else { continue }
      var byte: UInt8 = 0
      // One at a time: what stands behind the line belongs to whoever reads next.
      let count = input.read(into: &byte)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count == 1 else {
        guard bytes.isEmpty else { break }
        throw InputUnavailable("standard input has ended")
      }
      if byte == 10 { break }
      // Of what was typed before the question, the terminal has erased nothing.
      if isTerminal, byte == 0x7F || byte == 0x08 {
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
      } else {
        bytes.append(byte)
      }
    }
    if bytes.last == 13 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
