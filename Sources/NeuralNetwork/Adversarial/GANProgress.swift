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

/// What can go wrong between the two networks of a GAN.
package enum GANTrouble: Hashable, Sendable {
  /// The generator makes nearly the same image of any noise.
  case collapse
  /// The discriminator is never mistaken.
  case alwaysRight
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

  /// How many of the last steps are judged.
  private static let window = 100

  /// What goes wrong, judging by the last steps; `nil` while nothing does.
  package var trouble: GANTrouble? {
    // Images of a generator that has hardly begun are all alike.
    guard steps.count >= 3 * Self.window else { return nil }
    if recent(\.diversity) < 0.2 { return .collapse }
    return recent(\.accuracy) > 0.99 ? .alwaysRight : nil
  }

  /// What goes wrong, and what may help, in words.
  package var warning: String? {
    switch trouble {
    case .collapse:
      "the generator may have collapsed: its images are far more alike than real ones (diversity "
        + "\((recent(\.diversity) * 100).rounded() / 100)); a lower learning rate, another loss or labelSmoothing may help"
    case .alwaysRight:
      "the discriminator is always right, so the generator learns little; give it fewer filters, "
        + "labelSmoothing: 0.1 or a lower learning rate"
    case nil: nil
    }
  }

  private func recent(_ number: (GANStep) -> Float) -> Float {
    steps.suffix(Self.window).reduce(0) { $0 + number($1) } / Float(Self.window)
  }
}

/// Told how the training of a GAN goes, on the evaluation thread.
package protocol GANObserver: AnyObject {
  /// A step of the generator ended.
  func stepEnded(_ gan: GAN, batch: Int, of batchCount: Int, epoch: Int, lastEpoch: Int)
  /// An epoch ended.
  func epochEnded(_ gan: GAN, seconds: Double, sampleCount: Int) throws
}
