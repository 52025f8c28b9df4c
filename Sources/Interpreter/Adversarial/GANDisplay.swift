import NeuralNetwork
import TensorRuntime

/// Shows the training of a GAN: its numbers as they move, and samples from the same noise after each epoch.
final class GANDisplay: GANObserver {
  private let context: EvaluationContext
  private let shown: Int
  private let numbers: LiveDisplay
  private let strip = ImageStrip()
  private var trouble: GANTrouble?

  init(context: EvaluationContext, shown: Int) {
    self.context = context
    self.shown = shown
    numbers = LiveDisplay(style: context.figureStyle)
  }

  func stepEnded(_ gan: GAN, batch: Int, of batchCount: Int, epoch: Int, lastEpoch: Int) {
    guard let step = gan.progress.steps.last else { return }
    numbers.add(
      [
        ("D", Double(step.discriminatorLoss)), ("G", Double(step.generatorLoss)),
        ("accuracy", Double(step.accuracy)), ("diversity", Double(step.diversity)),
      ], remark: "epoch \(epoch)/\(lastEpoch), batch \(batch)/\(batchCount)", to: context.sink)
  }

  func epochEnded(_ gan: GAN, seconds: Double, sampleCount: Int) throws {
    // Once for each kind, not at each epoch at which it is still so.
    if let found = gan.progress.trouble, found != trouble, let warning = gan.progress.warning {
      context.sink.write("warning: \(warning)\n", to: .stderr)
    }
    trouble = gan.progress.trouble
    let front = context.sink.capabilities
    // A log of text alone would fill up with characters that nobody reads as images.
    guard shown > 0, front.showsPictures || front.progress != .log else { return }
    let noise = try gan.noise(shown, from: RandomSource(seed: 1).draw(for: .user))
    let samples = try gan.samples(from: noise, random: context.random)
    guard let tiles = try Tiles.images(of: .tensor(samples), context: context) else { return }
    try strip.add(tiles, caption: "epoch \(gan.progress.epochs)", scale: nil, context: context)
  }

  /// Shows the last numbers.
  func finish() { numbers.finish(on: context.sink) }
}
