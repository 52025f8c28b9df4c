import Foundation

/// What somebody types, byte by byte; what was read too early is given back first.
package final class TerminalInput {
  let descriptor: Int32
  private var early: ArraySlice<UInt8> = []

  /// Reads from a file descriptor.
  package init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// Keeps bytes for the next who reads.
  func giveBack(_ bytes: [UInt8]) { early = early + bytes }

  /// Whether there are bytes without waiting for the descriptor.
  var hasEarly: Bool { !early.isEmpty }

  /// The next byte: as `read(2)`, 0 at the end of input and −1 for an error, with `errno`.
  func read(into byte: inout UInt8) -> Int {
    if let first = early.popFirst() {
      byte = first
      return 1
    }
    return Glibc.read(descriptor, &byte, 1)
  }
}
