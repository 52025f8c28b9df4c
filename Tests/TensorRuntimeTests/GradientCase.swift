import TensorRuntime
import Testing

/// One row of the gradient tables: an operation on inputs of these shapes.
struct GradientCase: CustomTestStringConvertible, Sendable {
  let name: String
  let shapes: [Shape]
  /// Inputs are drawn uniformly from here.
  let range: ClosedRange<Double>
  let function: @Sendable ([Tensor]) throws -> Tensor

  init(
    _ name: String, _ shapes: [Shape], in range: ClosedRange<Double> = -1.5...1.5,
    _ function: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    self.name = name
    self.shapes = shapes
    self.range = range
    self.function = function
  }

  var testDescription: String { name }

  /// Inputs that depend on nothing but the case, kept off the kinks at zero and apart from each other.
  func inputs() -> [[Float]] {
    var stream: UInt64 = 0
    return shapes.map { shape in
      stream += 1
      let random = Philox(seed: 11, stream: stream)
      return (0..<shape.elementCount).map { index in
        let unit = Double(random.uniform(UInt64(index)))
        let value = range.lowerBound + (range.upperBound - range.lowerBound) * unit
        return Float(abs(value) < 0.05 ? value + 0.1 : value)
      }
    }
  }

  /// The tables' rows.
  static let all: [GradientCase] = elementwise + reductions + shaping + layers + losses

  static let elementwise: [GradientCase] = [
    GradientCase("add, broadcast", [[2, 3, 4], [3, 1]]) { try $0[0] + $0[1] },
    GradientCase("subtract, broadcast", [[3], [2, 3]]) { try $0[0] - $0[1] },
    GradientCase("multiply", [[2, 5], [2, 5]]) { try $0[0] * $0[1] },
    GradientCase("multiply, per channel", [[2, 3, 4, 4], [3, 1, 1]]) { try $0[0] * $0[1] },
    GradientCase("divide", [[2, 5], [5]], in: 0.5...2) { try $0[0] / $0[1] },
    GradientCase("power", [[2, 5], [5]], in: 0.5...2) { try $0[0].power($0[1]) },
    GradientCase("power 3", [[7]]) { try $0[0].power(3) },
    GradientCase("minimum", [[4, 5], [4, 5]]) { try $0[0].minimum($0[1]) },
    GradientCase("maximum", [[4, 5], [5]]) { try $0[0].maximum($0[1]) },
    GradientCase("modulo", [[4]], in: 0.2...0.9) { try ($0[0] * 3).modulo(.scalar(0.7)) },
    GradientCase("negate", [[5]]) { try -$0[0] },
    GradientCase("abs", [[9]]) { try $0[0].abs() },
    GradientCase("exp", [[9]]) { try $0[0].exp() },
    GradientCase("log", [[9]], in: 0.3...3) { try $0[0].log() },
    GradientCase("sqrt", [[9]], in: 0.3...3) { try $0[0].sqrt() },
    GradientCase("rsqrt", [[9]], in: 0.5...3) { try $0[0].rsqrt() },
    GradientCase("square", [[9]]) { try $0[0].square() },
    GradientCase("tanh", [[19]]) { try $0[0].tanh() },
    GradientCase("sigmoid", [[19]]) { try $0[0].sigmoid() },
    GradientCase("relu", [[19]]) { try $0[0].relu() },
    GradientCase("leakyRelu", [[19]]) { try $0[0].leakyRelu(0.2) },
    GradientCase("elu", [[19]]) { try $0[0].elu() },
    GradientCase("gelu", [[19]]) { try $0[0].gelu() },
    GradientCase("silu", [[19]]) { try $0[0].silu() },
    GradientCase("softplus", [[19]]) { try $0[0].softplus() },
    GradientCase("erf", [[9]]) { try $0[0].erf() },
    GradientCase("sin", [[9]]) { try $0[0].sin() },
    GradientCase("cos", [[9]]) { try $0[0].cos() },
    GradientCase("select", [[6], [6]]) { try Tensor.select($0[0] .> Tensor.zeros([]), $0[0] * $0[1], $0[1]) },
    GradientCase("clamp", [[9]]) { try $0[0].clamped(from: -0.7, to: 0.8) },
  ]

  static let reductions: [GradientCase] = [
    GradientCase("sum", [[2, 3, 4]]) { try $0[0].sum(axes: [0, 2]) },
    GradientCase("mean", [[2, 3, 4]]) { try $0[0].mean(axes: [1], keepDims: true) },
    GradientCase("max", [[3, 5]]) { try $0[0].max(axes: [1]) },
    GradientCase("min", [[3, 5]]) { try $0[0].min(axes: [0]) },
    GradientCase("product", [[2, 4]], in: 0.5...1.5) { try $0[0].product(axes: [1]) },
    GradientCase("variance", [[3, 5]]) { try $0[0].variance(axes: [1], correction: 1) },
    GradientCase("softmax", [[3, 5]]) { try $0[0].softmax() },
    GradientCase("softmax, channels", [[2, 3, 4]]) { try $0[0].softmax(axis: 1) },
    GradientCase("logSoftmax", [[3, 5]]) { try $0[0].logSoftmax() },
  ]

