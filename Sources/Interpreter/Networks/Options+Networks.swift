import NeuralNetwork
import TensorRuntime

/// The leading-dot options of layers and training, and what they stand for.
enum NetworkOptions {
  static let padding = OptionFamily(
    "Padding",
    [
      .init("valid", "none: the window stays inside"),
      .init("same", "as many zeros as keep the size (divided by the stride)"),
      .init("full", "every position where window and input touch"),
    ])

  static let border = OptionFamily(
    "Border",
    [
      .init("zeros", "zeros: 00|123|00"), .init("replicate", "the edge repeated: 11|123|33"),
      .init("reflect", "the mirror image: 32|123|21"), .init("circular", "the other end: 23|123|12"),
    ])

  static let activation = OptionFamily(
    "Activation",
    [
      .init("linear", "none"), .init("relu", "max(x, 0)"),
      .init(
        "leakyRelu", "x above 0, slope · x below",
        [.positional("slope", .number, "the slope", default: .double(0.01))]),
      .init("tanh", "between -1 and 1"), .init("sigmoid", "between 0 and 1"),
      .init("softmax", "shares that sum to 1 over the channels"),
      .init("elu", "x above 0, α (eˣ − 1) below", [.positional("alpha", .number, "α", default: .double(1))]),
      .init("gelu", "x Φ(x)"), .init("silu", "x · sigmoid(x)"), .init("softplus", "log(1 + eˣ)"),
      .init("selu", "λ x above 0, λ α (eˣ − 1) below"),
    ])

  static let initializer = OptionFamily(
    "Initializer",
    [
      .init("glorotUniform", "uniform in ±√(6 / (in + out))"),
      .init("glorotNormal", "variance 2 / (in + out)"),
      .init("heUniform", "uniform in ±√(6 / in)"), .init("heNormal", "variance 2 / in"),
      .init("lecunUniform", "uniform in ±√(3 / in)"), .init("lecunNormal", "variance 1 / in"),
      .init("orthogonal", "rows (or columns) at right angles, of length 1"), .init("zeros", "all 0"),
      .init("ones", "all 1"),
    ])

  private static let rate = Parameter.labelled("lr", .number, "the learning rate", default: .double(1e-3))
  private static let decay = Parameter.labelled(
    "weightDecay", .number, "pulls weights towards 0", default: .double(0))
  private static let clip = Parameter.labelled(
    "clip", .optional(.number), "the longest the gradient may be, all parameters together", default: .nothing)
  private static let clipValue = Parameter.labelled(
    "clipValue", .optional(.number), "the largest each element of the gradient may be", default: .nothing)
  private static let momentum = Parameter.labelled(
    "momentum", .number, "the share of the last step that goes on", default: .double(0))
  private static let betas: [Parameter] = [
    .labelled("beta1", .number, "how long the mean of gradients lasts", default: .double(0.9)),
    .labelled("beta2", .number, "how long the mean of squares lasts", default: .double(0.999)),
    .labelled("epsilon", .number, "keeps the quotient finite", default: .double(1e-8)),
  ]

  /// What stands in the parentheses of each rule; also the parameters of `Adam(net, …)` and its like.
  static let ruleParameters: [String: [Parameter]] = [
    "sgd": [
      .labelled("lr", .number, "the learning rate", default: .double(0.01)), momentum,
      .labelled("nesterov", .bool, "looks one step ahead", default: .bool(false)), decay, clip,
      clipValue,
    ],
    "adam": [rate] + betas + [decay, clip, clipValue],
    "adamW": [rate] + betas
      + [
        .labelled("weightDecay", .number, "pulls weights towards 0", default: .double(0.01)), clip, clipValue,
      ],
    "rmsprop": [
      rate, .labelled("decay", .number, "how long squares last", default: .double(0.9)), momentum, clip,
      clipValue,
    ],
    "adagrad": [
      .labelled("lr", .number, "the learning rate", default: .double(0.01)), decay, clip, clipValue,
    ],
  ]

  /// What the rules of optimizers are called as options.
  static let recipes = [
    "SGD": "sgd", "Adam": "adam", "AdamW": "adamW", "RMSProp": "rmsprop", "Adagrad": "adagrad",
  ]

  static let optimizer = OptionFamily(
    "Optimizer",
    [
      .init("sgd", "stochastic gradient descent", ruleParameters["sgd"] ?? []),
      .init("adam", "Kingma and Ba 2014", ruleParameters["adam"] ?? []),
      .init("adamW", "Adam with decoupled weight decay", ruleParameters["adamW"] ?? []),
      .init("rmsprop", "divides by the root of the mean square", ruleParameters["rmsprop"] ?? []),
      .init("adagrad", "divides by the root of the sum of squares", ruleParameters["adagrad"] ?? []),
    ])

