import Foundation
import JSON
import NeuralNetwork
import TensorRuntime
import Testing

/// Networks that learn against each other: who changes what, and what the losses are worth.
@Suite struct AdversarialTests {
  private let bench = Bench()

  private func numbers(_ parameters: [Parameter]) throws -> [[Float]] {
    try parameters.map { try bench.runtime.floats(of: $0.tensor) }
  }

  private func state(_ network: Network) throws -> [[Float]] {
    try numbers(network.parameters + network.statistics)
  }

  /// A small DCGAN of 8×8 images, batch norm on both sides.
  private func pair() throws -> (g: Network, d: Network) {
    var up = ConvolutionTransposeLayer.Settings(filters: 1, kernel: [4])
    up.stride = [2]
    up.padding = [1]
    up.activation = .sigmoid
    let g = try bench.sequential(
      [6],
      [
        DenseLayer(64, activation: .relu), ReshapeLayer([4, 4, 4]), BatchNormLayer(),
        ConvolutionTransposeLayer(up),
      ])
    let d = try bench.sequential(
      [1, 8, 8],
      [
        bench.conv(4, 4, stride: 2, padding: .amounts([1]), activation: .leakyRelu(0.2)), BatchNormLayer(),
        FlattenLayer(), DenseLayer(1),
      ])
    return (g, d)
  }

  private func images(_ count: Int) throws -> TensorData {
    try TensorData(
      inputs: [try Tensor.uniform([count, 1, 8, 8], random: Philox(seed: 4, stream: 1))],
      targets: [try Tensor.zeros([count], .int32)], runtime: bench.runtime)
  }

  private func step(_ optimizer: Optimizer, _ loss: (Pass) throws -> Tensor) throws {
    let pass = Pass(isTraining: true, random: bench.random)
    _ = try optimizer.minimize(loss(pass), pass: pass, runtime: bench.runtime)
  }

  @Test func eachOptimizerChangesOnlyItsOwn() throws {
    let (g, d) = try pair()
    let optG = Optimizer(rule: .adam(beta1: 0.5), networks: [g])
    let optD = Optimizer(rule: .adam(beta1: 0.5), networks: [d])
    let real = try Tensor.uniform([5, 1, 8, 8], random: Philox(seed: 1, stream: 1))
    for round in 0..<3 {
      let z = try Tensor.normal([5, 6], random: Philox(seed: 2, stream: UInt64(round)))
      let (g0, d0) = (try state(g), try state(d))
      try step(optD) { pass in
        let fake = try g.apply(to: [z], in: pass).detached()
        return try Loss.bce.value(d.apply(to: [real], in: pass), .scalar(1))
          + Loss.bce.value(d.apply(to: [fake], in: pass), .scalar(0))
      }
      #expect(try state(g) == g0)
      let d1 = try state(d)
      #expect(zip(d0, d1).allSatisfy { $0 != $1 })
      try step(optG) { pass in
        try Loss.bce.value(d.apply(to: [g.apply(to: [z], in: pass)], in: pass), .scalar(1))
      }
      #expect(try state(d) == d1)
      #expect(zip(g0, try state(g)).allSatisfy { $0 != $1 })
    }
  }

  @Test func aFrozenDiscriminatorStaysBitByBit() throws {
    let (g, d) = try pair()
    let frozen = try d.frozen()
    let optimizer = Optimizer(rule: .adam(), networks: [g, frozen])
    let before = try state(d)
    let g0 = try state(g)
    for round in 0..<5 {
      let z = try Tensor.normal([5, 6], random: Philox(seed: 2, stream: UInt64(round)))
      try step(optimizer) { pass in
        try Loss.bce.value(frozen.apply(to: [g.apply(to: [z], in: pass)], in: pass), .scalar(1))
      }
    }
    #expect(try state(d) == before)
    #expect(try state(g) != g0)
  }

  /// Two batches in one step move the running mean twice: m ← 0.9 (0.9 m + 0.1 a) + 0.1 b.
  @Test func statisticsCountEveryBatchOfAStep() throws {
    let net = try bench.sequential([1], [BatchNormLayer(), DenseLayer(1)])
    let a = try Tensor([Float(1), 3], [2, 1])
    let b = try Tensor([Float(10), 20], [2, 1])
    try step(Optimizer(rule: .sgd(learningRate: 0.1), networks: [net])) { pass in
      try net.apply(to: [a], in: pass).sum() + net.apply(to: [b], in: pass).sum()
    }
    let statistics = try numbers(net.statistics)
    #expect(abs(statistics[0][0] - (0.9 * 0.2 + 0.1 * 15)) < 1e-5)
    // The unbiased variances are 2 and 50.
    #expect(abs(statistics[1][0] - (0.9 * (0.9 + 0.2) + 0.1 * 50)) < 1e-5)
  }

