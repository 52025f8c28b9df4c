import TensorRuntime

/// What an evaluation came to.
package struct EvaluationResult {
  package let loss: Double
  package let metrics: [(name: String, value: Double)]
  package let sampleCount: Int
  /// What was taken for what, where a metric counts that.
  package let confusion: ClassConfusion?
}

extension Network {
  /// How many samples are looked at together when nothing is learned: enough to keep the processor busy, but never so
  /// many that a layer's output takes more than a quarter of a gigabyte.
  private var inferenceBatch: Int {
    let largest = trace?.calls.map { $0.output.shape.droppingBatch.elementCount }.max() ?? 1
    return min(256, max(1, (1 << 26) / max(1, largest)))
  }

  /// Loss and metrics over all samples, inferring. Throws `Interrupted` when stopped.
  package func evaluate(
    _ data: any TrainingData, loss: Loss, metrics: [Metric], runtime: Runtime, random: RandomSource
  ) throws -> EvaluationResult {
    var sums = RunningSums(metrics: metrics)
    try forEachBatch(of: data, runtime: runtime, random: random) { output, target in
      [try loss.value(output, target)] + (try metrics.map { try $0.contribution(output, target) })
    } body: { results, range in
      let numbers = try results.map { try runtime.floats(of: $0) }
      sums.add(
        loss: Double(numbers[0].first ?? .nan), observed: Array(numbers.dropFirst()), samples: range.count)
    }
    return EvaluationResult(
      loss: sums.loss, metrics: sums.metricValues, sampleCount: data.count, confusion: sums.confusion)
  }

  /// Outputs for all samples, inferring, in order: `[N, …]`.
  package func predictions(for data: any TrainingData, runtime: Runtime, random: RandomSource) throws
    -> Tensor
  {
    var outputs: [Tensor] = []
    try forEachBatch(of: data, runtime: runtime, random: random) { output, _ in
      [output]
    } body: { results, _ in
      outputs += results
    }
    return try Tensor.concat(outputs, axis: 0)
  }

  /// Applies the network to all samples in order; `results` is asked once per batch size what to compute, after
  /// `observer` was told of the layers.
  func forEachBatch(
    of data: any TrainingData, runtime: Runtime, random: RandomSource,
    observer: ((_ layer: any Layer, _ inputs: [Tensor], _ output: Tensor) -> Void)? = nil,
    results: (_ output: Tensor, _ target: Tensor) throws -> [Tensor],
    body: (_ results: [Tensor], _ range: Range<Int>) throws -> Void
  ) throws {
    let order = EpochOrder(count: data.count, batchSize: inferenceBatch, shuffledBy: nil)
    let pass = Pass(isTraining: false, random: random)
    pass.observer = observer
    var prepared: [Int: (graph: PreparedGraph, batch: BatchBuffers)] = [:]
    for range in order.batches {
      try runtime.cancellation?.check()
      if prepared[range.count] == nil {
        let batch = try BatchBuffers(data: data, count: range.count)
        let inputs = batch.inputTypes.map { Tensor.placeholder($0.shape, $0.elementType) }
        let target = Tensor.placeholder(batch.targetType.shape, batch.targetType.elementType)
        let wanted = try results(try apply(to: inputs, in: pass), target)
        prepared[range.count] = (try runtime.prepare(wanted, placeholders: inputs + [target]), batch)
      }
      guard let (graph, batch) = prepared[range.count] else { continue }
      try batch.fill(from: data, indices: order.indices[range], epoch: 0)
      try body(try graph.run(batch.tensors), range)
    }
  }
}
