import CPUBackend
import TensorRuntime
import Testing

/// What bfloat16 changes, and what it doesn't.
@Suite(
  .enabled(
    if: CPUBackend(threads: 1).support(for: .bfloat16) != .none, "this processor can't multiply bfloat16"))
struct PrecisionTests {
  private let runtime = Runtime(backend: CPUBackend(threads: 2))

  private func wave(_ shape: Shape, _ phase: Double) throws -> Tensor { try ForwardTests.wave(shape, phase) }

  /// Results of the same graph in a precision.
  private func values(_ results: [Tensor], _ precision: Precision) throws -> [[Float]] {
    let graph = try runtime.prepare(results, placeholders: [], precision: precision)
    return try graph.run([]).map { try runtime.floats(of: $0) }
  }

  /// A layer: how it is applied to x and weights.
  private struct Layer: CustomTestStringConvertible {
    let testDescription: String
    let input: Shape
    let weights: Shape
    /// Whether the library computes it, whatever the processor; own kernels may stay in float32.
    var isLibrarys = true
    let apply: (Tensor, Tensor) throws -> Tensor
  }

  private static let layers: [Layer] = [
    Layer(testDescription: "3×3", input: [40, 32, 9, 11], weights: [48, 32, 3, 3], isLibrarys: false) {
      try $0.convolution($1, padding: .same)
    },
    Layer(testDescription: "3×3, many channels", input: [2, 528, 5, 4], weights: [32, 528, 3, 3]) {
      try $0.convolution($1, padding: .same)
    },
    Layer(testDescription: "strided, odd", input: [3, 37, 15, 8], weights: [19, 37, 5, 2]) {
      try $0.convolution($1, strides: [2, 1], padding: .same)
    },
    Layer(testDescription: "dilated", input: [2, 16, 13, 13], weights: [16, 16, 3, 3]) {
      try $0.convolution($1, padding: .same, dilations: [2])
    },
    Layer(testDescription: "groups", input: [2, 24, 7, 7], weights: [24, 1, 3, 3]) {
      try $0.convolution($1, padding: .same, groups: 24)
    },
    Layer(testDescription: "1×1", input: [4, 64, 5, 5], weights: [32, 64, 1, 1]) { try $0.convolution($1) },
    Layer(testDescription: "one axis", input: [4, 20, 30], weights: [24, 20, 3]) { try $0.convolution($1) },
    Layer(testDescription: "three axes", input: [2, 17, 5, 6, 7], weights: [18, 17, 2, 3, 3]) {
      try $0.convolution($1)
    },
    Layer(testDescription: "dense", input: [33, 70], weights: [41, 70]) { try $0.dense($1) },
  ]

  /// Each of two factors is off by at most a part in 2⁸ of itself (half the distance of neighbours with 8 bits), so a sum
  /// of products is off by at most two such parts of the sum of absolute products, and a little for its order.
  private func bounds(_ sums: [Float]) -> [Float] { sums.map { $0 * 2.05 / 256 + 1e-5 } }

  @Test(arguments: PrecisionTests.layers.indices)
  func sumsOfProductsAreNear(_ index: Int) throws {
    let layer = Self.layers[index]
    let (x, w) = (try wave(layer.input, 0.3), try wave(layer.weights, 0.7))
    let y = try layer.apply(x, w)
    let g = try wave(y.shape, 0.1)
    let all = [y] + (try gradients(of: (y * g).sum(), withRespectTo: [x, w])).compactMap { $0 }
    let (ax, aw, ag) = (try x.abs(), try w.abs(), try g.abs())
    let largest = try layer.apply(ax, aw)
    let sums =
      [largest] + (try gradients(of: (largest * ag).sum(), withRespectTo: [ax, aw])).compactMap { $0 }
    let (exact, rounded) = (try values(all, .float32), try values(all, .bfloat16))
    for (result, sum) in zip(zip(exact, rounded), try values(sums, .float32)) {
      #expect(zip(zip(result.0, result.1), bounds(sum)).allSatisfy { abs($0.0 - $0.1) <= $1 })
    }
    if layer.isLibrarys { #expect(exact[0] != rounded[0]) }
    #expect(try values(all, .bfloat16) == rounded)
  }

  @Test func factorsAreRounded() throws {
    // 1 + 2⁻⁹ lies nearer to 1 than to its neighbour with eight bits.
    let x = try Tensor([Float](repeating: 1 + 1.0 / 512, count: 64 * 64), [64, 64])
    let y = try x.dense(try Tensor.ones([32, 64]))
    #expect(try values([y], .bfloat16)[0].allSatisfy { $0 == 64 })
    #expect(try values([y], .float32)[0].allSatisfy { $0 == 64.125 })
  }

  @Test func sumsAreNotRounded() throws {
    // Eight bits could not count beyond 256.
    let ones = try Tensor.ones([16, 1001])
    #expect(try values([ones.dense(try Tensor.ones([32, 1001]))], .bfloat16)[0].allSatisfy { $0 == 1001 })
    let images = try Tensor.ones([4, 50, 7, 7])
    let sum = try images.convolution(try Tensor.ones([16, 50, 5, 5]))
    #expect(try values([sum], .bfloat16)[0].allSatisfy { $0 == 1250 })
  }

  @Test func smallStepsAddUpInTheWeights() throws {
    let weights = Parameter("weights", try Tensor.ones([32, 64]))
    let x = Tensor.placeholder([16, 64])
    let loss = try x.dense(weights.tensor).mean()
    let step = try runtime.prepareStep(
      loss: loss, placeholders: [x], parameters: [weights], rule: .sgd(learningRate: 0.01),
      state: OptimizerState(), precision: .bfloat16)
    // The gradient is 1/32 everywhere; 1 − 0.01/32 would be 1 again in bfloat16.
    for _ in 0..<32 { _ = try step.run([try Tensor.ones([16, 64])]) }
    let values = try runtime.floats(of: weights.tensor)
    #expect(values.allSatisfy { abs($0 - 0.99) < 1e-5 })
  }

  @Test func aNetworkLearnsAlike() throws {
    func losses(_ precision: Precision) throws -> [Float] {
      let filters = Parameter("filters", try wave([32, 16, 3, 3], 0.2))
      let scale = Parameter("scale", try Tensor.ones([32]))
      let shift = Parameter("shift", try Tensor.zeros([32]))
      let dense = Parameter("dense", try wave([4, 32], 0.9))
      let x = Tensor.placeholder([16, 16, 8, 8])
      let t = Tensor.placeholder([16], .int32)
      let images = try x.convolution(filters.tensor, padding: .same)
        .batchNorm(scale: scale.tensor, shift: shift.tensor).result.relu()
      let loss = try images.globalAveragePool().dense(dense.tensor).crossEntropy(t)
      let step = try runtime.prepareStep(
        loss: loss, placeholders: [x, t], parameters: [filters, scale, shift, dense],
        rule: .adam(learningRate: 0.01), state: OptimizerState(), precision: precision)
      let labels = try Tensor((0..<16).map { Int32($0 % 4) }, [16])
      return try (0..<20).map { _ in try step.run([try wave([16, 16, 8, 8], 0.4), labels]).loss }
    }
    let (exact, rounded) = (try losses(.float32), try losses(.bfloat16))
    #expect(exact != rounded)
    #expect(zip(exact, rounded).allSatisfy { abs($0 - $1) < 0.02 * max(1, $0) })
    #expect(try losses(.bfloat16) == rounded)
  }
}
