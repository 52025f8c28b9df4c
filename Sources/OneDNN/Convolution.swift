import COneDNN

/// How a filter moves, one number per axis; a dilation of 1 is a dense filter.
package struct ConvolutionWindow: Hashable, Sendable {
  let strides: [Int64]
  let dilations: [Int64]
  let before: [Int64]
  let after: [Int64]

  /// Makes a window.
  package init(strides: [Int], dilations: [Int], before: [Int], after: [Int]) {
    self.strides = strides.map(Int64.init)
    // The library counts the gaps, not the distance.
    self.dilations = dilations.map { Int64($0 - 1) }
    self.before = before.map(Int64.init)
    self.after = after.map(Int64.init)
  }
}

/// The way a convolution is computed.
package enum ConvolutionAlgorithm: Sendable {
  /// As defined.
  case direct
  /// With fewer multiplications, for 3×3 filters (Lavin and Gray 2015), in tiles of a size that the library chooses.
  case winograd
  /// The same in tiles of 4×4 where the library has a choice: fewer multiplications, more numbers for the filters.
  case winogradOfLargeTiles

  var kind: dnnl_alg_kind_t { self == .direct ? dnnl_convolution_direct : dnnl_convolution_winograd }

  /// Words in the name of the implementation that is wanted.
  var preferred: String? { self == .winogradOfLargeTiles ? "wino_4x3" : nil }
}

extension PrimitiveDescription {
  /// A convolution; descriptors may be `any`.
  package static func convolution(
    _ engine: Engine, isTraining: Bool, algorithm: ConvolutionAlgorithm = .direct, source: MemoryDescriptor,
    weights: MemoryDescriptor, bias: MemoryDescriptor?, destination: MemoryDescriptor,
    window: ConvolutionWindow,
    attributes: Attributes? = nil
  ) throws -> PrimitiveDescription {
    var operation = dnnl_convolution_desc_t()
    var (x, w, b, y) = (source.raw, weights.raw, (bias ?? .none).raw, destination.raw)
    try check(
      dnnl_dilated_convolution_forward_desc_init(
        &operation, isTraining ? dnnl_forward_training : dnnl_forward_inference, algorithm.kind, &x, &w, &b,
        &y,
        window.strides, window.dilations, window.before, window.after), "convolution")
    return try PrimitiveDescription(
      operation: &operation, attributes: attributes, engine: engine, preferred: algorithm.preferred,
      name: "convolution")
  }

  /// The cotangent of a convolution's input, which is also the transposed convolution.
  package static func convolutionInputGradient(
    _ engine: Engine, algorithm: ConvolutionAlgorithm = .direct, source: MemoryDescriptor,
    weights: MemoryDescriptor,
    destination: MemoryDescriptor, window: ConvolutionWindow, forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_convolution_desc_t()
    var (x, w, y) = (source.raw, weights.raw, destination.raw)
    try check(
      dnnl_dilated_convolution_backward_data_desc_init(
        &operation, algorithm.kind, &x, &w, &y, window.strides, window.dilations, window.before, window.after),
      "convolution backward by data")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "convolution backward by data")
  }

  /// The cotangents of a convolution's weights and bias.
  package static func convolutionWeightGradient(
    _ engine: Engine, algorithm: ConvolutionAlgorithm = .direct, source: MemoryDescriptor,
    weights: MemoryDescriptor,
    bias: MemoryDescriptor?, destination: MemoryDescriptor, window: ConvolutionWindow,
    forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_convolution_desc_t()
    var (x, w, b, y) = (source.raw, weights.raw, (bias ?? .none).raw, destination.raw)
    try check(
      dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, algorithm.kind, &x, &w, &b, &y, window.strides, window.dilations, window.before,
        window.after),
      "convolution backward by weights")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "convolution backward by weights")
  }
}
