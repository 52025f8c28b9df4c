import NeuralNetwork
import TensorRuntime

/// Measures and losses on masks as functions.
enum SegmentationBuiltins {
  static let all: [Builtin] = [confusionMatrix] + losses

  private static let confusionMatrix = Builtin(
    "confusionMatrix",
    "Counts which class was taken for which over all pixels, from which accuracy, IoU and Dice follow.",
    [
      .positional("truth", .tensorLike, "the class numbers that are right"),
      .positional("predicted", .tensorLike, "those that were found, of the same shape"),
      .labelled(
        "classes", .optional(.either([.int, .array(.string)])), "how many classes there are, or their names",
        default: .nothing),
      SegmentationOptions.emptyRule, SegmentationOptions.background, SegmentationOptions.ignore,
    ], returns: .host("ConfusionMatrix"), shapes: "[h, w], [h, w] or [n, h, w], [n, h, w]",
    formula: "IoU = TP / (TP + FP + FN), Dice = 2 TP / (2 TP + FP + FN) = 2 IoU / (1 + IoU)",
    example: "confusionMatrix([1, 1, 1, 0], [1, 1, 0, 1]).classIoU"
  ) { call in
    let runtime = try call.context.runtime()
    let truth = try call.tensor("truth")
    let predicted = try call.tensor("predicted")
    guard truth.shape.elementCount == predicted.shape.elementCount, truth.shape.elementCount > 0 else {
      throw EvaluationError(
        "ShapeError",
        "confusionMatrix compares masks of one shape, got \(truth.shape) and \(predicted.shape)",
        fix: "argmax(logits, axis: 0) makes a mask of [classes, h, w]")
    }
    let ignoring = try call.optionalInt("ignore")
    var names: [String] = []
    var classes: Int
    switch call.value("classes") {
    case .int(let count): classes = count
    case .array(let array):
      names = array.elements.map(\.text)
      classes = names.count
    default:
      let numbers = try runtime.int32s(of: truth).filter { Int($0) != ignoring }
      classes = Int(max(numbers.max() ?? 0, try runtime.int32s(of: predicted).max() ?? 0)) + 1
    }
    classes = max(classes, 1)
    let counts = try truth.reshaped([truth.shape.elementCount]).confusionCounts(
      predicted.reshaped([truth.shape.elementCount]), classes: classes, ignoring: ignoring)
    var matrix = ClassConfusion(try runtime.int32s(of: counts).map(Double.init))
    matrix.rule = try SegmentationOptions.emptyRule(in: call)
    matrix.countsBackground = try call.bool("background")
    return .host(ConfusionMatrixObject(matrix, names: names))
  }

  private static let losses: [Builtin] = [
    loss(
      "diceLoss", "dice", "One minus the Dice coefficient of probabilities, the mean over the classes.",
      "1 - mean_c (2 Σ p t + s) / (Σ p + Σ t + s)"),
    loss(
      "tverskyLoss", "tversky", "One minus Tversky's index: misses and excess weighted apart.",
      "1 - mean_c (TP + s) / (TP + α FP + β FN + s)"),
    loss(
      "focalLoss", "focal", "Cross-entropy with what is already right weighted down.",
      "mean -(1 - p)^γ log p"),
  ]

  /// A loss as a function, with the settings of the option of the same meaning.
  private static func loss(_ name: String, _ option: String, _ summary: String, _ formula: String) -> Builtin
  {
    let parameters = SegmentationOptions.losses.first { $0.name == option }?.parameters ?? []
    return Builtin(
      name, summary,
      [
        .positional("output", .tensorLike, "logits; one channel is foreground against background"),
        .positional("target", .tensorLike, "class numbers, or shares such as one-hot masks"),
      ] + parameters, returns: .tensor, shapes: "[n, k, h, w], [n, h, w] or [n, k, h, w] -> []",
      formula: formula, example: "\(name)(zeros(1, 2, 2, 2), ones(1, 2, 2))"
    ) { call in
      let loss = try SegmentationOptions.loss(ChosenOption(name: option, arguments: call))
      return .tensor(
        try (loss ?? .crossEntropy()).value(call.tensor("output"), call.tensor("target")))
    }
  }
}
