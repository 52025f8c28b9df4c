import Foundation
import TensorRuntime

/// Runs `fit`: epochs of steps over shuffled batches, with validation, early stopping and the best weights kept.
///
/// Between two steps its whole state is weights, optimizer, random streams and a ``TrainingPosition``: a checkpoint of
/// these goes on to the same bits as a training that was never interrupted.
package final class Trainer {
  let network: Network
  let data: any TrainingData
  let validation: (any TrainingData)?
  var options: TrainingOptions
  let runtime: Runtime
  let random: RandomSource
  var run = TrainingRun()
  var state = OptimizerState()
  var position: TrainingPosition
  /// Where the random streams stood after the last whole step.
  var settledStreams: [RandomPurpose: UInt64] = [:]
  var best: [[Float]]?
  var average: WeightAverage?
  private let resumed: Checkpoint.State?
  private let steering: TrainingSteering?
  private var steps: [Int: CompiledStep] = [:]
  private let sum = GradientSum()
  private var norms: [Float] = []
  /// Whether the last batch ended a group, so that weights and statistics belong together.
  private var isWhole = true
  private var lastCheckpoint = Date()
  private var runStart = Date()

  /// Prepares a training. Throws `LayerError` when data and network don't fit, before anything changes.
  package init(
    network: Network, data: any TrainingData, validation: (any TrainingData)?, options: TrainingOptions,
    runtime: Runtime, random: RandomSource, resuming resumed: Checkpoint.State? = nil,
    steering: TrainingSteering? = nil
  ) throws {
    self.network = network
    self.data = data
    self.validation = validation
    self.options = options
    self.runtime = runtime
    self.random = random
    self.resumed = resumed
    self.steering = steering
    guard data.count > 0 else { throw LayerError("there is nothing to train on: the data has no samples") }
    guard options.epochs >= 0, options.batchSize >= 1, options.accumulation >= 1 else {
      throw LayerError(
        "fit got epochs: \(options.epochs), batch: \(options.batchSize) and accumulate: \(options.accumulation), "
          + "wanted at least 0, 1 and 1")
    }
    if let resumed, resumed.position.sampleCount != data.count {
      throw LayerError(
        "the checkpoint was written while training on \(resumed.position.sampleCount) samples, and these are \(data.count)",
        fix: "give the same data, made with the same seed")
    }
    position =
      resumed?.position
      ?? TrainingPosition(
        firstEpoch: network.training.epochs + 1, lastEpoch: network.training.epochs + options.epochs,
        sampleCount: data.count)
    if resumed != nil { position.lastEpoch = position.firstEpoch + options.epochs - 1 }
    try network.build(for: data.inputShapes, random: random)
    try network.check(options.objective, for: data, batch: min(options.batchSize, data.count))
  }

  private var rule: UpdateRule { options.rule ?? network.training.rule ?? .adam() }

  /// The learning rate that training begins with.
  package var learningRate: Double { Double("\(rule.learningRate)") ?? 0 }

  /// Trains. Throws `Interrupted`, `TrainingStopped` or what data and runtime throw; the weights are then those of the
  /// last whole step.
  package func train(observer: any TrainingObserver) throws -> TrainingRun {
    let rule = self.rule
    options.rule = rule
    try prepareState(for: rule)
    observer.trainingBegan(notes: run.notes, sampleCount: data.count, epochs: options.epochs)
    runStart = Date() - position.runSeconds
    do {
      while position.epoch <= position.lastEpoch, !position.isFinished {
        try trainEpoch(observer: observer)
        isWhole = true
        if position.epoch <= position.lastEpoch, steering?.stopsAfterEpoch == true {
          run.stoppedByHand = true
          position.isFinished = true
        }
        try writeCheckpoint()
      }
      try finish()
    } catch {
      if error is Interrupted { try? writeCheckpoint() }
      observer.trainingEnded(run, error: error)
      throw error
    }
    observer.trainingEnded(run, error: nil)
    return run
  }

  private func prepareState(for rule: UpdateRule) throws {
    if let known = network.training.rule, let optimizer = network.training.optimizer, known.sameKind(as: rule)
    {
      state = optimizer
      if resumed == nil, network.training.epochs > 0 {
        run.notes.append(
          "going on after epoch \(network.training.epochs) with the same optimizer state (net.reset() starts over)"
        )
      }
    } else {
      state = OptimizerState()
      network.training.optimizer = state
    }
    network.training.rule = rule
    state.setRateFactors(try network.rateFactors(options.rates, standard: Double(rule.learningRate)))
    if let decay = options.averaging {
      let average = try WeightAverage(
        of: network.parameters + network.statistics, decay: decay, runtime: runtime)
      if let resumed, let values = resumed.average {
        try average.restore(values, stepCount: resumed.position.averageSteps)
      }
      self.average = average
    }
    if options.precision == .bfloat16, runtime.backend.support(for: .bfloat16) == .slow {
      run.notes.append("this processor multiplies bfloat16 more slowly than float32")
    }
    if let resumed {
      run.epochs = position.records
      run.batchLosses = resumed.losses
      best = resumed.best
      run.notes.append(
        position.isFinished || position.epoch > position.lastEpoch
          ? "this training was finished after epoch \(network.training.epochs): nothing is left to do"
          : "resuming epoch \(position.epoch) of \(position.lastEpoch) after batch \(position.batch)")
    }
    settledStreams = random.positions
  }

  private func trainEpoch(observer: any TrainingObserver) throws {
    let order = epochOrder()
    var sums = RunningSums(metrics: options.objective.metrics, goingOnFrom: position.sums)
    var start = Date() - position.epochSeconds
    let waitedBefore = steps.values.reduce(0) { $0 + $1.waited }
    var rate = Double(rule.learningRate)
    run.batchesPerEpoch = order.batches.count
    for number in position.batch..<max(position.batch, order.batches.count) {
      let waited = try steer(batch: number + 1, observer: observer)
      start += waited
      runStart += waited
      let current = try scheduled(rule, batch: number, of: order.batches.count)
      rate = Double("\(current.learningRate)") ?? 0
      let range = order.batches[number]
      let report = try step(number, of: order, rule: current)
      sums.add(
        loss: Double(report.loss), observed: try report.observed.map { try runtime.floats(of: $0) },
        samples: range.count)
      run.batchLosses.append(report.loss)
      norms = norms.suffix(9) + [report.gradientNorm]
      position.batch = number + 1
      position.sums = sums.sums
      position.epochSeconds = Date().timeIntervalSince(start)
      position.runSeconds = Date().timeIntervalSince(runStart)
      settledStreams = random.positions
      let progress = progress(after: range, of: order, sums: sums, report: report, rate: rate)
      observer.batchEnded(progress, run: run)
      if let onBatch = options.onBatch, try !onBatch(progress) { stop("onBatch said so") }
      if let seconds = options.stops.compactMap(\.seconds).min(), position.runSeconds >= seconds {
        stop("the time was over")
      }
      if position.isFinished { break }
      try writeCheckpointNowAndThen()
    }
    var record = EpochRecord(
      epoch: position.epoch, loss: sums.loss, metrics: sums.metricValues, validationLoss: nil,
      validationMetrics: [], seconds: position.epochSeconds,
      samplesPerSecond: Double(sums.sums.samples) / max(1e-9, position.epochSeconds), learningRate: rate)
    let waited = steps.values.reduce(0) { $0 + $1.waited } - waitedBefore
    record.waitingShare = record.seconds > 0 ? waited / record.seconds : 0
    try validate(&record)
    epochEnded(record)
    observer.epochEnded(record, run: run)
    if let onEpoch = options.onEpoch, try !onEpoch(record) { stop("onEpoch said so") }
  }

  /// The order of the epoch under way: drawn when it begins, the same when it is resumed.
  private func epochOrder() -> EpochOrder {
    var generator: Philox?
    if options.shuffles {
      generator = position.shuffle ?? random.draw(for: .shuffling)
      position.shuffle = generator
      settledStreams = random.positions
    }
    return EpochOrder(count: data.count, batchSize: options.batchSize, shuffledBy: generator)
  }

  /// The rule at this batch's learning rate.
  private func scheduled(_ rule: UpdateRule, batch: Int, of batchCount: Int) throws -> UpdateRule {
    let number = (position.epoch - position.firstEpoch) * batchCount + batch
    let total = batchCount * (position.lastEpoch - position.firstEpoch + 1)
    let warmup = options.warmup
    var rule = rule
    var factor = 1.0
    if let rate = options.rate {
      rule.learningRate = Float(try rate(number, position.epoch))
    } else {
      factor = options.schedule.factor(
        step: number - warmup, of: total - warmup, stepsPerEpoch: batchCount)
    }
    if number < warmup { factor *= Double(number + 1) / Double(warmup + 1) }
    return rule.withLearningRate(scaledBy: factor * position.plateau.factor)
  }

  /// One batch: its gradient, and a step where it ends a group.
  private func step(_ number: Int, of order: EpochOrder, rule: UpdateRule) throws -> StepReport {
    let range = order.batches[number]
    let step = try compiledStep(count: range.count, rule: rule)
    let size = options.accumulation
    let group = number / size * size..<min(order.batches.count, (number / size + 1) * size)
    let samples = group.reduce(0) { $0 + order.batches[$1].count }
    let ends = number == group.upperBound - 1
    do {
      let report = try step.run(
        indices: order.indices[range], epoch: position.epoch, rule: rule,
        next: order.indices(of: number + 1, count: range.count), into: size > 1 ? sum : nil,
        share: Float(range.count) / Float(samples), steps: ends)
      if ends { try average?.update() }
      isWhole = ends
      return report
    } catch let error as NonFiniteError {
      let place = try? network.firstNonFinite(for: step.inputs, runtime: runtime)
      throw TrainingStopped(
        error, epoch: position.epoch, batch: number + 1, rate: Double("\(rule.learningRate)") ?? 0,
        place: place, norms: norms)
    }
  }

  /// Does what was asked for since the batch before; returns the seconds that were spent waiting.
  private func steer(batch: Int, observer: any TrainingObserver) throws -> Double {
    guard let steering else { return 0 }
    let waited = try steering.waitWhilePaused(runtime.cancellation) { observer.trainingPaused(run: run) }
    if let rate = steering.takeLearningRate() {
      options.rule?.learningRate = Float(rate)
      run.rateChanges.append(RateChange(epoch: position.epoch, batch: batch, rate: rate))
    }
    return waited
  }

  private func compiledStep(count: Int, rule: UpdateRule) throws -> CompiledStep {
    if let step = steps[count] { return step }
    let step = try CompiledStep(
      network: network, data: data, count: count, options: options, rule: rule, state: state,
      runtime: runtime, random: random)
    steps[count] = step
    return step
  }

  private func progress(
    after range: Range<Int>, of order: EpochOrder, sums: RunningSums, report: StepReport, rate: Double
  ) -> TrainingProgress {
    let speed = Double(range.upperBound) / max(1e-9, position.epochSeconds)
    let remaining = data.count - range.upperBound + (position.lastEpoch - position.epoch) * data.count
    return TrainingProgress(
      epoch: position.epoch, lastEpoch: position.lastEpoch, batch: position.batch,
      batchCount: order.batches.count, samples: range.upperBound, sampleCount: data.count, loss: sums.loss,
      metrics: sums.metricValues, batchLoss: Double(report.loss), learningRate: rate,
      gradientNorm: Double(report.gradientNorm), rate: speed, secondsLeft: Double(remaining) / speed)
  }

  private func writeCheckpointNowAndThen() throws {
    guard options.checkpoint != nil, isWhole else { return }
    let isDue =
      options.checkpointInterval.map { position.batch % max(1, $0) == 0 }
      ?? (Date().timeIntervalSince(lastCheckpoint) >= options.checkpointSeconds)
    if isDue { try writeCheckpoint() }
  }

  /// Writes the state after the last whole step, where a folder is given.
  private func writeCheckpoint() throws {
    // In the middle of a group of batches there is no whole state: the checkpoint before stays.
    guard let folder = options.checkpoint, isWhole else { return }
    position.averageSteps = average?.stepCount ?? 0
    position.records = run.epochs
    try Checkpoint.write(
      network, optimizer: state, streams: settledStreams, seed: random.seed,
      state: Checkpoint.State(
        settings: options.settings, position: position, losses: run.batchLosses, best: best,
        average: try average?.values()), runtime: runtime, to: folder)
    lastCheckpoint = Date()
  }
}
