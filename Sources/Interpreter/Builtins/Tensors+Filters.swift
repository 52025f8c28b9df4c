import TensorRuntime

extension Library.Family {
  /// How an image's border is treated.
  static let filterPadding = OptionFamily(
    "Padding",
    [
      .init("valid", "none: the window stays inside"), .init("same", "as much as keeps the size"),
      .init("full", "as much as lets the window touch every element"),
    ])

  static func padding(_ call: Arguments) throws -> ConvolutionPadding {
    if let option = try call.option("padding") {
      switch option.name {
      case "same": return .same
      case "full": return .full
      default: return .valid
      }
    }
    return .amounts(try call.ints("padding"))
  }

  private static let paddingParameter = Parameter.labelled(
    "padding", .either([.ints, .option(filterPadding)]), "zeros around the picture",
    default: .option(named: "valid"))

  static let imageFilters: [Builtin] = [
    Builtin(
      "convolve",
      """
      Slides a kernel over a picture, every channel on its own: what deep learning calls convolution. With `flip` the \
      kernel is turned round first: what the textbook calls convolution.
      """,
      [
        .positional("x", .tensorLike, "the picture: [h, w], [c, h, w] or [n, c, h, w]"),
        .positional("kernel", .tensorLike, "the kernel: [kh, kw]"),
        .labelled("stride", .ints, "how far it moves at a time", default: .int(1)),
        paddingParameter,
        .labelled("flip", .bool, "turn the kernel round first", default: .bool(false)),
      ], returns: .tensor, shapes: "[c, h, w], [kh, kw] -> [c, h - kh + 1, w - kw + 1]",
      formula: "y(i, j) = Σ x(i + k, j + l) · w(k, l)", example: "print(convolve(ones(4, 4), ones(3, 3)))"
    ) { call in
      .tensor(
        try call.tensor("x").cast(.float32).convolve(
          call.tensor("kernel"), strides: call.ints("stride"), padding: padding(call), flip: call.bool("flip")
        ))
    },
    pooling("maxPool", "The largest element of each window.", formula: "y(i, j) = max x(s·i + k, s·j + l)") {
      try $0.maxPool($1, strides: $2, padding: $3)
    },
    pooling("avgPool", "The mean of each window.", formula: "y(i, j) = mean x(s·i + k, s·j + l)") {
      try $0.averagePool($1, strides: $2, padding: $3)
    },
    pooling("minPool", "The smallest element of each window.", formula: "y(i, j) = min x(s·i + k, s·j + l)") {
      try -((-$0).maxPool($1, strides: $2, padding: $3))
    },
  ]

  private static func pooling(
    _ name: String, _ summary: String, formula: String,
    _ body: @escaping (Tensor, [Int], [Int]?, ConvolutionPadding) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary + " The windows lie side by side unless a stride is given.",
      [
        .positional("x", .tensorLike, "the picture: [h, w], [c, h, w] or [n, c, h, w]"),
        .positional("size", .ints, "the window's height and width"),
        .labelled(
          "stride", .optional(.ints), "how far it moves at a time; its size unless said", default: .nothing),
        paddingParameter,
      ], returns: .tensor, shapes: "[c, h, w] -> [c, h / size, w / size]", formula: formula,
      example: "print(\(name)(Tensor([[1, 2], [3, 4]]), 2))"
    ) { call in
      let x = try call.tensor("x").cast(.float32)
      guard x.rank >= 2, x.rank <= 5 else {
        throw EvaluationError(
          "ShapeError", "\(name) wants a picture [h, w], [c, h, w] or [n, c, h, w], got \(x.shape)")
      }
      let size = try call.ints("size")
      let missing = max(0, 4 - x.rank)
      let batch = missing == 0 ? x : try x.reshaped(Array(repeating: 1, count: missing) + x.shape.dimensions)
      let result = try body(batch, size, try call.optionalInts("stride"), padding(call))
      return .tensor(
        missing == 0 ? result : try result.reshaped(Array(result.shape.dimensions.dropFirst(missing))))
    }
  }
}
