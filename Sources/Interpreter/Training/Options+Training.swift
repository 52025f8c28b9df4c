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

  /// The loss an argument stands for: options, their sums, or a closure of output and target.
  static func loss(_ name: String, in call: Arguments) throws -> Loss {
    switch call.value(name) {
    case .function, .builtin:
      let function = call.value(name)
      let context = call.context
      return Loss("loss") { output, target in
        try tensorOperand(try context.call(function, [.tensor(output), .tensor(target)]))
      }
    default: break
    }
    var total: Loss?
    for (weight, option) in try call.weightedOptions(name) {
      let part = try loss(option)
      let weighted = weight == 1 ? part : part.scaled(by: weight)
      total = total.map { $0 + weighted } ?? weighted
    }
    return total ?? .crossEntropy()
  }

  private static func loss(_ option: ChosenOption) throws -> Loss {
    if let loss = try SegmentationOptions.loss(option) { return loss }
    let arguments = option.arguments
    switch option.name {
    case "mse": return .mse
    case "mae": return .mae
    case "bce": return .bce
    case "huber": return .huber(delta: try arguments.number("delta"))
    case "hinge": return .hinge(margin: try arguments.number("margin"))
    default: return try crossEntropy(arguments)
    }
  }

  /// The metrics an argument stands for: options, or closures of output and target that give a number.
  static func metrics(_ name: String, in call: Arguments) throws -> [Metric] {
    try call.choices(name).enumerated().map { index, choice in
      switch choice {
      case .option(let option):
        if let metric = try SegmentationOptions.metric(option) { return metric }
        switch option.name {
        case "top": return .top(try option.arguments.int("k"))
        case "binaryAccuracy": return .binaryAccuracy
        default: return .accuracy
        }
      case .value(let function):
        let context = call.context
        return Metric("metric\(index + 1)") { output, target in
          let value = try tensorOperand(try context.call(function, [.tensor(output), .tensor(target)]))
          let count = Double(output.shape.dimensions.first ?? 1)
          return try Tensor.concat(
            [try value.mean().reshaped([1]) * count, try Tensor.constant(count, [1])], axis: 0)
        } value: {
          $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
        }
      }
    }
  }

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
