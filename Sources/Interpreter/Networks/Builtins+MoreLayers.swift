import NeuralNetwork
import TensorRuntime

/// Normalizations, resizing and other layers without windows.
enum MoreLayerBuiltins {
  private static let name = Parameter.labelled(
    "name", .optional(.string), "what features(at:) and files call it", default: .nothing)
  private static let epsilon = Parameter.labelled(
    "epsilon", .number, "added to the variance", default: .double(1e-5))
  private static let upsampling = OptionFamily(
    "Upsampling", [.init("nearest", "repeats each position"), .init("bilinear", "interpolates")])
  static let all: [Builtin] = [
    Builtin(
      "LayerNorm", "Normalizes each sample over all its numbers, then scales and shifts each channel.",
      [epsilon, name], returns: .host("Layer"), formula: "y = γ (x - μ) / √(σ² + ε) + β",
      example: "LayerNorm()(rand(2, 4)).shape"
    ) { call in try norm(.layer, 1, call) },
    Builtin(
      "InstanceNorm", "Normalizes each channel of each sample, then scales and shifts it.", [epsilon, name],
      returns: .host("Layer"), example: "InstanceNorm()(rand(2, 4, 3, 3)).shape"
    ) { call in try norm(.instance, 1, call) },
    Builtin(
      "GroupNorm", "Normalizes groups of channels of each sample, then scales and shifts each channel.",
      [.positional("groups", .int, "how many groups; must divide the channels"), epsilon, name],
      returns: .host("Layer"), example: "GroupNorm(2)(rand(2, 4, 3, 3)).shape"
    ) { call in
      let groups = try call.int("groups")
      guard (1...1_000_000).contains(groups) else {
        throw EvaluationError("ValueError", "GroupNorm needs at least one group, got \(groups)")
      }
      return try norm(.groups, groups, call)
    },
    Builtin(
      "LRN", "Local response normalization across neighbouring channels, as in AlexNet.",
      [
        .positional("size", .int, "how many channels", default: .int(5)),
        .labelled("alpha", .number, "the weight of the squares", default: .double(1e-4)),
        .labelled("beta", .number, "the power", default: .double(0.75)),
        .labelled("bias", .number, "added to the sum", default: .double(1)), name,
      ], returns: .host("Layer"), formula: "y = x / (bias + α/size Σ x²)^β",
      example: "LRN(5)(rand(1, 8, 2, 2)).shape"
    ) { call in
      let size = try call.int("size")
      guard (1...1000).contains(size) else {
        throw EvaluationError("ValueError", "LRN needs a size of 1 to 1000 channels, got \(size)")
      }
      return .host(
        LayerObject(
          LocalResponseNormLayer(
            size: size, alpha: try call.number("alpha"), beta: try call.number("beta"),
            bias: try call.number("bias"), name: try call.optionalString("name"))))
    },
    Builtin(
      "Upsample", "Enlarges images by a whole number.",
      [
        .positional("scale", .ints, "how many times larger", default: .int(2)),
        .labelled(
          "mode", .option(upsampling), "where new numbers come from", default: .option(named: "nearest")),
        name,
      ], returns: .host("Layer"), shapes: "[n, c, h, w] -> [n, c, s·h, s·w]",
      example: "Upsample(2)(rand(1, 3, 4, 4)).shape"
    ) { call in
      let rule: ResampleLayer.Rule = try call.option("mode")?.name == "bilinear" ? .bilinear : .nearest
      return .host(
        LayerObject(ResampleLayer(rule, size: try call.ints("scale"), name: try call.optionalString("name"))))
    },
    adaptive("AdaptiveAvgPool", .adaptiveAverage, "Averages"),
    adaptive("AdaptiveMaxPool", .adaptiveMax, "Pools the largest numbers of"),
    depthSpace(
      "SpaceToDepth", .toDepth, "Moves blocks of positions into channels: smaller images, nothing lost.",
      "[n, c, h, w] -> [n, c·s², h/s, w/s]", "zeros(1, 3, 4, 4)"),
    depthSpace(
      "DepthToSpace", .toSpace, "Moves channels into blocks of positions, also called pixel shuffle.",
      "[n, c·s², h, w] -> [n, c, h·s, w·s]", "zeros(1, 12, 2, 2)"),
    noise(
      .dropout,
      "Drops each number with a probability while training and scales the others up; nothing otherwise.",
      "Dropout(0.25)(ones(1, 4))"),
    noise(
      .spatialDropout, "Drops whole channels while training and scales the others up; nothing otherwise.",
      "SpatialDropout(0.25)(ones(1, 4, 2, 2)).shape"),
    noise(
      .alphaDropout,
      "Dropout that keeps mean 0 and variance 1, for networks with the selu activation.",
      "AlphaDropout(0.1)(ones(1, 4))"),
    noise(
      .gaussian, "Adds normal noise while training; nothing otherwise.", "GaussianNoise(0.1)(ones(1, 4))"),
    Builtin(
      "Pad", "Adds a border around images.",
      [
        .positional("amount", .ints, "positions on each side"),
        .labelled(
          "mode", .option(NetworkOptions.border), "what stands there", default: .option(named: "zeros")),
        name,
      ], returns: .host("Layer"), example: "Pad(2, mode: .reflect)(rand(1, 1, 4, 4)).shape"
    ) { call in
      .host(
        LayerObject(
          try PadLayer(
            try call.ints("amount"), border: try NetworkOptions.border("mode", in: call),
            name: try call.optionalString("name"))))
    },
    Builtin(
      "L2Normalize", "Scales each vector to length 1.", [name], returns: .host("Layer"),
      formula: "y = x / ‖x‖",
      example: "L2Normalize()(ones(1, 4))"
    ) { call in .host(LayerObject(L2NormalizeLayer(name: try call.optionalString("name")))) },
  ]

