import NeuralNetwork
import TensorRuntime

/// What a GAN learns by: its losses and its optimizers.
enum AdversarialOptions {
  static let loss = OptionFamily(
    "AdversarialLoss",
    [
      .init("nonSaturating", "binary cross-entropy of logits; the generator wants to be called real"),
      .init("leastSquares", "the squared distance from 1 for real and 0 for generated images"),
      .init("hinge", "scores on the wrong side of ±1"),
      .init(
        "wasserstein", "the difference of the mean scores, with a penalty on the score's slope",
        [.labelled("penalty", .number, "the weight of (‖slope‖ - 1)²", default: .double(10))]),
    ])

  /// The settings that the arguments of `GAN(…)` stand for.
  static func settings(_ call: Arguments) throws -> GAN.Settings {
    var settings = GAN.Settings()
    if let option = try call.option("loss") {
      switch option.name {
      case "leastSquares": settings.loss = .leastSquares
      case "hinge": settings.loss = .hinge
      case "wasserstein":
        let penalty = try option.arguments.number("penalty")
        guard penalty >= 0, penalty.isFinite else {
          throw EvaluationError("ValueError", "penalty is a number of at least 0, got \(penalty)")
            .at(call.place(of: "loss"))
        }
        settings.loss = .wasserstein(penalty: penalty)
        // Gulrajani et al. 2017, algorithm 1.
        settings.discriminatorSteps = 5
        settings.generatorRule = .adam(learningRate: 1e-4, beta1: 0, beta2: 0.9)
        settings.discriminatorRule = settings.generatorRule
      default: settings.loss = .nonSaturating
      }
    }
    if let option = try call.option("optimizer") {
      settings.generatorRule = try NetworkOptions.rule(named: option.name, option.arguments)
      settings.discriminatorRule = settings.generatorRule
    }
    if let option = try call.option("discriminatorOptimizer") {
      settings.discriminatorRule = try NetworkOptions.rule(named: option.name, option.arguments)
    }
    settings.labelSmoothing = try call.number("labelSmoothing")
    guard settings.labelSmoothing >= 0, settings.labelSmoothing < 1 else {
      throw EvaluationError(
        "ValueError", "labelSmoothing is a share from 0 to below 1, got \(settings.labelSmoothing)",
        fix: "labelSmoothing: 0.1"
      ).at(call.place(of: "labelSmoothing"))
    }
    if let steps = try call.optionalInt("steps") {
      guard (1...1000).contains(steps) else {
        throw EvaluationError("ValueError", "steps is a number from 1 to 1000, got \(steps)")
          .at(call.place(of: "steps"))
      }
      settings.discriminatorSteps = steps
    }
    settings.classCount = try call.optionalInt("classes")
    if let classes = settings.classCount, !(2...1_000_000).contains(classes) {
      throw EvaluationError("ValueError", "classes is a number of at least 2, got \(classes)")
        .at(call.place(of: "classes"))
    }
    return settings
  }
}