  static let shaping: [GradientCase] = [
    GradientCase("reshape", [[2, 6]]) { try $0[0].reshaped([3, -1]) },
    GradientCase("transpose", [[2, 3, 4]]) { try $0[0].transposed([2, 0, 1]) },
    GradientCase("broadcast", [[3, 1]]) { try $0[0].broadcast(to: [2, 3, 4]) },
    GradientCase("slice", [[5, 7]]) {
      try $0[0].sliced(axis: 0, from: 1, to: -1).sliced(axis: 1, from: 1, step: 3)
    },
    GradientCase("element", [[5, 7]]) { try $0[0].element(-2, axis: 1) },
    GradientCase("concat", [[2, 3], [2, 2]]) { try Tensor.concat($0, axis: 1) },
    GradientCase("stack", [[2, 3], [2, 3]]) { try Tensor.stack($0, axis: 1) },
    GradientCase("flip", [[3, 4]]) { try $0[0].flipped(axes: [0, 1]) },
    GradientCase("pad", [[2, 3]]) { try $0[0].padded(before: [1, 0], after: [2, 3]) },
    GradientCase("pad, reflect", [[4]]) { try $0[0].padded(before: [2], after: [3], mode: .reflect) },
    GradientCase("pad, replicate", [[2, 3]]) {
      try $0[0].padded(before: [1, 1], after: [0, 2], mode: .replicate)
    },
    GradientCase("pad, circular", [[4]]) { try $0[0].padded(before: [2], after: [3], mode: .circular) },
    GradientCase("gather", [[4, 3]]) { try $0[0].gathered(Tensor([Int32(2), 0, 2], [3])) },
    GradientCase("matmul", [[3, 4], [4, 2]]) { try $0[0].matmul($0[1]) },
    GradientCase("matmul, transposed", [[4, 3], [2, 4]]) {
      try $0[0].matmul($0[1], transposeLeft: true, transposeRight: true)
    },
    GradientCase("matmul, batched", [[2, 3, 4], [2, 4, 5]]) { try $0[0].matmul($0[1]) },
    GradientCase("matmul, batch broadcast", [[2, 3, 4], [4, 5]]) { try $0[0].matmul($0[1]) },
    GradientCase("matmul, vectors", [[4], [4]]) { try $0[0].matmul($0[1]) },
  ]

