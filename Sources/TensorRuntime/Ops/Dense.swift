/// A fully connected layer: `x [N, I…], weights [O, I], bias [O]? → x·Wᵀ + b [N, O]`.
package struct Dense: TensorOp {
  /// Makes the operation.
  package init() {}

  package var name: String { "dense" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    guard inputs.allSatisfy({ $0.elementType == .float32 }) else {
      throw TensorError(
        name, "got \(inputs.map { "\($0.elementType)" }.joined(separator: ", ")) elements, wanted float32")
    }
    let features = Shape(Array(x.dimensions.dropFirst())).elementCount
    guard x.rank >= 2, w.rank == 2, features == w[1] else {
      throw TensorError(
        name,
        "the input \(x) has \(x.rank >= 2 ? "\(features)" : "no") features per sample, the weights \(w) want \(w[1])",
        fix: "the input is [samples, features], the weights are [outputs, features]")
    }
    if inputs.count > 2, inputs[2].shape != [w[0]] {
      throw TensorError(name, "got the bias \(inputs[2].shape), wanted [\(w[0])]")
    }
    return [TensorType([x[0], w[0]])]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (x, w) = (context.inputs[0], context.inputs[1])
    let g = try context.cotangent()
    let hasBias = context.inputs.count > 2
    var result: [Tensor?] = [nil, nil] + (hasBias ? [nil] : [])
    if context.isNeeded[0] { result[0] = try Tensor.one(DenseInputGradient(inputShape: x.shape), [g, w]) }
    if context.isNeeded[1] || (hasBias && context.isNeeded[2]) {
      let both = try Tensor.apply(DenseWeightGradient(hasBias: hasBias), [x, g])
      result[1] = both[0]
      if hasBias { result[2] = both[1] }
    }
    return result
  }
}

/// The cotangent of a fully connected layer's input: `g [N, O], weights [O, I] → g·W [N, I…]`.
package struct DenseInputGradient: TensorOp {
  /// The input's shape.
  package let inputShape: Shape

  /// Makes the operation.
  package init(inputShape: Shape) { self.inputShape = inputShape }

  package var name: String { "denseInputGradient" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [TensorType(inputShape)] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (g, w) = (context.inputs[0], context.inputs[1])
    let c = try context.cotangent()
    return [
      context.isNeeded[0] ? try Tensor.one(Dense(), [c, w]) : nil,
      context.isNeeded[1] ? try Tensor.one(DenseWeightGradient(hasBias: false), [c, g]) : nil,
    ]
  }
}

/// The cotangents of a fully connected layer's weights and bias: `x [N, I…], g [N, O] → gᵀ·x [O, I], Σg [O]?`.
package struct DenseWeightGradient: TensorOp {
  /// Whether the bias' cotangent is wanted too.
  package let hasBias: Bool

  /// Makes the operation.
  package init(hasBias: Bool) { self.hasBias = hasBias }

  package var name: String { "denseWeightGradient" }
  package var parameters: String { hasBias ? "bias" : "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let features = Shape(Array(inputs[0].shape.dimensions.dropFirst())).elementCount
    let outputs = inputs[1].shape[1]
    return [TensorType([outputs, features])] + (hasBias ? [TensorType([outputs])] : [])
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (x, g) = (context.inputs[0], context.inputs[1])
    let c = try context.cotangent(0)
    var ofG = context.isNeeded[1] ? try Tensor.one(Dense(), [x, c]) : nil
    if hasBias, let bias = context.cotangents[1], let sum = ofG { ofG = try sum + bias }
    return [
      context.isNeeded[0] ? try Tensor.one(DenseInputGradient(inputShape: x.shape), [g, c]) : nil, ofG,
    ]
  }
}

extension Tensor {
  /// x·Wᵀ + b for `x [N, I…]`, `weights [O, I]`, `bias [O]`: `[N, O]`.
  package func dense(_ weights: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try Tensor.one(Dense(), [cast(.float32), weights] + (bias.map { [$0] } ?? []))
  }
}
