import TensorRuntime

/// One training step for one batch size: the graph is built once, each run is given a new batch.
final class CompiledStep {
  private let prepared: PreparedStep
  private let supply: BatchSupply
  private let random: RandomSource
  /// The inputs of the last run.
  private(set) var inputs: [Tensor] = []
  /// Seconds that were spent waiting for batches so far.
  var waited: Double { supply.waited }

  init(
    network: Network, data: any TrainingData, count: Int, options: TrainingOptions, rule: UpdateRule,
    state: OptimizerState, runtime: Runtime, random: RandomSource
  ) throws {
    self.random = random
    supply = try BatchSupply(data: data, count: count)
    let batch = supply.first
    let inputs = batch.inputTypes.map { Tensor.placeholder($0.shape, $0.elementType) }
    let target = Tensor.placeholder(batch.targetType.shape, batch.targetType.elementType)
    let weights = data.sampleWeights == nil ? nil : Tensor.placeholder([count])
    // Recording draws no numbers of the session: how often a step is compiled must not shift its random streams.
    let pass = Pass(isTraining: true, random: RandomSource())
    let output = try network.apply(to: inputs, in: pass)
    let trainable = network.trainable
    prepared = try runtime.prepareStep(
      loss: try options.loss.mean(output, target, weights: weights),
      placeholders: inputs + [target] + (weights.map { [$0] } ?? []),
      parameters: trainable.parameters, rule: rule, state: state,
      alongside: pass.takeStatistics(of: [network]),
      observing: try options.metrics.map { try $0.contribution(output, target) })
  }

  /// Makes a step on these samples; `next` are those of the next step, when it is one of this size. With a `sum` the
  /// gradient, times `share`, is added to it, and a step is made only where `steps` says so.
  func run(
    indices: ArraySlice<Int>, epoch: Int, rule: UpdateRule, next: ArraySlice<Int>? = nil,
    into sum: GradientSum? = nil, share: Float = 1, steps: Bool = true
  ) throws -> StepReport {
    let batch = try supply.batch(indices, epoch: epoch, next: next)
    let tensors = batch.tensors
    inputs = Array(tensors.prefix(batch.inputTypes.count))
    prepared.rule = rule
    return try prepared.run(tensors, into: sum, share: share, steps: steps) { random.draw(for: .dropout) }
  }
}

/// Memory for one batch of samples and targets, filled again and again.
final class BatchBuffers {
  let inputTypes: [TensorType]
  let targetType: TensorType
  private let inputs: [Buffer]
  private let target: Buffer
  private let weights: Buffer?
  private let count: Int

  init(data: any TrainingData, count: Int) throws {
    inputTypes = data.inputShapes.map { TensorType($0.withBatch(count)) }
    targetType = TensorType(data.targetType.shape.withBatch(count), data.targetType.elementType)
    inputs = try inputTypes.map { try Buffer(byteCount: $0.byteCount, purpose: "a batch \($0.shape)") }
    target = try Buffer(byteCount: targetType.byteCount, purpose: "the targets of a batch")
    weights = try data.sampleWeights.map { _ in
      try Buffer(byteCount: count * 4, purpose: "the weights of a batch")
    }
    self.count = count
  }

  /// Inputs, target and, where there are any, weights as tensors on this memory.
  var tensors: [Tensor] {
    zip(inputs, inputTypes).map { Tensor($0, $1) } + [Tensor(target, targetType)]
      + (weights.map { [Tensor($0, TensorType([count]))] } ?? [])
  }

  func fill(from data: any TrainingData, indices: ArraySlice<Int>, epoch: Int) throws {
    try data.fill(
      indices, epoch: epoch, inputs: inputs.map { $0.elements(of: Float.self) },
      target: UnsafeMutableRawBufferPointer(start: target.pointer, count: targetType.byteCount))
    if let weights, let all = data.sampleWeights {
      let values = weights.elements(of: Float.self)
      for (place, index) in indices.enumerated() where place < count && all.indices.contains(index) {
        values[place] = all[index]
      }
    }
  }
}
