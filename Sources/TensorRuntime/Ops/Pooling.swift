/// A window that moves along one to three axes, each list with a number per axis.
package struct PoolingWindow: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The window's lengths.
  package let sizes: [Int]
  /// Its step.
  package let strides: [Int]
  /// Padding before the first element, shorter than the window.
  package let before: [Int]
  /// Padding behind the last element, shorter than the window.
  package let after: [Int]

  /// Makes a window.
  package init(sizes: [Int], strides: [Int], before: [Int], after: [Int]) {
    self.sizes = sizes
    self.strides = strides
    self.before = before
    self.after = after
  }

  /// As printed graphs have it.
  package var description: String {
    let text = "sizes=\(sizes) strides=\(strides)"
    return (before + after).allSatisfy { $0 == 0 }
      ? text : text + " padding=\(before)" + (before == after ? "" : "…\(after)")
  }

  func outputShape(_ operation: String, _ x: Shape) throws -> Shape {
    let rank = sizes.count
    guard rank >= 1, rank <= 3, strides.count == rank, before.count == rank, after.count == rank,
      x.rank == rank + 2
    else {
      throw TensorError(
        operation, "got the window \(self) for the input \(x), wanted [samples, channels, \(rank) lengths]")
    }
    var dimensions = [x[0], x[1]]
    for axis in 0..<rank {
      guard sizes[axis] >= 1, strides[axis] >= 1, (0..<sizes[axis]).contains(before[axis]),
        (0..<sizes[axis]).contains(after[axis])
      else {
        throw TensorError(
          operation,
          "got the window \(self), wanted sizes and strides of at least 1 and paddings less than the size")
      }
      let (padded, overflow) = x[axis + 2].addingReportingOverflow(before[axis] + after[axis])
      guard !overflow, padded >= sizes[axis] else {
        throw TensorError(
          operation, "the window \(sizes[axis]) is larger than axis \(axis + 2) of \(x)",
          fix: "use a smaller window or more padding")
      }
      dimensions.append((padded - sizes[axis]) / strides[axis] + 1)
    }
    return Shape(dimensions)
  }
}

/// The largest of each window: `[N, C, d…] → [N, C, d′…]`; padding never wins.
package struct MaxPooling: TensorOp {
  /// The window.
  package let window: PoolingWindow

  package var name: String { "maxPool" }
  package var parameters: String { window.description }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(try window.outputShape(name, inputs[0].shape))]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(MaxPoolingGradient(window: window), [context.inputs[0], context.cotangent()])]
  }
}

/// Puts each window's number where its first largest element is: `x [N, C, d…], g [N, C, d′…] → [N, C, d…]`.
package struct MaxPoolingGradient: TensorOp {
  /// The window.
  package let window: PoolingWindow

  package var name: String { "maxPoolGradient" }
  package var parameters: String { window.description }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [inputs[0]] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [nil, try Tensor.one(MaxPoolingPick(window: window), [context.inputs[0], context.cotangent()])]
  }
}

/// Takes from a second tensor the element where each window's first largest is:
/// `x [N, C, d…], v [N, C, d…] → [N, C, d′…]`.
package struct MaxPoolingPick: TensorOp {
  /// The window.
  package let window: PoolingWindow

  package var name: String { "maxPoolPick" }
  package var parameters: String { window.description }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(try window.outputShape(name, inputs[0].shape))]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [nil, try Tensor.one(MaxPoolingGradient(window: window), [context.inputs[0], context.cotangent()])]
  }
}

/// The mean of each window: `[N, C, d…] → [N, C, d′…]`.
package struct AveragePooling: TensorOp {
  /// The window.
  package let window: PoolingWindow
  /// Whether padding counts as zeros, or is left out of the mean.
  package let countsPadding: Bool

  /// Makes the operation.
  package init(window: PoolingWindow, countsPadding: Bool) {
    self.window = window
    self.countsPadding = countsPadding
  }

  package var name: String { "averagePool" }
  package var parameters: String { "\(window)" + (countsPadding ? " countsPadding" : "") }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(try window.outputShape(name, inputs[0].shape))]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let rule = AveragePoolingGradient(
      window: window, countsPadding: countsPadding, inputShape: context.inputs[0].shape)
    return [try Tensor.one(rule, [context.cotangent()])]
  }
}

