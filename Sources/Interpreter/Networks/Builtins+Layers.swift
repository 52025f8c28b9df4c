import NeuralNetwork
import TensorRuntime

/// The layers a program can make.
enum LayerBuiltins {
  private static let name = Parameter.labelled(
    "name", .optional(.string), "what features(at:) and files call it", default: .nothing)
  private static let activation = Parameter.labelled(
    "activation", .optional(.option(NetworkOptions.activation)), "applied to the output", default: .nothing)
  private static let initializer = Parameter.labelled(
    "initializer", .option(NetworkOptions.initializer), "how weights are drawn",
    default: .option(named: "glorotUniform"))
  private static func padding(_ value: Value) -> Parameter {
    .labelled(
      "padding", .either([.ints, .option(NetworkOptions.padding)]), "zeros around the input", default: value)
  }

  static let all: [Builtin] = [
    Builtin(
      "Conv",
      "Cross-correlation with learned filters, what deep learning calls convolution. One, two or three axes, as the "
        + "input has.",
      [
        .positional("filters", .int, "how many feature maps come out"),
        .positional("kernel", .ints, "the filters' size"),
        .labelled("stride", .ints, "steps between positions", default: .int(1)),
        padding(.option(named: "valid")),
        .labelled(
          "border", .option(NetworkOptions.border), "what stands in the padding",
          default: .option(named: "zeros")),
        .labelled("dilation", .ints, "distance between the kernel's points", default: .int(1)),
        .labelled("groups", .int, "groups of channels that don't mix", default: .int(1)),
        .labelled("bias", .bool, "adds a number to each map", default: .bool(true)), activation, initializer,
        name,
      ], returns: .host("Layer"), shapes: "[n, c, h, w] -> [n, filters, h', w'], h' = (h + 2p - k) / s + 1",
      formula: "y[k, i, j] = b[k] + Σ w[k, c, u, v] x[c, s·i + u - p, s·j + v - p]",
      example: "Conv(8, 3, padding: .same)(zeros(1, 3, 32, 32)).shape"
    ) { call in
      var settings = ConvolutionLayer.Settings(
        filters: try positive("filters", call), kernel: try positives("kernel", call))
      settings.stride = try positives("stride", call)
      settings.padding = try NetworkOptions.padding("padding", in: call)
      settings.border = try NetworkOptions.border("border", in: call)
      settings.dilation = try positives("dilation", call)
      settings.groups = try positive("groups", call)
      settings.hasBias = try call.bool("bias")
      settings.activation = try NetworkOptions.activation("activation", in: call)
      settings.initializer = try NetworkOptions.initializer("initializer", in: call)
      return .host(LayerObject(ConvolutionLayer(settings, name: try call.optionalString("name"))))
    },
    Builtin(
      "ConvTranspose", "Transposed convolution: enlarges by its stride, the way back through a convolution.",
      [
        .positional("filters", .int, "how many feature maps come out"),
        .positional("kernel", .ints, "the filters' size"),
        .labelled("stride", .ints, "how many times larger", default: .int(1)), padding(.int(0)),
        .labelled("outputPadding", .ints, "positions added behind", default: .int(0)),
        .labelled("dilation", .ints, "distance between the kernel's points", default: .int(1)),
        .labelled("groups", .int, "groups of channels that don't mix", default: .int(1)),
        .labelled("bias", .bool, "adds a number to each map", default: .bool(true)), activation, initializer,
        name,
      ], returns: .host("Layer"), shapes: "[n, c, h, w] -> [n, filters, h', w'], h' = (h - 1) s - 2p + k",
      example: "ConvTranspose(8, 4, stride: 2, padding: 1)(zeros(1, 3, 7, 7)).shape"
    ) { call in
      var settings = ConvolutionTransposeLayer.Settings(
        filters: try positive("filters", call), kernel: try positives("kernel", call))
      settings.stride = try positives("stride", call)
      switch try NetworkOptions.padding("padding", in: call) {
      case .same: settings.padding = nil
      case .amounts(let amounts): settings.padding = amounts
      default: settings.padding = [0]
      }
      settings.outputPadding = try call.ints("outputPadding")
      settings.dilation = try positives("dilation", call)
      settings.groups = try positive("groups", call)
      settings.hasBias = try call.bool("bias")
      settings.activation = try NetworkOptions.activation("activation", in: call)
      settings.initializer = try NetworkOptions.initializer("initializer", in: call)
      return .host(LayerObject(ConvolutionTransposeLayer(settings, name: try call.optionalString("name"))))
    },
    Builtin(
      "Dense", "A fully connected layer.",
      [
        .positional("units", .int, "how many numbers come out"),
        .labelled("bias", .bool, "adds a number to each", default: .bool(true)), activation, initializer,
        name,
      ], returns: .host("Layer"), shapes: "[n, inputs] -> [n, units]", formula: "y = x Wᵀ + b",
      example: "Dense(10)(zeros(1, 84)).shape"
    ) { call in
      .host(
        LayerObject(
          DenseLayer(
            try positive("units", call), bias: try call.bool("bias"),
            activation: try NetworkOptions.activation("activation", in: call),
            initializer: try NetworkOptions.initializer("initializer", in: call),
            name: try call.optionalString("name"))))
    },
    pooling("MaxPool", .max, "the largest number"), pooling("AvgPool", .average, "the mean"),
    pooling("MinPool", .min, "the smallest number"), unpooling,
    globalPooling("GlobalAvgPool", .average, "The mean"),
    globalPooling("GlobalMaxPool", .max, "The largest number"),
    globalPooling("GlobalMinPool", .min, "The smallest number"),
    Builtin(
      "BatchNorm",
      "Normalizes each channel over the batch while training, by running statistics otherwise, then scales and shifts.",
      [
        .labelled(
          "momentum", .number, "share of the new batch in the running statistics", default: .double(0.1)),
        .labelled("epsilon", .number, "added to the variance", default: .double(1e-5)), name,
      ], returns: .host("Layer"), shapes: "[n, c, …] -> [n, c, …]", formula: "y = γ (x - μ) / √(σ² + ε) + β",
      example: "BatchNorm()(ones(2, 3, 4, 4)).shape"
    ) { call in
      .host(
        LayerObject(
          BatchNormLayer(
            momentum: try call.number("momentum"), epsilon: try call.number("epsilon"),
            name: try call.optionalString("name"))))
    },
    Builtin(
      "Flatten", "One vector per sample.", [name], returns: .host("Layer"),
      shapes: "[n, c, h, w] -> [n, c·h·w]", example: "Flatten()(zeros(2, 3, 4, 4)).shape"
    ) { call in .host(LayerObject(FlattenLayer(name: try call.optionalString("name")))) },
    Builtin(
      "Reshape", "Another shape for the numbers of each sample.",
      [.variadic("shape", .either([.int, .ints]), "the new shape, without the batch axis")],
      returns: .host("Layer"), example: "Reshape(3, 4)(zeros(2, 12)).shape"
    ) { call in
      var lengths: [Int] = []
      for case .int(let length) in try call.array("shape").flatMap(Self.elements) { lengths.append(length) }
      return .host(LayerObject(ReshapeLayer(Shape(lengths))))
    },
  ]

