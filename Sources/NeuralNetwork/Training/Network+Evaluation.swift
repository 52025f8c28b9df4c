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
    _ data: any TrainingData, objective: Objective, views: Int = 1, runtime: Runtime, random: RandomSource
  ) throws -> EvaluationResult {
    var sums = RunningSums(metrics: objective.metrics)
    let measures = { (outputs: [Tensor], targets: [Tensor]) in
      [try objective.loss(outputs, targets)] + (try objective.contributions(outputs, targets))
    }
    let add = { (results: [Tensor], count: Int) in
      let numbers = try results.map { try runtime.floats(of: $0) }
      sums.add(loss: Double(numbers[0].first ?? .nan), observed: Array(numbers.dropFirst()), samples: count)
    }
    if views > 1 {
      let means = try predictions(for: data, views: views, runtime: runtime, random: random)
      try forEachBatch(of: data, runtime: runtime, random: random) { _, targets in
        targets
      } body: { targets, range in
        let outputs = try means.map {
          try $0.sliced(axis: 0, from: range.lowerBound, to: range.upperBound)
        }
        try add(try measures(outputs, targets), range.count)
      }
    } else {
      try forEachBatch(of: data, runtime: runtime, random: random, results: measures) {
        try add($0, $1.count)
      }
    }
    return EvaluationResult(
      loss: sums.loss, metrics: sums.metricValues, sampleCount: data.count, confusion: sums.confusion)
  }

  /// Each output for all samples, inferring, in order: `[N, …]`; of several views the mean, a view being what the data
  /// are in one more epoch.
  package func predictions(for data: any TrainingData, views: Int = 1, runtime: Runtime, random: RandomSource)
    throws -> [Tensor]
  {
    var sums: [(numbers: [Float], shape: Shape)] = []
    for view in 0..<max(1, views) {
      var batches: [[Tensor]] = []
      try forEachBatch(of: data, epoch: view, runtime: runtime, random: random) { outputs, _ in
        outputs
      } body: { results, _ in
        batches.append(results)
      }
      let outputs = try (batches.first ?? []).indices.map { output in
        try Tensor.concat(batches.map { $0[output] }, axis: 0)
      }
      guard views > 1 else { return outputs }
      let seen = try outputs.map { (numbers: try runtime.floats(of: $0), shape: $0.shape) }
      sums = view == 0 ? seen : zip(sums, seen).map { (zip($0.numbers, $1.numbers).map(+), $0.shape) }
    }
    return try sums.map { sum in try Tensor(sum.numbers.map { $0 / Float(views) }, sum.shape) }
  }

  /// Applies the network to all samples in order, as they are in an epoch; `results` is asked once per batch size what to
  /// compute, after `observer` was told of the layers.
  func forEachBatch(
    of data: any TrainingData, epoch: Int = 0, runtime: Runtime, random: RandomSource,
    observer: ((_ layer: any Layer, _ inputs: [Tensor], _ output: Tensor) -> Void)? = nil,
    results: (_ outputs: [Tensor], _ targets: [Tensor]) throws -> [Tensor],
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
        let targets = batch.targetTypes.map { Tensor.placeholder($0.shape, $0.elementType) }
        let wanted = try results(try applyAll(to: inputs, in: pass), targets)
        prepared[range.count] = (try runtime.prepare(wanted, placeholders: inputs + targets), batch)
      }
      guard let (graph, batch) = prepared[range.count] else { continue }
      try batch.fill(from: data, indices: order.indices[range], epoch: epoch)
      try body(try graph.run(batch.tensors), range)
    }
  }
}
