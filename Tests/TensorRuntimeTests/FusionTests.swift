import CPUBackend
import TensorRuntime
import Testing

/// What convolutions do along with themselves gives the numbers of the operations one by one.
@Suite struct FusionTests {
  private let runtime: Runtime
  private let filters: Parameter
  private let bias: Parameter
  private let scale: Parameter
  private let shift: Parameter
  private let mean: Parameter
  private let variance: Parameter

  init() throws {
    let backend = CPUBackend(threads: 2)
    backend.fewChannelLimits = nil
    runtime = Runtime(backend: backend)
    filters = Parameter("filters", try ForwardTests.wave([32, 32, 3, 3], 0.3))
    bias = Parameter("bias", try ForwardTests.wave([32], 0.1))
    scale = Parameter("scale", try ForwardTests.wave([32], 0.9))
    shift = Parameter("shift", try ForwardTests.wave([32], 0.4))
    mean = Parameter("mean", try ForwardTests.wave([32], 1.4), isTrainable: false)
    variance = Parameter("variance", try Tensor.ones([32]) * 0.5, isTrainable: false)
    try runtime.evaluate([filters, bias, scale, shift, mean, variance].map(\.tensor))
  }

  /// A block of a residual network, inferring. Where `isApart`, all is computed operation by operation.
  private func block(_ x: Tensor, isApart: Bool, keepsInput: Bool = false) throws -> [Tensor] {
    func settled(_ tensor: Tensor) throws -> Tensor {
      if isApart { try runtime.evaluate([tensor]) }
      return tensor
    }
    func normalized(_ x: Tensor) throws -> Tensor {
      let y = try settled(x.convolution(filters.tensor, bias: bias.tensor, padding: .same))
      return try settled(
        y.batchNorm(scale: scale.tensor, shift: shift.tensor, mean: mean.tensor, variance: variance.tensor))
    }
    let first = try settled(normalized(x).relu())
    let second = try settled(normalized(first))
    let sum = try settled((second + first).relu())
    return keepsInput ? [sum, first] : [sum]
  }

  private func compare(_ left: [Tensor], _ right: [Tensor]) throws {
    for (a, b) in zip(left, right) {
      let (xs, ys) = (try runtime.floats(of: a), try runtime.floats(of: b))
      let largest = ys.map { abs($0) }.max() ?? 0
      #expect(zip(xs, ys).allSatisfy { abs($0 - $1) <= 2e-5 * largest })
    }
  }

  @Test(arguments: [false, true]) func inferenceFoldsNormalization(keepsInput: Bool) throws {
    let x = try ForwardTests.wave([4, 32, 9, 9], 0.2)
    let fused = try block(x, isApart: false, keepsInput: keepsInput)
    let plan = try runtime.describePlan(fused)
    #expect(plan.contains("convolution+scale+relu") && plan.contains("convolution+scale+add+relu"))
    try runtime.evaluate(fused)
    try compare(fused, block(x, isApart: true, keepsInput: keepsInput))
  }

  @Test func foldedWeightsFollowTheParameters() throws {
    let x = try ForwardTests.wave([4, 32, 8, 8], 0.2)
    let symbol = Tensor.placeholder(x.shape)
    let graph = try runtime.prepare(block(symbol, isApart: false), placeholders: [symbol])
    for _ in 0..<3 {
      try compare(graph.run([x]), block(x, isApart: true))
      // A step changes the filters in place, and statistics are replaced.
      _ = try runtime.step(
        loss: try (filters.tensor.square().sum() + scale.tensor.square().sum()),
        parameters: [filters, scale], rule: .sgd(learningRate: 0.1), state: OptimizerState(),
        alongside: [(variance, try variance.tensor * 1.5)])
    }
  }

  @Test func filtersAsLargeAsTheImageAreFullyConnected() throws {
    let x = Parameter("x", try ForwardTests.wave([30, 20, 5, 5], 0.2))
    let w = Parameter("w", try ForwardTests.wave([24, 20, 5, 5], 0.5))
    let b = Parameter("b", try ForwardTests.wave([24], 0.5))
    let rows = try w.tensor.reshaped([24, 500])
    let convolved = try x.tensor.convolution(w.tensor, bias: b.tensor).tanh()
    let dense = try x.tensor.reshaped([30, 500]).dense(rows, bias: b.tensor).tanh()
    #expect(try runtime.describePlan([convolved]).contains("dense"))
    let left = try gradients(
      of: convolved.square().sum(), withRespectTo: [x.tensor, w.tensor, b.tensor]
    ).compactMap { $0 }
    let right = try gradients(of: dense.square().sum(), withRespectTo: [x.tensor, w.tensor, b.tensor])
      .compactMap { $0 }
    #expect(left.count == 3 && left.map(\.shape) == right.map(\.shape))
    try compare(left, right)
    // As gradients of a step, whose parameters keep their layout.
    for _ in 0..<2 {
      _ = try runtime.step(
        loss: x.tensor.convolution(w.tensor, bias: b.tensor).tanh().square().sum(), parameters: [w, b],
        rule: .sgd(learningRate: 1e-3), state: OptimizerState())
    }
    try compare(
      [try x.tensor.convolution(w.tensor, bias: b.tensor).reshaped([30, 24])],
      [try x.tensor.reshaped([30, 500]).dense(w.tensor.reshaped([24, 500]), bias: b.tensor)])
  }

  @Test func gradientsThroughReluAndMaxPoolingInEitherOrder() throws {
    let x = Parameter("x", try ForwardTests.wave([3, 16, 7, 8], 0.2) - 0.3)
    for (size, stride) in [(2, 2), (3, 2), (3, 1)] {
      let (a, b) = (
        try x.tensor.relu().maxPool([size], strides: [stride]).square().sum(),
        try x.tensor.maxPool([size], strides: [stride]).relu().square().sum()
      )
      let (left, right) = (
        try gradients(of: a, withRespectTo: [x.tensor]), try gradients(of: b, withRespectTo: [x.tensor])
      )
      try compare(left.compactMap { $0 }, right.compactMap { $0 })
    }
  }
}
