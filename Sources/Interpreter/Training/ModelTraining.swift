import Datasets
import Foundation
import NeuralNetwork
import TensorRuntime

/// Training and measuring networks: `fit`, `evaluate`, `predict`, `reset`.
enum ModelTraining {
  private static let loss = TrainingOptionFamilies.lossParameter
  private static let metrics = TrainingOptionFamilies.metricsParameter
  private static let data = Parameter.positional(
    "data", .any, "a data set, samples, or (inputs, targets); several inputs or targets as tuples")
  private static let target = Parameter.labelled(
    "target", .either([.option(SegmentationOptions.target), .any]),
    "what the samples are labelled with: .labels at first, .masks, or what a closure of a sample gives; for several "
      + "outputs one for each, (.labels, { $0.label % 2 }) or by name; for inputs given as tensors, the targets",
    default: .nothing)

  static let members: [Member] = [
    .method(
      "fit",
      "Trains the network; again, it trains that many more epochs with the same optimizer state. Can be interrupted: the "
        + "weights of the last whole step stay. A loss that is not finite stops it before it does harm. With resume: it "
        + "goes on from a checkpoint, in the middle of an epoch too, with what the training before was given, and to the "
        + "same bits as if it had never stopped.",
      [
        data, target, .labelled("epochs", .int, "how often all samples are seen", default: .int(1)),
        .labelled("batch", .int, "samples a step", default: .int(32)),
        .labelled(
          "optimizer", .optional(.option(NetworkOptions.optimizer)), "the rule of a step; .adam() at first",
          default: .nothing), loss, metrics,
        .labelled(
          "validation", .any, "samples that watch the training; those of the data set", default: .nothing),
        .labelled(
          "stop", .optional(.either([.option(NetworkOptions.stop), .array(.option(NetworkOptions.stop))])),
          "when to end early", default: .nothing),
        .labelled(
          "schedule", .either([.option(NetworkOptions.schedule), .function("(step, epoch) -> Double")]),
          "the learning rate over the training; a closure gives it for a step, counted from 0, and an epoch, from 1",
          default: .option(named: "constant")),
        .labelled(
          "warmup", .int, "steps in which the learning rate rises at the beginning", default: .int(0)),
        .labelled(
          "rates", .dictionary, "learning rates of layers instead of the optimizer's: [\"body\": 1e-5]",
          default: .dictionary(of: [])),
        .labelled(
          "weights", .optional(.tensorLike), "how much each sample counts in the loss", default: .nothing),
        .labelled("accumulate", .int, "batches whose gradients make one step together", default: .int(1)),
        .labelled(
          "averaging", .optional(.number),
          "ends with a running mean of the weights; the share of it that stays at a step: 0.999",
          default: .nothing), .labelled("shuffle", .bool, "another order each epoch", default: .bool(true)),
        .labelled(
          "precision", .option(NetworkOptions.precision),
          "what convolutions and dense layers multiply in; weights, sums, statistics and losses stay float32",
          default: .option(named: "fp32")),
        .labelled(
          "best", .bool, "ends with the weights of the best epoch, where there is validation",
          default: .bool(true)),
        .labelled(
          "onBatch", .optional(.function("(batch) -> Bool")),
          "called after each batch with (epoch, batch, loss, lr, gradient); false ends the training",
          default: .nothing),
        .labelled(
          "onEpoch", .optional(.function("(epoch) -> Bool")),
          "called after each epoch with (epoch, loss, lr, seconds), its metrics and its validation; false ends the "
            + "training", default: .nothing),
        .labelled(
          "checkpoint", .optional(.string),
          "a folder to keep the state in: after each epoch, when interrupted, and every 30 seconds",
          default: .nothing),
        .labelled(
          "checkpointEvery", .optional(.int), "batches between checkpoints instead of seconds",
          default: .nothing),
        .labelled("resume", .optional(.string), "a checkpoint folder to go on from", default: .nothing),
      ], returns: .host("Run"), rehearsal: rehearse
    ) { (model: ModelObject, call) in try fit(model, call) },
    .method(
      "evaluate",
      "Loss and metrics over all samples; nothing is learned. With tta: those of the mean output for several views of "
        + "each sample.",
      [data, target, loss, metrics] + TestTimeViews.parameters,
      returns: .host("Evaluation"), rehearsal: rehearse
    ) { (model: ModelObject, call) in
      var value = call.value("data")
      if case .host(let set as DatasetObject) = value { value = .host(SamplesObject(set.dataset.test)) }
      let target = try DataArgument.Target(call)
      let views = try TestTimeViews(of: value, call)
      if views != nil, case .masks = target {
        throw EvaluationError(
          "ValueError", "masks move with the views, so that their mean belongs to no pixel",
          fix: "net.segment(image, flips: .horizontal) averages views of a picture"
        ).at(call.place(of: "tta"))
      }
      if let views { value = .host(SamplesObject(views.samples)) }
      let data = try DataArgument.training(value, target: target, call)
      try model.network.build(for: data.inputShapes, random: call.context.random)
      let result = try model.network.evaluate(
        data, objective: try TrainingOptionFamilies.objective(for: model.network, on: data, in: call),
        views: views?.count ?? 1, runtime: call.context.runtime(), random: call.context.random)
      return .host(EvaluationObject(result, classNames: data.classNames))
    },
    .method(
      "predict",
      "The outputs for all samples, [n, …]; a tuple where there are several. With tta: the mean of what the network makes "
        + "of several views of each sample, changed at random (test-time augmentation).",
      [data] + TestTimeViews.parameters,
      inferredType: { types in if case .model(let output)? = types.first { output } else { .unknown } },
      rehearsal: rehearsePrediction
    ) { (model: ModelObject, call) in try predict(model, call) },
    .method("reset", "Forgets the training: new weights, a new optimizer.", returns: .void) {
      (model: ModelObject, call) in
      try model.network.reset(random: call.context.random)
      return .void
    },
  ]

