extension Tensor {
  private static func perAxis(_ operation: String, _ what: String, _ numbers: [Int]?, _ rank: Int) throws
    -> [Int]
  {
    guard let numbers else { return [Int](repeating: 1, count: rank) }
    guard numbers.count == rank || numbers.count == 1 else {
      throw TensorError(
        operation, "got the \(what) \(numbers) for \(rank) axes, wanted a number for each, or one for all")
    }
    return numbers.count == rank ? numbers : [Int](repeating: numbers[0], count: rank)
  }

  /// A convolution along one to three axes: `self [N, C, d…], weights [O, C/groups, k…] → [N, O, d′…]`.
  package func convolution(
    _ weights: Tensor, bias: Tensor? = nil, strides: [Int]? = nil, padding: ConvolutionPadding = .valid,
    dilations: [Int]? = nil, groups: Int = 1
  ) throws -> Tensor {
    let name = "convolution"
    let axes = rank - 2
    guard axes >= 1, axes <= 3, weights.rank == rank else {
      throw TensorError(
        name,
        "got the input \(shape) and the filters \(weights.shape), wanted [samples, channels, lengths…] and [filters, channels, lengths…] with one to three lengths"
      )
    }
    let kernel = Array(weights.shape.dimensions.dropFirst(2))
    let steps = try Tensor.perAxis(name, "strides", strides, axes)
    let spread = try Tensor.perAxis(name, "dilations", dilations, axes)
    let zeros = [Int](repeating: 0, count: axes)
    try ConvolutionGeometry(strides: steps, before: zeros, after: zeros, dilations: spread, groups: groups)
      .check(name, kernel: kernel)
    let sides = try padding.resolve(
      name, lengths: Array(shape.dimensions.dropFirst(2)), kernel: kernel, strides: steps, dilations: spread)
    let geometry = ConvolutionGeometry(
      strides: steps, before: sides.before, after: sides.after, dilations: spread, groups: groups)
    return try Tensor.one(
      Convolution(geometry: geometry), [cast(.float32), weights.cast(.float32)] + (bias.map { [$0] } ?? []))
  }

  /// A transposed convolution: `self [N, I, d…], weights [I, O/groups, k…], bias [O]? → [N, O, d′…]` with
  /// d′ = (d − 1) s − before − after + dilation (k − 1) + 1 + `outputPadding`.
  package func transposedConvolution(
    _ weights: Tensor, bias: Tensor? = nil, strides: [Int]? = nil, padding: [Int] = [0],
    outputPadding: [Int] = [0],
    dilations: [Int]? = nil, groups: Int = 1
  ) throws -> Tensor {
    let name = "transposed convolution"
    let axes = rank - 2
    guard axes >= 1, axes <= 3, weights.rank == rank, weights.shape[0] == shape[1] else {
      throw TensorError(
        name,
        "got the input \(shape) and the filters \(weights.shape), wanted [samples, channels, lengths…] and [channels, filters, lengths…]"
      )
    }
    let kernel = Array(weights.shape.dimensions.dropFirst(2))
    let steps = try Tensor.perAxis(name, "strides", strides, axes)
    let spread = try Tensor.perAxis(name, "dilations", dilations, axes)
    let before = try Tensor.perAxis(name, "padding", padding, axes)
    let extra = try Tensor.perAxis(name, "output padding", outputPadding, axes)
    let after = zip(before, extra).map { $0 - $1 }
    let isInside = (0..<axes).allSatisfy {
      extra[$0] >= 0 && extra[$0] < Swift.max(steps[$0], spread[$0]) && before[$0] >= 0
    }
    guard isInside else {
      throw TensorError(
        name, "got the padding \(before) and the output padding \(extra), wanted 0 ..< stride for the latter")
    }
    // An output longer than the filter reaches has zeros behind: they are the convolution's cut-off remainder.
    let geometry = ConvolutionGeometry(
      strides: steps, before: before, after: after.map { Swift.max(0, $0) }, dilations: spread, groups: groups
    )
    try geometry.check(name, kernel: kernel)
    guard weights.shape[0] % groups == 0 else {
      throw TensorError(name, "got \(weights.shape[0]) channels in \(groups) groups, wanted a multiple")
    }
    let filters = weights.shape[1].multipliedReportingOverflow(by: groups).partialValue
    var dimensions = [shape[0], filters]
    for axis in 0..<axes {
      let (reach, overflow) = Swift.max(0, shape[axis + 2] - 1).multipliedReportingOverflow(by: steps[axis])
      let length = reach - 2 * before[axis] + spread[axis] * (kernel[axis] - 1) + 1 + extra[axis]
      guard !overflow, length > 0, reach < Int(Int32.max) else {
        throw TensorError(
          name, "the padding \(before) leaves nothing of the input \(shape) with the filters \(weights.shape)"
        )
      }
      dimensions.append(length)
    }
    if let bias, bias.shape != [filters] {
      throw TensorError(name, "got the bias \(bias.shape), wanted [\(filters)]")
    }
    let backward = ConvolutionGeometry(
      strides: steps, before: before,
      after: (0..<axes).map { axis in
        // What makes the convolution of the result have exactly the input's length.
        Swift.max(
          0,
          (shape[axis + 2] - 1) * steps[axis] + spread[axis] * (kernel[axis] - 1) + 1 - dimensions[axis + 2]
            - before[axis])
      }, dilations: spread, groups: groups)
    return try Tensor.one(
      ConvolutionInputGradient(
        geometry: backward, inputShape: Shape(dimensions), isTransposedConvolution: true),
      [cast(.float32), weights] + (bias.map { [$0] } ?? []))
  }

