/// Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015):
/// `x [N, C, d…], scale [C], shift [C] → y [N, C, d…], mean [C], variance [C]` (the biased one).
package struct BatchNormalization: TensorOp {
  /// Added to the variance before the root.
  package let epsilon: Float

  package var name: String { "batchNorm" }
  package var parameters: String { "epsilon=\(epsilon)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    try checkNormalization(name, inputs)
    let channels = TensorType([inputs[0].shape[1]])
    return [inputs[0], channels, channels]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (x, scale) = (context.inputs[0], context.inputs[1])
    guard context.cotangents[1] == nil, context.cotangents[2] == nil else {
      let epsilon = Double(epsilon)
      return try context.throughFormula { inputs in
        let (y, mean, variance) = try composedBatchNorm(inputs[0], inputs[1], inputs[2], epsilon: epsilon)
        return [y, mean, variance]
      }
    }
    let rule = BatchNormalizationGradient(epsilon: epsilon)
    let all = try Tensor.apply(rule, [x, context.cotangent(), scale, context.outputs[1], context.outputs[2]])
    return [all[0], all[1], all[2]]
  }
}

/// The cotangents of batch normalisation:
/// `x, g [N, C, d…], scale, mean, variance [C] → dx [N, C, d…], dscale [C], dshift [C]`.
package struct BatchNormalizationGradient: TensorOp {
  /// Added to the variance before the root.
  package let epsilon: Float

  package var name: String { "batchNormGradient" }
  package var parameters: String { "epsilon=\(epsilon)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let channels = TensorType([inputs[0].shape[1]])
    return [inputs[0], channels, channels]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let epsilon = Double(epsilon)
    // The statistics are functions of x here, so that nothing needs to flow through inputs 3 and 4.
    return try context.throughFormula { inputs in
      let (x, g, scale) = (inputs[0], inputs[1], inputs[2])
      let axes = [0] + Array(2..<x.rank)
      let centred = try x - x.mean(axes: axes, keepDims: true)
      let inverse = try (centred.square().mean(axes: axes, keepDims: true) + epsilon).rsqrt()
      let normal = try centred * inverse
      let perChannel = try scale.perChannel(rank: x.rank)
      let mean = try g.mean(axes: axes, keepDims: true)
      let slope = try (g * normal).mean(axes: axes, keepDims: true)
      return [
        try perChannel * inverse * (g - mean - normal * slope), try (g * normal).sum(axes: axes),
        try g.sum(axes: axes),
      ]
    }
  }
}

/// Batch normalisation as ordinary operations: result, mean and biased variance.
func composedBatchNorm(_ x: Tensor, _ scale: Tensor, _ shift: Tensor, epsilon: Double) throws -> (
  Tensor, Tensor, Tensor
) {
  let axes = [0] + Array(2..<x.rank)
  let mean = try x.mean(axes: axes, keepDims: true)
  let centred = try x - mean
  let variance = try centred.square().mean(axes: axes, keepDims: true)
  let y =
    try centred * (variance + epsilon).rsqrt() * scale.perChannel(rank: x.rank)
    + shift.perChannel(rank: x.rank)
  return (y, try mean.reshaped([x.shape[1]]), try variance.reshaped([x.shape[1]]))
}

private func checkNormalization(_ name: String, _ inputs: [TensorType]) throws {
  let x = inputs[0].shape
  guard x.rank >= 2, x.rank <= 5, inputs.allSatisfy({ $0.elementType == .float32 }) else {
    throw TensorError(name, "got \(inputs[0]), wanted float32 [samples, channels, lengths…]")
  }
  for input in inputs.dropFirst() where input.shape != [x[1]] {
    throw TensorError(name, "got \(input.shape) for the \(x[1]) channels of \(x), wanted [\(x[1])]")
  }
}

extension Tensor {
  /// `[C]` as `[C, 1, …]`, to meet a tensor `[N, C, d…]` of a rank.
  package func perChannel(rank: Int) throws -> Tensor {
    try reshaped(shape.dimensions + [Int](repeating: 1, count: Swift.max(0, rank - 2)))
  }
  /// Normalised with the batch's statistics: the result, its mean and its biased variance per channel.
  package func batchNorm(scale: Tensor, shift: Tensor, epsilon: Double = 1e-5) throws -> (
    result: Tensor, mean: Tensor, variance: Tensor
  ) {
    let all = try Tensor.apply(BatchNormalization(epsilon: Float(epsilon)), [self, scale, shift])
    return (all[0], all[1], all[2])
  }
  /// Normalised with given statistics: scale (x − mean) / √(variance + ε) + shift.
  package func batchNorm(
    scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: Double = 1e-5
  ) throws -> Tensor {
    try checkNormalization("batchNorm", [type, scale.type, shift.type, mean.type, variance.type])
    let factor = try scale * (variance + epsilon).rsqrt()
    let offset = try shift - mean * factor
    return try self * factor.perChannel(rank: rank) + offset.perChannel(rank: rank)
  }
  /// Normalised over the last `axes` axes of each sample (Ba, Kiros and Hinton 2016), then scaled and shifted.
  package func layerNorm(scale: Tensor?, shift: Tensor?, axes: [Int], epsilon: Double = 1e-5) throws -> Tensor
  {
    let centred = try self - mean(axes: axes, keepDims: true)
    var result = try centred * (centred.square().mean(axes: axes, keepDims: true) + epsilon).rsqrt()
    if let scale { result = try result * scale }
    if let shift { result = try result + shift }
    return result
  }
}
