import TensorRuntime

/// The two steps of a GAN for one batch size: their graphs are built once, each run is given a new batch and draws new
/// noise.
final class GANSteps {
  private let discriminatorStep: PreparedStep
  private let generatorStep: PreparedStep
  private let batch: BatchBuffers
  private let random: RandomSource
  private let hasClasses: Bool

  init(_ gan: GAN, data: any TrainingData, count: Int, runtime: Runtime, random: RandomSource) throws {
    self.random = random
    let batch = try BatchBuffers(data: data, count: count)
    self.batch = batch
    let settings = gan.settings
    hasClasses = settings.classCount != nil
    let labels = Tensor.placeholder(batch.targetTypes[0].shape, batch.targetTypes[0].elementType)
    let classes = try settings.classCount.map { [try labels.oneHot(depth: $0).cast(.float32)] } ?? []
    // Recording draws no numbers of the session: how often a step is compiled must not shift its random streams.
    let local = RandomSource()
    func fakes(_ pass: Pass) throws -> Tensor {
      let noise = try gan.noise(count, from: local.draw(for: .user))
      return try gan.generator.apply(to: [noise] + classes, in: pass)
    }
    func score(_ images: Tensor, _ pass: Pass) throws -> Tensor {
      try gan.discriminator.apply(to: [images] + classes, in: pass)
    }

    let judging = Pass(isTraining: true, random: local)
    let real = Tensor.placeholder(batch.inputTypes[0].shape)
    let fake = try fakes(judging).detached()
    let (realScore, fakeScore) = (try score(real, judging), try score(fake, judging))
    var loss = try settings.loss.ofDiscriminator(
      real: realScore, fake: fakeScore, smoothing: settings.labelSmoothing)
    if case .wasserstein(let penalty) = settings.loss, penalty > 0 {
      // Images that are neither real nor generated leave the statistics alone.
      let aside = Pass(isTraining: true, random: local)
      loss =
        try loss
        + Tensor.gradientPenalty(real: real, fake: fake, mix: local.draw(for: .user)) { try score($0, aside) }
        * penalty
    }
    discriminatorStep = try runtime.prepareStep(
      loss: loss, placeholders: [real] + (hasClasses ? [labels] : []),
      parameters: gan.discriminator.trainable.parameters, rule: settings.discriminatorRule,
      state: gan.discriminatorState, alongside: judging.takeStatistics(of: [gan.discriminator]),
      observing: [
        try settings.loss.accuracy(real: realScore, fake: fakeScore), try fake.nearestDistance(),
        try real.nearestDistance(),
      ])

    let making = Pass(isTraining: true, random: local)
    generatorStep = try runtime.prepareStep(
      loss: try settings.loss.ofGenerator(fake: score(fakes(making), making)),
      placeholders: hasClasses ? [labels] : [], parameters: gan.generator.trainable.parameters,
      rule: settings.generatorRule, state: gan.generatorState,
      alongside: making.takeStatistics(of: [gan.generator]))
  }

  /// A step of the discriminator on real images; observed are its accuracy and how far apart generated and real images
  /// are.
  func moveDiscriminator(data: any TrainingData, indices: ArraySlice<Int>, epoch: Int) throws -> StepReport {
    try batch.fill(from: data, indices: indices, epoch: epoch)
    let tensors = batch.tensors
    return try discriminatorStep.run(hasClasses ? tensors : [tensors[0]]) { random.draw(for: .dropout) }
  }

  /// A step of the generator, with the classes of the batch before.
  func moveGenerator() throws -> StepReport {
    try generatorStep.run(hasClasses ? [batch.tensors[1]] : []) { random.draw(for: .dropout) }
  }
}