  /// The data are normal numbers around (2, −1); after training so is what the generator makes.
  @Test(arguments: [
    AdversarialLoss.nonSaturating, .leastSquares, .hinge, .wasserstein(penalty: 1),
  ])
  func everyLossFindsWhereTheDataAre(_ loss: AdversarialLoss) throws {
    let g = try bench.sequential([2], [DenseLayer(16, activation: .leakyRelu(0.2)), DenseLayer(2)])
    let d = try bench.sequential([2], [DenseLayer(32, activation: .leakyRelu(0.2)), DenseLayer(1)])
    var settings = GAN.Settings()
    settings.loss = loss
    settings.generatorRule = .adam(learningRate: 2e-3, beta1: 0.5, beta2: 0.9)
    settings.discriminatorRule = settings.generatorRule
    if loss == .wasserstein(penalty: 1) { settings.discriminatorSteps = 3 }
    let gan = try GAN(generator: g, discriminator: d, settings: settings)
    let spread = try Tensor.normal([512, 2], deviation: 0.3, random: Philox(seed: 9, stream: 1))
    let data = try TensorData(
      inputs: [try spread + Tensor([Float(2), -1], [2])], targets: [try Tensor.zeros([512], .int32)],
      runtime: bench.runtime)
    var options = GANTrainingOptions()
    // A critic needs to be ahead of its generator; the generator then moves at every third batch only.
    options.epochs = loss == .wasserstein(penalty: 1) ? 90 : 60
    try GANTrainer(gan, data: data, options: options, runtime: bench.runtime, random: bench.random)
      .train(observer: GANWatcher())
    let made = try gan.samples(from: gan.noise(256, from: Philox(seed: 1, stream: 1)), random: bench.random)
    let mean = try bench.runtime.floats(of: made.mean(axes: [0]))
    #expect(abs(mean[0] - 2) < 0.5 && abs(mean[1] + 1) < 0.5, "the mean is \(mean)")
    #expect(gan.progress.steps.count == 8 * gan.progress.epochs / settings.discriminatorSteps)
  }

  /// The slope of a linear score is its weights everywhere: (√(3² + 4²) − 1)² = 16.
  @Test func thePenaltyOfALinearScoreIsKnown() throws {
    let weights = try Tensor([Float(3), 4], [1, 2])
    let penalty = try Tensor.gradientPenalty(
      real: Tensor([Float(1), 2, 3, 4], [2, 2]), fake: Tensor.zeros([2, 2]), mix: Philox(seed: 1, stream: 1)
    ) { try $0.dense(weights) }
    #expect(abs(try bench.runtime.item(of: penalty) - 16) < 1e-4)
  }

  /// Points (0, 0), (3, 4), (3, 5): the nearest others are 5, 1 and 1 away.
  @Test func distancesToTheNearestAreKnown() throws {
    let points = try Tensor([Float(0), 0, 3, 4, 3, 5], [3, 2])
    #expect(abs(try bench.runtime.item(of: points.nearestDistance()) - 7.0 / 3) < 1e-4)
    #expect(try bench.runtime.item(of: Tensor.ones([4, 7]).nearestDistance()) < 1e-2)
  }