  private static func elements(_ value: Value) -> [Value] {
    if case .array(let array) = value { return array.elements }
    return [value]
  }

  private static func pooling(_ name: String, _ rule: PoolingLayer.Rule, _ what: String) -> Builtin {
    Builtin(
      name, "Keeps \(what) of each window; the windows lie side by side unless a stride is given.",
      poolingParameters, returns: .host("Layer"),
      shapes: "[n, c, h, w] -> [n, c, h', w'], h' = (h + 2p - k) / s + 1",
      example: "\(name)(2)(ones(1, 1, 4, 4)).shape"
    ) { call in
      .host(LayerObject(PoolingLayer(rule, try poolingSettings(call), name: try call.optionalString("name"))))
    }
  }

  private static let poolingParameters: [Parameter] = [
    .positional("size", .ints, "the window's size"),
    .labelled("stride", .optional(.ints), "steps between windows", default: .nothing),
    padding(.option(named: "valid")), name,
  ]

  private static func poolingSettings(_ call: Arguments) throws -> PoolingSettings {
    PoolingSettings(
      size: try positives("size", call), stride: call.isGiven("stride") ? try positives("stride", call) : nil,
      padding: try NetworkOptions.padding("padding", in: call))
  }

  private static let unpooling = Builtin(
    "MaxUnpool",
    "The way back through MaxPool with the same numbers: puts each number of y where the largest of its window in x was, "
      + "and zeros elsewhere. Called with both: MaxUnpool(2)(y, x).",
    poolingParameters, returns: .host("Layer"), shapes: "y [n, c, h', w'], x [n, c, h, w] -> [n, c, h, w]",
    example: """
      let x = Tensor([[[[1, 5], [2, 3]]]])
      MaxUnpool(2)(MaxPool(2)(x), x)
      """
  ) { call in
    .host(LayerObject(UnpoolingLayer(try poolingSettings(call), name: try call.optionalString("name"))))
  }

  private static func globalPooling(_ name: String, _ rule: PoolingLayer.Rule, _ what: String) -> Builtin {
    Builtin(
      name, "\(what) of each channel over all positions.", [Self.name], returns: .host("Layer"),
      shapes: "[n, c, h, w] -> [n, c]", example: "\(name)()(ones(1, 3, 4, 4)).shape"
    ) { call in .host(LayerObject(GlobalPoolingLayer(rule, name: try call.optionalString("name")))) }
  }

  private static func positive(_ name: String, _ call: Arguments) throws -> Int {
    let value = try call.int(name)
    guard (1...1_000_000_000).contains(value) else {
      throw wrong(name, "\(value)", most: 1_000_000_000, value < 1, call)
    }
    return value
  }

  private static func positives(_ name: String, _ call: Arguments) throws -> [Int] {
    let values = try call.ints(name)
    guard !values.isEmpty, values.count <= 3, values.allSatisfy((1...1_000_000).contains) else {
      throw wrong(name, "\(values)", most: 1_000_000, values.contains { $0 < 1 }, call)
    }
    return values
  }

  private static func wrong(
    _ name: String, _ got: String, most: Int, _ isTooSmall: Bool, _ call: Arguments
  ) -> EvaluationError {
    let bound = isTooSmall ? "at least 1" : "at most \(most)"
    return EvaluationError("ValueError", "\(call.declaration.name) needs \(name) of \(bound), got \(got)")
      .at(call.place(of: name))
  }
}
