import NeuralNetwork

/// Losses and metrics on masks, as options of `fit` and `evaluate`.
enum SegmentationOptions {
  static let ignore = Parameter.labelled(
    "ignore", .optional(.int), "the class number of pixels that don't count", default: .nothing)
  static let background = Parameter.labelled(
    "background", .bool, "whether class 0 is one of the classes", default: .bool(true))
  static let classWeights = Parameter.labelled(
    "classWeights", .optional(.array(.number)), "a weight per class", default: .nothing)
  private static let smooth = Parameter.labelled(
    "smooth", .number, "added above and below, so that empty classes cost nothing", default: .double(1))

  static let empty = OptionFamily(
    "EmptyClass",
    [
      .init("skip", "a class that is nowhere is left out of means"), .init("one", "it counts as 1"),
      .init("zero", "it counts as 0"),
    ])
  static let emptyRule = Parameter.labelled(
    "empty", .option(empty), "what a class without pixels counts as", default: .option(named: "skip"))

  static let losses: [OptionFamily.Case] = [
    .init(
      "dice", "1 - the mean of the classes' 2 Σ p t / (Σ p + Σ t), over the pixels of a batch",
      [smooth, background, ignore]),
    .init(
      "tversky", "1 - the mean of the classes' TP / (TP + alpha FP + beta FN)",
      [
        .labelled("alpha", .number, "what a pixel found in excess costs", default: .double(0.3)),
        .labelled("beta", .number, "what a missed pixel costs", default: .double(0.7)), smooth, background,
        ignore,
      ]),
    .init(
      "focal", "-(1 - p)^gamma log p of the true class: what is already right counts less",
      [
        .labelled("gamma", .number, "how much less", default: .double(2)), classWeights, ignore,
      ]),
  ]

  static let metrics: [OptionFamily.Case] = [
    .init("pixelAccuracy", "the share of pixels that is right", [ignore]),
    .init(
      "meanPixelAccuracy", "the mean of the classes' shares of pixels found (mPA)",
      [emptyRule, background, ignore]),
    .init(
      "meanIoU", "the mean of the classes' intersections over unions", [emptyRule, background, ignore]),
    .init(
      "dice", "the mean of the classes' Dice coefficients, which is F1", [emptyRule, background, ignore]),
  ]

  /// What samples are labelled with.
  static let target = OptionFamily(
    "Target",
    [
      .init("labels", "the class number of the image"),
      .init("masks", "the class number of each pixel, [h, w]"),
    ])

  /// The loss an option stands for; `nil` for those that aren't about masks.
  static func loss(_ option: ChosenOption) throws -> Loss? {
    let arguments = option.arguments
    switch option.name {
    case "dice": return .dice(try overlap(arguments))
    case "tversky":
      let (alpha, beta) = (try arguments.number("alpha"), try arguments.number("beta"))
      guard alpha >= 0, beta >= 0, (alpha + beta).isFinite, alpha + beta > 0 else {
        throw EvaluationError(
          "ValueError", ".tversky needs alpha and beta of at least 0, got \(alpha) and \(beta)",
          fix: ".tversky(alpha: 0.3, beta: 0.7); both 0.5 is .dice")
      }
      return .tversky(alpha: alpha, beta: beta, try overlap(arguments))
    case "focal":
      let gamma = try arguments.number("gamma")
      guard (0...100).contains(gamma) else {
        throw EvaluationError("ValueError", ".focal needs a gamma from 0 to 100, got \(gamma)")
      }
      return .focal(
        gamma: gamma, classWeights: try weights(arguments), ignoring: try arguments.optionalInt("ignore"))
    default: return nil
    }
  }

  private static func overlap(_ arguments: Arguments) throws -> Loss.Overlap {
    let smooth = try arguments.number("smooth")
    guard smooth >= 0, smooth.isFinite else {
      throw EvaluationError("ValueError", "smooth is a number of at least 0, got \(smooth)")
    }
    return Loss.Overlap(
      smooth: smooth, countsBackground: try arguments.bool("background"),
      ignoring: try arguments.optionalInt("ignore"))
  }

  /// The class weights an option was given.
  static func weights(_ arguments: Arguments) throws -> [Double]? {
    guard !arguments.value("classWeights").isNothing else { return nil }
    let weights = try arguments.array("classWeights").compactMap(\.number)
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
      throw EvaluationError(
        "ValueError", "classWeights are numbers of at least 0, one above it, got \(weights)")
    }
    return weights
  }

  /// The metric an option stands for; `nil` for those that aren't about masks.
  static func metric(_ option: ChosenOption) throws -> Metric? {
    guard let measure = Metric.MaskMeasure(rawValue: option.name) else { return nil }
    var rules = Metric.MaskRules()
    rules.ignoring = try option.arguments.optionalInt("ignore")
    if measure != .pixelAccuracy {
      rules.empty = try emptyRule(in: option.arguments)
      rules.countsBackground = try option.arguments.bool("background")
    }
    return .masks(measure, rules)
  }

  /// The rule for classes without pixels that a call chose.
  static func emptyRule(in call: Arguments) throws -> ClassConfusion.EmptyClassRule {
    try call.option("empty").flatMap { ClassConfusion.EmptyClassRule(rawValue: $0.name) } ?? .skip
  }
}
