import Foundation

/// The thread on which a session runs everything, with a stack large enough for deep recursion: tensors are always
/// computed by the same thread, whichever thread calls the session.
final class SessionThread {
  /// What is left for the library below the deepest call of a program.
  private static let reserve = 4 << 20

  private final class Queue: @unchecked Sendable {
    let condition = NSCondition()
    var job: (() -> Void)?
    var isStopped = false
    var isStarted = false

    /// Waits for a job; `nil` when there will be none any more.
    func next() -> (() -> Void)? {
      condition.lock()
      defer { condition.unlock() }
      while job == nil, !isStopped { condition.wait() }
      return job
    }

    /// Makes room for the next job. The last one may hold the session, whose end takes the lock: it is let go of outside.
    func finish() {
      condition.lock()
      let finished = job
      job = nil
      condition.broadcast()
      condition.unlock()
      withExtendedLifetime(finished) {}
    }
  }

  private let queue = Queue()

  /// The address below which programs must not let the stack grow; asked at the beginning of the thread's work.
  static func stackFloor() -> UInt {
    var marker: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    let room = UInt(EvaluationThread.stackSize - reserve)
    return here > room ? here - room : 0
  }

  /// Runs work on the thread, and waits for it.
  func run<Result>(_ work: @escaping () -> Result) -> Result {
    var result: Result?
    let done = DispatchSemaphore(value: 0)
    queue.condition.lock()
    startIfNeeded()
    while queue.job != nil { queue.condition.wait() }
    queue.job = {
      result = work()
      done.signal()
    }
    queue.condition.broadcast()
    queue.condition.unlock()
    done.wait()
    return result ?? work()
  }

  private func startIfNeeded() {
    guard !queue.isStarted else { return }
    queue.isStarted = true
    let queue = queue
    let thread = Thread {
      while let job = queue.next() {
        job()
        queue.finish()
      }
    }
    thread.stackSize = EvaluationThread.stackSize
    thread.start()
  }

  deinit {
    queue.condition.lock()
    queue.isStopped = true
    queue.condition.broadcast()
    queue.condition.unlock()
  }
}
