import Foundation
import NeuralNetwork
import TensorRuntime

/// Training and measuring networks: `fit`, `evaluate`, `predict`, `reset`.
enum ModelTraining {
  private static let loss = Parameter.labelled(
    "loss", .either([.option(TrainingOptionFamilies.loss), .function("(output, target) -> Tensor")]),
    "what training makes small", default: .option(named: "crossEntropy"))
  private static let metrics = Parameter.labelled(
    "metrics",
    .array(.either([.option(TrainingOptionFamilies.metric), .function("(output, target) -> Tensor")])),
    "what is measured as well", default: .array(of: [.option(named: "accuracy")]))
  private static let data = Parameter.positional("data", .any, "a data set, samples, or (inputs, targets)")
  private static let target = Parameter.labelled(
    "target", .any, "the targets, for inputs given as tensors", default: .nothing)

  static let members: [Member] = [
    .method(
      "fit",
      "Trains the network; again, it trains that many more epochs with the same optimizer state. Can be interrupted: the "
        + "weights of the last whole step stay. A loss that is not finite stops it before it does harm.",
      [
        data, target, .labelled("epochs", .int, "how often all samples are seen", default: .int(1)),
        .labelled("batch", .int, "samples a step", default: .int(32)),
        .labelled(
          "optimizer", .optional(.option(NetworkOptions.optimizer)), "the rule of a step; .adam() at first",
          default: .nothing), loss, metrics,
        .labelled(
          "validation", .any, "samples that watch the training; those of the data set", default: .nothing),
        .labelled("stop", .optional(.option(NetworkOptions.stop)), "when to end early", default: .nothing),
        .labelled(
          "schedule", .option(NetworkOptions.schedule), "the learning rate over the training",
          default: .option(named: "constant")),
        .labelled("shuffle", .bool, "another order each epoch", default: .bool(true)),
        .labelled(
          "checkpoint", .optional(.string), "a folder to keep the state in after each epoch",
          default: .nothing),
        .labelled("resume", .optional(.string), "a checkpoint folder to go on from", default: .nothing),
      ], returns: .host("Run")
    ) { (model: ModelObject, call) in try fit(model, call) },
    .method(
      "evaluate", "Loss and metrics over all samples; nothing is learned.", [data, target, loss, metrics],
      returns: .host("Evaluation")
    ) { (model: ModelObject, call) in
      var value = call.value("data")
      if case .host(let set as DatasetObject) = value { value = .host(SamplesObject(set.dataset.test)) }
      let data = try DataArgument.training(value, target: call.value("target"), call)
      let result = try model.network.evaluate(
        data, loss: try TrainingOptionFamilies.loss("loss", in: call),
        metrics: try TrainingOptionFamilies.metrics("metrics", in: call), runtime: call.context.runtime(),
        random: call.context.random)
      return .host(EvaluationObject(result))
    },
    .method(
      "predict", "The outputs for all samples, [n, …].", [data], returns: .tensor
    ) { (model: ModelObject, call) in
      if case .tensor(let x) = call.value("data") {
        return .tensor(try call.context.apply(model.network, to: [x])[0])
      }
      let data = try DataArgument.training(call.value("data"), target: .nothing, call)
      return .tensor(
        try model.network.predictions(for: data, runtime: call.context.runtime(), random: call.context.random)
      )
    },
    .method("reset", "Forgets the training: new weights, a new optimizer.", returns: .void) {
      (model: ModelObject, call) in
      try model.network.reset(random: call.context.random)
      return .void
    },
  ]

  private static func fit(_ model: ModelObject, _ call: Arguments) throws -> Value {
    let context = call.context
    var options = TrainingOptions()
    options.epochs = try call.int("epochs")
    options.batchSize = try call.int("batch")
    options.rule = try call.option("optimizer").map { try NetworkOptions.rule(named: $0.name, $0.arguments) }
    options.loss = try TrainingOptionFamilies.loss("loss", in: call)
    options.metrics = try TrainingOptionFamilies.metrics("metrics", in: call)
    options.patience = try call.option("stop")?.arguments.int("patience")
    options.shuffles = try call.bool("shuffle")
    options.checkpoint = try call.optionalString("checkpoint")
    switch try call.option("schedule") {
    case let option? where option.name == "step":
      options.schedule = .step(
        epochs: try option.arguments.int("epochs"), factor: try option.arguments.number("factor"))
    case let option?:
      options.schedule = option.name == "cosine" ? .cosine : option.name == "oneCycle" ? .oneCycle : .constant
    case nil: break
    }
    if let folder = try call.optionalString("resume") {
      try Checkpoint.restore(model.network, random: context.random, from: folder)
    }
    let data = try DataArgument.training(call.value("data"), target: call.value("target"), call)
    let validation = try DataArgument.validation(call.value("data"), given: call.value("validation"), call)
    let steering = TrainingSteering()
    let trainer = try Trainer(
      network: model.network, data: data, validation: validation, options: options,
      runtime: context.runtime(), random: context.random, steering: steering)
    let controls = TrainingControls(steering, learningRate: trainer.learningRate, sink: context.sink)
    let run = try trainer.train(observer: TrainingDisplay(sink: context.sink, controls: controls))
    return .host(RunObject(run))
  }
}
