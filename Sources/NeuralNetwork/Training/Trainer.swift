import Foundation
import TensorRuntime

/// Runs `fit`: epochs of steps over shuffled batches, with validation, early stopping and the best weights kept.
package final class Trainer {
  private let network: Network
  private let data: any TrainingData
  private let validation: (any TrainingData)?
  private let options: TrainingOptions
  private let runtime: Runtime
  private let random: RandomSource
  private let steering: TrainingSteering?
  private var steps: [Int: CompiledStep] = [:]
  private var run = TrainingRun()
  private var state = OptimizerState()
  private var best: (score: Double, epoch: Int, weights: [[Float]])?

  /// Prepares a training. Throws `LayerError` when data and network don't fit, before anything changes.
  package init(
    network: Network, data: any TrainingData, validation: (any TrainingData)?, options: TrainingOptions,
    runtime: Runtime, random: RandomSource, steering: TrainingSteering? = nil
  ) throws {
    self.network = network
    self.data = data
    self.validation = validation
    self.options = options
    self.runtime = runtime
    self.random = random
    self.steering = steering
    guard data.count > 0 else { throw LayerError("there is nothing to train on: the data has no samples") }
    guard options.epochs >= 0, options.batchSize >= 1 else {
      throw LayerError("fit needs epochs of at least 0 and a batch of at least 1")
    }
    try network.build(for: data.inputShapes, random: random)
  }

  private var rule: UpdateRule { options.rule ?? network.training.rule ?? .adam() }

  /// The learning rate that training begins with.
  package var learningRate: Double { Double("\(rule.learningRate)") ?? 0 }

  /// Trains. Throws `Interrupted`, `TrainingStopped` or what data and runtime throw; the weights are then those of the
  /// last whole step.
  package func train(observer: any TrainingObserver) throws -> TrainingRun {
    var rule = self.rule
    prepareState(for: rule)
    observer.trainingBegan(notes: run.notes, sampleCount: data.count, epochs: options.epochs)
    do {
      let first = network.training.epochs + 1
      let last = network.training.epochs + options.epochs
      for epoch in stride(from: first, through: last, by: 1) {
        try trainEpoch(epoch, first: first, last: last, rule: &rule, observer: observer)
        network.training.epochs = epoch
        if let folder = options.checkpoint {
          try Checkpoint.write(network, runtime: runtime, random: random, to: folder)
        }
        if shouldStop(after: epoch) { break }
        if epoch < last, steering?.stopsAfterEpoch == true {
          run.stoppedByHand = true
          break
        }
      }
      try restoreBest()
    } catch {
      observer.trainingEnded(run, error: error)
      throw error
    }
    observer.trainingEnded(run, error: nil)
    return run
  }

  private func prepareState(for rule: UpdateRule) {
    if let known = network.training.rule, let optimizer = network.training.optimizer, known.sameKind(as: rule)
    {
      state = optimizer
      if network.training.epochs > 0 {
        run.notes.append(
          "going on after epoch \(network.training.epochs) with the same optimizer state (net.reset() starts over)"
        )
      }
    } else {
      state = OptimizerState()
      network.training.optimizer = state
    }
    network.training.rule = rule
  }

  private func trainEpoch(
    _ epoch: Int, first: Int, last: Int, rule: inout UpdateRule, observer: any TrainingObserver
  ) throws {
    let order = EpochOrder(
      count: data.count, batchSize: options.batchSize,
      shuffledBy: options.shuffles ? random.draw(for: .shuffling) : nil)
    var start = Date()
    let waitedBefore = steps.values.reduce(0) { $0 + $1.waited }
    var sums = RunningSums(metrics: options.metrics)
    let total = order.batches.count * options.epochs
    for (number, range) in order.batches.enumerated() {
      start += try steer(&rule, epoch: epoch, batch: number + 1, observer: observer)
      let step = try compiledStep(count: range.count, rule: rule)
      let factor = options.schedule.factor(
        step: (epoch - first) * order.batches.count + number, of: total, stepsPerEpoch: order.batches.count)
      let current = rule.withLearningRate(scaledBy: factor)
      let report: StepReport
      do {
        report = try step.run(
          indices: order.indices[range], epoch: epoch, rule: current,
          next: order.indices(of: number + 1, count: range.count))
      } catch let error as NonFiniteError {
        throw TrainingStopped(
          error, epoch: epoch, batch: number + 1, rate: Double("\(current.learningRate)") ?? 0)
      }
      sums.add(
        loss: Double(report.loss), observed: try report.observed.map { try runtime.floats(of: $0) },
        samples: range.count)
      run.batchLosses.append(report.loss)
      let seconds = max(1e-9, Date().timeIntervalSince(start))
      let rate = Double(range.upperBound) / seconds
      let remaining = data.count - range.upperBound + (last - epoch) * data.count
      observer.batchEnded(
        TrainingProgress(
          epoch: epoch, lastEpoch: last, batch: number + 1, batchCount: order.batches.count,
          samples: range.upperBound, sampleCount: data.count, loss: sums.loss, metrics: sums.metricValues,
          rate: rate, secondsLeft: Double(remaining) / rate), run: run)
    }
    let seconds = Date().timeIntervalSince(start)
    let waited = steps.values.reduce(0) { $0 + $1.waited } - waitedBefore
    var record = EpochRecord(
      epoch: epoch, loss: sums.loss, metrics: sums.metricValues, validationLoss: nil, validationMetrics: [],
      seconds: seconds, samplesPerSecond: Double(data.count) / max(1e-9, seconds))
    record.waitingShare = seconds > 0 ? waited / seconds : 0
    if let validation, validation.count > 0 {
      let result = try network.evaluate(
        validation, loss: options.loss, metrics: options.metrics, runtime: runtime, random: random)
      record.validationLoss = result.loss
      record.validationMetrics = result.metrics
      try remember(score: result.loss, epoch: epoch)
    }
    run.epochs.append(record)
    observer.epochEnded(record, run: run)
  }

  /// Does what was asked for since the batch before; returns the seconds that were spent waiting.
  private func steer(
    _ rule: inout UpdateRule, epoch: Int, batch: Int, observer: any TrainingObserver
  ) throws -> Double {
    guard let steering else { return 0 }
    let waited = try steering.waitWhilePaused(runtime.cancellation) { observer.trainingPaused(run: run) }
    if let rate = steering.takeLearningRate() {
      rule.learningRate = Float(rate)
      run.rateChanges.append(RateChange(epoch: epoch, batch: batch, rate: rate))
    }
    return waited
  }

  private func compiledStep(count: Int, rule: UpdateRule) throws -> CompiledStep {
    if let step = steps[count] { return step }
    let step = try CompiledStep(
      network: network, data: data, count: count, options: options, rule: rule, state: state,
      runtime: runtime,
      random: random)
    steps[count] = step
    return step
  }

  private func remember(score: Double, epoch: Int) throws {
    guard score < best?.score ?? .infinity else { return }
    let all = network.parameters + network.statistics
    best = (score, epoch, try all.map { try runtime.floats(of: $0.tensor) })
  }

  private func shouldStop(after epoch: Int) -> Bool {
    guard let patience = options.patience, let best, epoch - best.epoch >= patience else { return false }
    run.stoppedEarly = true
    return true
  }

  private func restoreBest() throws {
    guard options.restoresBest, let best, let last = run.epochs.last, best.epoch != last.epoch else { return }
    for (parameter, values) in zip(network.parameters + network.statistics, best.weights) {
      try parameter.set(try Tensor(values, parameter.shape))
    }
    run.bestEpoch = best.epoch
  }
}

/// Means over the samples seen so far.
struct RunningSums {
  private let metrics: [Metric]
  private var lossSum = 0.0
  private var samples = 0
  private var contributions: [[Double]]

  init(metrics: [Metric]) {
    self.metrics = metrics
    contributions = [[Double]](repeating: [], count: metrics.count)
  }

  mutating func add(loss: Double, observed: [[Float]], samples count: Int) {
    lossSum += loss * Double(count)
    samples += count
    for (index, values) in observed.enumerated() where contributions.indices.contains(index) {
      if contributions[index].isEmpty { contributions[index] = [Double](repeating: 0, count: values.count) }
      for (place, value) in values.enumerated() where contributions[index].indices.contains(place) {
        contributions[index][place] += Double(value)
      }
    }
  }

  var loss: Double { samples > 0 ? lossSum / Double(samples) : .nan }

  var metricValues: [(name: String, value: Double)] {
    zip(metrics, contributions).map { ($0.name, $0.value($1)) }
  }
}
