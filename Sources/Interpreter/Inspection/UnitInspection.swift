import Datasets
import NeuralNetwork
import TensorRuntime
import Visualization

/// Looking at single units and at whole layers over many samples.
enum UnitInspection {
  private static let data = Parameter.positional("data", .any, "samples; a data set stands for its test part")
  private static let at = Parameter.labelled("at", .string, "the layer's name, as summary() shows it")
  private static let unit = Parameter.labelled("unit", .int, "which channel, or which number of a flat layer")

  static let members: [Member] = [
    .method(
      "patches",
      "The patches of different images that excite a unit most, each as large as what the unit sees "
        + "(Zeiler and Fergus 2014).",
      [data, at, unit, .labelled("count", .int, "how many", default: .int(9))], returns: .host("Patches")
    ) { (model: ModelObject, call) in .host(try PatchesObject(model, call)) },
    .method(
      "maximize",
      "An image that excites a unit: gradient ascent from grey noise (Erhan and others 2009).",
      [
        at, unit, .labelled("steps", .int, "how many steps", default: .int(64)),
        .labelled("rate", .number, "how far a step goes", default: .double(0.05)),
      ], returns: .tensor, shapes: "[c, h, w], values in 0…1"
    ) { (model: ModelObject, call) in
      let steps = try call.int("steps")
      guard (0...100_000).contains(steps) else {
        throw EvaluationError("ValueError", "steps is a number from 0 to 100,000, got \(steps)")
          .at(call.place(of: "steps"))
      }
      return .tensor(
        try model.network.maximizingInput(
          at: try call.string("at"), unit: try call.int("unit"), steps: steps,
          rate: Float(try call.number("rate")), runtime: call.context.runtime(), random: call.context.random
        ).image)
    },
    .method(
      "activations",
      "Mean, deviation, share near zero and dead units of every layer over samples. A unit is dead when it stays within "
        + "0.001 of zero for every sample.",
      [data], returns: .host("Activations")
    ) { (model: ModelObject, call) in
      .host(
        ActivationsObject(
          try model.network.activationStatistics(
            over: ImageTrainingData(samples: try Predictions.samples(call)), runtime: call.context.runtime(),
            random: call.context.random)))
    },
    .method(
      "gradientNorms",
      "How large the loss's derivative by each weight is, for one batch: √Σ(∂L/∂w)². Nothing is changed.",
      [
        data, .labelled("batch", .int, "how many samples", default: .int(128)),
        .labelled(
          "loss", .either([.option(TrainingOptionFamilies.loss), .function("(output, target) -> Tensor")]),
          "which loss", default: .option(named: "crossEntropy")),
      ], returns: .host("GradientNorms")
    ) { (model: ModelObject, call) in
      let samples = try Predictions.samples(call).take(max(1, min(4096, try call.int("batch"))))
      let indices = Array(0..<samples.count)
      let x = try Tensor(try samples.floats(indices), Shape(samples.shape).withBatch(samples.count))
      let norms = try model.network.gradientNorms(
        inputs: [x], target: try Tensor(samples.labels, [samples.count]),
        loss: try TrainingOptionFamilies.loss("loss", in: call), runtime: call.context.runtime())
      return .host(GradientNormsObject(norms))
    },
    .method(
      "lrFind",
      "A learning-rate range test (Smith 2015): trains on batches with a rising rate and watches the loss. Weights and "
        + "optimizer are afterwards what they were.",
      [
        .positional("data", .any, "a data set, samples, or (inputs, targets)"),
        .labelled("from", .number, "the lowest rate", default: .double(1e-6)),
        .labelled("to", .number, "the highest rate", default: .double(1)),
        .labelled("steps", .int, "how many batches", default: .int(100)),
        .labelled("batch", .int, "samples a step", default: .int(64)),
        .labelled(
          "optimizer", .optional(.option(NetworkOptions.optimizer)), "the rule of a step; .adam() at first",
          default: .nothing),
        .labelled(
          "loss", .either([.option(TrainingOptionFamilies.loss), .function("(output, target) -> Tensor")]),
          "which loss", default: .option(named: "crossEntropy")),
      ], returns: .host("RateRange")
    ) { (model: ModelObject, call) in
      var options = TrainingOptions()
      options.batchSize = try call.int("batch")
      options.objective = Objective(try TrainingOptionFamilies.loss("loss", in: call))
      options.rule = try call.option("optimizer").map {
        try NetworkOptions.rule(named: $0.name, $0.arguments)
      }
      let data = try DataArgument.training(call.value("data"), target: .labels, call)
      return .host(
        RateRangeObject(
          try model.network.learningRateRange(
            on: data, options: options, from: try call.number("from"), to: try call.number("to"),
            steps: try call.int("steps"), runtime: call.context.runtime(), random: call.context.random)))
    },
  ]
}
