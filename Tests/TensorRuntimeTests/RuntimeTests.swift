import CPUBackend
import Foundation
import TensorRuntime
import Testing

/// What a user sees of evaluation, steps, interruptions and limits.
@Suite struct RuntimeTests {
  private let runtime = Runtime(backend: CPUBackend(threads: 2))

  private func wave(_ shape: Shape, _ phase: Double) throws -> Tensor { try ForwardTests.wave(shape, phase) }

  /// A little network with everything that keeps state.
  private struct Net {
    let filters: Parameter
    let scale: Parameter
    let shift: Parameter
    let mean: Parameter
    let weights: Parameter

    init() throws {
      filters = Parameter("filters", try ForwardTests.wave([16, 3, 3, 3], 0.3))
      scale = Parameter("scale", try Tensor.ones([16]))
      shift = Parameter("shift", try Tensor.zeros([16]))
      mean = Parameter("mean", try Tensor.zeros([16]), isTrainable: false)
      weights = Parameter("weights", try ForwardTests.wave([4, 16], 0.7))
    }

    var all: [Parameter] { [filters, scale, shift, weights] }

    func loss(_ x: Tensor, _ t: Tensor) throws -> (loss: Tensor, mean: Tensor) {
      let norm = try x.convolution(filters.tensor, padding: .same)
        .batchNorm(scale: scale.tensor, shift: shift.tensor)
      let loss = try norm.result.relu().globalAveragePool().dense(weights.tensor).crossEntropy(t)
      return (loss, try mean.tensor * 0.9 + norm.mean * 0.1)
    }
  }

  private func state(_ net: Net, _ optimizer: OptimizerState) throws -> [[Float]] {
    try (net.all + [net.mean]).map { try runtime.floats(of: $0.tensor) }
      + net.all.flatMap { try optimizer.moments(of: $0, runtime: runtime) }
  }

  @Test func trainingByHandAndPreparedAgreeBitForBit() throws {
    let targets = try Tensor([Int32(0), 1, 2, 3], [4])
    let hand = try Net()
    let handState = OptimizerState()
    for step in 0..<5 {
      let (loss, mean) = try hand.loss(wave([4, 3, 6, 6], Double(step)), targets)
      _ = try runtime.step(
        loss: loss, parameters: hand.all, rule: .adam(), state: handState, alongside: [(hand.mean, mean)])
    }
    let prepared = try Net()
    let preparedState = OptimizerState()
    let x = Tensor.placeholder([4, 3, 6, 6])
    let t = Tensor.placeholder([4], .int32)
    let (loss, mean) = try prepared.loss(x, t)
    let step = try runtime.prepareStep(
      loss: loss, placeholders: [x, t], parameters: prepared.all, rule: .adam(), state: preparedState,
      alongside: [(prepared.mean, mean)])
    var losses: [Float] = []
    for index in 0..<5 { losses.append(try step.run([wave([4, 3, 6, 6], Double(index)), targets]).loss) }
    #expect(losses[4] < losses[0])
    #expect(try state(hand, handState) == state(prepared, preparedState))
    #expect(handState.stepCount == 5)
  }

  @Test func aPendingUseSeesTheValueFromBeforeTheStep() throws {
    let w = Parameter("w", try Tensor([Float(1), 2], [2]))
    let before = try w.tensor * 10
    _ = try runtime.step(
      loss: w.tensor.sum(), parameters: [w], rule: .sgd(learningRate: 0.5), state: OptimizerState())
    #expect(try runtime.floats(of: before) == [10, 20])
    #expect(try runtime.floats(of: w.tensor) == [0.5, 1.5])
  }

