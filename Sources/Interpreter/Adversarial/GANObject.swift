import NeuralNetwork
import TensorRuntime

/// A generator and a discriminator that learn against each other, in a program.
final class GANObject: HostObject {
  let gan: GAN

  init(_ gan: GAN) { self.gan = gan }

  var text: String {
    let (made, judged) = (gan.generator.parameterCount, gan.discriminator.parameterCount)
    return "GAN(noise \(gan.noiseShape) -> \(gan.generator.trace?.outputShapes[0] ?? []), "
      + "\(TrainingText.count(made)) + \(TrainingText.count(judged)) parameters)"
  }

  private static let seed = Parameter.labelled(
    "seed", .optional(.int), "the same number gives the same noise; the session's own when left out",
    default: .nothing)
  private static let networks =
    "let g = Sequential(input: [8]) { Dense(16); Reshape(1, 4, 4) }\n"
    + "let d = Sequential(input: [1, 4, 4]) { Flatten(); Dense(1) }\n"
    + "let gan = GAN(generator: g, discriminator: d)\n"

  static let declaration = TypeDeclaration(
    "GAN", "A generator and a discriminator that learn against each other (Goodfellow et al. 2014).",
    members: [
      .method(
        "fit",
        "Trains both networks; again, it trains that many more epochs with the same optimizers. Shows losses, the "
          + "discriminator's accuracy, the diversity of the samples (near 0: all alike) and a strip of samples from the "
          + "same noise after each epoch, and warns of a collapse. Can be interrupted: both networks are then those of the "
          + "last whole step.",
        [
          .positional("data", .any, "a data set, samples, their images, or a tensor [n, c, h, w]"),
          .labelled(
            "epochs", .optional(.int),
            "how often all images are seen; 1, or what a resumed training has still to go",
            default: .nothing),
          .labelled("batch", .int, "images a step", default: .int(64)),
          .labelled("shuffle", .bool, "another order each epoch", default: .bool(true)),
          .labelled(
            "checkpoint", .optional(.string), "a folder to keep the state in after each epoch",
            default: .nothing),
          .labelled(
            "every", .optional(.int), "keeps the state after so many batches as well", default: .nothing),
          .labelled(
            "resume", .optional(.string), "a checkpoint folder to go on from, at its batch", default: .nothing
          ),
          .labelled("show", .int, "how many samples are shown after each epoch", default: .int(8)),
        ], returns: .host("GANRun"), example: networks + "gan.fit(rand(64, 1, 4, 4), batch: 16).steps"
      ) { (object: GANObject, call) in try object.fit(call) },
      .method(
        "samples", "Images that the generator makes; with classes one after the other, or those named.",
        [
          .positional("count", .int, "how many"), seed,
          .labelled("label", .optional(.ints), "the class of all, or of each", default: .nothing),
        ], returns: .tensor, shapes: "[count, c, h, w]", example: networks + "gan.samples(4, seed: 1).shape"
      ) { (object: GANObject, call) in
        let count = try object.count("count", call)
        let noise = try object.gan.noise(count, from: try object.random(call))
        return .tensor(try object.made(of: noise, call))
      },
      .method(
        "noise", "What the generator makes images of.", [.positional("count", .int, "how many"), seed],
        returns: .tensor, shapes: "[count, …]"
      ) { (object: GANObject, call) in
        .tensor(try object.gan.noise(try object.count("count", call), from: try object.random(call)))
      },
      .method(
        "interpolate",
        "Images on the way from one sample to another: the generator is given noise on the arc between theirs.",
        [
          .positional("a", .either([.int, .tensorLike]), "a seed, or one sample of noise"),
          .positional("b", .either([.int, .tensorLike]), "another"),
          .labelled("steps", .int, "how many images, both ends included", default: .int(8)),
          .labelled("label", .optional(.ints), "the class of all, or of each", default: .nothing),
        ], returns: .tensor, shapes: "[steps, c, h, w]", formula: "(sin((1 - t) φ) a + sin(t φ) b) / sin φ",
        example: networks + "gan.interpolate(1, 2, steps: 5).shape"
      ) { (object: GANObject, call) in
        let steps = try object.count("steps", call)
        let arc = try object.gan.arc(
          from: try object.noise("a", call), to: try object.noise("b", call), steps: steps)
        return .tensor(try object.made(of: arc, call))
      },
      .property("generator", .host("Model"), "Makes images of noise.") { (object: GANObject) in
        .host(ModelObject(object.gan.generator))
      },
      .property("discriminator", .host("Model"), "Tells real images from generated ones.") {
        (object: GANObject) in .host(ModelObject(object.gan.discriminator))
      },
      .property("run", .host("GANRun"), "The course of its training so far.") { (object: GANObject) in
        .host(GANRunObject(object.gan.progress))
      },
    ])

  private func count(_ name: String, _ call: Arguments) throws -> Int {
    let count = try call.int(name)
    guard (1...100_000).contains(count) else {
      throw EvaluationError("ValueError", "\(name) is a number from 1 to 100,000, got \(count)")
        .at(call.place(of: name))
    }
    return count
  }

