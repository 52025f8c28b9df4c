import Dispatch
import Foundation

/// Fills batches for a training loop: the next one on a thread of its own while a step runs, where that pays.
///
/// A batch that takes a small part of a step's time is filled when it is needed: a thread beside the workers of a step
/// would cost more than it saves. What is filled does not depend on when or where that happens.
final class BatchSupply {
  /// From this share of the time between two batches on, filling is worth a thread.
  private static let worthwhileShare = 0.04

  private let data: any TrainingData
  private let batches: [BatchBuffers]
  private let queue = DispatchQueue(label: "cnnrepl.batches", qos: .userInitiated)
  private var current = 0
  private var ahead: Filling?
  /// Seconds that the last batch took to fill, and between the last two requests.
  private var cost = (fill: 0.0, period: Double.infinity)
  private var lastRequest: Date?
  /// Seconds that were spent waiting for batches so far.
  private(set) var waited = 0.0

  /// One batch being filled.
  private final class Filling: @unchecked Sendable {
    let indices: ArraySlice<Int>
    let epoch: Int
    let done = DispatchSemaphore(value: 0)
    // Written before `done` is signalled and read after it.
    var seconds = 0.0
    var error: (any Error)?

    init(_ indices: ArraySlice<Int>, epoch: Int) { (self.indices, self.epoch) = (indices, epoch) }
  }

  /// Makes a supply of batches of `count` samples.
  init(data: any TrainingData, count: Int) throws {
    self.data = data
    batches = [try BatchBuffers(data: data, count: count), try BatchBuffers(data: data, count: count)]
  }

  deinit { ahead?.done.wait() }

  /// A batch's types, the same for all.
  var first: BatchBuffers { batches[0] }

  /// The batch of these samples; begins to fill the next one, if it is known. Throws what filling throws.
  func batch(
    _ indices: ArraySlice<Int>, epoch: Int, next: ArraySlice<Int>?
  ) throws -> BatchBuffers {
    let start = Date()
    if let lastRequest { cost.period = start.timeIntervalSince(lastRequest) }
    lastRequest = start
    if let filling = ahead {
      ahead = nil
      filling.done.wait()
      if filling.indices == indices, filling.epoch == epoch {
        if let error = filling.error { throw error }
        current = 1 - current
        cost.fill = filling.seconds
      } else {
        try fill(current, indices, epoch)
      }
    } else {
      try fill(current, indices, epoch)
    }
    waited += Date().timeIntervalSince(start)
    if let next, cost.fill > Self.worthwhileShare * cost.period { begin(next, epoch) }
    return batches[current]
  }

  private func fill(_ place: Int, _ indices: ArraySlice<Int>, _ epoch: Int) throws {
    let start = Date()
    try batches[place].fill(from: data, indices: indices, epoch: epoch)
    cost.fill = Date().timeIntervalSince(start)
  }

  private func begin(_ indices: ArraySlice<Int>, _ epoch: Int) {
    let filling = Filling(indices, epoch: epoch)
    ahead = filling
    // The batch belongs to the thread until it signals; the data are only read.
    nonisolated(unsafe) let (data, batch) = (data, batches[1 - current])
    queue.async {
      let start = Date()
      do { try batch.fill(from: data, indices: filling.indices, epoch: filling.epoch) } catch {
        filling.error = error
      }
      filling.seconds = Date().timeIntervalSince(start)
      filling.done.signal()
    }
  }
}