  @Test func aLossThatDoesNotDependOnTheParametersIsAnError() throws {
    let w = Parameter("w", try Tensor([Float(1)], [1]))
    #expect(throws: TensorError.self) {
      try runtime.step(loss: Tensor.scalar(1), parameters: [w], rule: .adam(), state: OptimizerState())
    }
  }

  @Test func nothingChangesWhereTheLossOrAGradientIsNotFinite() throws {
    let net = try Net()
    let optimizer = OptimizerState()
    let targets = try Tensor([Int32(0), 1], [2])
    func step(_ x: Tensor) throws {
      let (loss, mean) = try net.loss(x, targets)
      _ = try runtime.step(
        loss: loss, parameters: net.all, rule: .adam(), state: optimizer, alongside: [(net.mean, mean)])
    }
    try step(wave([2, 3, 4, 4], 0))
    let good = try state(net, optimizer)
    #expect(throws: NonFiniteError.self) { try step(Tensor.full(.nan, [2, 3, 4, 4])) }
    #expect(try state(net, optimizer) == good)
    #expect(NonFiniteError(parameter: nil, loss: -.nan).message.contains("is nan,"))
    // A finite loss whose gradient is not: the root at zero.
    let w = Parameter("root", try Tensor([Float(0)], [1]))
    do {
      _ = try runtime.step(
        loss: w.tensor.sqrt().sum(), parameters: [w], rule: .adam(), state: OptimizerState())
      Issue.record("an infinite gradient went through")
    } catch let error as NonFiniteError {
      #expect(error.parameter == "root")
    }
    #expect(try runtime.floats(of: w.tensor) == [0])
  }

  @Test func anInterruptLeavesTheLastWholeStep() throws {
    let token = CancellationToken()
    let stopped = Runtime(backend: CPUBackend(threads: 1), cancellation: token)
    let net = try Net()
    let optimizer = OptimizerState()
    let targets = try Tensor([Int32(0), 1], [2])
    func step() throws {
      let (loss, mean) = try net.loss(wave([2, 3, 4, 4], 0), targets)
      _ = try stopped.step(
        loss: loss, parameters: net.all, rule: .adam(), state: optimizer, alongside: [(net.mean, mean)])
    }
    try step()
    let good = try state(net, optimizer)
    token.cancel()
    #expect(throws: Interrupted.self) { try step() }
    token.reset()
    #expect(try state(net, optimizer) == good)
    try step()
    #expect(try state(net, optimizer) != good)
  }

  @Test func randomNumbersDoNotDependOnThreads() throws {
    let one = Runtime(backend: CPUBackend(threads: 1))
    let random = Philox(seed: 42, stream: 7)
    for make in [
      { try Tensor.uniform([100, 999], random: random) }, { try Tensor.normal([100, 999], random: random) },
      { try Tensor.dropoutMask([100, 999], rate: 0.25, random: random) },
    ] as [() throws -> Tensor] {
      #expect(try one.floats(of: make()) == runtime.floats(of: make()))
    }
    let uniform = try runtime.floats(of: Tensor.uniform([1000], random: random))
    #expect(uniform == (0..<1000).map { random.uniform($0) })
    let normal = try runtime.floats(of: Tensor.normal([100_000], random: random))
    let mean = normal.reduce(0, +) / 100_000
    let variance = normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
    let mask = try runtime.floats(of: Tensor.dropoutMask([100_000], rate: 0.25, random: random))
    #expect(abs(Double(mask.filter { $0 == 0 }.count) / 100_000 - 0.25) < 0.01)
    #expect(Set(mask) == [0, 1 / 0.75])
  }

  @Test func sumsDoNotDependOnThreads() throws {
    let one = Runtime(backend: CPUBackend(threads: 1))
    let x = try wave([64, 3, 40, 40], 0.2)
    for axes in [nil, [0], [1], [0, 2, 3], [3]] as [[Int]?] {
      #expect(try one.floats(of: x.sum(axes: axes)) == runtime.floats(of: x.sum(axes: axes)))
    }
  }

  @Test func longChainsAreComputedAndFreedWithoutRecursion() throws {
    var x = try Tensor([Float(0)], [1])
    for _ in 0..<100_000 { x = try x + 1 }
    #expect(x.pendingDepth == 100_000)
    x = try Tensor([Float(0)], [1])
    for _ in 0..<20_000 { x = try x + 1 }
    #expect(try runtime.floats(of: x) == [20_000])
  }

  @Test func gradientsThroughLongChains() throws {
    let x = try Tensor([Float(1)], [1])
    var y = x
    for _ in 0..<20_000 { y = try -y }
    let found = try #require(try gradients(of: y.sum(), withRespectTo: [x])[0])
    #expect(try runtime.floats(of: found) == [1])
  }

  @Test func impossibleSizesAreErrorsThatSayTheSize() throws {
    #expect(throws: MemoryError.self) { try Tensor.zeros([1_000_000, 1_000_000]) }
    #expect(throws: MemoryError.self) { try Tensor.ones([1_000_000, 1]) + Tensor.ones([1, 1_000_000]) }
    #expect(throws: MemoryError.self) { try Tensor.zeros([Int.max, Int.max, 3]) }
    do {
      _ = try Tensor.zeros([1_000_000, 1_000_000])
    } catch let error as MemoryError {
      #expect(error.message.contains("fill") && error.message.contains("3.6 TiB"))
    }
    let small = Runtime(backend: CPUBackend(), memoryLimit: 1 << 20)
    #expect(throws: MemoryError.self) { try small.evaluate([Tensor.full(1, [1000, 1000])]) }
  }

  @Test func plansAreFoundAgainAndTheirNumberIsBounded() throws {
    let bounded = Runtime(backend: CPUBackend(), planCapacity: 8)
    for factor in 1...20 { _ = try bounded.floats(of: Tensor([Float(1)], [1]) * Double(factor) + 0.5) }
    #expect(bounded.planCount == 1)
    for count in 1...40 { _ = try bounded.floats(of: Tensor.ones([count]) + 0.5) }
    #expect(bounded.planCount <= 8)
  }

  @Test func lookingDoesNotCutAGradient() throws {
    let w = Parameter("w", try Tensor([Float(3)], [1]))
    runtime.keepsGraphs = true
    let square = try w.tensor.square()
    #expect(try runtime.floats(of: square) == [9])
    let report = try runtime.step(
      loss: square.sum(), parameters: [w], rule: .sgd(learningRate: 0.1), state: OptimizerState())
    runtime.keepsGraphs = false
    #expect(report.loss == 9)
    #expect(abs(try runtime.floats(of: w.tensor)[0] - 2.4) < 1e-6)
  }

  @Test func optimizerStateGoesToACheckpointAndBack() throws {
    func run(_ steps: Int, _ w: Parameter, _ state: OptimizerState) throws {
      for _ in 0..<steps {
        _ = try runtime.step(
          loss: (w.tensor * w.tensor).sum(), parameters: [w], rule: .adam(learningRate: 0.1), state: state)
      }
    }
    let w = Parameter("w", try wave([5], 0.4))
    let state = OptimizerState()
    try run(3, w, state)
    let copy = Parameter("w", try Tensor(runtime.floats(of: w.tensor), [5]))
    let copyState = OptimizerState()
    copyState.stepCount = state.stepCount
    try copyState.setMoments(state.moments(of: w, runtime: runtime), of: copy)
    try run(2, w, state)
    try run(2, copy, copyState)
    #expect(try runtime.floats(of: w.tensor) == runtime.floats(of: copy.tensor))
  }

  @Test func shapeErrorsNameTheOperationAndBothShapes() throws {
    do {
      _ = try Tensor.zeros([2, 3]).matmul(Tensor.zeros([4, 5]))
      Issue.record("the shapes don't fit")
    } catch let error as TensorError {
      #expect(
        error.message
          == "matmul: the shapes [2, 3] and [4, 5] don't fit: 3 columns on the left, 4 rows on the right")
    }
    #expect(throws: TensorError.self) { try Tensor.zeros([2, 3]) + Tensor.zeros([2, 4]) }
    #expect(throws: TensorError.self) {
      try Tensor.zeros([1, 1, 4, 4]).convolution(Tensor.zeros([1, 2, 3, 3]))
    }
    #expect(throws: TensorError.self) {
      try Tensor.zeros([1, 1, 2, 2]).convolution(Tensor.zeros([1, 1, 3, 3]))
    }
    #expect(throws: TensorError.self) { try Tensor.zeros([5]).element(5) }
    #expect(throws: TensorError.self) {
      try runtime.evaluate([Tensor.zeros([2, 3]).crossEntropy(Tensor([Int32(0), 3], [2]))])
    }
    #expect(throws: TensorError.self) {
      try runtime.evaluate([Tensor.zeros([2]).gathered(Tensor([Int32(2)], [1]))])
    }
  }

  @Test func emptyTensors() throws {
    let none = try Tensor([Float](), [0, 3])
    #expect(try runtime.floats(of: none + 1) == [])
    #expect(try runtime.floats(of: none.sum(axes: [0])) == [0, 0, 0])
    #expect(try runtime.floats(of: Tensor.concat([none, Tensor.ones([1, 3])])) == [1, 1, 1])
  }

  @Test func graphsPrintAndVerify() throws {
    let x = try Tensor.ones([1, 2])
    let y = try x.dense(Tensor.ones([3, 2])).tanh()
    try verifyGraph([y])
    #expect(
      describeGraph([y]) == """
        %0 = fill value=1.0 : float32[1, 2]
        %1 = fill value=1.0 : float32[3, 2]
        %2 = dense(%0, %1) : float32[1, 3]
        %3 = tanh(%2) : float32[1, 3]
        return %3
        """)
  }
}