  private static func predict(_ model: ModelObject, _ call: Arguments) throws -> Value {
    let context = call.context
    if let views = try TestTimeViews(of: call.value("data"), call) {
      return model.value(
        of: try model.network.predictions(
          for: ImageTrainingData(samples: views.samples), views: views.count, runtime: context.runtime(),
          random: context.random))
    }
    if let inputs = try DataArgument.inputs(call.value("data"), of: model.network) {
      let isSingle = zip(inputs, model.network.trace?.inputShapes ?? []).allSatisfy { $0.rank == $1.rank }
      let count = inputs.first?.shape.dimensions.first ?? 1
      if isSingle || count <= 256 {
        return model.value(of: try context.apply(model.network, to: inputs))
      }
      let data = try TensorData(inputs: inputs, targets: [], runtime: context.runtime())
      return model.value(
        of: try model.network.predictions(for: data, runtime: context.runtime(), random: context.random))
    }
    let data = try DataArgument.training(call.value("data"), target: .labels, call)
    return model.value(
      of: try model.network.predictions(for: data, runtime: context.runtime(), random: context.random))
  }

  private static func fit(_ model: ModelObject, _ call: Arguments) throws -> Value {
    let context = call.context
    let target = try DataArgument.Target(call)
    let data = try trainingData(call, target)
    let validation = try DataArgument.validation(
      call.value("data"), given: call.value("validation"), target: target, call)
    let resume = try call.optionalString("resume")
    let resumed = try resume.map {
      try Checkpoint.restore(model.network, random: context.random, from: $0)
    }
    var options = TrainingOptions()
    options.settings = try settings(goingOnWith: resumed?.settings ?? TrainingSettings(), call)
    try model.network.build(for: data.inputShapes, random: context.random)
    options.objective = try TrainingOptionFamilies.objective(for: model.network, on: data, in: call)
    options.checkpoint = try call.optionalString("checkpoint") ?? resume
    if !call.value("checkpointEvery").isNothing {
      options.checkpointInterval = try call.int("checkpointEvery")
    }
    options.rate = rate("schedule", call)
    options.onBatch = callback("onBatch", call, TrainingText.tuple(of:))
    options.onEpoch = callback("onEpoch", call, TrainingText.tuple(of:))
    let steering = TrainingSteering()
    let trainer = try Trainer(
      network: model.network, data: data, validation: validation, options: options,
      runtime: context.runtime(), random: context.random, resuming: resumed, steering: steering)
    let controls = TrainingControls(steering, learningRate: trainer.learningRate, sink: context.sink)
    let run = try trainer.train(observer: TrainingDisplay(sink: context.sink, controls: controls))
    return .host(RunObject(run))
  }

