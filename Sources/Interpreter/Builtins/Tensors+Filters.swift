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
        .labelled("dilation", .ints, "how far apart the kernel's elements lie", default: .int(1)),
        .labelled("flip", .bool, "turn the kernel round first", default: .bool(false)),
      ], returns: .tensor, shapes: "[c, h, w], [kh, kw] -> [c, h - kh + 1, w - kw + 1]",
      formula: "y(i, j) = Σ x(i + k, j + l) · w(k, l)", example: "print(convolve(ones(4, 4), ones(3, 3)))"
    ) { call in
      .tensor(
        try call.tensor("x").cast(.float32).convolve(
          call.tensor("kernel"), strides: call.ints("stride"), padding: padding(call),
          dilations: call.ints("dilation"), flip: call.bool("flip")))
    },
    Builtin(
      "convolveTransposed",
      "Convolution run backwards: every number spreads the kernel, scaled by it, over a larger picture.",
      [
        .positional("x", .tensorLike, "the picture: [h, w], [c, h, w] or [n, c, h, w]"),
        .positional("kernel", .tensorLike, "the kernel: [kh, kw]"),
        .labelled("stride", .ints, "how far apart the spread kernels lie", default: .int(1)),
        .labelled("padding", .ints, "how much is cut off at each side", default: .int(0)),
      ], returns: .tensor, shapes: "[h, w], [kh, kw] -> [(h - 1) · stride - 2 · padding + kh, …]",
      formula: "y(s·i + k, s·j + l) += x(i, j) · w(k, l)",
      example: "print(convolveTransposed(Tensor([[1, 2]]), ones(2, 2), stride: 2))"
    ) { call in
      .tensor(
        try call.tensor("x").cast(.float32).spread(
          call.tensor("kernel"), strides: call.ints("stride"), padding: call.ints("padding")))
    },
    Builtin(
      "pad", "A picture with a border around its last two axes; a list of numbers gets one at both ends.",
      [
        .positional("x", .tensorLike, "[w], [h, w] or more axes"),
        .positional("amount", .ints, "how wide: for all sides, or [rows, columns]"),
        .labelled("mode", .option(borders), "what stands there", default: .option(named: "zero")),
      ], returns: .tensor, shapes: "[…, h, w] -> […, h + 2 · rows, w + 2 · columns]",
      example: "print(pad(Tensor([1, 2, 3]), 2, mode: .reflect))"
    ) { call in
      let x = try call.tensor("x").cast(.float32)
      let amounts = try call.ints("amount")
      guard x.rank >= 1, amounts.count == 1 || amounts.count == 2, amounts.allSatisfy({ $0 >= 0 }) else {
        throw EvaluationError(
          "ValueError", "pad wants an amount of 0 or more, or [rows, columns], got \(amounts)"
        ).at(call.place(of: "amount"))
      }
      var sides = [Int](repeating: 0, count: x.rank)
      sides[x.rank - 1] = amounts[amounts.count - 1]
      if x.rank > 1 { sides[x.rank - 2] = amounts[0] }
      let mode: PaddingMode =
        switch try call.option("mode")?.name {
        case "reflect": .reflect
        case "replicate": .replicate
        default: .constant(0)
        }
      return .tensor(try x.padded(before: sides, after: sides, mode: mode))
    },
    filter,
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

  private static let borders = OptionFamily(
    "Border",
    [
      .init("zero", "zeros: 00|123|00"), .init("replicate", "the edge again: 11|123|33"),
      .init("reflect", "the mirror image, the edge not repeated: 32|123|21"),
    ])

  /// The kernels that books give names to, row by row.
  private static let kernels: [(name: String, rows: [[Float]], summary: String)] = [
    ("sobelV", [[1, 0, -1], [2, 0, -2], [1, 0, -1]], "vertical edges, rows weighted 1 2 1 (Sobel)"),
    ("sobelH", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], "horizontal edges, columns weighted 1 2 1 (Sobel)"),
    ("scharrV", [[3, 0, -3], [10, 0, -10], [3, 0, -3]], "vertical edges, rows weighted 3 10 3 (Scharr)"),
    (
      "scharrH", [[3, 10, 3], [0, 0, 0], [-3, -10, -3]], "horizontal edges, columns weighted 3 10 3 (Scharr)"
    ),
    ("prewittV", [[1, 0, -1], [1, 0, -1], [1, 0, -1]], "vertical edges, all rows alike (Prewitt)"),
    ("prewittH", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]], "horizontal edges, all columns alike (Prewitt)"),
    ("laplace", [[0, 1, 0], [1, -4, 1], [0, 1, 0]], "the sum of the second differences"),
    ("mean", [[Float]](repeating: [Float](repeating: 1 / 9, count: 3), count: 3), "the mean of 3 x 3: blurs"),
    (
      "gauss", [[1, 2, 1], [2, 4, 2], [1, 2, 1]].map { $0.map { Float($0) / 16 } },
      "a bell of 3 x 3: blurs softly"
    ),
    ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "the picture minus its Laplacian"),
  ]

  private static let filter = Builtin(
    "Filter", "A square kernel of ones divided by how many they are: the mean of a window, which blurs.",
    [.positional("size", .int, "its side")], returns: .tensor, shapes: "[size, size]",
    example: "print(convolve(Tensor([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]), Filter.sobelV))",
    constants: kernels.compactMap { kernel in
      guard let tensor = try? Tensor(Array(kernel.rows.joined()), [3, 3]) else { return nil }
      return (kernel.name, .tensor(tensor), kernel.summary)
    }
  ) { call in
    let size = try call.int("size")
    guard (1...1024).contains(size) else {
      throw EvaluationError("ValueError", "Filter has a side from 1 to 1024, got \(size)").at(
        call.place(of: "size"))
    }
    return .tensor(try Tensor([Float](repeating: 1 / Float(size * size), count: size * size), [size, size]))
  }

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
