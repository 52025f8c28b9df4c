import Foundation

/// Ctrl-C as a call on a thread of its own instead of the end of the process.
///
/// The signals are blocked in every thread and fetched by one that waits for them: no code runs in a signal handler,
/// and a system call elsewhere is never cut short. Programs started from here have them blocked too: SIGTERM must not be
/// among them, or a download could not be stopped.
enum Signals {
  /// Blocks the signals in this thread and all that it starts: to be called before any other thread exists.
  static func block(_ signals: [Int32]) {
    var set = Self.set(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `body` on a thread of its own each time one of the (blocked) signals comes.
  static func watch(_ signals: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
    let thread = Thread {
      var set = Self.set(of: signals)
      while true {
        var signal: Int32 = 0
        if sigwait(&set, &signal) == 0 { body(signal) }
      }
    }
    thread.name = "signals"
    thread.start()
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
