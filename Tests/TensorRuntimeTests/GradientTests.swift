import CPUBackend
import TensorRuntime
import Testing

/// Every operation's gradient against central differences, and the gradient of the gradient likewise.
@Suite struct GradientTests {
  private let runtime = Runtime(backend: CPUBackend(threads: 2))

  /// A scalar that weighs every element of a result differently.
  private func weighed(_ result: Tensor, stream: UInt64) throws -> Tensor {
    let random = Philox(seed: 5, stream: stream)
    let weights = (0..<result.shape.elementCount).map { random.uniform(UInt64($0)) + 0.5 }
    return try (result * Tensor(weights, result.shape)).sum()
  }

  private func check(
    _ values: [[Float]], _ shapes: [Shape], tolerance: Double, function: ([Tensor]) throws -> Tensor
  ) throws {
    let leaves = try zip(values, shapes).map { try Tensor($0, $1) }
    let found = try gradients(of: function(leaves), withRespectTo: leaves)
    for (place, gradient) in found.enumerated() {
      let analytic = try gradient.map { try runtime.floats(of: $0) } ?? values[place].map { _ in 0 }
      // A spread-out sample of the elements of large inputs.
      let step = max(1, values[place].count / 24)
      for index in stride(from: 0, to: values[place].count, by: step) {
        func numeric(_ width: Float) throws -> Double {
          func at(_ shift: Float) throws -> Double {
            var moved = values
            moved[place][index] += shift
            return try runtime.item(of: function(zip(moved, shapes).map { try Tensor($0, $1) }))
          }
          return (try at(width) - at(-width)) / Double(2 * width)
        }
        func agrees(_ numeric: Double, _ tolerance: Double) -> Bool {
          abs(numeric - Double(analytic[index])) <= tolerance * max(1, abs(numeric))
        }
        // Where a step crosses a kink (a maximum changes place), a smaller one does not.
        let wide = try numeric(1e-2)
        let isRight = try agrees(wide, tolerance) || agrees(numeric(1e-3), 4 * tolerance)
        #expect(
          isRight, "input \(place), element \(index): differences say \(wide), the rule \(analytic[index])")
      }
    }
  }

  @Test(arguments: GradientCase.all)
  func gradientMatchesDifferences(_ row: GradientCase) throws {
    try check(row.inputs(), row.shapes, tolerance: 1e-2) { try weighed(row.function($0), stream: 1) }
  }

  /// Losses with a gradient inside go through all of these: a gradient penalty, a Hessian.
  static let twice: Set<String> = [
    "multiply", "divide", "power 3", "exp", "log", "sqrt", "rsqrt", "square", "abs", "tanh", "sigmoid",
    "relu",
    "leakyRelu", "elu", "gelu", "silu", "softplus", "mean", "variance", "softmax", "logSoftmax", "reshape",
    "transpose", "slice", "concat", "pad", "gather", "matmul", "matmul, batched", "crossEntropy",
    "binaryCrossEntropy", "meanSquaredError",
  ]

  private static let twiceDifferentiable =
    // Differences can't follow where a step of one number carries others across the kink of ReLU.
    GradientCase.layers.filter { $0.name != "batchNorm behind convolution, relu" }
    + GradientCase.all.filter { twice.contains($0.name) }

  @Test(arguments: twiceDifferentiable)
  func gradientOfGradientMatchesDifferences(_ row: GradientCase) throws {
    try check(row.inputs(), row.shapes, tolerance: 3e-2) { inputs in
      let once = try gradients(of: weighed(row.function(inputs).square(), stream: 1), withRespectTo: inputs)
      return try once.enumerated().compactMap { place, gradient in
        try gradient.map { try weighed($0, stream: UInt64(2 + place)) }
      }.reduce(Tensor.constant(0, [])) { try $0 + $1 }
    }
  }
}