  /// W = diag(3, 1) has the largest singular value 3: divided by it, (1, 0) stays and (0, 1) becomes a third.
  @Test func spectralNormDividesByTheLargestSingularValue() throws {
    let layer = try SpectralNormLayer(DenseLayer(2, bias: false))
    let net = try bench.sequential([2], [layer])
    try net.parameters[0].set(Tensor([Float(3), 0, 0, 1], [2, 2]))
    let optimizer = Optimizer(rule: .sgd(learningRate: 1e-9), networks: [net])
    let x = try Tensor([Float(1), 0, 0, 1], [2, 2])
    for _ in 0..<30 { try step(optimizer) { try net.apply(to: [x], in: $0).sum() } }
    let pass = Pass(isTraining: false, random: bench.random)
    let y = try bench.runtime.floats(of: net.apply(to: [x], in: pass))
    for (found, wanted) in zip(y, [1, 0, 0, 1.0 / 3]) { #expect(abs(Double(found) - wanted) < 1e-4) }
    #expect(net.namedStatistics.map(\.path) == ["dense1.u"])

    let path = NSTemporaryDirectory() + "spectral-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try net.save(to: path, runtime: bench.runtime)
    let loaded = try Network.load(from: path)
    #expect(try bench.runtime.floats(of: loaded.apply(to: [x], in: pass)) == y)
    #expect(throws: LayerError.self) { try SpectralNormLayer(BatchNormLayer()) }
    #expect(throws: LayerError.self) { try bench.sequential([2], [SpectralNormLayer(FlattenLayer())]) }
  }

  private func train(
    _ gan: GAN, _ data: TensorData, _ random: RandomSource, epochs: Int?, folder: String? = nil
  )
    throws
  {
    var options = GANTrainingOptions()
    options.epochs = epochs
    options.batchSize = 16
    options.checkpoint = folder
    options.checkpointEvery = 3
    try GANTrainer(gan, data: data, options: options, runtime: bench.runtime, random: random)
      .train(observer: GANWatcher())
  }

  @Test func aCheckpointInTheMiddleGoesOnBitByBit() throws {
    let folder = NSTemporaryDirectory() + "gan-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try images(70)
    func make() throws -> GAN {
      let (g, d) = try pair()
      return try GAN(generator: g, discriminator: d, settings: GAN.Settings())
    }
    let whole = try make()
    let random = RandomSource(seed: 7)
    let stopping = Stopping(after: 8)
    let straight = try make()
    for (a, b) in zip(straight.generator.parameters, whole.generator.parameters) { try a.set(b.tensor) }
    for (a, b) in zip(straight.discriminator.parameters, whole.discriminator.parameters) {
      try a.set(b.tensor)
    }
    try train(straight, data, RandomSource(seed: 7), epochs: 3)

    var options = GANTrainingOptions()
    options.epochs = 3
    options.batchSize = 16
    options.checkpoint = folder
    options.checkpointEvery = 3
    stopping.token = bench.token
    #expect(throws: Interrupted.self) {
      try GANTrainer(whole, data: data, options: options, runtime: bench.runtime, random: random)
        .train(observer: stopping)
    }
    bench.token.reset()

    let again = try make()
    let fresh = RandomSource(seed: 99)
    try again.restoreCheckpoint(from: folder, random: fresh)
    #expect(again.progress.epochs == 1 && again.progress.batches == 3)
    try train(again, data, fresh, epochs: nil)
    #expect(again.progress.epochs == 3)
    #expect(try state(again.generator) == state(straight.generator))
    #expect(try state(again.discriminator) == state(straight.discriminator))
    #expect(again.progress.steps.map(\.generatorLoss) == straight.progress.steps.map(\.generatorLoss))

    let other = try GAN(
      generator: bench.sequential([6], [DenseLayer(64), ReshapeLayer([1, 8, 8])]), discriminator: pair().d,
      settings: GAN.Settings())
    let before = try state(other.generator)
    #expect(throws: ModelFileError.self) { try other.restoreCheckpoint(from: folder, random: fresh) }
    #expect(try state(other.generator) == before)
  }

  @Test func anInterruptKeepsBothNetworksWhole() throws {
    let (g, d) = try pair()
    let gan = try GAN(generator: g, discriminator: d, settings: GAN.Settings())
    let stopping = Stopping(after: 5)
    stopping.token = bench.token
    var kept: [[Float]] = []
    stopping.onStop = { kept = try self.state(g) + self.state(d) }
    let data = try images(96)
    var options = GANTrainingOptions()
    options.batchSize = 16
    #expect(throws: Interrupted.self) {
      try GANTrainer(gan, data: data, options: options, runtime: bench.runtime, random: bench.random)
        .train(observer: stopping)
    }
    bench.token.reset()
    #expect(try state(g) + state(d) == kept)
    try train(gan, data, bench.random, epochs: nil)
    #expect(gan.progress.epochs == 1)
  }

  @Test func networksThatDoNotFitAreErrors() throws {
    let (g, d) = try pair()
    func message(_ generator: Network, _ discriminator: Network, classes: Int? = nil) -> String {
      var settings = GAN.Settings()
      settings.classCount = classes
      do {
        _ = try GAN(generator: generator, discriminator: discriminator, settings: settings)
        return ""
      } catch { return "\((error as? LayerError)?.message ?? "\(error)")" }
    }
    #expect(message(g, d) == "")
    #expect(message(d, g) == "the generator gives [1], the discriminator takes [6]")
    #expect(
      message(g, try bench.sequential([1, 8, 8], [FlattenLayer(), DenseLayer(2)]))
        == "the discriminator gives [2], wanted one score per image")
    #expect(message(g, d, classes: 3) == "a GAN with classes wants a generator of 2 inputs, got 1")
  }
}

/// Watches and does nothing.
final class GANWatcher: GANObserver {
  func stepEnded(_ gan: GAN, batch: Int, of batchCount: Int, epoch: Int, lastEpoch: Int) {}
  func epochEnded(_ gan: GAN, seconds: Double, sampleCount: Int) {}
}

/// Interrupts after so many steps of the generator.
private final class Stopping: GANObserver {
  private let limit: Int
  var token: CancellationToken?
  var onStop: () throws -> Void = {}

  init(after limit: Int) { self.limit = limit }

  func stepEnded(_ gan: GAN, batch: Int, of batchCount: Int, epoch: Int, lastEpoch: Int) {
    guard gan.progress.steps.count == limit else { return }
    try? onStop()
    token?.cancel()
  }
  func epochEnded(_ gan: GAN, seconds: Double, sampleCount: Int) {}
}