  static let schedule = OptionFamily(
    "Schedule",
    [
      .init("constant", "the same rate throughout"), .init("cosine", "down to 0 along half a cosine"),
      .init("linear", "down to 0 along a straight line"),
      .init("oneCycle", "up, then down to almost 0"),
      .init(
        "step", "times a factor every so many epochs",
        [
          .labelled("epochs", .int, "after how many epochs"),
          .labelled("factor", .number, "times what", default: .double(0.1)),
        ]),
      .init(
        "exponential", "times a factor every epoch",
        [.labelled("factor", .number, "times what", default: .double(0.9))]),
      .init(
        "plateau", "times a factor when the loss (validation first) no longer improves",
        [
          .labelled("factor", .number, "times what", default: .double(0.1)),
          .labelled("patience", .int, "epochs to wait", default: .int(3)),
        ]),
    ])

  static let precision = OptionFamily(
    "Precision",
    [
      .init("fp32", "float32"),
      .init("bf16", "factors rounded to bfloat16, the rest in float32"),
    ])

  static let stop = OptionFamily(
    "Stop",
    [
      .init(
        "early", "when the loss (validation first) no longer improves",
        [
          .labelled("patience", .int, "epochs to wait", default: .int(3)),
          .labelled("change", .number, "how much lower counts as better", default: .double(0)),
        ]),
      .init(
        "loss", "when an epoch's loss is below a number", [.labelled("below", .number, "below what")]),
      .init(
        "accuracy", "when an epoch's accuracy is above a number",
        [.labelled("above", .number, "above what")]),
      .init(
        "after", "when the time is over, after a whole step", [.labelled("seconds", .number, "how long")]),
    ])

  /// Learning rates by layer, from a dictionary.
  static func rates(_ name: String, in call: Arguments) throws -> [String: Double] {
    guard case .dictionary(let dictionary) = call.value(name) else { return [:] }
    var rates: [String: Double] = [:]
    for (key, value) in zip(dictionary.entries.keys, dictionary.entries.values) {
      guard case .string(let path) = key, let rate = value.number, rate >= 0, rate.isFinite else {
        throw EvaluationError(
          "ValueError", "\(name): gives learning rates by layer, got \(key.article) and \(value.article)",
          fix: "\(name): [\"body\": 1e-5]"
        ).at(call.place(of: name))
      }
      rates[path] = rate
    }
    return rates
  }

  /// The rule that an option or the arguments of an optimizer stand for.
  static func rule(named name: String, _ arguments: Arguments) throws -> UpdateRule {
    var rule = try unclipped(named: name, arguments)
    rule.clipNorm = try limit("clip", arguments)
    rule.clipValue = try limit("clipValue", arguments)
    return rule
  }

  private static func limit(_ name: String, _ arguments: Arguments) throws -> Float? {
    guard let limit = try arguments.optionalNumber(name) else { return nil }
    guard limit > 0, Float(limit) > 0, Float(limit).isFinite else {
      throw EvaluationError(
        "ValueError", "\(name) must be above 0, got \(limit)", fix: "\(name): 1.0 is usual"
      )
      .at(arguments.place(of: name))
    }
    return Float(limit)
  }

  private static func unclipped(named name: String, _ arguments: Arguments) throws -> UpdateRule {
    func float(_ name: String) throws -> Float { Float(try arguments.number(name)) }
    let rate = try float("lr")
    guard rate > 0, rate.isFinite else {
      throw EvaluationError(
        "ValueError", "lr must be above 0, got \(rate)", fix: "1e-3 is usual for Adam, 0.01 for SGD")
    }
    switch name {
    case "sgd":
      return .sgd(
        learningRate: rate, momentum: try float("momentum"), nesterov: try arguments.bool("nesterov"),
        weightDecay: try float("weightDecay"))
    case "rmsprop":
      return .rmsprop(
        learningRate: rate, decay: try float("decay"), momentum: try float("momentum"))
    case "adagrad":
      return .adagrad(learningRate: rate, weightDecay: try float("weightDecay"))
    default:
      return .adam(
        learningRate: rate, beta1: try float("beta1"), beta2: try float("beta2"),
        epsilon: try float("epsilon"), weightDecay: try float("weightDecay"), decoupled: name == "adamW")
    }
  }

  /// The padding that an argument stands for.
  static func padding(_ name: String, in call: Arguments) throws -> ConvolutionPadding {
    switch try call.option(name)?.name {
    case "valid": .valid
    case "same": .same
    case "full": .full
    default: .amounts(try call.ints(name))
    }
  }

  /// What stands in a padding, for an argument.
  static func border(_ name: String, in call: Arguments) throws -> Border {
    try call.option(name).flatMap { Border(rawValue: $0.name) } ?? .zeros
  }

  /// The activation that an argument stands for; none where nothing was given.
  static func activation(_ name: String, in call: Arguments) throws -> Activation {
    guard let option = try call.option(name) else { return .linear }
    let argument = try option.arguments.optionalNumber("slope") ?? option.arguments.optionalNumber("alpha")
    return Activation(name: option.name, argument: argument) ?? .linear
  }

  /// The initializer that an argument stands for.
  static func initializer(_ name: String, in call: Arguments) throws -> Initializer {
    try call.option(name).flatMap { Initializer(rawValue: $0.name) } ?? .glorotUniform
  }
}
