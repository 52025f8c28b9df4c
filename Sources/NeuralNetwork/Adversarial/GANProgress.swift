import TensorRuntime

/// What one step of a GAN came to.
package struct GANStep: Sendable {
  package var discriminatorLoss: Float
  package var generatorLoss: Float
  /// The share of images that the discriminator takes for what they are.
  package var accuracy: Float
  /// How far apart generated images are, compared with real ones: about 1, and near 0 when all are alike.
  package var diversity: Float
  package var discriminatorGradient: Float
  package var generatorGradient: Float

  /// The numbers in the order in which checkpoints keep them.
  var numbers: [Float] {
    [discriminatorLoss, generatorLoss, accuracy, diversity, discriminatorGradient, generatorGradient]
  }
  static let width = 6

  init(_ numbers: [Float]) {
    discriminatorLoss = numbers[0]
    generatorLoss = numbers[1]
    accuracy = numbers[2]
    diversity = numbers[3]
    discriminatorGradient = numbers[4]
    generatorGradient = numbers[5]
  }
}

/// How far the training of a GAN has come, over all calls of `fit`.
package struct GANProgress {
  /// Whole epochs.
  package var epochs = 0
  /// Batches of the epoch under way.
  package var batches = 0
  /// The generator of the order in which that epoch sees its samples, once it has begun.
  var order: Philox?
  /// The epoch at which the `fit` under way ends.
  var lastEpoch = 0
  /// Batches over all epochs: every so many of them move the generator too.
  var discriminatorSteps = 0
  /// Every step of the generator.
  package var steps: [GANStep] = []

  /// Makes the progress of a GAN that was never trained.
  package init() {}

  /// What goes wrong, judging by the last steps; `nil` while nothing does.
  package var warning: String? {
    let window = 100
    // Images of a generator that has hardly begun are all alike.
    guard steps.count >= 3 * window else { return nil }
    let last = steps.suffix(window)
    func mean(_ number: (GANStep) -> Float) -> Float { last.reduce(0) { $0 + number($1) } / Float(window) }
    if mean(\.diversity) < 0.2 {
      return "the generator may have collapsed: its images are far more alike than real ones (diversity "
        + "\((mean(\.diversity) * 100).rounded() / 100)); a lower learning rate, another loss or labelSmoothing may help"
    }
    if mean(\.accuracy) > 0.99 {
      return "the discriminator is always right, so the generator learns little; give it fewer filters, "
        + "labelSmoothing: 0.1 or a lower learning rate"
    }
    return nil
  }
}

/// Told how the training of a GAN goes, on the evaluation thread.
package protocol GANObserver: AnyObject {
  /// A step of the generator ended.
  func stepEnded(_ gan: GAN, batch: Int, of batchCount: Int, epoch: Int, lastEpoch: Int)
  /// An epoch ended.
  func epochEnded(_ gan: GAN, seconds: Double, sampleCount: Int) throws
}
