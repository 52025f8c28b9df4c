import Foundation
import JupyterKernel

/// What happens to the process from outside: interrupts, the order to end, the death of its parent.
package struct ProcessWatch: Sendable {
  /// How often the parent is looked for, in seconds.
  private static let interval = 0.5

  /// Keeps the signals from ending the process; called before any other thread is started, which inherits it.
  package static func blockSignals() {
    signal(SIGPIPE, SIG_IGN)
    var set = signals()
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static func signals() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    return set
  }

  /// Watches on a thread of its own. An orphan ends at once, even in the middle of a computation.
  package static func start(
    onInterrupt: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void
  ) {
    let parent = getppid()
    let thread = Thread {
      var set = signals()
      while true {
        var timeout = timespec(tv_sec: 0, tv_nsec: Int(interval * 1e9))
        switch sigtimedwait(&set, nil, &timeout) {
        case SIGINT: onInterrupt()
        case SIGTERM, SIGHUP: onEnd()
        default: break
        }
        // In a container the parent may be process 1 from the start; then there is nobody to survive.
        if parent != 1 && getppid() != parent { endNow(status: 1) }
      }
    }
    thread.name = "signals"
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// Ends the process and the children it started, without running what other threads are in the middle of.
  package static func endNow(status: Int32) -> Never {
    if getsid(0) == getpid() {
      signal(SIGTERM, SIG_IGN)
      kill(0, SIGTERM)
    }
    _exit(status)
  }
}
