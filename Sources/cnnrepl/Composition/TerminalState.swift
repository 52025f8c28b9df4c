import Foundation

/// The terminal as it was when the program started.
enum TerminalState {
  /// Gives the terminal back as it was when somebody ends the program from outside.
  static func restoreWhenEnded() {
    var saved = termios()
    guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return }
    let original = saved
    Signals.watch([SIGTERM, SIGHUP]) { signal in
      var original = original
      tcsetattr(STDIN_FILENO, TCSANOW, &original)
      let pasteOff = "\u{1b}[?2004l\n"
      _ = write(STDOUT_FILENO, pasteOff, pasteOff.utf8.count)
      _exit(128 + signal)
    }
  }
}
