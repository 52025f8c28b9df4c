import Foundation

/// A request waiting for its turn.
struct Job {
  let message: Message
  let channel: Channel
  /// Set when a cell before it failed: it is answered, not run.
  var isAborted = false
}

/// Requests in the order they came, between the thread that reads the sockets and one that works them off.
final class JobQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isClosed = false
  private var isWorking = false

  /// Whether nothing waits; what is being worked on doesn't count.
  var isEmpty: Bool { condition.withLock { jobs.isEmpty } }

  func push(_ job: Job) {
    condition.withLock {
      guard !isClosed else { return }
      jobs.append(job)
      condition.broadcast()
    }
  }

  /// Waits for the next request; `nil` when the queue was closed.
  func pop() -> Job? {
    condition.withLock {
      isWorking = false
      condition.broadcast()
      while jobs.isEmpty && !isClosed { condition.wait() }
      guard !isClosed else { return nil }
      isWorking = true
      return jobs.removeFirst()
    }
  }

  /// Waits until something is there; false when nothing came in time.
  func waitForWork(seconds: Double) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return condition.withLock {
      while jobs.isEmpty && !isClosed { if !condition.wait(until: deadline) { break } }
      return !jobs.isEmpty || isClosed
    }
  }

  /// Marks the cells that wait as not to be run.
  func abortCells() {
    condition.withLock {
      for index in jobs.indices where jobs[index].message.type == "execute_request" {
        jobs[index].isAborted = true
      }
    }
  }

  /// Forgets what waits and waits for what is being worked on, but not for ever.
  func close(waiting seconds: Double) {
    let deadline = Date(timeIntervalSinceNow: seconds)
    condition.withLock {
      isClosed = true
      jobs = []
      condition.broadcast()
      while isWorking { if !condition.wait(until: deadline) { break } }
    }
  }
}

/// Starts a thread with a stack of `stackBytes` of address space; only what is used of it takes memory.
func startThread(_ name: String, stackBytes: Int, _ body: @escaping @Sendable () -> Void) {
  let thread = Thread(block: body)
  thread.name = name
  thread.stackSize = stackBytes
  thread.start()
}