  /// Each channel with its own filter, as image filters are meant: `self [h, w]`, `[c, h, w]` or `[n, c, h, w]`,
  /// `kernel [kh, kw]`; `flip` turns the kernel by 180° first, the textbook's convolution.
  package func convolve(
    _ kernel: Tensor, strides: [Int]? = nil, padding: ConvolutionPadding = .valid, dilations: [Int]? = nil,
    flip: Bool = false
  )
    throws -> Tensor
  {
    let name = "convolve"
    guard kernel.rank >= 1, kernel.rank <= 3, rank >= kernel.rank else {
      throw TensorError(
        name,
        "got the kernel \(kernel.shape) for \(shape), wanted a kernel of one to three axes and at least as many in the input",
        fix: "one kernel slides over every channel: [k, l]; layers have one for each filter: Conv(filters, k)"
      )
    }
    let turned = flip ? try kernel.flipped(axes: Array(0..<kernel.rank)) : kernel
    let lengths = Array(shape.dimensions.suffix(kernel.rank))
    let images = try reshaped(
      [Shape(Array(shape.dimensions.dropLast(kernel.rank))).elementCount, 1] + lengths)
    let filter = try turned.cast(.float32).reshaped([1, 1] + kernel.shape.dimensions)
    let result = try images.convolution(filter, strides: strides, padding: padding, dilations: dilations)
    return try result.reshaped(
      Array(shape.dimensions.dropLast(kernel.rank)) + Array(result.shape.dimensions.suffix(kernel.rank)))
  }

  /// ``convolve(_:strides:padding:dilations:flip:)`` run backwards: every number spreads the kernel, scaled by it, over
  /// the output, `(length − 1) stride − 2 padding + kernel` long along each of the kernel's axes.
  package func spread(
    _ kernel: Tensor, strides: [Int]? = nil, padding: [Int] = [0]
  ) throws -> Tensor {
    guard kernel.rank >= 1, kernel.rank <= 3, rank >= kernel.rank else {
      throw TensorError(
        "convolveTransposed",
        "got the kernel \(kernel.shape) for \(shape), wanted a kernel of one to three axes and at least as many in the input",
        fix: "one kernel slides over every channel: [k, l]; layers have one for each filter: Conv(filters, k)"
      )
    }
    let lengths = Array(shape.dimensions.suffix(kernel.rank))
    let images = try reshaped(
      [Shape(Array(shape.dimensions.dropLast(kernel.rank))).elementCount, 1] + lengths)
    let result = try images.transposedConvolution(
      try kernel.cast(.float32).reshaped([1, 1] + kernel.shape.dimensions), strides: strides, padding: padding
    )
    return try result.reshaped(
      Array(shape.dimensions.dropLast(kernel.rank)) + Array(result.shape.dimensions.suffix(kernel.rank)))
  }
}