  private static func trainingData(_ call: Arguments, _ target: DataArgument.Target) throws
    -> any TrainingData
  {
    let data = try DataArgument.training(call.value("data"), target: target, call)
    guard let weights = try call.optionalTensor("weights") else { return data }
    return try WeightedData(data, weights: try call.context.runtime().floats(of: weights))
  }

  /// What the call says, and what it doesn't as the training before had it.
  private static func settings(goingOnWith before: TrainingSettings, _ call: Arguments) throws
    -> TrainingSettings
  {
    var settings = before
    if call.isGiven("epochs") { settings.epochs = try call.int("epochs") }
    if call.isGiven("batch") { settings.batchSize = try call.int("batch") }
    if let option = try call.option("optimizer") {
      settings.rule = try NetworkOptions.rule(named: option.name, option.arguments)
    }
    if call.isGiven("stop") { settings.stops = try TrainingOptionFamilies.stops("stop", in: call) }
    if call.isGiven("schedule"), !call.value("schedule").isCallable {
      settings.schedule = try TrainingOptionFamilies.schedule("schedule", in: call)
    }
    if call.isGiven("warmup") { settings.warmup = try natural("warmup", call, from: 0) }
    if call.isGiven("rates") { settings.rates = try NetworkOptions.rates("rates", in: call) }
    if call.isGiven("accumulate") { settings.accumulation = try natural("accumulate", call, from: 1) }
    if call.isGiven("averaging") { settings.averaging = try share("averaging", call) }
    if call.isGiven("shuffle") { settings.shuffles = try call.bool("shuffle") }
    if call.isGiven("precision") { settings.precision = try precision(call) }
    if call.isGiven("best") { settings.restoresBest = try call.bool("best") }
    return settings
  }

  /// The learning rate that a closure gives for a step, and an epoch where it takes two values.
  private static func rate(_ name: String, _ call: Arguments) -> ((Int, Int) throws -> Double)? {
    let function = call.value(name)
    guard function.isCallable else { return nil }
    let takesEpoch = if case .function(let code) = function { code.parameterCount > 1 } else { false }
    let (context, place) = (call.context, call.place(of: name))
    return { step, epoch in
      let value = try context.call(function, [.int(step)] + (takesEpoch ? [.int(epoch)] : []))
      var number = value.number
      if case .tensor(let tensor) = value { number = try context.runtime().item(of: tensor) }
      guard let number, number >= 0, Float(number).isFinite else {
        throw EvaluationError(
          "ValueError", "the schedule gives \(try context.text(of: value)) for step \(step)",
          fix: "it gives the learning rate: { step in 0.01 / (1 + 0.001 * step) }"
        ).at(place)
      }
      return number
    }
  }

  /// The precision that is asked for, where this processor has it.
  private static func precision(_ call: Arguments) throws -> Precision {
    guard try call.option("precision")?.name == "bf16" else { return .float32 }
    guard try call.context.runtime().backend.support(for: .bfloat16) != .none else {
      throw EvaluationError(
        "ValueError",
        "this processor can't multiply bfloat16: precision: .bf16 needs AVX-512 with BF16, or AMX",
        fix: "leave precision out: float32 is at least as exact"
      ).at(call.place(of: "precision"))
    }
    return .bfloat16
  }

  private static func natural(_ name: String, _ call: Arguments, from lowest: Int) throws -> Int {
    let value = try call.int(name)
    guard (lowest...1_000_000_000).contains(value) else {
      throw EvaluationError("ValueError", "fit needs \(name) of at least \(lowest), got \(value)")
        .at(call.place(of: name))
    }
    return value
  }

  private static func share(_ name: String, _ call: Arguments) throws -> Double? {
    guard let value = try call.optionalNumber(name) else { return nil }
    guard value >= 0, value < 1 else {
      throw EvaluationError(
        "ValueError", "fit needs \(name) between 0 and 1, got \(value)", fix: "\(name): 0.999 is usual"
      ).at(call.place(of: name))
    }
    return value
  }

  /// A closure that is told how training goes, and may end it by giving `false`.
  private static func callback<Report>(
    _ name: String, _ call: Arguments, _ describe: @escaping (Report) -> Value
  ) -> ((Report) throws -> Bool)? {
    let function = call.value(name)
    guard !function.isNothing else { return nil }
    let context = call.context
    return { report in
      if case .bool(false) = try context.call(function, [describe(report)]) { return false }
      return true
    }
  }
}
