import TensorRuntime

/// Kernel, stride, dilation and padding of a sliding layer, per spatial axis, checked against its input.
struct SpatialGeometry {
  var kernel: [Int]
  var stride: [Int]
  var dilation: [Int]
  var padding: (before: [Int], after: [Int])

  /// Checks a layer's numbers against an input `[C, spatial…]`. Throws `LayerError` in the layer's words.
  init(
    input: [Int], kernel: [Int], stride: [Int], dilation: [Int] = [1], padding: ConvolutionPadding,
    notation: @autoclosure () -> String
  ) throws {
    guard (2...4).contains(input.count) else {
      throw LayerError(
        "\(notation()) slides over images [channel, height, width], got \(Shape(input))",
        fix: input.count == 1
          ? "put it before Flatten(), or Reshape(channels, height, width) first"
          : "give [channel, length], [channel, height, width] or [channel, depth, height, width]")
    }
    let rank = input.count - 1
    self.kernel = try perAxis(kernel, rank: rank, what: "the kernel", of: notation())
    self.stride = try perAxis(stride, rank: rank, what: "the stride", of: notation())
    self.dilation = try perAxis(dilation, rank: rank, what: "the dilation", of: notation())
    if case .amounts(let amounts) = padding {
      let all = try perAxis(amounts, rank: rank, what: "the padding", of: notation())
      guard all.allSatisfy((0...100_000).contains) else {
        throw LayerError(
          "\(notation()) needs a padding from 0 to 100000",
          fix: "leave it out, write padding: 1, or padding: .same to keep the size")
      }
    }
    let limit = 1...100_000
    guard (self.kernel + self.stride + self.dilation).allSatisfy(limit.contains) else {
      throw LayerError(
        "\(notation()) needs kernel, stride and dilation from 1 to 100000",
        fix: "write 1 to go through every position")
    }
    let size = Array(input.dropFirst())
    self.padding = try padding.resolve(
      notation(), lengths: size, kernel: self.kernel, strides: self.stride, dilations: self.dilation)
    for axis in 0..<rank {
      let extent = (self.kernel[axis] - 1) * self.dilation[axis] + 1
      let available = size[axis] + self.padding.before[axis] + self.padding.after[axis]
      if extent > available {
        let axisName = rank == 2 ? ["height", "width"][axis] : "axis \(axis)"
        throw LayerError(
          "\(notation()) has a window of \(extent), larger than its input \(Shape(input)): \(axisName) is \(available) with padding",
          fix: "use a smaller kernel, padding: .same, or fewer poolings before it")
      }
    }
  }

  /// The padding as the tensor operations take it.
  var convolutionPadding: ConvolutionPadding { .sides(before: padding.before, after: padding.after) }
}
