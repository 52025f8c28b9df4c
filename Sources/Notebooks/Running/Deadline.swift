import Dispatch
import Synchronization
import TensorRuntime

/// Interrupts a piece of work that takes longer than it may.
package final class Deadline: Sendable {
  private enum State { case running, passed, over }

  private let state = Mutex(State.running)

  /// Starts the clock: after `seconds` the token is raised, unless ``end()`` came first.
  package init(seconds: Double, raises token: CancellationToken) {
    DispatchQueue.global().asyncAfter(deadline: .now() + min(seconds, 1e9)) { [weak self] in
      self?.state.withLock { state in
        guard state == .running else { return }
        state = .passed
        // Raised under the lock: an interrupt never reaches the work that comes after.
        token.cancel()
      }
    }
  }

  /// Stops the clock; returns whether the time had passed before.
  @discardableResult
  package func end() -> Bool {
    state.withLock { state in
      let hasPassed = state == .passed
      state = .over
      return hasPassed
    }
  }
}
