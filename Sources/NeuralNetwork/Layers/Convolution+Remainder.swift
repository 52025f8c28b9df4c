import TensorRuntime

extension ConvolutionLayer {
  /// Along one axis: positions of the input that no window reaches, because the stride doesn't divide what is left.
  package struct Remainder {
    /// The axis as users call it: `row`, `column`.
    package let what: String
    /// How many positions of the input stay unused.
    package let unused: Int
    /// How the output's length comes about: `(224 - 11) / 4 + 1 = 54.25 -> 54`.
    package let sum: String
    /// The least padding on both sides that leaves nothing unused.
    package let padding: Int?
    /// The next larger input that leaves nothing unused.
    package let length: Int
  }

  /// The axes of an input `[C, H, W]` that are not used up. Only kernels at least as large as the stride count: with
  /// smaller ones leaving out positions is the purpose.
  package func remainders(for input: Shape) -> [Remainder] {
    guard input.rank == 3, !parameters.isEmpty,
      let geometry = try? SpatialGeometry(
        input: input.dimensions, kernel: settings.kernel, stride: settings.stride,
        dilation: settings.dilation, padding: settings.padding, notation: notation)
    else { return [] }
    return (0..<2).compactMap { axis in
      let (length, stride) = (input[axis + 1], geometry.stride[axis])
      let extent = (geometry.kernel[axis] - 1) * geometry.dilation[axis] + 1
      let (before, after) = (geometry.padding.before[axis], geometry.padding.after[axis])
      let remainder = (length + before + after - extent) % stride
      guard extent >= stride, remainder > after else { return nil }
      let padded = before + after > 0 ? "\(length) + \(before + after)" : "\(length)"
      let exact = Double(length + before + after - extent) / Double(stride) + 1
      let hundredths = (exact * 100).rounded(.down) / 100
      return Remainder(
        what: axis == 0 ? "row" : "column", unused: remainder - after,
        sum: "(\(padded) - \(extent)) / \(stride) + 1 = \(hundredths) -> \(Int(exact))",
        padding: (0...extent).first { (length + 2 * $0 - extent) % stride <= $0 && 2 * $0 > before + after },
        length: length + stride - remainder)
    }
  }
}
