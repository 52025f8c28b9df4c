/// What came from whoever uses the shell.
package enum Entry: Equatable, Sendable {
  /// A whole entry to run.
  case text(String)
  /// The user gave up the line being typed.
  case cancelled
  /// There is nothing more.
  case end
}

/// Where a shell's entries come from: a terminal's line editor, or lines as they are.
package protocol EntrySource: AnyObject {
  /// Whether the terminal shows `^C` where Ctrl-C interrupts.
  var echoesInterrupts: Bool { get }
  /// The next entry; `number` is the one it will count as.
  func next(number: Int) -> Entry
}