  static let layers: [GradientCase] = [
    GradientCase("dense", [[3, 5], [4, 5], [4]]) { try $0[0].dense($0[1], bias: $0[2]) },
    GradientCase("dense of images, tanh", [[2, 3, 2, 2], [4, 12], [4]]) {
      try $0[0].flattened().dense($0[1], bias: $0[2]).tanh()
    },
    GradientCase("convolution", [[2, 3, 5, 6], [4, 3, 3, 3], [4]]) {
      try $0[0].convolution($0[1], bias: $0[2])
    },
    GradientCase("convolution, same, stride 2", [[2, 2, 6, 5], [3, 2, 3, 3]]) {
      try $0[0].convolution($0[1], strides: [2], padding: .same)
    },
    GradientCase("convolution, asymmetric, dilated", [[1, 2, 7, 7], [3, 2, 3, 2], [3]]) {
      try $0[0].convolution(
        $0[1], bias: $0[2], padding: .sides(before: [1, 0], after: [2, 1]), dilations: [2, 3])
    },
    GradientCase("convolution, groups, relu", [[2, 4, 5, 5], [6, 2, 3, 3], [6]]) {
      try $0[0].convolution($0[1], bias: $0[2], padding: .same, groups: 2).relu()
    },
    GradientCase("convolution, depthwise", [[1, 4, 5, 5], [4, 1, 3, 3]]) {
      try $0[0].convolution($0[1], groups: 4)
    },
    GradientCase("convolution of 16 channels", [[2, 16, 6, 6], [16, 16, 3, 3], [16]]) {
      try $0[0].convolution($0[1], bias: $0[2], padding: .amounts([1])).tanh() + $0[0]
    },
    GradientCase("convolution 1-D", [[2, 3, 9], [4, 3, 3], [4]]) {
      try $0[0].convolution($0[1], bias: $0[2], strides: [2])
    },
    GradientCase("convolution 3-D", [[1, 2, 4, 5, 4], [3, 2, 2, 3, 2]]) { try $0[0].convolution($0[1]) },
    GradientCase("transposed convolution", [[2, 3, 4, 4], [3, 2, 4, 4], [2]]) {
      try $0[0].transposedConvolution($0[1], bias: $0[2], strides: [2], padding: [1])
    },
    GradientCase("transposed convolution, output padding", [[1, 4, 3, 3], [4, 16, 3, 3], [16]]) {
      try $0[0].transposedConvolution($0[1], bias: $0[2], strides: [2], padding: [1], outputPadding: [1])
    },
    GradientCase("transposed convolution, groups", [[1, 4, 3, 3], [4, 3, 2, 2]]) {
      try $0[0].transposedConvolution($0[1], strides: [2], groups: 2)
    },
    GradientCase("maxPool", [[2, 3, 6, 6]]) { try $0[0].maxPool([2]) },
    GradientCase("maxPool, overlapping, padded", [[2, 3, 7, 5]]) {
      try $0[0].maxPool([3], strides: [2], padding: .amounts([1]))
    },
    GradientCase("maxPool behind convolution", [[1, 3, 8, 8], [16, 3, 3, 3]]) {
      try $0[0].convolution($0[1], padding: .same).maxPool([2])
    },
    GradientCase("maxUnpool", [[1, 2, 2, 2], [1, 2, 5, 5]]) { try $0[1].maxUnpool($0[0], [2]) },
    GradientCase("transposed convolution, dilated", [[1, 2, 3, 3], [2, 3, 2, 2], [3]]) {
      try $0[0].transposedConvolution($0[1], bias: $0[2], strides: [2], dilations: [2])
    },
    GradientCase("averagePool", [[2, 3, 6, 6]]) { try $0[0].averagePool([2]) },
    GradientCase("averagePool, padded", [[2, 3, 5, 5]]) {
      try $0[0].averagePool([3], strides: [2], padding: .amounts([1]))
    },
    GradientCase("averagePool, counting padding", [[2, 3, 5, 5]]) {
      try $0[0].averagePool([3], strides: [2], padding: .amounts([1]), countsPadding: true)
    },
    GradientCase("averagePool 1-D", [[2, 3, 8]]) { try $0[0].averagePool([2]) },
    GradientCase("global pools", [[2, 16, 4, 4], [16, 16, 1, 1]]) {
      let x = try $0[0].convolution($0[1])
      return try x.globalAveragePool() + x.globalMaxPool()
    },
    GradientCase("batchNorm", [[4, 3, 3, 3], [3], [3]]) {
      try $0[0].batchNorm(scale: $0[1], shift: $0[2]).result
    },
    GradientCase("batchNorm, relu", [[4, 3, 3, 3], [3], [3]]) {
      try $0[0].batchNorm(scale: $0[1], shift: $0[2]).result.relu()
    },
    GradientCase("batchNorm behind convolution, relu", [[4, 3, 4, 4], [16, 3, 3, 3], [16], [16]]) {
      let y = try $0[0].convolution($0[1], padding: .same)
      return try y.batchNorm(scale: $0[2], shift: $0[3]).result.relu() + y
    },
    GradientCase("batchNorm of rows", [[6, 4], [4], [4]]) {
      try $0[0].batchNorm(scale: $0[1], shift: $0[2]).result
    },
    GradientCase("batchNorm, statistics used", [[4, 3, 2, 2], [3], [3]]) {
      let all = try $0[0].batchNorm(scale: $0[1], shift: $0[2])
      return try all.result.mean(axes: [0, 2, 3]) * all.variance + all.mean
    },
    GradientCase("batchNorm, given statistics", [[4, 3, 3, 3], [3], [3]], in: 0.3...1.5) {
      try $0[0].batchNorm(scale: $0[1], shift: $0[2], mean: $0[1], variance: $0[2])
    },
    GradientCase("layerNorm", [[3, 6], [6], [6]]) {
      try $0[0].layerNorm(scale: $0[1], shift: $0[2], axes: [1])
    },
  ]

  static let losses: [GradientCase] = [
    GradientCase("crossEntropy", [[4, 5]]) { try $0[0].crossEntropy(Tensor([Int32(1), 4, 0, 2], [4])) },
    GradientCase("crossEntropy of pixels, weighted, smooth, ignoring", [[2, 3, 2, 2]]) {
      try $0[0].crossEntropy(
        Tensor([Int32(1), 2, 0, 9, 0, 9, 2, 1], [2, 2, 2]), smoothing: 0.1,
        weights: Tensor([Float(1), 2, 0.5], [3]),
        ignoredClass: 9)
    },
    GradientCase("crossEntropy of probabilities", [[2, 3]]) {
      try $0[0].crossEntropy(probabilities: Tensor([Float(0.2), 0.3, 0.5, 1, 0, 0], [2, 3]), smoothing: 0.1)
    },
    GradientCase("crossEntropy per sample, weighted, smooth", [[2, 3, 2]]) {
      try $0[0].crossEntropyPerSample(
        Tensor([Int32(1), 2, 0, 2], [2, 2]), smoothing: 0.1, weights: Tensor([Float(1), 2, 0.5], [3]))
    },
    GradientCase("binaryCrossEntropy", [[6]]) {
      try $0[0].binaryCrossEntropy(Tensor([Float(1), 0, 1, 0, 0.3, 1], [6]))
    },
    GradientCase("meanSquaredError", [[6], [6]]) { try $0[0].meanSquaredError($0[1]) },
    GradientCase("meanAbsoluteError", [[6], [6]]) { try $0[0].meanAbsoluteError($0[1]) },
    GradientCase("dropout", [[40]]) { try $0[0].dropout(rate: 0.4, random: Philox(seed: 3, stream: 9)) },
  ]
}
