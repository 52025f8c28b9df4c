import Foundation
import TensorRuntime

/// How `fit` trains a GAN.
package struct GANTrainingOptions {
  /// How many epochs more; `nil` for one, or for those a resumed training still has to go.
  package var epochs: Int?
  package var batchSize = 64
  /// Whether samples are put in another order each epoch.
  package var shuffles = true
  /// A folder in which the state is kept after each epoch.
  package var checkpoint: String?
  /// After how many batches it is kept as well.
  package var checkpointEvery: Int?

  /// Makes the defaults.
  package init() {}
}

/// Runs `fit` of a GAN: steps of the discriminator over batches of real images, with a step of the generator after
/// every so many.
package final class GANTrainer {
  private let gan: GAN
  private let data: any TrainingData
  private let options: GANTrainingOptions
  private let runtime: Runtime
  private let random: RandomSource
  private var steps: [Int: GANSteps] = [:]
  private var last = GANStep([Float](repeating: 0, count: GANStep.width))

  /// Prepares a training. Throws `LayerError` when the data don't fit, before anything changes.
  package init(
    _ gan: GAN, data: any TrainingData, options: GANTrainingOptions, runtime: Runtime, random: RandomSource
  ) throws {
    (self.gan, self.data, self.options) = (gan, data, options)
    (self.runtime, self.random) = (runtime, random)
    let wanted = gan.discriminator.trace?.inputShapes.first
    guard data.count > 1, data.inputShapes.count == 1, data.inputShapes[0] == wanted else {
      throw LayerError(
        "the discriminator takes images \(wanted ?? []), got \(data.count) of \(data.inputShapes.first ?? [])"
      )
    }
    guard gan.settings.classCount == nil || data.targetTypes == [TensorType([], .int32)] else {
      throw LayerError(
        "a GAN with classes wants images with class numbers, got targets \(data.targetTypes[0])")
    }
    guard options.epochs ?? 1 >= 0, options.batchSize >= 2, options.checkpointEvery ?? 1 >= 1 else {
      throw LayerError(
        "fit needs epochs of at least 0, a batch of at least 2 and checkpoints every 1 batch or more")
    }
  }

  /// Trains. Throws `Interrupted`, `TrainingStopped` or what data and runtime throw; both networks are then those of
  /// the last whole step.
  package func train(observer: any GANObserver) throws {
    let pending = max(0, gan.progress.lastEpoch - gan.progress.epochs)
    gan.progress.lastEpoch = gan.progress.epochs + (options.epochs ?? (pending > 0 ? pending : 1))
    while gan.progress.epochs < gan.progress.lastEpoch { try trainEpoch(observer) }
  }

  private func trainEpoch(_ observer: any GANObserver) throws {
    if gan.progress.order == nil, options.shuffles { gan.progress.order = random.draw(for: .shuffling) }
    let order = EpochOrder(count: data.count, batchSize: options.batchSize, shuffledBy: gan.progress.order)
    let start = Date()
    let first = min(gan.progress.batches, order.batches.count)
    for number in first..<order.batches.count {
      try trainBatch(order.indices[order.batches[number]], number: number + 1)
      gan.progress.batches = number + 1
      if gan.progress.discriminatorSteps % gan.settings.discriminatorSteps == 0 {
        observer.stepEnded(
          gan, batch: number + 1, of: order.batches.count, epoch: gan.progress.epochs + 1,
          lastEpoch: gan.progress.lastEpoch)
      }
      if let every = options.checkpointEvery, (number + 1) % every == 0, number + 1 < order.batches.count {
        try keep()
      }
    }
    gan.progress.epochs += 1
    gan.progress.batches = 0
    gan.progress.order = nil
    try keep()
    let samples = order.batches[first...].reduce(0) { $0 + $1.count }
    try observer.epochEnded(gan, seconds: Date().timeIntervalSince(start), sampleCount: samples)
  }

  private func keep() throws {
    guard let folder = options.checkpoint else { return }
    try gan.writeCheckpoint(to: folder, random: random, runtime: runtime)
  }

  private func trainBatch(_ indices: ArraySlice<Int>, number: Int) throws {
    let compiled = try compiledSteps(indices.count)
    do {
      let judged = try compiled.moveDiscriminator(
        data: data, indices: indices, epoch: gan.progress.epochs + 1)
      gan.progress.discriminatorSteps += 1
      last.discriminatorLoss = judged.loss
      last.discriminatorGradient = judged.gradientNorm
      last.accuracy = try runtime.floats(of: judged.observed[0])[0]
      let distances = try judged.observed.dropFirst().map { try runtime.floats(of: $0)[0] }
      last.diversity = distances[1] > 0 ? distances[0] / distances[1] : 1
      guard gan.progress.discriminatorSteps % gan.settings.discriminatorSteps == 0 else { return }
      let made = try compiled.moveGenerator()
      last.generatorLoss = made.loss
      last.generatorGradient = made.gradientNorm
      gan.progress.steps.append(last)
    } catch let error as NonFiniteError {
      let rate = gan.settings.discriminatorRule.learningRate
      throw TrainingStopped(
        error, epoch: gan.progress.epochs + 1, batch: number, rate: Double("\(rate)") ?? 0)
    }
  }

  private func compiledSteps(_ count: Int) throws -> GANSteps {
    if let known = steps[count] { return known }
    let made = try GANSteps(gan, data: data, count: count, runtime: runtime, random: random)
    steps[count] = made
    return made
  }
}
