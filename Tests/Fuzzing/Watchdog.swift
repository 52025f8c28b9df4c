import Foundation
import Interpreter

/// Interrupts programs that run too long, and ends the process where even that doesn't help.
final class Watchdog: @unchecked Sendable {
  /// After how many seconds a program is interrupted.
  private static let patience = 0.3
  /// How many seconds of processor time an interrupted program has to end.
  private static let limit = 60.0

  private let lock = NSLock()
  private var watched: (session: Session, description: String, start: Double, processor: Double)?
  private var interruptedAt: Double?

  init() {
    Thread.detachNewThread { [weak self] in
      while let self {
        self.look()
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  private static func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private func look() {
    lock.lock()
    defer { lock.unlock() }
    guard let watched else { return }
    guard Self.now() - watched.start > Self.patience else { return }
    if interruptedAt == nil { interruptedAt = Self.now() }
    watched.session.interruption.cancel()
    guard Self.now(CLOCK_PROCESS_CPUTIME_ID) - watched.processor > Self.limit else { return }
    print("hangs: \(watched.description)")
    exit(70)
  }

  func start(_ session: Session, _ description: @autoclosure () -> String) {
    let text = description()
    lock.lock()
    watched = (session, text, Self.now(), Self.now(CLOCK_PROCESS_CPUTIME_ID))
    interruptedAt = nil
    lock.unlock()
  }

  /// How many seconds the program ran, and how many of them after it was interrupted.
  func stop() -> (whole: Double, stopping: Double) {
    lock.lock()
    defer { lock.unlock() }
    let now = Self.now()
    defer { watched = nil }
    return (now - (watched?.start ?? now), interruptedAt.map { now - $0 } ?? 0)
  }
}