/// Spreads each window's number evenly over it: `g [N, C, d′…] → [N, C, d…]`.
package struct AveragePoolingGradient: TensorOp {
  /// The window.
  package let window: PoolingWindow
  /// Whether padding counts.
  package let countsPadding: Bool
  /// The shape of what was pooled.
  package let inputShape: Shape

  package var name: String { "averagePoolGradient" }
  package var parameters: String {
    "\(window)" + (countsPadding ? " countsPadding" : "") + " to=\(inputShape)"
  }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [TensorType(inputShape)] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(AveragePooling(window: window, countsPadding: countsPadding), [context.cotangent()])]
  }
}

extension Tensor {
  private func window(_ name: String, _ sizes: [Int], _ strides: [Int]?, _ padding: ConvolutionPadding) throws
    -> PoolingWindow
  {
    let axes = rank - 2
    guard axes >= 1, axes <= 3, elementType == .float32 else {
      throw TensorError(
        name, "got \(type), wanted float32 [samples, channels, lengths…] with one to three lengths")
    }
    func perAxis(_ numbers: [Int]) throws -> [Int] {
      guard numbers.count == axes || numbers.count == 1, numbers.allSatisfy({ $0 >= 1 && $0 < 1 << 30 })
      else {
        throw TensorError(
          name, "got \(numbers) for \(axes) axes, wanted a number of at least 1 for each, or one for all")
      }
      return numbers.count == axes ? numbers : [Int](repeating: numbers[0], count: axes)
    }
    let kernel = try perAxis(sizes)
    let steps = try perAxis(strides ?? sizes)
    let sides = try padding.resolve(
      name, lengths: Array(shape.dimensions.dropFirst(2)), kernel: kernel, strides: steps,
      dilations: kernel.map { _ in 1 })
    return PoolingWindow(sizes: kernel, strides: steps, before: sides.before, after: sides.after)
  }
  /// The largest of each window; the window's own size is the stride unless said: `[N, C, d…] → [N, C, d′…]`.
  package func maxPool(_ sizes: [Int], strides: [Int]? = nil, padding: ConvolutionPadding = .valid) throws
    -> Tensor
  {
    try Tensor.one(MaxPooling(window: window("maxPool", sizes, strides, padding)), [self])
  }
  /// Each number of `values` where the first largest element of its window in this is, zeros elsewhere: the way back
  /// through ``maxPool(_:strides:padding:)`` of this, whose result `values` must have the shape of.
  package func maxUnpool(
    _ values: Tensor, _ sizes: [Int], strides: [Int]? = nil, padding: ConvolutionPadding = .valid
  ) throws -> Tensor {
    let window = try window("maxUnpool", sizes, strides, padding)
    let pooled = try window.outputShape("maxUnpool", shape)
    guard values.shape == pooled else {
      throw TensorError(
        "maxUnpool", "got the values \(values.shape), wanted \(pooled) as pooling \(shape) gives")
    }
    return try Tensor.one(MaxPoolingGradient(window: window), [self, values])
  }
  /// The mean of each window: `[N, C, d…] → [N, C, d′…]`.
  package func averagePool(
    _ sizes: [Int], strides: [Int]? = nil, padding: ConvolutionPadding = .valid, countsPadding: Bool = false
  ) throws -> Tensor {
    let window = try window("averagePool", sizes, strides, padding)
    return try Tensor.one(AveragePooling(window: window, countsPadding: countsPadding), [self])
  }
  /// The mean over all positions of each channel: `[N, C, d…] → [N, C]`.
  package func globalAveragePool() throws -> Tensor {
    guard rank >= 3 else {
      throw TensorError("globalAveragePool", "got \(shape), wanted [samples, channels, lengths…]")
    }
    return try mean(axes: Array(2..<rank))
  }
  /// The largest over all positions of each channel: `[N, C, d…] → [N, C]`.
  package func globalMaxPool() throws -> Tensor {
    guard rank >= 3 else {
      throw TensorError("globalMaxPool", "got \(shape), wanted [samples, channels, lengths…]")
    }
    return try max(axes: Array(2..<rank))
  }
}
