import Foundation
import TensorRuntime

/// What somebody who watches a training asks of it, from any thread. The training looks between two batches, so that
/// every step is whole.
package final class TrainingSteering: @unchecked Sendable {
  private let condition = NSCondition()
  private var isPaused = false
  private var stops = false
  private var rate: Double?

  /// How often a paused training looks whether it was interrupted, in seconds.
  private static let interval = 0.02

  /// Makes one that asks for nothing.
  package init() {}

  /// Has the training wait before its next batch, or go on.
  package func pause(_ isPaused: Bool) {
    condition.withLock {
      self.isPaused = isPaused
      condition.broadcast()
    }
  }

  /// Has the training end with the epoch that is under way.
  package func stopAfterEpoch() { condition.withLock { stops = true } }

  /// Replaces the rule's learning rate from the next batch on; schedules go on scaling it. A number that is no rate is
  /// ignored.
  package func setLearningRate(_ rate: Double) {
    guard rate.isFinite, rate > 0, Float(rate).isFinite, Float(rate) > 0 else { return }
    condition.withLock { self.rate = rate }
  }

  /// Whether the training is to end with its epoch.
  var stopsAfterEpoch: Bool { condition.withLock { stops } }

  /// The learning rate asked for since this was last looked at.
  func takeLearningRate() -> Double? {
    condition.withLock {
      defer { rate = nil }
      return rate
    }
  }

  /// Waits while the training is to pause and returns for how many seconds it did; `paused` is called once if at all.
  /// Throws `Interrupted`.
  func waitWhilePaused(_ cancellation: CancellationToken?, paused: () -> Void) throws -> Double {
    guard condition.withLock({ isPaused }) else { return 0 }
    paused()
    let start = Date()
    while waitAMoment() { try cancellation?.check() }
    return Date().timeIntervalSince(start)
  }

  /// Waits a moment if the training is to pause; false once it isn't.
  private func waitAMoment() -> Bool {
    condition.withLock {
      if isPaused { _ = condition.wait(until: Date(timeIntervalSinceNow: Self.interval)) }
      return isPaused
    }
  }
}

/// A learning rate set while a training ran.
package struct RateChange: Sendable {
  /// The epoch and batch that it was first used for, counted from 1.
  package let epoch: Int
  package let batch: Int
  /// The rate.
  package let rate: Double
}