  private func random(_ call: Arguments) throws -> Philox {
    guard let seed = try call.optionalInt("seed") else { return call.context.random.draw(for: .user) }
    return RandomSource(seed: UInt64(bitPattern: Int64(seed))).draw(for: .user)
  }

  /// One sample of noise: given, or the first of a seed.
  private func noise(_ name: String, _ call: Arguments) throws -> [Float] {
    let runtime = try call.context.runtime()
    if case .int(let seed) = call.value(name) {
      let random = RandomSource(seed: UInt64(bitPattern: Int64(seed))).draw(for: .user)
      return try runtime.floats(of: try gan.noise(1, from: random))
    }
    return try runtime.floats(of: try call.tensor(name))
  }

  private func made(of noise: Tensor, _ call: Arguments) throws -> Tensor {
    var labels: [Int]?
    if let given = try call.optionalInts("label") {
      labels = given.count == 1 ? [Int](repeating: given[0], count: noise.shape[0]) : given
    }
    return try gan.samples(from: noise, labels: labels, random: call.context.random)
  }

  private func fit(_ call: Arguments) throws -> Value {
    let context = call.context
    var options = GANTrainingOptions()
    options.epochs = try call.optionalInt("epochs")
    options.batchSize = try call.int("batch")
    options.shuffles = try call.bool("shuffle")
    options.checkpoint = try call.optionalString("checkpoint")
    options.checkpointEvery = try call.optionalInt("every")
    let shown = try call.int("show")
    guard (0...ImageStrip.rowLength).contains(shown) else {
      throw EvaluationError("ValueError", "show is a number from 0 to \(ImageStrip.rowLength), got \(shown)")
        .at(call.place(of: "show"))
    }
    if let folder = try call.optionalString("resume") {
      try gan.restoreCheckpoint(from: folder, random: context.random)
    }
    let trainer = try GANTrainer(
      gan, data: try Self.data(call), options: options, runtime: context.runtime(), random: context.random)
    let display = GANDisplay(context: context, shown: shown)
    defer { display.finish() }
    try trainer.train(observer: display)
    return .host(GANRunObject(gan.progress))
  }

  /// Images with their classes, or without where none are wanted.
  private static func data(_ call: Arguments) throws -> any TrainingData {
    switch call.value("data") {
    case .host(let images as ImagesObject): return ImageTrainingData(samples: images.samples)
    case .tensor(let images):
      return try TensorData(
        inputs: [images], targets: [try Tensor.zeros([images.shape[0]], .int32)],
        runtime: call.context.runtime()
      )
    case let other: return try DataArgument.training(other, target: .labels, call)
    }
  }
}

/// How programs make GANs.
enum AdversarialBuiltins {
  static let all: [Builtin] = [
    Builtin(
      "GAN",
      "Puts a generator and a discriminator against each other, to be trained in a line: gan.fit(data, epochs: 20). The "
        + "discriminator gives one score per image, a logit. With classes: both are Models of two inputs, the second the "
        + "class as a vector with a single 1.",
      [
        .labelled("generator", .host("Model"), "makes images of noise"),
        .labelled("discriminator", .host("Model"), "gives each image a score"),
        .labelled(
          "loss", .option(AdversarialOptions.loss), "what the two make small",
          default: .option(named: "nonSaturating")),
        .labelled(
          "optimizer", .optional(.option(NetworkOptions.optimizer)),
          "the rule of both; .adam(lr: 2e-4, beta1: 0.5), for .wasserstein .adam(lr: 1e-4, beta1: 0, beta2: 0.9)",
          default: .nothing),
        .labelled(
          "discriminatorOptimizer", .optional(.option(NetworkOptions.optimizer)),
          "the discriminator's rule, where it is another one", default: .nothing),
        .labelled(
          "steps", .optional(.int),
          "steps of the discriminator for each of the generator; 1, for .wasserstein 5",
          default: .nothing),
        .labelled("labelSmoothing", .number, "taken off the target of real images", default: .double(0)),
        .labelled("classes", .optional(.int), "how many classes the images have", default: .nothing),
      ], returns: .host("GAN"),
      example: "GAN(generator: Sequential(input: [8]) { Dense(16); Reshape(1, 4, 4) },\n"
        + "    discriminator: Sequential(input: [1, 4, 4]) { Flatten(); Dense(1) }, loss: .hinge)"
    ) { call in
      let generator: ModelObject = try call.host("generator")
      let discriminator: ModelObject = try call.host("discriminator")
      return .host(
        GANObject(
          try GAN(
            generator: generator.network, discriminator: discriminator.network,
            settings: try AdversarialOptions.settings(call))))
    },
    Builtin(
      "SpectralNorm",
      "A layer with its weights divided by their largest singular value, estimated by one power iteration a step: keeps "
        + "a discriminator's slope bounded (Miyato et al. 2018).",
      [.positional("layer", .host("Layer"), "a layer with weights")], returns: .host("Layer"),
      formula: "W / σ(W), σ = uᵀ W v", example: "SpectralNorm(Dense(3))(rand(2, 4)).shape"
    ) { call in
      let object: LayerObject = try call.host("layer")
      return .host(LayerObject(try SpectralNormLayer(object.layer)))
    },
  ]
}