  private static func adaptive(_ name: String, _ rule: ResampleLayer.Rule, _ what: String) -> Builtin {
    Builtin(
      name, "\(what) images to a fixed size, whatever size they have.",
      [.positional("size", .ints, "height and width of the output"), Self.name], returns: .host("Layer"),
      shapes: "[n, c, h, w] -> [n, c, size, size]", example: "\(name)(2)(rand(1, 3, 5, 7)).shape"
    ) { call in
      .host(
        LayerObject(ResampleLayer(rule, size: try call.ints("size"), name: try call.optionalString("name"))))
    }
  }

  private static func depthSpace(
    _ name: String, _ direction: DepthSpaceLayer.Direction, _ summary: String, _ shapes: String,
    _ input: String
  ) -> Builtin {
    Builtin(
      name, summary,
      [.positional("size", .int, "the blocks' height and width", default: .int(2)), Self.name],
      returns: .host("Layer"), shapes: shapes, example: "\(name)(2)(\(input)).shape"
    ) { call in
      .host(
        LayerObject(
          DepthSpaceLayer(direction, size: try call.int("size"), name: try call.optionalString("name"))))
    }
  }

  private static func noise(_ form: NoiseLayer.Form, _ summary: String, _ example: String) -> Builtin {
    let rate: Parameter =
      form == .gaussian
      ? .positional("deviation", .number, "the noise's standard deviation")
      : .positional("rate", .number, "the share that is dropped", default: .double(0.5))
    return Builtin(
      form.rawValue, summary, [rate, name], returns: .host("Layer"), shapes: "any -> the same",
      example: example
    ) { call in
      .host(
        LayerObject(
          try NoiseLayer(form, try call.number(rate.name), name: try call.optionalString("name"))))
    }
  }

  private static func norm(_ grouping: GroupNormLayer.Grouping, _ groups: Int, _ call: Arguments) throws
    -> Value
  {
    .host(
      LayerObject(
        GroupNormLayer(
          grouping, groups: groups, epsilon: try call.number("epsilon"), name: try call.optionalString("name")
        )))
  }
}
