import NeuralNetwork
import TensorRuntime

/// The losses and metrics that `fit` and `evaluate` know by name.
enum TrainingOptionFamilies {
  static let loss = OptionFamily(
    "Loss", additive: true,
    [
      .init(
        "crossEntropy", "-log softmax(output)[class]; the output are logits", crossEntropyParameters),
      .init("mse", "mean (output - target)²"), .init("mae", "mean |output - target|"),
      .init("bce", "binary cross-entropy; the output are logits"),
      .init("huber", "half the square up to delta, linear beyond", [delta]),
      .init("hinge", "how far outputs are from the right side of a margin", [margin]),
    ] + SegmentationOptions.losses)

  static let delta = Parameter.labelled(
    "delta", .number, "where it becomes linear", default: .double(1))
  static let margin = Parameter.labelled("margin", .number, "how sure it must be", default: .double(1))
  static let crossEntropyParameters: [Parameter] = [
    .labelled("labelSmoothing", .number, "the share spread over all classes", default: .double(0)),
    SegmentationOptions.classWeights, SegmentationOptions.ignore,
  ]

  /// Cross-entropy with what stands in its parentheses.
  static func crossEntropy(_ arguments: Arguments) throws -> Loss {
    .crossEntropy(
      labelSmoothing: try arguments.number("labelSmoothing"),
      classWeights: try SegmentationOptions.weights(arguments),
      ignoring: try arguments.optionalInt("ignore"))
  }

  static let metric = OptionFamily(
    "Metric",
    [
      .init("accuracy", "the share that is right"),
      .init(
        "top", "the share whose class is among the k largest", [.positional("k", .int, "how many count")]),
      .init("binaryAccuracy", "the share of logits on the right side of 0"),
    ] + SegmentationOptions.metrics)

  /// The schedule an argument stands for.
  static func schedule(_ name: String, in call: Arguments) throws -> LearningRateSchedule {
    guard let option = try call.option(name) else { return .constant }
    let arguments = option.arguments
    switch option.name {
    case "step":
      return .step(epochs: try arguments.int("epochs"), factor: try arguments.number("factor"))
    case "exponential": return .exponential(factor: try arguments.number("factor"))
    case "plateau":
      return .plateau(factor: try arguments.number("factor"), patience: try arguments.int("patience"))
    case "cosine": return .cosine
    case "linear": return .linear
    case "oneCycle": return .oneCycle
    default: return .constant
    }
  }

  /// The rules for ending early that an argument stands for.
  static func stops(_ name: String, in call: Arguments) throws -> [StopRule] {
    try call.choices(name).compactMap { choice in
      guard case .option(let option) = choice else { return nil }
      let arguments = option.arguments
      switch option.name {
      case "loss": return .loss(below: try arguments.number("below"))
      case "accuracy": return .metric(name: "accuracy", above: try arguments.number("above"))
      case "after": return .after(seconds: try arguments.number("seconds"))
      default:
        return .early(patience: try arguments.int("patience"), change: try arguments.number("change"))
      }
    }
  }
}
