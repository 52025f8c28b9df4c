/// eˣ divided by its sum along an axis, or the logarithm of that, without overflow: `[…] → […]`.
package struct Softmax: TensorOp {
  /// Along which axis.
  package let axis: Int
  /// Whether the logarithm is meant.
  package let isLogarithm: Bool

  package var name: String { isLogarithm ? "logSoftmax" : "softmax" }
  package var parameters: String { "axis=\(axis)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == .float32 else {
      throw TensorError(name, "got \(inputs[0].elementType) elements, wanted float32")
    }
    return inputs
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let g = try context.cotangent()
    let y = context.outputs[0]
    if isLogarithm { return [try g - y.exp() * g.sum(axes: [axis], keepDims: true)] }
    return [try y * (g - (g * y).sum(axes: [axis], keepDims: true))]
  }
}

extension Tensor {
  /// eˣ divided by its sum along an axis.
  package func softmax(axis: Int = -1) throws -> Tensor {
    try Tensor.one(Softmax(axis: self.axis(axis, of: "softmax"), isLogarithm: false), [cast(.float32)])
  }
  /// The logarithm of the softmax along an axis.
  package func logSoftmax(axis: Int = -1) throws -> Tensor {
    try Tensor.one(Softmax(axis: self.axis(axis, of: "logSoftmax"), isLogarithm: true), [cast(.float32)])
  }
}
