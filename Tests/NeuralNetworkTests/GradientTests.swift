import NeuralNetwork
import TensorRuntime
import Testing

/// Gradients of layers and losses against central differences, where they are put together from several operations.
@Suite struct GradientTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [Shape]
    let function: @Sendable ([Tensor]) throws -> Tensor
    init(_ name: String, _ shapes: [Shape], _ function: @escaping @Sendable ([Tensor]) throws -> Tensor) {
      self.name = name
      self.shapes = shapes
      self.function = function
    }
    var testDescription: String { name }
  }

  private static func apply(_ layer: any Layer, _ inputs: [Tensor]) throws -> Tensor {
    let random = RandomSource(seed: 5)
    try layer.build(for: inputs.map(\.shape.droppingBatch), random: random)
    return try layer.apply(to: inputs, in: Pass(isTraining: true, random: random))
  }

  private static func labels(_ values: [Int32]) throws -> Tensor { try Tensor(values, [values.count]) }

  private static func conv(_ border: Border) -> ConvolutionLayer {
    var settings = ConvolutionLayer.Settings(filters: 2, kernel: [3])
    settings.padding = .same
    settings.border = border
    return ConvolutionLayer(settings)
  }

  static let rows: [Row] = [
    Row("huber", [[7], [7]]) { try Loss.huber(delta: 0.6).value($0[0], $0[1]) },
    Row("hinge of classes", [[3, 4]]) { try Loss.hinge().value($0[0], labels([1, 0, 3])) },
    Row("hinge of sides", [[5]]) { try Loss.hinge(margin: 0.7).value($0[0], labels([1, 0, 0, 1, 1])) },
    Row("crossEntropy, weighted samples", [[3, 4]]) {
      try Loss.crossEntropy(labelSmoothing: 0.2).mean(
        $0[0], labels([1, 0, 3]), weights: Tensor([Float(1), 0, 2.5], [3]))
    },
    Row("mse and mae, weighted samples", [[3, 4], [3, 4]]) {
      try (Loss.mse + Loss.mae.scaled(by: 0.3)).mean($0[0], $0[1], weights: Tensor([Float(1), 3, 2], [3]))
    },
    Row("triplet", [[3, 4], [3, 4], [3, 4]]) {
      try SimilarityLoss.triplet(anchor: $0[0], positive: $0[1], negative: $0[2], margin: 4)
    },
    Row("contrastive", [[3, 4], [3, 4]]) {
      try SimilarityLoss.contrastive($0[0], $0[1], same: labels([1, 0, 0]), margin: 3)
    },
    Row("MinPool", [[1, 2, 4, 4]]) { try apply(PoolingLayer(.min, PoolingSettings(size: [2])), $0) },
    Row("GlobalMinPool", [[2, 2, 3, 3]]) { try apply(GlobalPoolingLayer(.min), $0) },
    Row("AdaptiveMaxPool", [[1, 2, 5, 7]]) { try apply(ResampleLayer(.adaptiveMax, size: [3]), $0) },
    Row("AdaptiveAvgPool", [[1, 2, 5, 7]]) { try apply(ResampleLayer(.adaptiveAverage, size: [3]), $0) },
    Row("Upsample, bilinear", [[1, 2, 3, 2]]) { try apply(ResampleLayer(.bilinear, size: [2]), $0) },
    Row("Upsample, nearest", [[1, 2, 3, 2]]) { try apply(ResampleLayer(.nearest, size: [2]), $0) },
    Row("SpaceToDepth", [[1, 2, 4, 6]]) { try apply(DepthSpaceLayer(.toDepth, size: 2), $0) },
    Row("DepthToSpace", [[1, 8, 2, 3]]) { try apply(DepthSpaceLayer(.toSpace, size: 2), $0) },
    Row("LRN", [[1, 6, 2, 2]]) { try apply(LocalResponseNormLayer(size: 3, alpha: 0.5), $0) },
    Row("L2Normalize", [[3, 4]]) { try apply(L2NormalizeLayer(), $0) },
    Row("GroupNorm", [[2, 4, 2, 2]]) { try apply(GroupNormLayer(.groups, groups: 2), $0) },
    Row("InstanceNorm", [[2, 2, 3, 3]]) { try apply(GroupNormLayer(.instance), $0) },
    Row("Conv, mirrored border", [[1, 2, 4, 4]]) { try apply(conv(.reflect), $0) },
    Row("Conv, circular border", [[1, 2, 4, 4]]) { try apply(conv(.circular), $0) },
    Row("SpatialDropout", [[2, 6, 2, 2]]) { try apply(NoiseLayer(.spatialDropout, 0.4), $0) },
    Row("AlphaDropout", [[3, 8]]) { try apply(NoiseLayer(.alphaDropout, 0.4), $0) },
    Row("GaussianNoise", [[3, 8]]) { try apply(NoiseLayer(.gaussian, 0.4), $0).square() },
    Row("selu", [[9]]) { try Activation.selu.apply($0[0]) },
  ]

  @Test(arguments: rows)
  func gradientMatchesDifferences(_ row: Row) throws {
    let runtime = Bench().runtime
    let values = row.shapes.enumerated().map { place, shape in
      let random = Philox(seed: 12, stream: UInt64(place))
      return (0..<shape.elementCount).map { random.uniform(UInt64($0)) * 3 - 1.5 }
    }
    func loss(_ inputs: [Tensor]) throws -> Tensor {
      let y = try row.function(inputs)
      let random = Philox(seed: 13, stream: 0)
      let weights = (0..<y.shape.elementCount).map { random.uniform(UInt64($0)) + 0.5 }
      return try (y * Tensor(weights, y.shape)).sum()
    }
    func tensors(_ values: [[Float]]) throws -> [Tensor] {
      try zip(values, row.shapes).map { try Tensor($0, $1) }
    }
    let leaves = try tensors(values)
    let found = try gradients(of: loss(leaves), withRespectTo: leaves)
    for (place, gradient) in found.enumerated() {
      let analytic = try runtime.floats(of: #require(gradient))
      for index in values[place].indices {
        func difference(_ width: Float) throws -> Double {
          func at(_ shift: Float) throws -> Double {
            var moved = values
            moved[place][index] += shift
            return try runtime.item(of: loss(tensors(moved)))
          }
          return (try at(width) - at(-width)) / Double(2 * width)
        }
        func agrees(_ numeric: Double, _ tolerance: Double) -> Bool {
          abs(numeric - Double(analytic[index])) <= tolerance * max(1, abs(numeric))
        }
        // Where a step crosses a kink, a smaller one does not.
        let wide = try difference(1e-2)
        let isRight = try agrees(wide, 1e-2) || agrees(difference(1e-3), 4e-2)
        #expect(isRight, "input \(place), element \(index): \(wide) and \(analytic[index])")
      }
    }
  }
}
