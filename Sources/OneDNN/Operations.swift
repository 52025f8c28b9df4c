import COneDNN

/// How a pooling window reduces.
package enum PoolingKind: Sendable {
  case max, averageWithPadding, averageWithoutPadding

  var algorithm: dnnl_alg_kind_t {
    switch self {
    case .max: dnnl_pooling_max
    case .averageWithPadding: dnnl_pooling_avg_include_padding
    case .averageWithoutPadding: dnnl_pooling_avg_exclude_padding
    }
  }
}

extension PrimitiveDescription {
  /// The same numbers in another layout.
  package static func reorder(_ engine: Engine, from: MemoryDescriptor, to: MemoryDescriptor) throws
    -> PrimitiveDescription
  {
    var made: dnnl_primitive_desc_t?
    var (x, y) = (from.raw, to.raw)
    let attributes = try Attributes()
    try check(
      dnnl_reorder_primitive_desc_create(
        &made, &x, engine.engine, &y, engine.engine, attributes.attributes), "reorder")
    guard let made else { throw OneDNNError(call: "reorder", status: dnnl_runtime_error) }
    return PrimitiveDescription(made)
  }

  /// Several tensors one after the other along an axis; the destination may be `nil`: the library chooses.
  package static func concatenation(
    _ engine: Engine, axis: Int, sources: [MemoryDescriptor], destination: MemoryDescriptor?
  ) throws -> PrimitiveDescription {
    var made: dnnl_primitive_desc_t?
    let list = sources.map(\.raw)
    var y = (destination ?? .none).raw
    let attributes = try Attributes()
    let status = withUnsafePointer(to: &y) { y in
      dnnl_concat_primitive_desc_create(
        &made, destination == nil ? nil : y, Int32(list.count), Int32(axis), list, attributes.attributes,
        engine.engine)
    }
    try check(status, "concatenation")
    guard let made else { throw OneDNNError(call: "concatenation", status: dnnl_runtime_error) }
    return PrimitiveDescription(made)
  }

  /// x·Wᵀ + b.
  package static func innerProduct(
    _ engine: Engine, isTraining: Bool, source: MemoryDescriptor, weights: MemoryDescriptor,
    bias: MemoryDescriptor?,
    destination: MemoryDescriptor, attributes: Attributes? = nil
  ) throws -> PrimitiveDescription {
    var operation = dnnl_inner_product_desc_t()
    var (x, w, b, y) = (source.raw, weights.raw, (bias ?? .none).raw, destination.raw)
    try check(
      dnnl_inner_product_forward_desc_init(
        &operation, isTraining ? dnnl_forward_training : dnnl_forward_inference, &x, &w, &b, &y),
      "inner product")
    return try PrimitiveDescription(
      operation: &operation, attributes: attributes, engine: engine, name: "inner product")
  }

  /// The cotangent of an inner product's input.
  package static func innerProductInputGradient(
    _ engine: Engine, source: MemoryDescriptor, weights: MemoryDescriptor, destination: MemoryDescriptor,
    forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_inner_product_desc_t()
    var (x, w, y) = (source.raw, weights.raw, destination.raw)
    try check(
      dnnl_inner_product_backward_data_desc_init(&operation, &x, &w, &y), "inner product backward by data")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "inner product backward by data")
  }

  /// The cotangents of an inner product's weights and bias.
  package static func innerProductWeightGradient(
    _ engine: Engine, source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor?,
    destination: MemoryDescriptor, forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_inner_product_desc_t()
    var (x, w, b, y) = (source.raw, weights.raw, (bias ?? .none).raw, destination.raw)
    try check(
      dnnl_inner_product_backward_weights_desc_init(&operation, &x, &w, &b, &y),
      "inner product backward by weights")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "inner product backward by weights")
  }

  /// Matrix products of the last two axes.
  package static func matrixProduct(
    _ engine: Engine, left: MemoryDescriptor, right: MemoryDescriptor, destination: MemoryDescriptor
  ) throws -> PrimitiveDescription {
    var operation = dnnl_matmul_desc_t()
    var (x, w, b, y) = (left.raw, right.raw, MemoryDescriptor.none.raw, destination.raw)
    try check(dnnl_matmul_desc_init(&operation, &x, &w, &b, &y), "matrix product")
    return try PrimitiveDescription(operation: &operation, engine: engine, name: "matrix product")
  }

  /// Pooling; the destination may be `any`.
  package static func pooling(
    _ engine: Engine, _ kind: PoolingKind, isTraining: Bool, source: MemoryDescriptor,
    destination: MemoryDescriptor,
    sizes: [Int], strides: [Int], before: [Int], after: [Int]
  ) throws -> PrimitiveDescription {
    var operation = dnnl_pooling_desc_t()
    var (x, y) = (source.raw, destination.raw)
    try check(
      dnnl_pooling_forward_desc_init(
        &operation, isTraining ? dnnl_forward_training : dnnl_forward_inference, kind.algorithm, &x, &y,
        strides.map(Int64.init), sizes.map(Int64.init), before.map(Int64.init), after.map(Int64.init)),
      "pooling")
    return try PrimitiveDescription(operation: &operation, engine: engine, name: "pooling")
  }

  /// The cotangent of pooling's input.
  package static func poolingGradient(
    _ engine: Engine, _ kind: PoolingKind, source: MemoryDescriptor, destination: MemoryDescriptor,
    sizes: [Int], strides: [Int], before: [Int], after: [Int], forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_pooling_desc_t()
    var (x, y) = (source.raw, destination.raw)
    try check(
      dnnl_pooling_backward_desc_init(
        &operation, kind.algorithm, &x, &y, strides.map(Int64.init), sizes.map(Int64.init),
        before.map(Int64.init),
        after.map(Int64.init)), "pooling backward")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "pooling backward")
  }

  /// Batch normalisation with the batch's statistics, scale and shift; optionally with a ReLU behind it.
  package static func batchNormalization(
    _ engine: Engine, data: MemoryDescriptor, epsilon: Float, fusesRelu: Bool
  ) throws -> PrimitiveDescription {
    var operation = dnnl_batch_normalization_desc_t()
    var x = data.raw
    try check(
      dnnl_batch_normalization_forward_desc_init(
        &operation, dnnl_forward_training, &x, epsilon, flags(fusesRelu)),
      "batch normalisation")
    return try PrimitiveDescription(operation: &operation, engine: engine, name: "batch normalisation")
  }

  /// The cotangents of batch normalisation.
  package static func batchNormalizationGradient(
    _ engine: Engine, gradient: MemoryDescriptor, data: MemoryDescriptor, epsilon: Float, fusesRelu: Bool,
    forward: PrimitiveDescription
  ) throws -> PrimitiveDescription {
    var operation = dnnl_batch_normalization_desc_t()
    var (g, x) = (gradient.raw, data.raw)
    try check(
      dnnl_batch_normalization_backward_desc_init(
        &operation, dnnl_backward, &g, &x, epsilon, flags(fusesRelu)),
      "batch normalisation backward")
    return try PrimitiveDescription(
      operation: &operation, engine: engine, hint: forward, name: "batch normalisation backward")
  }

  private static func flags(_ fusesRelu: Bool) -> UInt32 {
    let both = dnnl_use_scale.rawValue | dnnl_use_shift.rawValue
    return UInt32(fusesRelu ? both | dnnl_fuse_norm_relu.rawValue : both)
  }
}
