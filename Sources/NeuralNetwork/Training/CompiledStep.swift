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
    let targets = batch.targetTypes.map { Tensor.placeholder($0.shape, $0.elementType) }
    let weights = data.sampleWeights == nil ? nil : Tensor.placeholder([count])
    // Recording draws no numbers of the session: how often a step is compiled must not shift its random streams.
    let pass = Pass(isTraining: true, random: RandomSource())
    let outputs = try network.applyAll(to: inputs, in: pass)
    let trainable = network.trainable
    prepared = try runtime.prepareStep(
      loss: try options.objective.loss(outputs, targets, weights: weights),
      placeholders: inputs + targets + (weights.map { [$0] } ?? []),
      parameters: trainable.parameters, rule: rule, state: state,
      alongside: pass.takeStatistics(of: [network]),
      observing: try options.objective.contributions(outputs, targets),
      precision: options.precision ?? .float32)
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

/// Memory for one batch of samples and their targets, filled again and again.
final class BatchBuffers {
  let inputTypes: [TensorType]
  let targetTypes: [TensorType]
  private let inputs: [Buffer]
  private let targets: [Buffer]
  private let weights: Buffer?
  private let count: Int

  init(data: any TrainingData, count: Int) throws {
    inputTypes = data.inputShapes.map { TensorType($0.withBatch(count)) }
    targetTypes = data.targetTypes.map { TensorType($0.shape.withBatch(count), $0.elementType) }
    inputs = try inputTypes.map { try Buffer(byteCount: $0.byteCount, purpose: "a batch \($0.shape)") }
    targets = try targetTypes.map { try Buffer(byteCount: $0.byteCount, purpose: "the targets of a batch") }
    weights = try data.sampleWeights.map { _ in
      try Buffer(byteCount: count * 4, purpose: "the weights of a batch")
    }
    self.count = count
  }

  /// Inputs, targets and, where there are any, weights as tensors on this memory.
  var tensors: [Tensor] {
    zip(inputs + targets, inputTypes + targetTypes).map { Tensor($0, $1) }
      + (weights.map { [Tensor($0, TensorType([count]))] } ?? [])
  }

  func fill(from data: any TrainingData, indices: ArraySlice<Int>, epoch: Int) throws {
    try data.fill(
      indices, epoch: epoch, inputs: inputs.map { $0.elements(of: Float.self) },
      targets: zip(targets, targetTypes).map {
        UnsafeMutableRawBufferPointer(start: $0.pointer, count: $1.byteCount)
      })
    if let weights, let all = data.sampleWeights {
      let values = weights.elements(of: Float.self)
      for (place, index) in indices.enumerated() where place < count && all.indices.contains(index) {
        values[place] = all[index]
      }
    }
  }
}
