import Foundation
import NeuralNetwork
import TensorRuntime
import Testing

/// Training that somebody pauses, ends early, or gives another learning rate while it runs.
@Suite struct SteeringTests {
  let bench = Bench()
  let steering = TrainingSteering()

  /// Two epochs of 4 batches, unless told otherwise.
  private func train(
    _ network: Network, epochs: Int = 2, rate: Float = 0.02, schedule: LearningRateSchedule = .constant,
    watcher: Watcher = Watcher()
  ) throws -> TrainingRun {
    var options = TrainingOptions()
    options.epochs = epochs
    options.rule = .sgd(learningRate: rate)
    options.schedule = schedule
    let trainer = try Trainer(
      network: network, data: try bench.halves(count: 128), validation: nil, options: options,
      runtime: bench.runtime, random: bench.random, steering: steering)
    return try trainer.train(observer: watcher)
  }

  private func network() throws -> Network {
    try bench.sequential([8], [DenseLayer(16, activation: .tanh), DenseLayer(2)])
  }

  private func weights(of network: Network) throws -> [[Float]] {
    try network.parameters.map { try bench.runtime.floats(of: $0.tensor) }
  }

  @Test func stopEndsWithTheEpoch() throws {
    let watcher = Watcher()
    watcher.onBatch = { if $0 == 6 { self.steering.stopAfterEpoch() } }
    let run = try train(try network(), epochs: 5, watcher: watcher)
    #expect(watcher.batches == 8 && run.epochs.count == 2)
    #expect(run.stoppedByHand && !run.stoppedEarly)
  }

  @Test func aStopInTheLastEpochChangesNothing() throws {
    let watcher = Watcher()
    watcher.onBatch = { if $0 == 6 { self.steering.stopAfterEpoch() } }
    #expect(try !train(try network(), watcher: watcher).stoppedByHand)
  }

  @Test func aPauseWaitsBetweenTwoBatchesAndChangesNoBit() throws {
    let network = try network()
    let watcher = Watcher()
    watcher.onBatch = { batch in
      guard batch == 3 else { return }
      self.steering.pause(true)
      Thread.detachNewThread { [steering = self.steering] in
        Thread.sleep(forTimeInterval: 0.3)
        steering.pause(false)
      }
    }
    let start = Date()
    let run = try train(network, watcher: watcher)
    #expect(Date().timeIntervalSince(start) >= 0.3)
    #expect(watcher.pauses == 1 && watcher.batches == 8)
    // The pause is no part of the epoch's time.
    #expect(run.epochs[0].seconds < Date().timeIntervalSince(start) - 0.29)
    let undisturbed = SteeringTests()
    let other = try undisturbed.network()
    _ = try undisturbed.train(other)
    #expect(try weights(of: network) == undisturbed.weights(of: other))
  }

  @Test func aPausedTrainingCanBeInterrupted() throws {
    let network = try network()
    let watcher = Watcher()
    var kept: [[Float]] = []
    watcher.onBatch = { batch in
      guard batch == 3 else { return }
      kept = try self.weights(of: network)
      self.steering.pause(true)
      Thread.detachNewThread { [token = self.bench.token] in
        Thread.sleep(forTimeInterval: 0.05)
        token.cancel()
      }
    }
    #expect(throws: Interrupted.self) { try train(network, watcher: watcher) }
    bench.token.reset()
    #expect(watcher.batches == 3)
    #expect(try weights(of: network) == kept)
  }

  /// A rate so small that it moves no float shows that the batches after it used it.
  @Test(arguments: [LearningRateSchedule.constant, .cosine])
  func aRateHoldsFromTheNextBatchOn(schedule: LearningRateSchedule) throws {
    let network = try network()
    let watcher = Watcher()
    var kept: [[Float]] = []
    watcher.onBatch = { batch in
      guard batch == 5 else { return }
      kept = try self.weights(of: network)
      self.steering.setLearningRate(1e-30)
    }
    let before = try weights(of: network)
    let run = try train(network, schedule: schedule, watcher: watcher)
    #expect(kept != before)
    #expect(try weights(of: network) == kept)
    #expect(run.rateChanges.map(\.epoch) == [2] && run.rateChanges.map(\.batch) == [2])
  }

  @Test(arguments: [0, -1, .nan, .infinity, 1e300, 1e-300])
  func whatIsNoRateIsIgnored(rate: Double) throws {
    steering.setLearningRate(rate)
    #expect(try train(try network()).rateChanges.isEmpty)
  }
}
